"""Referring a person: what the window does. What the partner answers stands in `answering`, the clocks in `jobs`.

Each function is one row of the table in `states`: what the row requires is checked here, then `steps.step` moves,
records and publishes in the same transaction.
"""

from collections.abc import Mapping
from typing import ClassVar

from app.audit import service as audit
from app.cases import queries as cases_queries
from app.cases import service as cases
from app.cases.models import Case
from app.cases.states import CaseStatus, Priority, Stage
from app.core import changes
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import WriteSession
from app.core.errors import DomainError, InvalidInput
from app.core.moves import begin
from app.core.settings import settings
from app.outbox import service as outbox
from app.partners import queries as partners
from app.partners.models import Agreement
from app.referrals import clocks
from app.referrals.events import ReferralMessageSent
from app.referrals.models import Referral, ReferralMessage, ReferralTransition
from app.referrals.readiness import readiness, withheld
from app.referrals.schemas import ReferralCreate, ReferralSend, ReferralUpdate, ReReferral, Withdrawal
from app.referrals.states import (
    FINAL,
    REFERABLE_AGAIN,
    REFERRAL_LIFECYCLE,
    ReferralAction,
    ReferralStatus,
    Urgency,
    WithdrawalReason,
)
from app.referrals.steps import need_note, step
from app.vocabularies import service as vocabularies
from app.windows import queries as windows


class CaseNotOpen(DomainError):
    """Only a case that is not closed refers."""

    code = "case_closed"


class ReferralNotDraft(DomainError):
    """What was sent is not edited: withdraw it and refer again."""

    code = "referral_not_draft"


class ReferralNotReady(DomainError):
    """Something stands in the way of sending; `blockers` and `unacknowledged` name it.

    A category that was chosen and may not be shared stands there as `not_permitted:<category>` or
    `not_agreed:<category>`.
    """

    code = "referral_not_ready"
    example: ClassVar[Mapping[str, object]] = {
        "blockers": ["not_permitted:health"],
        "unacknowledged": ["age"],
    }


class ReferralEnded(DomainError):
    """Nothing more is written or attached to a referral that came to its end."""

    code = "referral_ended"


class NotReferableAgain(DomainError):
    """A referral leads to another one only after it was declined, expired, not completed or withdrawn."""

    code = "not_referable_again"


# A draft is as urgent as its case presses, until somebody says otherwise.
_AS_PRESSING = {Priority.urgent: Urgency.emergency, Priority.high: Urgency.urgent}


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
        urgency=data.urgency or _AS_PRESSING.get(case.priority, Urgency.normal),
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
    sent = {name: value for name, value in data.changes().items() if value is not None or name == "situation"}
    if data.needs is not None:
        vocabularies.check(db, "/needs", "need", data.needs)
        sent["needs"] = list(dict.fromkeys(data.needs))
    changed = changes.apply(referral, sent)
    db.flush()
    audit.record(
        db, actor, "referral:edit", "referral", referral.id, person_id=referral.person_id, fields=changed
    )
    return referral


def send(db: WriteSession, actor: Actor, referral: Referral, data: ReferralSend) -> Referral:
    """Hand a referral over, under consent (or legal grounds) and an agreement in force; its clocks start.

    Raises `ReferralNotReady` naming everything that stands in the way.
    """
    REFERRAL_LIFECYCLE.move(referral.status, ReferralAction.send, actor.role)
    grounds = data.legal_grounds
    _check_chosen(data)
    ready = readiness(db, referral, wanted=data.categories, has_legal_grounds=grounds is not None)
    unacknowledged = [code for code in ready.warnings if code not in data.acknowledged]
    blockers = [*ready.blockers, *withheld(ready, data.categories or ())]
    if blockers or unacknowledged or ready.agreement is None:
        raise ReferralNotReady(blockers=blockers, unacknowledged=unacknowledged)
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
        consent_ids=[] if grounds else [str(consent_id) for consent_id in ready.permitted.consent_ids],
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


def _check_chosen(data: ReferralSend) -> None:
    """Nothing chosen is nothing, never everything; and without consent only what is needed goes, named one by one."""
    is_left_open = data.categories is None and data.legal_grounds is None
    if not data.categories and not is_left_open:
        raise InvalidInput("/categories", "none_ticked")


def answer(db: WriteSession, actor: Actor, referral: Referral, text: str) -> Referral:
    """Answer the partner's question; the clocks run on."""
    return step(db, actor, referral, ReferralAction.answer, note=text)


def withdraw(db: WriteSession, actor: Actor, referral: Referral, data: Withdrawal) -> Referral:
    """Take a referral back, from any open state; an abandoned draft is taken back the same way."""
    need_note(data.reason, data.note)
    return step(db, actor, referral, ReferralAction.withdraw, reason_code=data.reason, note=data.note)


def refer_again(db: WriteSession, actor: Actor, referral: Referral, data: ReReferral) -> Referral:
    """Draft another referral after one that led nowhere; the chain is kept."""
    if referral.status not in REFERABLE_AGAIN:
        raise NotReferableAgain(current=referral.status, allowed=sorted(REFERABLE_AGAIN))
    case = cases_queries.get(db, actor, referral.case_id, lock=True)
    return draft(db, actor, case, _taken_over(referral, data), previous=referral)


def draft_instead(db: WriteSession, actor: Actor, referral: Referral, data: ReReferral) -> Referral:
    """Draft for another service what was drafted for one; the former draft is given up. Raises `ReferralNotDraft`.

    Nothing was sent: the chain goes on from where the former draft stood in it.
    """
    if referral.status is not ReferralStatus.draft:
        raise ReferralNotDraft()
    if data.service_id == referral.service_id:
        return referral
    case = cases_queries.get(db, actor, referral.case_id, lock=True)
    instead = draft(db, actor, case, _taken_over(referral, data))
    instead.previous_id = referral.previous_id
    withdraw(db, actor, referral, Withdrawal(reason=WithdrawalReason.error))
    return instead


def _taken_over(referral: Referral, data: ReReferral) -> ReferralCreate:
    """What was written for one partner, for another, as far as nothing else is said."""
    return ReferralCreate(
        service_id=data.service_id,
        needs=data.needs or list(referral.needs),
        urgency=data.urgency or referral.urgency,
        situation=data.situation if data.situation is not None else referral.situation,
    )


def refuse_ended(referral: Referral) -> None:
    """Raise `ReferralEnded`: what was settled is not written to any more."""
    if referral.status in FINAL:
        raise ReferralEnded(current=referral.status)


def write_message(db: WriteSession, actor: Actor, referral: Referral, text: str) -> ReferralMessage:
    """Write to the other side about a referral that was sent and has not ended."""
    refuse_ended(referral)
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
    event = ReferralMessageSent(
        step_id=message.id, referral_id=referral.id, by_role=actor.role, by=actor.user
    )
    outbox.publish(db, event)
    return message


def agreement_of(db: WriteSession, referral: Referral) -> Agreement:
    """The agreement under which a referral was sent."""
    return db.get_one(Agreement, referral.agreement_id)
