"""Closings that wait for a supervisor: who asks, since when, and why; and what became of one asked for before."""

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from app.auth.models import User
from app.cases.models import Case, CaseTransition
from app.cases.policy import visible_to_role
from app.cases.queries import BRIEF, LIVING, derived
from app.cases.states import CaseAction
from app.core.actor import Actor, Role
from app.core.clock import today
from app.core.db import ReadSession, row, rows
from app.core.ids import CaseId
from app.core.pagination import Page, PageRequest, binds, cut, keyset
from app.core.prepared import Prepared

_c, _t = Case.__table__.c, CaseTransition.__table__.c
_who, _asker = User.__table__.c, User.__table__.alias("asker")

_ASKED = (
    BRIEF.add_columns(_c.closing_reason, _asker.c.name.label("asked_by"))
    .outerjoin(_asker, _asker.c.id == _c.closure_requested_by)
    .where(LIVING, _c.closure_requested_at.is_not(None))
)


@cache
def _list(role: Role, goes_on: bool) -> Prepared:
    asked = _ASKED.where(visible_to_role(role))
    page = PageRequest(cursor="" if goes_on else None)
    return Prepared(keyset(asked, _c.closure_requested_at, _c.id, page=page))


def page(db: ReadSession, actor: Actor, wanted: PageRequest) -> Page:
    """The closings asked for at the actor's windows, the one that waits longest first.

    Looks through the living cases of the windows, along their partial index.
    """
    values = binds(wanted, datetime, UUID)
    found = rows(db, _list(actor.role, wanted.cursor is not None), actor.binds, **values)
    result = cut(found, wanted, "closure_requested_at", "id")
    day_in = cache(today)
    return Page([derived(case, day_in(case["time_zone"])) for case in result.items], result.next)


_LAST_DECIDED = (
    select(_t.action, _t.at, _t.note, _who.name)
    .outerjoin(User.__table__, _who.id == _t.actor_id)
    .where(_t.case_id == bindparam("id"), _t.action.in_(["decline_closure", CaseAction.close]))
    .order_by(_t.id.desc())
    .limit(1)
)


def declined_before(db: ReadSession, case_id: CaseId) -> dict[str, Any] | None:
    """The last request that was declined of a case that is known to be visible: when, by whom, and why.

    A case that was closed and taken up again begins anew: what was declined before counts no more.
    """
    last = row(db, _LAST_DECIDED, id=case_id)
    if last is None or last.action == CaseAction.close:
        return None
    return {"at": last.at, "by": last.name, "reason": last.note}


@cache
def _number(role: Role) -> Prepared:
    return Prepared(select(_c.number).where(_c.id == bindparam("case"), visible_to_role(role)))


def number(db: ReadSession, actor: Actor, case_id: CaseId) -> str | None:
    """The number of a case, for whom it is visible."""
    found = row(db, _number(actor.role), actor.binds, case=case_id)
    return found.number if found else None
