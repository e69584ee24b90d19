"""A partner's answers to a referral: the few questions of each, and the answer itself."""

from collections.abc import Iterable
from enum import StrEnum

from fastapi import Request
from starlette.responses import Response

from app.core.deps import ReadDb, WriteDb
from app.referrals import answering
from app.referrals.deps import PartnerReferral, ReferralAnswerer, ReferralToAnswer
from app.referrals.models import Referral
from app.referrals.partner_schemas import (
    Acceptance,
    Completion,
    Decline,
    Failure,
    Hold,
    Question,
    Start,
    Waitlist,
)
from app.referrals.schemas import AppointmentIn
from app.referrals.states import Outcome, ReferralAction
from app.web import face, partner_inbox, wording
from app.web.face import PageForm, see
from app.web.forms import Form
from app.web.rendering import page
from app.windows import queries as windows

router = face.router()

# Before these something is asked; to resume takes a button alone.
WITH_QUESTIONS = frozenset(
    {
        ReferralAction.accept,
        ReferralAction.ask,
        ReferralAction.decline,
        ReferralAction.waitlist,
        ReferralAction.schedule,
        ReferralAction.start,
        ReferralAction.hold,
        ReferralAction.complete,
        ReferralAction.fail,
    }
)


@router.get("/inbox/{referral_id}/{action}")
def ask_first(
    request: Request, actor: ReferralAnswerer, db: ReadDb, view: PartnerReferral, action: ReferralAction
) -> Response:
    """The few questions of one answer. What cannot be done any more leads back to what has become of the referral."""
    if action not in WITH_QUESTIONS or action not in view["allowed"]:
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


@router.post("/inbox/{referral_id}/accept")
def accept(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, form: PageForm) -> Response:
    answering.accept(db, actor, referral, form.read(Acceptance))
    return see(f"/inbox/{referral.id}", done="referral_accepted")


@router.post("/inbox/{referral_id}/ask")
def ask(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, form: PageForm) -> Response:
    answering.ask(db, actor, referral, form.read(Question).question)
    return see(f"/inbox/{referral.id}", done="referral_asked")


@router.post("/inbox/{referral_id}/decline")
def decline(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, form: PageForm) -> Response:
    answering.decline(db, actor, referral, form.read(Decline))
    return see(f"/inbox/{referral.id}", done="referral_declined")


@router.post("/inbox/{referral_id}/waitlist")
def waitlist(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, form: PageForm) -> Response:
    answering.waitlist(db, actor, referral, form.read(Waitlist))
    return see(f"/inbox/{referral.id}", done="referral_waitlisted")


@router.post("/inbox/{referral_id}/schedule")
def schedule(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, form: PageForm) -> Response:
    answering.schedule(db, actor, referral, form.read(AppointmentIn))
    return see(f"/inbox/{referral.id}", done="referral_scheduled")


@router.post("/inbox/{referral_id}/start")
def start(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, form: PageForm) -> Response:
    answering.start(db, actor, referral, form.read(Start))
    return see(f"/inbox/{referral.id}", done="referral_started")


@router.post("/inbox/{referral_id}/hold")
def hold(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, form: PageForm) -> Response:
    answering.hold(db, actor, referral, form.read(Hold))
    return see(f"/inbox/{referral.id}", done="referral_held")


@router.post("/inbox/{referral_id}/resume")
def resume(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer) -> Response:
    answering.resume(db, actor, referral)
    return see(f"/inbox/{referral.id}", done="referral_resumed")


@router.post("/inbox/{referral_id}/complete")
def complete(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, form: PageForm) -> Response:
    answering.complete(db, actor, referral, form.read(Completion, outcomes=_outcomes(referral, form)))
    return see(f"/inbox/{referral.id}", done="referral_completed")


@router.post("/inbox/{referral_id}/fail")
def fail(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, form: PageForm) -> Response:
    answering.fail(db, actor, referral, form.read(Failure))
    return see(f"/inbox/{referral.id}", done="referral_failed")


def _outcomes(referral: Referral, form: Form) -> dict[str, str]:
    """One outcome for each need, or one for all where the needs are not shared.

    Codes of needs hold dots, which in a field's name lead deeper: the form names needs by their place.
    """
    named = {need: f"need-{place}" for place, need in enumerate(referral.needs)} | {
        answering.OVERALL: "overall"
    }
    return {need: told for need, field in named.items() if (told := form.value(f"outcomes.{field}"))}
