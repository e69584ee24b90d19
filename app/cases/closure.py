"""Closing a case and taking it up again: what has to be settled before, and the asking where `may_close` says no."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import ClassVar

from sqlalchemy import delete

from app.audit import service as audit
from app.cases import plan, plan_queries, service
from app.cases.events import (
    CaseClosed,
    CaseClosureDeclined,
    CaseClosureRequested,
    CaseClosureSetAside,
    CaseReopened,
)
from app.cases.models import Case, CaseDue, CaseTransition
from app.cases.policy import decides_closings, may_close
from app.cases.schemas import CaseClose, CaseReopen
from app.cases.states import CASE_LIFECYCLE, CaseAction, ClosingReason, Stage
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import ReadSession, WriteSession
from app.core.errors import DomainError, InvalidInput
from app.core.ids import CaseId, UserId, uuid7
from app.core.moves import remark
from app.outbox import service as outbox
from app.windows import queries as windows

# Filled by `app.wiring` from the modules above: each yields what stands against closing, as "<code>:<id>".
checks: list[Callable[[ReadSession, CaseId], Iterable[str]]] = []


class CaseNotReadyToClose(DomainError):
    """Something is still unsettled; `blockers` names each thing as `<code>:<id>`."""

    code = "case_not_ready_to_close"
    example: ClassVar[Mapping[str, object]] = {
        "blockers": ["goal_without_outcome:01920000-0000-7000-8000-000000000000"]
    }


class ClosureNeedsApproval(DomainError):
    """The case is pressing: ask for its closing, and a supervisor closes it."""

    code = "closure_needs_approval"


class ClosureAlreadyRequested(DomainError):
    """Somebody asks for the closing already: that request is decided or set aside before another takes its place."""

    code = "closure_already_requested"


class NoClosureRequested(DomainError):
    """Nobody asks for the closing of this case."""

    code = "no_closure_requested"


class ClosureIsDeclined(DomainError):
    """Another's request is no supervisor's to set aside: it is declined, with a reason that whoever asked is told of."""

    code = "closure_is_declined"


def close(db: WriteSession, actor: Actor, case: Case, data: CaseClose) -> None:
    """Close a case: nothing is due on it any more, everything else stays as it is.

    The reason and the note that somebody asked for the closing with stand, each unless another one is given.
    Raises `CaseIsClosed`, `ClosureNeedsApproval`, `CaseNotReadyToClose`, or `InvalidInput` for a goal that is not
    of this case or not open, and without a reason.
    """
    service.refuse_closed(case)
    if not may_close(actor, case.priority):
        raise ClosureNeedsApproval()
    reason = _reason(data.reason or case.closing_reason)
    note = data.note if "note" in data.model_fields_set else case.closing_note
    _make_ready(db, actor, case, data)
    db.execute(delete(CaseDue).where(CaseDue.case_id == case.id))
    service.lead(
        db,
        actor,
        case,
        CaseAction.close,
        reason_code=reason,
        note=note,
        closed_at=now(),
        closing_reason=reason,
        closing_note=note,
        stage=Stage.outcome,
        next_due_on=None,
    )
    audit.record(db, actor, "case:close", "case", case.id, person_id=case.person_id, reason=reason)
    outbox.publish(db, CaseClosed(step_id=uuid7(), case_id=case.id, by=actor.user, reason=reason))


def _reason(given: ClosingReason | None) -> ClosingReason:
    if given is None:
        raise InvalidInput("/reason", "missing")
    return given


def request_closure(db: WriteSession, actor: Actor, case: Case, data: CaseClose) -> None:
    """Ask a supervisor to close a case; it has to be as ready as for closing.

    Raises `ClosureAlreadyRequested`, and what `close` raises except `ClosureNeedsApproval`.
    """
    service.refuse_closed(case)
    if case.closure_requested_at is not None:
        raise ClosureAlreadyRequested(requested_by=case.closure_requested_by)
    reason = _reason(data.reason)
    _make_ready(db, actor, case, data)
    plan.replan(db, case)
    case.closure_requested_by, case.closure_requested_at = actor.user, now()
    case.closing_reason, case.closing_note = reason, data.note
    told = partial(CaseTransition, case_id=case.id, reason_code=reason)
    remark(db, actor, case, "request_closure", told, data.note)
    audit.record(db, actor, "case:request-closure", "case", case.id, person_id=case.person_id, reason=reason)
    event = CaseClosureRequested(step_id=uuid7(), case_id=case.id, by=actor.user, window_id=case.window_id)
    outbox.publish(db, event)


def approve_request(db: WriteSession, actor: Actor, case: Case) -> None:
    """Close a case as it was asked for, with the reason and the note that were given.

    Raises `NoClosureRequested`, and what `close` raises.
    """
    service.refuse_closed(case)
    if case.closure_requested_at is None or case.closing_reason is None:
        raise NoClosureRequested()
    close(db, actor, case, CaseClose(reason=case.closing_reason, note=case.closing_note))


def set_aside_request(db: WriteSession, actor: Actor, case: Case) -> None:
    """Take back what was asked for, by oneself or by a colleague.

    Who decides does not take back what another asked for: that would be declining without a reason. Raises
    `CaseIsClosed`, `NoClosureRequested`, `ClosureIsDeclined`.
    """
    if _who_asked(case) != actor.user and decides_closings(actor):
        raise ClosureIsDeclined()
    _forget_request(case)
    remark(db, actor, case, "take_back_closure", partial(CaseTransition, case_id=case.id), None)
    audit.record(db, actor, "case:set-aside-closure", "case", case.id, person_id=case.person_id)
    outbox.publish(db, CaseClosureSetAside(step_id=uuid7(), case_id=case.id, by=actor.user))


def decline_request(db: WriteSession, actor: Actor, case: Case, reason: str) -> None:
    """Decide that the case goes on. Whoever asked for its closing is told, and reads the reason in its history.

    Raises `CaseIsClosed`, `NoClosureRequested`.
    """
    requested_by = _who_asked(case)
    _forget_request(case)
    remark(db, actor, case, "decline_closure", partial(CaseTransition, case_id=case.id), reason)
    audit.record(db, actor, "case:decline-closure", "case", case.id, person_id=case.person_id)
    event = CaseClosureDeclined(step_id=uuid7(), case_id=case.id, by=actor.user, requested_by=requested_by)
    outbox.publish(db, event)


def _who_asked(case: Case) -> UserId:
    service.refuse_closed(case)
    if case.closure_requested_by is None:
        raise NoClosureRequested()
    return case.closure_requested_by


def _forget_request(case: Case) -> None:
    case.closure_requested_by = case.closure_requested_at = case.closing_reason = case.closing_note = None


def blockers(db: ReadSession, case_id: CaseId) -> list[str]:
    """What stands against closing: goals without an outcome, and what the modules above still wait for."""
    goals = [f"goal_without_outcome:{goal.id}" for goal in plan_queries.open_goals(db, case_id)]
    return goals + [code for check in checks for code in check(db, case_id)]


def _make_ready(db: WriteSession, actor: Actor, case: Case, data: CaseClose) -> None:
    """Settle the goals that the request speaks of, then see whether anything is left."""
    goals = {goal.id: goal for goal in plan_queries.open_goals(db, case.id)}
    for goal_id, outcome in data.outcomes.items():
        if goal_id not in goals:
            raise InvalidInput(f"/outcomes/{goal_id}", "not_an_open_goal")
        plan.settle(db, actor, goals[goal_id], outcome.status, outcome.note)
    found = blockers(db, case.id)
    if found:
        raise CaseNotReadyToClose(blockers=found)


def reopen(db: WriteSession, actor: Actor, case: Case, data: CaseReopen) -> None:
    """Take up a closed case with all its history; why it was closed stays in its transitions.

    Raises `IllegalMove`, or `CaseAlreadyOpen` when the person has another living case at the window.
    """
    CASE_LIFECYCLE.move(case.status, CaseAction.reopen, actor.role)
    service.refuse_second(db, case.person_id, case.window_id)
    service.lead(
        db,
        actor,
        case,
        CaseAction.reopen,
        note=data.reason,
        closed_at=None,
        closing_reason=None,
        closing_note=None,
        closure_requested_by=None,
        closure_requested_at=None,
        stage=Stage.accompaniment,
    )
    for source, due_on in service.dues_from(db, case, windows.today(db, case.window_id)).items():
        service.set_due(db, case.id, source, due_on)
    plan.replan(db, case)
    audit.record(db, actor, "case:reopen", "case", case.id, person_id=case.person_id)
    outbox.publish(db, CaseReopened(step_id=uuid7(), case_id=case.id, by=actor.user))
