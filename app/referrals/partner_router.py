"""The partner's face of a referral: what was sent to its institution, as the person agreed to share it."""

from typing import Literal

from fastapi import APIRouter, Request, Response

from app.auth.deps import CreateDb
from app.core.deps import PageQuery, ReadDb, WriteDb, look, read_aside
from app.core.errors import ChangedMeanwhile, IllegalMove
from app.core.http import ApiRoute, answer, page_answer, refuses
from app.referrals import answering, history, partner_view, queries, service
from app.referrals.deps import PartnerReferral, ReferralAnswerer, ReferralSeenByPartner, ReferralToAnswer
from app.referrals.models import Referral
from app.referrals.partner_schemas import (
    Acceptance,
    Completion,
    Decline,
    Failure,
    Hold,
    PartnerPage,
    PartnerReferralOut,
    Question,
    Start,
    Waitlist,
)
from app.referrals.schemas import AppointmentIn, MessageCreate, MessageOut, MessagePage, StepList

router = APIRouter(route_class=ApiRoute, tags=["partner's referrals"])


def _theirs(db: ReadDb, actor: ReferralAnswerer, referral: Referral) -> Response:
    view = partner_view.read(db, actor, referral.id)
    return answer(view, version=view["version"])


@router.get("/partner/referrals", response_model=PartnerPage)
async def list_received_referrals(
    request: Request,
    actor: ReferralAnswerer,
    db: ReadDb,
    page: PageQuery,
    box: Literal["to_answer", "for_window", "in_progress", "ended"] | None = None,
) -> Response:
    """What was sent to one's institution, newest first: dates and states, no word about the person."""
    if box is None:
        return page_answer(request, await look(request, queries.inbox, db, actor, page))
    return page_answer(request, await read_aside(queries.inbox, db, actor, page, box))


@router.get("/partner/referrals/{referral_id}", response_model=PartnerReferralOut)
def get_received_referral(view: PartnerReferral) -> Response:
    """One referral: what the person agreed to share and the agreement allows, as of now."""
    return answer(view, version=view["version"])


@router.post("/partner/referrals/{referral_id}/open", response_model=PartnerReferralOut)
@refuses(ChangedMeanwhile)
def mark_referral_seen(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer) -> Response:
    """Say that it was seen. Seeing it again changes nothing."""
    return _theirs(db, actor, answering.open_it(db, actor, referral))


@router.post("/partner/referrals/{referral_id}/ask", response_model=PartnerReferralOut)
@refuses(IllegalMove, ChangedMeanwhile)
def ask_window(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, data: Question) -> Response:
    """Ask the window something first; the clocks stand still until it answers."""
    return _theirs(db, actor, answering.ask(db, actor, referral, data.question))


@router.post("/partner/referrals/{referral_id}/accept", response_model=PartnerReferralOut)
@refuses(IllegalMove, ChangedMeanwhile)
def accept_referral(
    actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, data: Acceptance
) -> Response:
    """Take the person on, naming whom to turn to; an appointment may be given at once."""
    return _theirs(db, actor, answering.accept(db, actor, referral, data))


@router.post("/partner/referrals/{referral_id}/decline", response_model=PartnerReferralOut)
@refuses(IllegalMove, ChangedMeanwhile)
def decline_referral(
    actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, data: Decline
) -> Response:
    """Say no, with a reason and, if possible, what to try instead."""
    return _theirs(db, actor, answering.decline(db, actor, referral, data))


@router.post("/partner/referrals/{referral_id}/waitlist", response_model=PartnerReferralOut)
@refuses(IllegalMove, ChangedMeanwhile)
def put_on_waiting_list(
    actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, data: Waitlist
) -> Response:
    """No place yet: say when one is expected."""
    return _theirs(db, actor, answering.waitlist(db, actor, referral, data))


@router.post("/partner/referrals/{referral_id}/schedule", response_model=PartnerReferralOut)
@refuses(IllegalMove, ChangedMeanwhile)
def set_appointment(
    actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, data: AppointmentIn
) -> Response:
    """Give or move the appointment."""
    return _theirs(db, actor, answering.schedule(db, actor, referral, data))


@router.post("/partner/referrals/{referral_id}/start", response_model=PartnerReferralOut)
@refuses(IllegalMove, ChangedMeanwhile)
def start_service(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, data: Start) -> Response:
    """The person attended for the first time."""
    return _theirs(db, actor, answering.start(db, actor, referral, data))


@router.post("/partner/referrals/{referral_id}/hold", response_model=PartnerReferralOut)
@refuses(IllegalMove, ChangedMeanwhile)
def pause_service(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, data: Hold) -> Response:
    """Pause the service, with a reason."""
    return _theirs(db, actor, answering.hold(db, actor, referral, data))


@router.post("/partner/referrals/{referral_id}/resume", response_model=PartnerReferralOut)
@refuses(IllegalMove, ChangedMeanwhile)
def resume_service(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer) -> Response:
    """Go on where the pause began."""
    return _theirs(db, actor, answering.resume(db, actor, referral))


@router.post("/partner/referrals/{referral_id}/complete", response_model=PartnerReferralOut)
@refuses(IllegalMove, ChangedMeanwhile)
def complete_service(
    actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, data: Completion
) -> Response:
    """The service ended: an outcome for each need (met, partly met, not met), and a note."""
    return _theirs(db, actor, answering.complete(db, actor, referral, data))


@router.post("/partner/referrals/{referral_id}/fail", response_model=PartnerReferralOut)
@refuses(IllegalMove, ChangedMeanwhile)
def report_service_not_completed(
    actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, data: Failure
) -> Response:
    """The service did not come to its end, with the reason."""
    return _theirs(db, actor, answering.fail(db, actor, referral, data))


@router.get("/partner/referrals/{referral_id}/steps", response_model=StepList)
def list_steps_since_sending(actor: ReferralAnswerer, db: ReadDb, view: PartnerReferral) -> Response:
    """Everything that happened to a referral since it was sent.

    The window's notes and reasons are told while the person shares anything, the institution's own notes until the
    person withdraws.
    """
    return answer({"items": partner_view.steps(db, actor, view)})


@router.get("/partner/referrals/{referral_id}/messages", response_model=MessagePage)
def list_messages_with_window(
    request: Request, _: ReferralAnswerer, db: ReadDb, seen: ReferralSeenByPartner, page: PageQuery
) -> Response:
    """What both sides wrote, oldest first."""
    return page_answer(request, history.messages(db, seen.id, page))


@router.post("/partner/referrals/{referral_id}/messages", response_model=MessageOut, status_code=201)
@refuses(service.ReferralEnded)
def write_to_window(
    actor: ReferralAnswerer, db: CreateDb, referral: ReferralToAnswer, data: MessageCreate
) -> Response:
    """Write to the window."""
    return answer(MessageOut.model_validate(service.write_message(db, actor, referral, data.text)), 201)
