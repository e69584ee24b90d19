from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select

from app.audit.models import AuditEntry
from app.auth.models import User
from app.core.db import ReadSession, rows
from app.core.ids import PersonId, UserId
from app.core.pagination import Page, PageRequest, binds, cut, keyset
from app.core.prepared import Row

_e, _u = AuditEntry.__table__.c, User.__table__.c
_ENTRIES = select(
    _e.id,
    _e.at,
    _e.actor_id,
    _u.name.label("actor_name"),
    _e.actor_role,
    _e.action,
    _e.subject_type,
    _e.subject_id,
    _e.person_id,
    _e.details,
).outerjoin(User.__table__, _u.id == _e.actor_id)


def entries(
    db: ReadSession,
    wanted: PageRequest,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    of_user: UserId | None = None,
    **filters: Any,
) -> Page:
    """The trail, newest first. Filters: actor_id, person_id, subject_id, action.

    `of_user`: what a user did, and what befell their account at the door and by others' hands.
    """
    used = {name: value for name, value in filters.items() if value is not None}
    statement = _ENTRIES.where(*(_e[name] == bindparam(name) for name in used))
    if since is not None:
        statement = statement.where(_e.at >= since)
    if until is not None:
        statement = statement.where(_e.at < until)
    if of_user is None:
        found = _newest(db, statement, wanted, used)
    else:
        # Each half runs down an index of its own and stops after a page; one statement with OR would sort them all.
        used["user"] = of_user
        acts = statement.where(_BY_USER)
        about = statement.where(_OF_ACCOUNT, ~_BY_USER | _e.actor_id.is_(None))
        halves = [*_newest(db, acts, wanted, used), *_newest(db, about, wanted, used)]
        found = sorted(halves, key=lambda entry: entry["id"], reverse=True)
    return cut(found, wanted, "id")


_BY_USER, _OF_ACCOUNT = _e.actor_id == bindparam("user"), _e.subject_id == bindparam("user")


def _newest(
    db: ReadSession, statement: Select[Any], wanted: PageRequest, used: dict[str, Any]
) -> Sequence[Row]:
    return rows(db, keyset(statement, _e.id, page=wanted, descending=True), used, **binds(wanted, UUID))


def is_of_person(db: ReadSession, known: UUID) -> bool:
    """Whether an id that stands in the trail is a person's."""
    return db.scalar(select(_e.id).where(_e.person_id == known).limit(1)) is not None


def accesses(db: ReadSession, person_id: PersonId, wanted: PageRequest) -> Page:
    """Who opened or changed a person's file, newest first: what the person may ask to know."""
    page = cut(accesses_read(db, person_id, wanted), wanted, "id")
    names = ("at", "actor_name", "actor_role", "action")
    return Page([{name: item[name] for name in names} for item in page.items], page.next)


def accesses_read(db: ReadSession, person_id: PersonId, wanted: PageRequest) -> Sequence[Row]:
    """The entries about a person, newest first, and one more than a page of them."""
    statement = _ENTRIES.where(_e.person_id == bindparam("person"))
    return _newest(db, statement, wanted, {"person": person_id})
