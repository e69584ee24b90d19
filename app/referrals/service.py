"""Referring a person: what the window does, what the partner does, what the clocks do.

Each function is one row of the table in `states`; what the row requires is checked here, and the step, its audit
entry and its event are written in the same transaction.
"""

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.audit import service as audit
from app.cases import service as cases
from app.cases.models import Case
from app.cases.states import CaseStatus, Stage
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import WriteSession
from app.core.errors import DomainError, InvalidInput
from app.core.ids import uuid7
from app.core.moves import begin, move
from app.core.settings import settings
from app.outbox import service as outbox
from app.partners import queries as partners
from app.partners.models import Agreement
from app.referrals import clocks, queries
from app.referrals.events import ReferralMessageSent, ReferralMoved
from app.referrals.models import Referral, ReferralMessage, ReferralTransition
from app.referrals.readiness import readiness
from app.referrals.schemas import (
    Acceptance,
    AppointmentIn,
    Completion,
    Decline,
    Failure,
    Hold,
    ReferralCreate,
    ReferralSend,
    ReferralUpdate,
    ReReferral,
    Start,
    Waitlist,
    Withdrawal,
)
from app.referrals.states import (
    FINAL,
    PAUSED,
    REFERABLE_AGAIN,
    REFERRAL_LIFECYCLE,
    ReferralAction,
    ReferralStatus,
)
from app.vocabularies import service as vocabularies
from app.windows import queries as windows


class CaseNotOpen(DomainError):
    """Only a case that is not closed refers."""

    code = "case_closed"


class ReferralNotDraft(DomainError):
    """What was sent is not edited: withdraw it and refer again."""

    code = "referral_not_draft"


class ReferralNotReady(DomainError):
    """Something stands in the way of sending; `blockers` and `unacknowledged` name it."""

    code = "referral_not_ready"


class NotReferableAgain(DomainError):
    """A referral leads to another one only after it was declined, expired, not completed or withdrawn."""

    code = "not_referable_again"


# --- the window -----------------------------------------------------------------------------------------------


def draft(
    db: WriteSession, actor: Actor, case: Case, data: ReferralCreate, previous: Referral | None = None
) -> Referral:
    """Prepare a referral of a case to a partner's service. Nothing is shared before it is sent."""
    if case.status is CaseStatus.closed:
        raise CaseNotOpen()
    service = partners.service_to_refer(db, data.service_id)
    needs = list(dict.fromkeys(data.needs)) or [service.need_code]
    vocabularies.check(db, "/needs", "need", needs)
    referral = Referral(
        case_id=case.id,
        person_id=case.person_id,
        window_id=case.window_id,
        institution_id=service.institution_id,
        service_id=service.id,
        drafted_by=actor.user,
        needs=needs,
        urgency=data.urgency,
        situation=data.situation,
        previous_id=previous.id if previous else None,
    )
    db.add(referral)
    db.flush()
    begin(db, actor, referral, "draft", lambda **row: ReferralTransition(referral_id=referral.id, **row))
    audit.record(db, actor, "referral:draft", "referral", referral.id, person_id=case.person_id)
    return referral


def edit(db: WriteSession, actor: Actor, referral: Referral, data: ReferralUpdate) -> Referral:
    """Change a draft."""
    if referral.status is not ReferralStatus.draft:
        raise ReferralNotDraft()
    sent = data.changes()
    if data.needs is not None:
        vocabularies.check(db, "/needs", "need", data.needs)
        referral.needs = list(dict.fromkeys(data.needs))
    referral.urgency = data.urgency or referral.urgency
    if "situation" in sent:
        referral.situation = data.situation
    db.flush()
    audit.record(
        db, actor, "referral:edit", "referral", referral.id, person_id=referral.person_id, fields=sorted(sent)
    )
    return referral


def send(db: WriteSession, actor: Actor, referral: Referral, data: ReferralSend) -> Referral:
    """Hand a referral over, under consent (or legal grounds) and an agreement in force; its clocks start.

    Raises `ReferralNotReady` naming everything that stands in the way.
    """
    REFERRAL_LIFECYCLE.move(referral.status, ReferralAction.send, actor.role)
    grounds = data.legal_grounds
    ready = readiness(db, referral, wanted=data.categories, has_legal_grounds=grounds is not None)
    unacknowledged = [code for code in ready.warnings if code not in data.acknowledged]
    if ready.blockers or unacknowledged or ready.agreement is None:
        raise ReferralNotReady(blockers=list(ready.blockers), unacknowledged=unacknowledged)
    sent_at = now()
    times = clocks.deadlines(
        sent_at, referral.urgency, ready.agreement, windows.calendar(db, referral.window_id), settings()
    )
    step(
        db,
        actor,
        referral,
        ReferralAction.send,
        reason_code=grounds.basis if grounds else None,
        agreement_id=ready.agreement.id,
        consent_id=ready.permitted.consent_ids[-1] if ready.permitted.consent_ids and not grounds else None,
        legal_basis=grounds.basis if grounds else None,
        legal_basis_reason=grounds.reason if grounds else None,
        categories=sorted(ready.categories),
        acknowledged=list(ready.warnings),
        sent_at=sent_at,
        decide_by=times.decide_by,
        remind_at=times.remind_at,
        expires_at=times.expires_at,
    )
    cases.reach(db, actor, db.get_one(Case, referral.case_id), Stage.referral)
    return referral


def answer(db: WriteSession, actor: Actor, referral: Referral, text: str) -> Referral:
    """Answer the partner's question; the clocks run on."""
    return step(db, actor, referral, ReferralAction.answer, note=text)


def withdraw(db: WriteSession, actor: Actor, referral: Referral, data: Withdrawal) -> Referral:
    """Take a referral back, from any open state; an abandoned draft is taken back the same way."""
    _need_note(data.reason, data.note)
    return step(db, actor, referral, ReferralAction.withdraw, reason_code=data.reason, note=data.note)


def refer_again(db: WriteSession, actor: Actor, referral: Referral, data: ReReferral) -> Referral:
    """Draft another referral after one that led nowhere; the chain is kept."""
    if referral.status not in REFERABLE_AGAIN:
        raise NotReferableAgain(current=referral.status, allowed=sorted(REFERABLE_AGAIN))
    case = db.get_one(Case, referral.case_id)
    fields = ReferralCreate(
        service_id=data.service_id,
        needs=data.needs or list(referral.needs),
        urgency=data.urgency or referral.urgency,
        situation=data.situation if data.situation is not None else referral.situation,
    )
    return draft(db, actor, case, fields, previous=referral)


# --- the partner ----------------------------------------------------------------------------------------------


def open_it(db: WriteSession, actor: Actor, referral: Referral) -> Referral:
    """The partner saw it for the first time; seeing it again changes nothing."""
    if referral.status is not ReferralStatus.sent:
        return referral
    return step(db, actor, referral, ReferralAction.open)


def ask(db: WriteSession, actor: Actor, referral: Referral, question: str) -> Referral:
    """Ask the window something first; the clocks stand still until it answers."""
    return step(db, actor, referral, ReferralAction.ask, note=question)


def accept(db: WriteSession, actor: Actor, referral: Referral, data: Acceptance) -> Referral:
    """Take the person on, naming whom to turn to."""
    appointment = appointment_columns(data.appointment) if data.appointment else {}
    step(
        db,
        actor,
        referral,
        ReferralAction.accept,
        contact_name=data.contact_name,
        contact_phone=data.contact_phone,
        **appointment,
    )
    cases.reach(db, actor, db.get_one(Case, referral.case_id), Stage.accompaniment)
    return referral


def decline(db: WriteSession, actor: Actor, referral: Referral, data: Decline) -> Referral:
    """Say no, with a coded reason and, if possible, what to try instead."""
    _need_note(data.reason, data.note)
    return step(
        db,
        actor,
        referral,
        ReferralAction.decline,
        reason_code=data.reason,
        note=data.note,
        next_step=data.next_step,
    )


def waitlist(db: WriteSession, actor: Actor, referral: Referral, data: Waitlist) -> Referral:
    """No place yet; one is expected on a day to come."""
    if data.expected_on < windows.today(db, referral.window_id):
        raise InvalidInput("/expected_on", "in_the_past")
    return step(db, actor, referral, ReferralAction.waitlist, note=data.note, expected_on=data.expected_on)


def schedule(db: WriteSession, actor: Actor, referral: Referral, data: AppointmentIn) -> Referral:
    """Set or move the appointment, from either side."""
    return step(db, actor, referral, ReferralAction.schedule, **appointment_columns(data))


def start(db: WriteSession, actor: Actor, referral: Referral, data: Start) -> Referral:
    """The person attended for the first time."""
    if data.attended_on > windows.today(db, referral.window_id):
        raise InvalidInput("/attended_on", "in_the_future")
    return step(db, actor, referral, ReferralAction.start, started_on=data.attended_on)


def hold(db: WriteSession, actor: Actor, referral: Referral, data: Hold) -> Referral:
    """Pause the service."""
    _need_note(data.reason, data.note)
    return step(
        db,
        actor,
        referral,
        ReferralAction.hold,
        reason_code=data.reason,
        note=data.note,
    )


def resume(db: WriteSession, actor: Actor, referral: Referral) -> Referral:
    """Go on where the pause began."""
    return step(db, actor, referral, ReferralAction.resume)


def complete(db: WriteSession, actor: Actor, referral: Referral, data: Completion) -> Referral:
    """The service ended: an outcome for each need, and a note."""
    if set(data.outcomes) != set(referral.needs):
        raise InvalidInput("/outcomes", "every_need")
    outcomes = {need: str(outcome) for need, outcome in data.outcomes.items()}
    return step(db, actor, referral, ReferralAction.complete, outcomes=outcomes, outcome_note=data.note)


def fail(db: WriteSession, actor: Actor, referral: Referral, data: Failure) -> Referral:
    """The service did not come to its end."""
    _need_note(data.reason, data.note)
    return step(db, actor, referral, ReferralAction.fail, reason_code=data.reason, outcome_note=data.note)


# --- both -----------------------------------------------------------------------------------------------------


def write_message(db: WriteSession, actor: Actor, referral: Referral, text: str) -> ReferralMessage:
    """Write to the other side about a referral that was sent, also after it ended."""
    if referral.sent_at is None:
        raise ReferralNotReady(blockers=["not_sent"], unacknowledged=[])
    message = ReferralMessage(
        referral_id=referral.id,
        author_id=actor.user,
        from_partner=actor.institution_id is not None,
        text=text,
    )
    db.add(message)
    audit.record(db, actor, "referral:message", "referral", referral.id, person_id=referral.person_id)
    outbox.publish(db, ReferralMessageSent(step_id=message.id, referral_id=referral.id, by_role=actor.role))
    return message


def _need_note(reason: str, note: str | None) -> None:
    if reason == "other" and not note:
        raise InvalidInput("/note", "note_for_other")


def appointment_columns(data: AppointmentIn) -> dict[str, Any]:
    """Wall time and zone as they were said, and the instant that they mean now.

    Morocco changes its clock around Ramadan: the wall time is the promise, the instant follows from it.
    """
    try:
        zone = ZoneInfo(data.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput("/appointment/zone", "unknown_code") from None
    at = data.at.replace(tzinfo=zone)
    if at < now():
        raise InvalidInput("/appointment/at", "in_the_past")
    return {
        "appointment_at": at,
        "appointment_local": data.at.strftime("%Y-%m-%dT%H:%M"),
        "appointment_zone": data.zone,
        "appointment_place": data.place,
    }


def step(
    db: WriteSession,
    actor: Actor,
    referral: Referral,
    action: ReferralAction,
    *,
    reason_code: str | None = None,
    note: str | None = None,
    **columns: Any,
) -> Referral:
    """Move, record, publish; stop and start the clocks; keep the case's due date true."""
    row = REFERRAL_LIFECYCLE.move(referral.status, action, actor.role)
    target = row.to or referral.held_from
    columns |= _clock_columns(db, referral, target)
    if target in FINAL:
        columns["ended_at"] = now()
    move(
        db,
        actor,
        referral,
        REFERRAL_LIFECYCLE,
        action,
        lambda **step: ReferralTransition(referral_id=referral.id, **step),
        back_to=referral.held_from,
        reason_code=reason_code,
        note=note,
        **columns,
    )
    audit.record(
        db,
        actor,
        f"referral:{action}",
        "referral",
        referral.id,
        person_id=referral.person_id,
        reason=reason_code,
    )
    outbox.publish(
        db,
        ReferralMoved(
            step_id=uuid7(),
            referral_id=referral.id,
            case_id=referral.case_id,
            action=action,
            by_role=actor.role,
            reason_code=reason_code,
        ),
    )
    cases.set_due(db, referral.case_id, "referral", queries.earliest_decision(db, referral.case_id))
    return referral


def _clock_columns(db: WriteSession, referral: Referral, target: ReferralStatus | None) -> dict[str, Any]:
    """Pausing remembers when (and from where); going on moves every deadline by the working time lost."""
    at = now()
    if target in PAUSED:
        return {
            "paused_at": at,
            "held_from": referral.status if target is ReferralStatus.on_hold else None,
        }
    if referral.paused_at is None:
        return {}
    calendar = windows.calendar(db, referral.window_id)
    moved = {
        name: clocks.after_pause(getattr(referral, name), referral.paused_at, at, calendar)
        for name in ("decide_by", "remind_at", "expires_at")
    }
    return {"paused_at": None, "held_from": None, **moved}


def agreement_of(db: WriteSession, referral: Referral) -> Agreement:
    """The agreement under which a referral was sent."""
    return db.get_one(Agreement, referral.agreement_id)
