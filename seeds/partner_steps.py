"""What happens with the partners: drafting a referral, sending it, and every answer that can come."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.core import clock
from app.core.actor import SYSTEM, Actor
from app.core.db import WriteSession
from app.partners.models import Agreement, AgreementService, Service
from app.referrals import answering, steps
from app.referrals import service as referrals
from app.referrals.models import Referral
from app.referrals.partner_schemas import Acceptance, Completion, Decline, Failure, Hold, Start, Waitlist
from app.referrals.schemas import AppointmentIn, ReferralCreate, ReferralSend, ReReferral, Withdrawal
from app.referrals.states import (
    DeclineReason,
    EligibilityWarning,
    FailureReason,
    HoldReason,
    Outcome,
    ReferralAction,
    Urgency,
    WithdrawalReason,
)
from seeds.cast import HEARD
from seeds.stage import Step, Story


def _service_for(story: Story, db: WriteSession) -> Service:
    """The first service for the need that an agreement covers."""
    return db.scalars(
        select(Service)
        .join(AgreementService, AgreementService.service_id == Service.id)
        .join(Agreement, Agreement.id == AgreementService.agreement_id)
        .where(Service.need_code == story.role.need)
        .order_by(Service.id)
        .limit(1)
    ).one()


def referral_drafted(days_ago: int = 40) -> Step:
    def step(story: Story) -> None:
        with story.on(days_ago) as db:
            data = ReferralCreate(
                service_id=_service_for(story, db).id,
                needs=[story.role.need],
                urgency=Urgency(story.role.urgency),
                situation=HEARD[story.role.need][0 if story.is_arabic else 1],
            )
            story.referral_id = referrals.draft(db, story.worker, story.case(db), data).id

    return step


def sent(days_ago: int = 6) -> Step:
    def step(story: Story) -> None:
        with story.on(days_ago) as db:
            referrals.send(
                db, story.worker, story.referral(db), ReferralSend(acknowledged=list(EligibilityWarning))
            )

    return step


def answered(days_ago: int, act: Callable[[WriteSession, Actor, Referral], Any]) -> Step:
    """Something that the partner does."""

    def step(story: Story) -> None:
        with story.on(days_ago) as db:
            act(db, story.agent(db), story.referral(db))

    return step


def seen(db: WriteSession, agent: Actor, referral: Referral) -> None:
    answering.open_it(db, agent, referral)


def asked(db: WriteSession, agent: Actor, referral: Referral) -> None:
    answering.ask(db, agent, referral, "هل تتوفر المعنية بالأمر على شهادة السكنى؟ (مثال)")


def accepted(db: WriteSession, agent: Actor, referral: Referral) -> None:
    answering.accept(
        db, agent, referral, Acceptance(contact_name="مينة المثالية", contact_phone="05 36 00 00 00")
    )


def accepted_for_a_day(db: WriteSession, agent: Actor, referral: Referral) -> None:
    at = (clock.now() + timedelta(days=12)).replace(hour=9, minute=30, tzinfo=None)
    appointment = AppointmentIn(at=at, place="المكتب 4 (مثال)")
    answering.accept(db, agent, referral, Acceptance(contact_name="مينة المثالية", appointment=appointment))


def started(db: WriteSession, agent: Actor, referral: Referral) -> None:
    answering.start(db, agent, referral, Start(attended_on=clock.today()))


def held(db: WriteSession, agent: Actor, referral: Referral) -> None:
    answering.hold(db, agent, referral, Hold(reason=HoldReason.person_absent))


def completed(db: WriteSession, agent: Actor, referral: Referral) -> None:
    outcomes = dict.fromkeys(referral.needs, Outcome.met)
    answering.complete(db, agent, referral, Completion(outcomes=outcomes, note="Objectif atteint (exemple)."))


def failed(db: WriteSession, agent: Actor, referral: Referral) -> None:
    answering.fail(db, agent, referral, Failure(reason=FailureReason.no_show))


def declined(db: WriteSession, agent: Actor, referral: Referral) -> None:
    data = Decline(reason=DeclineReason.no_place, next_step="المحاولة مع مؤسسة أخرى (مثال)")
    answering.decline(db, agent, referral, data)


def waitlisted(db: WriteSession, agent: Actor, referral: Referral) -> None:
    expected = clock.today() + timedelta(days=40)
    answering.waitlist(db, agent, referral, Waitlist(expected_on=expected))


def told(days_ago: int) -> Step:
    """The window answers what the partner asked."""

    def step(story: Story) -> None:
        with story.on(days_ago) as db:
            referrals.answer(db, story.worker, story.referral(db), "نعم، تتوفر عليها. (مثال)")

    return step


def messages(days_ago: int) -> Step:
    """Each side writes to the other."""

    def step(story: Story) -> None:
        with story.on(days_ago) as db:
            referral = story.referral(db)
            referrals.write_message(db, story.worker, referral, "Disponible le matin. (exemple)")
            referrals.write_message(db, story.agent(db), referral, "شكرا، توصلنا بها. (مثال)")

    return step


def withdrawn(story: Story) -> None:
    with story.on(2) as db:
        data = Withdrawal(reason=WithdrawalReason.person_choice)
        referrals.withdraw(db, story.worker, story.referral(db), data)


def expired(story: Story) -> None:
    with story.on(1) as db:
        steps.step(db, SYSTEM, story.referral(db), ReferralAction.expire)


def referred_again(story: Story) -> None:
    with story.on(3) as db:
        referral = story.referral(db)
        other = db.scalars(
            select(Service)
            .where(Service.need_code == story.role.need, Service.id != referral.service_id)
            .order_by(Service.id)
        ).first()
        data = ReReferral(service_id=other.id if other else referral.service_id)
        story.referral_id = referrals.refer_again(db, story.worker, referral, data).id
