"""What is done with a case from day to day: other priorities and needs, another referent, a pause, a look back."""

from sqlalchemy import update

from app.audit import service as audit
from app.auth import queries as users
from app.cases import queries, service
from app.cases.events import CaseAssigned, CasePriorityChanged, CaseResumed, CaseSuspended
from app.cases.models import Assignment, Case, Review
from app.cases.policy import may_reprioritise
from app.cases.schemas import CaseAssign, CasesAssign, CaseSuspend, CaseUpdate
from app.cases.states import CaseAction
from app.core import changes
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import WriteSession
from app.core.errors import DomainError, InvalidInput
from app.core.ids import uuid7
from app.outbox import service as outbox
from app.vocabularies import service as vocabularies
from app.windows import queries as windows


class PriorityNeedsApproval(DomainError):
    """Only a supervisor takes a case from high or urgent down to medium or low: ask one to do it."""

    code = "priority_needs_approval"


def change(db: WriteSession, actor: Actor, case: Case, data: CaseUpdate) -> None:
    """Change priority, needs or summary. Another priority is told, because the follow-ups' rhythm comes from it.

    Raises `CaseIsClosed`, `PriorityNeedsApproval`, or `InvalidInput` for a need that is not in the vocabulary.
    """
    service.refuse_closed(case)
    sent, former = data.changes(), case.priority
    if not may_reprioritise(actor, former, data.priority or former):
        raise PriorityNeedsApproval()
    if data.needs is not None:
        vocabularies.check(db, "/needs", "need", set(data.needs) - set(case.needs))
    sent = {name: value for name, value in sent.items() if value is not None or name == "summary"}
    changed = changes.apply(case, sent)
    db.flush()
    audit.record(db, actor, "case:change", "case", case.id, person_id=case.person_id, fields=changed)
    if case.priority is not former:
        event = CasePriorityChanged(
            step_id=uuid7(), case_id=case.id, by=actor.user, priority=case.priority, former=former
        )
        outbox.publish(db, event)


def assign(db: WriteSession, actor: Actor, case: Case, data: CaseAssign) -> None:
    """Hand a case to another referent; who had it before, and until when, is kept.

    Raises `CaseIsClosed`, or `InvalidInput` for somebody who does not serve at the window or has the case already.
    """
    service.refuse_closed(case)
    if not users.serves_at(db, data.user_id, case.window_id):
        raise InvalidInput("/user_id", "not_serving_there")
    if data.user_id == case.referent_id:
        raise InvalidInput("/user_id", "already_referent")
    former = case.referent_id
    # Ended before the next begins: a case has one referent at a time, and the database holds us to it.
    db.execute(
        update(Assignment)
        .where(Assignment.case_id == case.id, Assignment.until.is_(None))
        .values(until=now())
    )
    db.add(Assignment(case_id=case.id, user_id=data.user_id, assigned_by=actor.user, reason=data.reason))
    case.referent_id = data.user_id
    audit.record(
        db, actor, "case:assign", "case", case.id, person_id=case.person_id, to=data.user_id, former=former
    )
    event = CaseAssigned(
        step_id=uuid7(), case_id=case.id, by=actor.user, user_id=data.user_id, former_id=former
    )
    outbox.publish(db, event)


def assign_all(db: WriteSession, actor: Actor, data: CasesAssign) -> int:
    """Hand several cases of one referent to another, all or none, and return how many.

    Those that another hand has given to somebody meanwhile stay where they are. Raises what `assign` raises, and
    `NotFound`.
    """
    # Locked in one order: of two who hand over the same, one waits for the other, and never both.
    asked = [queries.get(db, actor, case_id, lock=True) for case_id in sorted(set(data.cases))]
    held = [case for case in asked if case.referent_id == data.former_id]
    for case in held:
        assign(db, actor, case, data)
    return len(held)


def suspend(db: WriteSession, actor: Actor, case: Case, data: CaseSuspend) -> None:
    """Pause a case for a coded reason; on the day it is paused until, it is due again.

    Raises `InvalidInput` for a day that is past, `IllegalMove`.
    """
    if data.until is not None and data.until < windows.today(db, case.window_id):
        raise InvalidInput("/until", "in_the_past")
    service.lead(db, actor, case, CaseAction.suspend, reason_code=data.reason, note=data.note)
    service.set_due(db, case.id, "suspension", data.until)
    audit.record(db, actor, "case:suspend", "case", case.id, person_id=case.person_id, reason=data.reason)
    outbox.publish(db, CaseSuspended(step_id=uuid7(), case_id=case.id, by=actor.user))


def resume(db: WriteSession, actor: Actor, case: Case) -> None:
    """Go on with a suspended case. Raises `IllegalMove`."""
    service.lead(db, actor, case, CaseAction.resume)
    service.set_due(db, case.id, "suspension", None)
    audit.record(db, actor, "case:resume", "case", case.id, person_id=case.person_id)
    outbox.publish(db, CaseResumed(step_id=uuid7(), case_id=case.id, by=actor.user))


def review(db: WriteSession, actor: Actor, case: Case, summary: str) -> Review:
    """Keep a look back at the plan; the next one is due some months from today. Raises `CaseIsClosed`."""
    service.refuse_closed(case)
    kept = Review(case_id=case.id, by=actor.user, summary=summary)
    db.add(kept)
    db.flush()
    service.set_due(db, case.id, "review", service.review_after(windows.today(db, case.window_id)))
    audit.record(db, actor, "case:review", "case", case.id, person_id=case.person_id, review_id=kept.id)
    return kept
