from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select

from app.cases.models import Case
from app.cases.states import Priority
from app.core.actor import Actor, Role
from app.core.clock import today as calendar_day
from app.core.db import ReadSession, row, rows
from app.core.errors import NotFound
from app.core.ids import CaseId, FollowUpId, PersonId, UserId, WindowId
from app.core.pagination import Page, PageRequest, binds, cut, keyset
from app.core.prepared import Prepared
from app.followups.models import FollowUp
from app.followups.policy import visible_to
from app.followups.states import (
    FOLLOW_UP_LIFECYCLE,
    OUTLIVES_CLOSING,
    FollowUpKind,
    FollowUpReason,
    FollowUpStatus,
)
from app.people.models import ContactPreference, Person
from app.people.queries import NAMES

_f, _c, _p = FollowUp.__table__.c, Case.__table__.c, Person.__table__.c
_PLANNED = _f.status == FollowUpStatus.planned.value
_BY_HOUR = (_f.due_time.is_(None), _f.due_time)  # on one day those without an hour come last
_ROW = (
    _f.id,
    _f.case_id,
    _f.person_id,
    _f.window_id,
    _f.worker_id,
    _f.referral_id,
    _f.kind,
    _f.reason,
    _f.due_on,
    _f.due_time,
    _f.status,
    _f.held_at,
    _f.version,
)


def by_hour(contact: Mapping[str, Any]) -> tuple[date, bool, str, UUID]:
    """The same order for contacts of several windows."""
    return contact["due_on"], contact["due_time"] is None, contact["due_time"] or "", contact["id"]


def get(db: ReadSession, actor: Actor, follow_up_id: FollowUpId) -> FollowUp:
    """A contact that this actor may see, for changing it, or `NotFound`."""
    statement = select(FollowUp).where(_f.id == bindparam("id"), visible_to(actor))
    found = db.scalar(statement, {"id": follow_up_id, **actor.binds})
    if found is None:
        raise NotFound()
    return found


def read(db: ReadSession, actor: Actor, follow_up_id: FollowUpId) -> dict[str, Any]:
    """One contact as columns, or `NotFound`."""
    columns = (*_ROW, _f.purpose, _f.attendance_reason, _f.happened, _f.next_step)
    found = row(
        db, select(*columns).where(_f.id == bindparam("id"), visible_to(actor)), actor.binds, id=follow_up_id
    )
    if found is None:
        raise NotFound()
    return {**found, "allowed": FOLLOW_UP_LIFECYCLE.allowed(found.status, actor.role)}


def of_case(db: ReadSession, actor: Actor, case_id: CaseId, wanted: PageRequest) -> Page:
    """The contacts of a case, latest due first."""
    statement = select(*_ROW).where(_f.case_id == bindparam("case_id"), visible_to(actor))
    statement = keyset(statement, _f.due_on, _f.id, page=wanted, descending=True)
    found = rows(db, statement, actor.binds, case_id=case_id, **binds(wanted, date, UUID))
    return cut(found, wanted, "due_on", "id")


_NAMES = (_p.given_name_ar, _p.family_name_ar, _p.given_name_latin, _p.family_name_latin)
WHEN = {
    "overdue": _f.due_on < bindparam("today"),
    "due": _f.due_on <= bindparam("today"),
    "upcoming": _f.due_on > bindparam("today"),
}


@cache
def _planned(role: Role, when: str | None, filters: tuple[str, ...], has_cursor: bool) -> Select[Any]:
    statement = (
        select(*_ROW, _c.number.label("case_number"), _c.priority.label("case_priority"), *_NAMES)
        .join(Case.__table__, _c.id == _f.case_id)
        .join(Person.__table__, _p.id == _f.person_id)
        .where(_PLANNED, visible_to(Actor(user_id=None, role=role)))
    )
    conditions = {"window_id": _f.window_id, "worker_id": _f.worker_id}
    statement = statement.where(*(conditions[name] == bindparam(name) for name in filters))
    if when is not None:
        statement = statement.where(WHEN[when])
    return keyset(statement, _f.due_on, _f.id, page=PageRequest(cursor="" if has_cursor else None))


def planned(
    db: ReadSession,
    actor: Actor,
    wanted: PageRequest,
    *,
    when: str | None = None,
    window_id: WindowId | None = None,
    worker_id: UserId | None = None,
) -> Page:
    """What is planned in one's windows, earliest first: overdue, due by today, or to come.

    Today is the country's day (`clock.today`), one for the whole list: good as long as all windows share a zone.
    """
    used = {} if worker_id is None else {"worker_id": worker_id}
    statement = _planned(actor.role, when, ("window_id", *used), wanted.cursor is not None)
    values = {**used, "today": calendar_day(), **binds(wanted, date, UUID)}
    found: list[Any] = []
    for window in actor.window_ids:  # a page of each, off its index, instead of sorting what all of them have
        if window_id in (None, window):
            found += rows(db, statement, actor.binds, **values, window_id=window)
    found.sort(key=lambda item: (item.due_on, item.id))
    page = cut(found, wanted, "due_on", "id")
    for item in page.items:
        item["person_name"] = _called(item)
    return page


_LOOKED_THROUGH = PageRequest(
    limit=60
)  # of what is due at once few have more; no index orders it by priority


def pressing_first(
    db: ReadSession, actor: Actor, most: int, *, when: str, worker_id: UserId | None = None
) -> tuple[list[dict[str, Any]], bool]:
    """The first of what is due, and whether there is more.

    What is overdue stands first, the most pressing of it before the oldest, so that nothing urgent lies beyond the cut;
    then the day's own by their hours. Of more than are looked through, the oldest are.
    """
    found = planned(db, actor, _LOOKED_THROUGH, when=when, worker_id=worker_id)
    day = calendar_day()
    found.items.sort(key=lambda item: (*_pressing(item, day), by_hour(item)))
    return found.items[:most], found.next is not None or len(found.items) > most


def _pressing(item: Mapping[str, Any], day: date) -> tuple[bool, int]:
    is_overdue = item["due_on"] < day
    return not is_overdue, -list(Priority).index(item["case_priority"]) if is_overdue else 0


def _called(item: Any) -> str | None:
    """One name for whoever takes no interest in scripts, in Arabic letters where they are known."""
    given = item.given_name_ar or item.given_name_latin
    family = item.family_name_ar or item.family_name_latin
    return " ".join(filter(None, (given, family))) or None


def usual_kind(db: ReadSession, person_id: PersonId) -> FollowUpKind:
    """What is planned without a worker's word is a call; who asked not to be contacted is expected at the office."""
    preference = db.scalar(select(_p.contact_preference).where(_p.id == person_id))
    is_left_alone = preference is ContactPreference.do_not_contact
    return FollowUpKind.office if is_left_alone else FollowUpKind.call


def earliest(db: ReadSession, case_id: CaseId) -> date | None:
    """The first day on which a contact of the case is planned."""
    first: date | None = db.scalar(select(func.min(_f.due_on)).where(_f.case_id == case_id, _PLANNED))
    return first


def planned_of(db: ReadSession, case_id: CaseId) -> list[FollowUp]:
    """The planned contacts of a case, earliest first."""
    return list(
        db.scalars(select(FollowUp).where(_f.case_id == case_id, _PLANNED).order_by(_f.due_on, _f.id))
    )


def caused_by(db: ReadSession, reason: FollowUpReason, cause_id: UUID) -> bool:
    """Whether a cause has already planned its contact: an event may be told twice."""
    return db.scalar(select(_f.id).where(_f.reason == reason, _f.cause_id == cause_id)) is not None


def noted(
    db: ReadSession,
    case_id: CaseId,
    worker_id: UserId,
    kind: FollowUpKind,
    happened: str,
    since: datetime,
    until: datetime,
) -> FollowUpId | None:
    """The contact of a case that somebody noted in these words as held between two instants, both within."""
    first: FollowUpId | None = db.scalar(
        select(_f.id)
        .where(_f.case_id == case_id, _f.worker_id == worker_id, _f.status == FollowUpStatus.done)
        .where(_f.kind == kind, _f.held_at.between(since, until), _f.happened == happened)
        .order_by(_f.id)
        .limit(1)
    )
    return first


def timeline(db: ReadSession, case_id: CaseId, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    """A source of the case's timeline (see `app.wiring`): contacts that took place or were missed, newest first."""
    statement = (
        select(_f.id, _f.held_at, _f.kind, _f.status, _f.worker_id, _f.attendance_reason)
        .where(_f.case_id == case_id, _f.held_at.is_not(None))
        .order_by(_f.held_at.desc(), _f.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(_f.held_at <= before)
    return [
        {
            "at": r.held_at,
            "kind": "follow_up",
            "id": r.id,
            "actor_id": r.worker_id,
            "code": r.status,
            "reason_code": r.attendance_reason,
            "subject_id": r.id,
        }
        for r in rows(db, statement)
    ]


_WAITING = Prepared(
    select(*_ROW, _f.purpose)
    .where(_f.case_id == bindparam("case"), _PLANNED)
    .order_by(_f.due_on, *_BY_HOUR, _f.id)
    .limit(20)
)
_TOLD = Prepared(
    select(_f.id, _f.kind, _f.happened, _f.next_step)
    .where(_f.id.in_(bindparam("follow_ups", expanding=True)))
    .order_by(_f.id)
)


def waiting(db: ReadSession, case_id: CaseId) -> list[dict[str, Any]]:
    """The first planned contacts of a case that was found visible, as columns."""
    return [dict(found) for found in rows(db, _WAITING, case=case_id)]


def left_open(db: ReadSession, case_id: CaseId) -> list[dict[str, Any]]:
    """What stays planned on a closed case: a contact that its closing cancels, a moment later, is none of it."""
    return [contact for contact in waiting(db, case_id) if contact["reason"] in OUTLIVES_CLOSING]


def ended_by_closing(db: ReadSession, case_id: CaseId) -> list[dict[str, Any]]:
    """The planned contacts that closing a case cancels."""
    return [contact for contact in waiting(db, case_id) if contact["reason"] not in OUTLIVES_CLOSING]


def told(db: ReadSession, follow_up_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """What was written about contacts of a case that was found visible."""
    asked = sorted(set(follow_up_ids))
    return {found.id: dict(found) for found in rows(db, _TOLD, follow_ups=asked)} if asked else {}


@cache
def _agenda(role: Role, only_own: bool) -> Prepared:
    statement = (
        select(*_ROW, _f.purpose, _c.number.label("case_number"), *(_p[name] for name in NAMES))
        .join(Case.__table__, _c.id == _f.case_id)
        .join(Person.__table__, _p.id == _f.person_id)
        .where(_PLANNED, _f.window_id == bindparam("window"), visible_to(Actor(user_id=None, role=role)))
        .where(_f.due_on >= bindparam("since"), _f.due_on < bindparam("until"))
        .order_by(_f.due_on, *_BY_HOUR, _f.id)
        .limit(bindparam("most"))
    )
    return Prepared(statement.where(_f.worker_id == bindparam("worker")) if only_own else statement)


def agenda(
    db: ReadSession, actor: Actor, since: date, until: date, most: int, *, worker_id: UserId | None = None
) -> list[dict[str, Any]]:
    """The contacts planned at one's windows from a day until before another, `most` of each window.

    Earliest first; on one day those without an hour come after the others.
    """
    statement = _agenda(actor.role, worker_id is not None)
    values = {"since": since, "until": until, "most": most, "worker": worker_id}
    found = [
        dict(contact)
        for window in actor.window_ids
        for contact in rows(db, statement, actor.binds, window=window, **values)
    ]
    return sorted(found, key=by_hour)
