"""Accompanying a person: contacts planned and unplanned, what happened, what comes next, and the rhythm."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from app.audit import service as audit
from app.auth import queries as auth
from app.cases import service as cases
from app.cases.models import Case
from app.cases.states import CaseStatus, Priority
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import ReadSession, WriteSession
from app.core.errors import InvalidInput
from app.core.ids import CaseId, FollowUpId, ReferralId, UserId
from app.core.moves import begin, move
from app.core.settings import settings
from app.followups import noting, queries
from app.followups.models import FollowUp, FollowUpTransition
from app.followups.schemas import (
    Cancellation,
    ContactRecord,
    FollowUpCreate,
    MissedContact,
    NextContact,
    Postponement,
    UnplannedContact,
)
from app.followups.states import (
    FOLLOW_UP_LIFECYCLE,
    FollowUpAction,
    FollowUpKind,
    FollowUpReason,
)
from app.intake import case_queries as interviews
from app.vocabularies import service as vocabularies
from app.windows import queries as windows

RETRY_DAYS = 3  # working days after a contact that was missed
ANSWER_DAYS = 2  # working days after a partner's answer, to tell the person


# --- what a worker does ---------------------------------------------------------------------------------------


def plan(db: WriteSession, actor: Actor, case: Case, data: FollowUpCreate) -> FollowUp:
    """Plan a contact. On a closed case it is the contact after closure: does the outcome hold?"""
    if data.due_on < windows.today(db, case.window_id):
        raise InvalidInput("/due_on", "in_the_past")
    if data.worker_id is not None and not auth.serves_at(db, data.worker_id, case.window_id):
        raise InvalidInput("/worker_id", "unknown")
    is_closed = case.status is CaseStatus.closed
    reason = FollowUpReason.post_closure if is_closed else FollowUpReason.manual
    return _plan(db, actor, case, data, reason, worker_id=data.worker_id)


def note_unplanned(db: WriteSession, actor: Actor, case: Case, data: UnplannedContact) -> FollowUp:
    """Note a contact that nobody had planned: a call, a chance meeting, somebody at the counter.

    It may turn out to be the one that was planned, held earlier or otherwise; then that one is done.
    """
    held_at = _held_at(db, case, data.held_at)
    noting.check_is_new(db, actor, case.id, data, held_at)
    if data.planned_id is not None:
        return record(db, actor, _planned_one(db, case, data.planned_id), data, kind=data.kind)
    first = NextContact(kind=data.kind, due_on=_day(db, case, held_at), purpose=None)
    follow_up = _plan(db, actor, case, first, FollowUpReason.unplanned, worker_id=actor.user)
    return record(db, actor, follow_up, data)


def _planned_one(db: WriteSession, case: Case, wanted: FollowUpId) -> FollowUp:
    found = next((planned for planned in queries.planned_of(db, case.id) if planned.id == wanted), None)
    if found is None:
        raise InvalidInput("/planned_id", "unknown")
    return found


def record(
    db: WriteSession,
    actor: Actor,
    follow_up: FollowUp,
    data: ContactRecord,
    *,
    kind: FollowUpKind | None = None,
) -> FollowUp:
    """Say what happened and what comes next; without a plan the case's rhythm makes one."""
    case = db.get_one(Case, follow_up.case_id)
    held_at = _held_at(db, case, data.held_at)
    lead(
        db,
        actor,
        follow_up,
        FollowUpAction.record,
        held_at=held_at,
        happened=data.happened,
        next_step=data.next_step,
        worker_id=actor.user,
        kind=kind or follow_up.kind,
    )
    cases.reach(db, actor, case, case.stage)
    cases.contacted(db, case.id, _day(db, case, held_at))
    go_on(db, actor, case, data.next)
    return follow_up


def miss(db: WriteSession, actor: Actor, follow_up: FollowUp, data: MissedContact) -> FollowUp:
    """The person did not come or could not be reached; another try is planned."""
    vocabularies.check(db, "/reason", "attendance_reason", [data.reason])
    case = db.get_one(Case, follow_up.case_id)
    lead(
        db,
        actor,
        follow_up,
        FollowUpAction.miss,
        reason_code=data.reason,
        held_at=now(),
        attendance_reason=data.reason,
        happened=data.note,
    )
    if data.next is not None:
        _plan(db, actor, case, _checked(db, case, data.next), FollowUpReason.manual)
    elif case.status is not CaseStatus.closed:
        plan_call(db, actor, case, FollowUpReason.no_show, follow_up.id, RETRY_DAYS)
    return follow_up


def postpone(db: WriteSession, actor: Actor, follow_up: FollowUp, data: Postponement) -> FollowUp:
    """Move a planned contact to another day or hour, with the reason; an hour is of its day and does not stay."""
    if data.due_on < windows.today(db, follow_up.window_id):
        raise InvalidInput("/due_on", "in_the_past")
    return lead(
        db,
        actor,
        follow_up,
        FollowUpAction.postpone,
        note=data.reason,
        due_on=data.due_on,
        due_time=data.due_time,
    )


def cancel(db: WriteSession, actor: Actor, follow_up: FollowUp, data: Cancellation) -> FollowUp:
    """Take a planned contact back, with the reason."""
    return lead(db, actor, follow_up, FollowUpAction.cancel, note=data.reason)


# --- the rhythm -----------------------------------------------------------------------------------------------


def rhythm(priority: Priority) -> timedelta:
    """How far apart contacts are: weekly for urgent and high, two-weekly for medium, monthly for low (settings)."""
    config = settings()
    return timedelta(
        days={
            Priority.urgent: config.rhythm_days_urgent,
            Priority.high: config.rhythm_days_high,
            Priority.medium: config.rhythm_days_medium,
            Priority.low: config.rhythm_days_low,
        }[priority]
    )


def rhythm_due(db: ReadSession, case: Case, since: date) -> date:
    """The working day on which the rhythm asks for the contact that follows a day."""
    return windows.calendar(db, case.window_id).next_working(since + rhythm(case.priority))


def go_on(db: WriteSession, actor: Actor, case: Case, wanted: NextContact | None) -> None:
    if wanted is not None:
        reason = FollowUpReason.post_closure if case.status is CaseStatus.closed else FollowUpReason.manual
        _plan(db, actor, case, _checked(db, case, wanted), reason)
    elif case.status is not CaseStatus.closed and not queries.planned_of(db, case.id):
        plan_rhythm(db, actor, case)


def _checked(db: WriteSession, case: Case, wanted: NextContact) -> NextContact:
    if wanted.due_on < windows.today(db, case.window_id):
        raise InvalidInput("/next/due_on", "in_the_past")
    return wanted


def plan_rhythm(db: WriteSession, actor: Actor, case: Case, cause_id: UUID | None = None) -> None:
    if cause_id is not None and queries.caused_by(db, FollowUpReason.rhythm, cause_id):
        return
    due_on = rhythm_due(db, case, windows.today(db, case.window_id))
    wanted = NextContact(kind=queries.usual_kind(db, case.person_id), due_on=due_on)
    _plan(db, actor, case, wanted, FollowUpReason.rhythm, cause_id=cause_id)


def plan_call(
    db: WriteSession,
    actor: Actor,
    case: Case,
    reason: FollowUpReason,
    cause_id: UUID,
    days: int,
    referral_id: ReferralId | None = None,
) -> None:
    if queries.caused_by(db, reason, cause_id):
        return
    calendar = windows.calendar(db, case.window_id)
    due_on = calendar.add_days(windows.today(db, case.window_id), days)
    wanted = NextContact(kind=queries.usual_kind(db, case.person_id), due_on=due_on)
    _plan(db, actor, case, wanted, reason, cause_id=cause_id, referral_id=referral_id)


def _plan(
    db: WriteSession,
    actor: Actor,
    case: Case,
    wanted: NextContact,
    reason: FollowUpReason,
    *,
    worker_id: UserId | None = None,
    cause_id: UUID | None = None,
    referral_id: ReferralId | None = None,
) -> FollowUp:
    follow_up = FollowUp(
        case_id=case.id,
        person_id=case.person_id,
        window_id=case.window_id,
        worker_id=worker_id or case.referent_id,
        referral_id=referral_id,
        kind=wanted.kind,
        reason=reason,
        cause_id=cause_id,
        due_on=wanted.due_on,
        due_time=wanted.due_time,
        purpose=wanted.purpose,
    )
    db.add(follow_up)
    db.flush()
    begin(db, actor, follow_up, "plan", lambda **row: _transition(follow_up.id, **row))
    note_down(db, actor, "plan", follow_up, reason=reason)
    refresh_due(db, case.id)
    return follow_up


def _transition(follow_up_id: FollowUpId, **row: object) -> FollowUpTransition:
    return FollowUpTransition(follow_up_id=follow_up_id, **row)  # type: ignore[arg-type]


def lead(
    db: WriteSession,
    actor: Actor,
    follow_up: FollowUp,
    action: FollowUpAction,
    *,
    reason_code: str | None = None,
    note: str | None = None,
    **columns: Any,
) -> FollowUp:
    move(
        db,
        actor,
        follow_up,
        FOLLOW_UP_LIFECYCLE,
        action,
        lambda **row: _transition(follow_up.id, **row),
        reason_code=reason_code,
        note=note,
        **columns,
    )
    note_down(db, actor, action, follow_up)
    refresh_due(db, follow_up.case_id)
    return follow_up


def note_down(db: WriteSession, actor: Actor, act: str, follow_up: FollowUp, **details: object) -> None:
    person_id = follow_up.person_id
    audit.record(db, actor, f"follow_up:{act}", "follow_up", follow_up.id, person_id=person_id, **details)


def refresh_due(db: WriteSession, case_id: CaseId) -> None:
    db.flush()
    cases.set_due(db, case_id, "follow_up", queries.earliest(db, case_id))


def _held_at(db: ReadSession, case: Case, held_at: datetime | None) -> datetime:
    """When it took place: now, or earlier, but with the case's first day at the earliest."""
    if held_at is None:
        return now()
    if held_at > now():
        raise InvalidInput("/held_at", "in_the_future")
    begun = min(filter(None, (case.created_at, interviews.first_held(db, case.id))))
    if _day(db, case, held_at) < _day(db, case, begun):
        raise InvalidInput("/held_at", "before_the_case")
    return held_at


def _day(db: ReadSession, case: Case, at: datetime) -> date:
    return at.astimezone(windows.calendar(db, case.window_id).tz).date()
