"""A partner's answers to a referral: the few questions of each, and the answer itself."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from fastapi import Request
from starlette.responses import Response

from app.core.actor import Actor
from app.core.db import WriteSession
from app.core.deps import ReadDb, WriteDb
from app.core.schemas import Input
from app.referrals import answering
from app.referrals.deps import PartnerReferral, ReferralAnswerer, ReferralToAnswer
from app.referrals.models import Referral
from app.referrals.schemas import (
    Acceptance,
    AppointmentIn,
    Completion,
    Decline,
    Failure,
    Hold,
    Question,
    Start,
    Waitlist,
)
from app.referrals.states import Outcome, ReferralAction
from app.web import face, partner_inbox, wording
from app.web.face import PageForm, see
from app.web.forms import Form
from app.web.rendering import page
from app.windows import queries as windows

router = face.router()

Asked = TypeVar("Asked", bound=Input)
Give = Callable[[WriteSession, Actor, Referral, Form], object]


@dataclass(frozen=True)
class Answer:
    """How a form becomes an answer, the code of what is then done, and whether something is asked first."""

    give: Give
    done: str
    asks: bool = True


def _told(schema: type[Asked], answer: Callable[[WriteSession, Actor, Referral, Asked], object]) -> Give:
    return lambda db, actor, referral, form: answer(db, actor, referral, form.read(schema))


def _ask(db: WriteSession, actor: Actor, referral: Referral, data: Question) -> None:
    answering.ask(db, actor, referral, data.question)


def _resume(db: WriteSession, actor: Actor, referral: Referral, _: Form) -> None:
    answering.resume(db, actor, referral)


def _complete(db: WriteSession, actor: Actor, referral: Referral, form: Form) -> None:
    answering.complete(db, actor, referral, form.read(Completion, outcomes=_outcomes(referral, form)))


def _outcomes(referral: Referral, form: Form) -> dict[str, str]:
    """One outcome for each need, or one for all where the needs are not shared.

    Codes of needs hold dots, which in a field's name lead deeper: the form names needs by their place.
    """
    named = {need: f"need-{place}" for place, need in enumerate(referral.needs)} | {
        answering.OVERALL: "overall"
    }
    return {need: told for need, field in named.items() if (told := form.value(f"outcomes.{field}"))}


ANSWERS = {
    ReferralAction.accept: Answer(_told(Acceptance, answering.accept), "referral_accepted"),
    ReferralAction.ask: Answer(_told(Question, _ask), "referral_asked"),
    ReferralAction.decline: Answer(_told(Decline, answering.decline), "referral_declined"),
    ReferralAction.waitlist: Answer(_told(Waitlist, answering.waitlist), "referral_waitlisted"),
    ReferralAction.schedule: Answer(_told(AppointmentIn, answering.schedule), "referral_scheduled"),
    ReferralAction.start: Answer(_told(Start, answering.start), "referral_started"),
    ReferralAction.hold: Answer(_told(Hold, answering.hold), "referral_held"),
    ReferralAction.resume: Answer(_resume, "referral_resumed", asks=False),
    ReferralAction.complete: Answer(_complete, "referral_completed"),
    ReferralAction.fail: Answer(_told(Failure, answering.fail), "referral_failed"),
}


@router.get("/inbox/{referral_id}/{action}")
def ask_first(
    request: Request, actor: ReferralAnswerer, db: ReadDb, view: PartnerReferral, action: ReferralAction
) -> Response:
    """The few questions of one answer. What cannot be done any more leads back to what has become of the referral."""
    known = ANSWERS.get(action)
    if known is None or not known.asks or action not in view["allowed"]:
        return see(f"/inbox/{view['id']}")
    return page(
        request,
        "partner/answer.html",
        **partner_inbox.told(db, actor, view),
        action=action,
        reasons=_choices(partner_inbox.REASONS.get(action, ())),
        outcomes=_choices(Outcome),
        today=windows.today(db, view["window_id"]),
    )


def _choices(codes: Iterable[StrEnum]) -> list[tuple[str, str]]:
    return [(code.value, wording.word(code)) for code in codes]


def _answering(known: Answer) -> Callable[..., Response]:
    def answer(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, form: PageForm) -> Response:
        known.give(db, actor, referral, form)
        return see(f"/inbox/{referral.id}", done=known.done)

    return answer


for action, known in ANSWERS.items():
    router.post(f"/inbox/{{referral_id}}/{action}", name=action)(_answering(known))
