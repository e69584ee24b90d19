from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, literal, select

from app.auth.models import User
from app.cases import numbers, plan_queries
from app.cases.models import Assignment, Case, CaseDue, Review
from app.cases.policy import may_close, visible_to, visible_to_role
from app.cases.states import CASE_LIFECYCLE, CaseAction, CaseStatus
from app.core.actor import Actor, Role
from app.core.clock import today
from app.core.db import ReadSession, row, rows
from app.core.errors import NotFound
from app.core.ids import CaseId, PersonId, WindowId
from app.core.pagination import Page, PageRequest, binds, cut, keyset
from app.core.prepared import Prepared
from app.core.settings import settings
from app.people.models import Person
from app.windows.models import Window

_c, _p, _w, _u = Case.__table__.c, Person.__table__.c, Window.__table__.c, User.__table__.c
_a, _r, _d = Assignment.__table__.c, Review.__table__.c, CaseDue.__table__.c

# A literal, not a parameter: the planner must see that the partial indexes of living cases apply.
LIVING: ColumnElement[bool] = _c.status != literal(CaseStatus.closed, _c.status.type, literal_execute=True)

BRIEF: Select[Any] = select(
    _c.id,
    _c.number,
    _c.person_id,
    _p.given_name_ar,
    _p.family_name_ar,
    _p.given_name_latin,
    _p.family_name_latin,
    _c.window_id,
    _w.code.label("window_code"),
    _c.referent_id,
    _u.name.label("referent_name"),
    _c.status,
    _c.stage,
    _c.priority,
    _c.needs,
    _c.last_contact_on,
    _c.next_due_on,
    _c.closure_requested_at,
    _c.created_at,
    _c.version,
    _w.time_zone,
).select_from(
    # They always find somebody. But SQLite, knowing no sizes, would begin with the users as readily as with the cases
    # of a window, and it may not reorder an outer join.
    Case.__table__.outerjoin(Person.__table__, _p.id == _c.person_id)
    .outerjoin(Window.__table__, _w.id == _c.window_id)
    .outerjoin(User.__table__, _u.id == _c.referent_id)
)

_WHOLE: Select[Any] = BRIEF.add_columns(
    _c.summary, _c.closed_at, _c.closing_reason, _c.closing_note, _c.closure_requested_by, _c.updated_at
)


@dataclass(frozen=True)
class CaseIds:
    """A case that was found visible, for what hangs on it."""

    case_id: CaseId
    person_id: PersonId
    window_id: WindowId


def get(db: ReadSession, actor: Actor, case_id: CaseId, *, lock: bool = False) -> Case:
    """A case that the actor may see, for changing it; `lock` keeps other writers of the case waiting.

    Raises `NotFound`.
    """
    statement = select(Case).where(Case.id == case_id, visible_to(actor))
    if lock:
        statement = statement.with_for_update(key_share=True)
    case = db.scalar(statement, dict(actor.binds))
    if case is None:
        raise NotFound()
    return case


@cache
def _called(role: Role) -> Prepared:
    present = and_(_a.case_id == _c.id, _a.until.is_(None))
    return Prepared(
        select(_c.id, _c.number, _c.referent_id, _a.since.label("assigned_at"), _a.reason)
        .select_from(Case.__table__.outerjoin(Assignment.__table__, present))
        .where(_c.id.in_(bindparam("cases", expanding=True)), visible_to_role(role))
    )


def called(db: ReadSession, actor: Actor, cases: Iterable[CaseId]) -> dict[CaseId, Mapping[str, Any]]:
    """By case that the actor may see: its number, and who has it since when and why, but no word about the person."""
    wanted = list(cases)
    found = rows(db, _called(actor.role), actor.binds, cases=wanted) if wanted else []
    return {one.id: one for one in found}


def living_case(db: ReadSession, person_id: PersonId, window_id: WindowId) -> Case | None:
    """The case under which a person is accompanied at a window now: there is one at most."""
    return db.scalar(select(Case).where(Case.person_id == person_id, Case.window_id == window_id, LIVING))


_LIVING_ID = select(_c.id).where(
    _c.person_id == bindparam("person"), _c.window_id == bindparam("window"), LIVING
)


def living_id(db: ReadSession, person_id: PersonId, window_id: WindowId) -> CaseId | None:
    """The id of that case."""
    return db.scalar(_LIVING_ID, {"person": person_id, "window": window_id})


@cache
def _ids(role: Role) -> Prepared:
    wanted = select(_c.id, _c.person_id, _c.window_id).where(
        _c.id == bindparam("case"), visible_to_role(role)
    )
    return Prepared(wanted)


def ids(db: ReadSession, actor: Actor, case_id: CaseId) -> CaseIds:
    """Whose and where a visible case is, or `NotFound`."""
    found = row(db, _ids(actor.role), actor.binds, case=case_id)
    if found is None:
        raise NotFound()
    return CaseIds(found.id, found.person_id, found.window_id)


@cache
def _whole(role: Role, column: str) -> Prepared:
    return Prepared(_WHOLE.where(_c[column] == bindparam("wanted"), visible_to_role(role)))


def read(db: ReadSession, actor: Actor, case_id: CaseId) -> dict[str, Any]:
    """The page of a case as columns, with what is derived and the open goals, or `NotFound`: two statements."""
    return _page_of(db, actor, "id", case_id)


def by_number(db: ReadSession, actor: Actor, said: str) -> dict[str, Any]:
    """The page of the case whose number somebody said, wrote or pasted, or `NotFound`."""
    return _page_of(db, actor, "number", numbers.understand(said))


def _page_of(db: ReadSession, actor: Actor, column: str, wanted: object) -> dict[str, Any]:
    found = row(db, _whole(actor.role, column), actor.binds, wanted=wanted)
    if found is None:
        raise NotFound()
    may_close_it = may_close(actor, found.priority)
    return {
        **derived(found, today(found.time_zone)),
        "actions": _actions(actor, found.status, may_close_it),
        "closing_needs_approval": not may_close_it,
        "plan": plan_queries.plan(db, actor, found.id, only_open=True),
    }


def _actions(actor: Actor, status: CaseStatus, may_close_it: bool) -> list[CaseAction]:
    """What the life cycle leads to, less what nobody asks for and the closing that somebody else decides."""
    left_out = {CaseAction.activate, None if may_close_it else CaseAction.close}
    return [action for action in CASE_LIFECYCLE.allowed(status, actor.role) if action not in left_out]


def derived(case: dict[str, Any], day: date) -> dict[str, Any]:
    """Put into a row of `BRIEF` what depends on today: on the day at its window, wherever the reader is."""
    del case["time_zone"]
    contact, due = case["last_contact_on"], case["next_due_on"]
    silence = (day - contact).days if contact else None
    is_living = case["status"] is not CaseStatus.closed
    case["days_since_contact"] = silence
    case["is_silent"] = is_living and silence is not None and silence > settings().silent_case_days
    case["is_overdue"] = due is not None and due < day
    return case


def silent_before(day: date) -> date:
    """A living case whose last contact lies before this day is silent."""
    return day - timedelta(days=settings().silent_case_days)


def assignments(db: ReadSession, case_id: CaseId) -> list[dict[str, Any]]:
    """Who was the referent, latest first; the last hundred, which no case comes near."""
    statement = (
        select(_a.id, _a.user_id, _u.name.label("user_name"), _a.assigned_by, _a.reason, _a.since, _a.until)
        .join(User.__table__, _u.id == _a.user_id)
        .where(_a.case_id == case_id)
        .order_by(_a.id.desc())
        .limit(100)
    )
    return [dict(found) for found in rows(db, statement)]


def reviews(db: ReadSession, case_id: CaseId, page: PageRequest) -> Page:
    """The reviews of a case, latest first."""
    statement = select(_r.id, _r.by, _r.summary, _r.at).where(_r.case_id == case_id)
    found = rows(db, keyset(statement, _r.id, page=page, descending=True), binds(page, UUID))
    return cut(found, page, "id")


_DUES = Prepared(select(_d.source, _d.due_on).where(_d.case_id == bindparam("case")).order_by(_d.source))


def dues(db: ReadSession, case_id: CaseId) -> dict[str, date]:
    """When each kind of work on a case that was found visible is due next: what stands behind its one due date."""
    return {due.source: due.due_on for due in rows(db, _DUES, case=case_id)}
