from collections import Counter
from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, select, union_all

from app.consents import queries as consents
from app.core.actor import Actor, Role
from app.core.clock import now
from app.core.db import ReadSession, row, rows
from app.core.errors import NotFound
from app.core.ids import ArrivalId, InterviewId, PersonId, WindowId
from app.core.pagination import Page, PageRequest, binds, cut, keyset
from app.intake.models import Arrival, Interview
from app.intake.policy import arrivals_visible_to, visible_to
from app.intake.states import ArrivalStatus, InterviewStatus
from app.people.models import Person

_a, _i, _p = Arrival.__table__.c, Interview.__table__.c, Person.__table__.c

_NAMES = ("given_name_ar", "family_name_ar", "given_name_latin", "family_name_latin")

_ARRIVAL: Select[Any] = select(
    _a.id,
    _a.window_id,
    _a.on,
    _a.ticket,
    _a.first_name,
    _a.reason,
    _a.arrived_at,
    _a.status,
    _a.interview_id,
    _a.topic,
    _a.answered_at,
    _a.version,
)
_DAY = _ARRIVAL.where(_a.window_id == bindparam("window"), _a.on == bindparam("day"))
_DAY_COUNTS = (
    select(_a.status, _a.reason, _a.topic, func.count().label("arrivals"))
    .where(_a.window_id == bindparam("window"), _a.on == bindparam("day"))
    .group_by(_a.status, _a.reason, _a.topic)
    .order_by(_a.status, _a.reason, _a.topic)
)

_CALLED: Select[Any] = select(_a.interview_id, _a.ticket, _a.first_name, _a.reason)

_INTERVIEW: Select[Any] = select(
    _i.id,
    _i.window_id,
    _i.worker_id,
    _i.held_at,
    _i.channel,
    _i.person_id,
    _i.new_person,
    _i.set_aside,
    _i.narrative,
    _i.needs,
    _i.urgency,
    _i.consents,
    _i.conclusion,
    _i.conclusion_note,
    _i.case_id,
    _i.status,
    _i.completed_at,
    _i.version,
)
_ROWS: Select[Any] = select(
    _i.id,
    _i.window_id,
    _i.worker_id,
    _i.held_at,
    _i.channel,
    _i.person_id,
    _i.new_person,
    *(_p[name] for name in _NAMES),
    _i.needs,
    _i.urgency,
    _i.conclusion,
    _i.case_id,
    _i.status,
    _i.version,
).select_from(Interview.__table__.outerjoin(Person.__table__, _p.id == _i.person_id))


# --- reception -----------------------------------------------------------------------------------------------


def arrival(db: ReadSession, actor: Actor, arrival_id: ArrivalId) -> Arrival:
    """An arrival for moving it, or `NotFound`."""
    found = db.scalar(
        select(Arrival).where(Arrival.id == bindparam("arrival"), arrivals_visible_to(actor)),
        {**actor.binds, "arrival": arrival_id},
    )
    if found is None:
        raise NotFound()
    return found


def read_arrival(db: ReadSession, actor: Actor, arrival_id: ArrivalId) -> dict[str, Any]:
    """One arrival as columns, or `NotFound`."""
    statement = _ARRIVAL.where(_a.id == bindparam("arrival"), arrivals_visible_to(actor))
    found = row(db, statement, actor.binds, arrival=arrival_id)
    if found is None:
        raise NotFound()
    return _with_waiting(dict(found))


def arrivals_page(
    db: ReadSession,
    actor: Actor,
    wanted: PageRequest,
    window_id: WindowId,
    on: date,
    status: ArrivalStatus | None = None,
) -> Page:
    """A window's arrivals of one day by ticket."""
    statement = _DAY.where(arrivals_visible_to(actor))
    if status is not None:
        statement = statement.where(_a.status == status)
    found = rows(
        db,
        keyset(statement, _a.ticket, page=wanted),
        actor.binds,
        window=window_id,
        day=on,
        **binds(wanted, int),
    )
    result = cut(found, wanted, "ticket")
    return Page([_with_waiting(item) for item in result.items], result.next)


def _with_waiting(item: dict[str, Any]) -> dict[str, Any]:
    waits = item["status"] is ArrivalStatus.waiting
    since = now() - item["arrived_at"]
    return {**item, "waiting_minutes": int(since.total_seconds() // 60) if waits else None}


def day_summary(db: ReadSession, window_id: WindowId, on: date) -> dict[str, Any]:
    """How many came to a window on a day, by status, reason and counter topic. One day bounds what is counted.

    With a ticket that was given by mistake nobody came: it stands under its status alone.
    """
    by_status, by_reason, by_topic = Counter[str](), Counter[str](), Counter[str]()
    for counted in rows(db, _DAY_COUNTS, window=window_id, day=on):
        by_status[counted.status] += counted.arrivals
        if counted.status is not ArrivalStatus.cancelled:
            by_reason[counted.reason] += counted.arrivals
        if counted.topic is not None:
            by_topic[counted.topic] += counted.arrivals
    return {
        "window_id": window_id,
        "on": on,
        "total": by_reason.total(),
        "by_status": {status.value: by_status[status] for status in ArrivalStatus},
        "by_reason": dict(by_reason),
        "by_topic": dict(by_topic),
    }


def last_ticket(db: ReadSession, window_id: WindowId, on: date) -> int:
    """The number that was given out last on a day, or 0."""
    last = db.scalar(select(func.max(Arrival.ticket)).where(Arrival.window_id == window_id, Arrival.on == on))
    return last or 0


def arrival_of(db: ReadSession, interview_id: InterviewId) -> Arrival | None:
    """Who was called to this interview, if somebody waited for it."""
    return db.scalar(select(Arrival).where(Arrival.interview_id == interview_id))


def called(
    db: ReadSession, actor: Actor, interview_ids: Collection[InterviewId]
) -> dict[InterviewId, dict[str, Any]]:
    """Who was called to which of these interviews, as columns: the ticket, the first name, the reason of coming."""
    statement = _CALLED.where(_a.interview_id.in_(interview_ids), arrivals_visible_to(actor))
    found = rows(db, statement.order_by(_a.arrived_at), actor.binds)
    return {item["interview_id"]: dict(item) for item in found}


def beginnings(
    db: ReadSession, actor: Actor, interview_ids: Collection[InterviewId], characters: int
) -> dict[InterviewId, str | None]:
    """The first characters of what was written in each of these interviews; no more of it is read."""
    first = func.substr(_i.narrative, 1, bindparam("characters")).label("first")
    statement = select(_i.id, first).where(_i.id.in_(interview_ids), visible_to(actor)).order_by(_i.id)
    return {found.id: found.first for found in rows(db, statement, actor.binds, characters=characters)}


# --- interviews ----------------------------------------------------------------------------------------------


def get(db: ReadSession, actor: Actor, interview_id: InterviewId) -> Interview:
    """An interview for changing it, or `NotFound`."""
    found = db.scalar(
        select(Interview).where(Interview.id == bindparam("interview"), visible_to(actor)),
        {**actor.binds, "interview": interview_id},
    )
    if found is None:
        raise NotFound()
    return found


def read(db: ReadSession, actor: Actor, interview_id: InterviewId) -> dict[str, Any]:
    """One interview as columns, or `NotFound`; a completed one with the consents that it recorded."""
    found = row(db, _one(actor.role), actor.binds, interview=interview_id)
    if found is None:
        raise NotFound()
    if found.status is not InterviewStatus.completed or found.person_id is None:
        return dict(found)
    return {**found, "consents": consents.told_in(db, found.person_id, found.id)}


@cache
def _one(role: Role) -> Select[Any]:
    # The filter depends on the role alone; who asks comes with the parameters.
    return _INTERVIEW.where(_i.id == bindparam("interview"), visible_to(Actor(user_id=None, role=role)))


def page(
    db: ReadSession,
    actor: Actor,
    wanted: PageRequest,
    *,
    window_id: WindowId | None = None,
    status: InterviewStatus | None = None,
    person_id: PersonId | None = None,
    mine: bool = False,
) -> Page:
    """Interviews, the newest first.

    Each window's newest ids come off its own index, one page of each: so a page costs the same with many
    interviews and for who serves at several windows.
    """
    wanted_rows = [
        column == value for column, value in ((_i.status, status), (_i.person_id, person_id)) if value
    ]
    if mine:
        wanted_rows.append(_i.worker_id == bindparam("actor_id"))
    windows = sorted(actor.window_ids) if window_id is None else [window_id]
    if not windows:
        return Page([], None)
    newest = [_newest(wanted, _i.window_id == window, *wanted_rows) for window in windows]
    statement = _ROWS.where(visible_to(actor), _i.id.in_(union_all(*newest)))
    statement = statement.order_by(_i.id.desc()).limit(bindparam("page_limit"))
    result = cut(rows(db, statement, actor.binds, **binds(wanted, UUID)), wanted, "id")
    return Page([_named(item) for item in result.items], result.next)


def _newest(wanted: PageRequest, *conditions: ColumnElement[bool]) -> Select[Any]:
    ids = keyset(select(_i.id).where(*conditions), _i.id, page=wanted, descending=True).subquery()
    return select(ids.c.id)


def _named(item: dict[str, Any]) -> dict[str, Any]:
    """A draft about somebody who is not registered yet shows the names that were written down so far."""
    typed = item.pop("new_person") or {}
    for name in _NAMES:
        if item[name] is None and isinstance(typed.get(name), str):
            item[name] = typed[name]
    return item
