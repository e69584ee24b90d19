"""The window's face of a referral, then the partner's. Both lead it along the same table (`states`)."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from app.auth.deps import CreateDb
from app.cases.deps import CaseSeen, CaseToWrite
from app.core.deps import ExpectedVersion, PageQuery, ReadDb, WriteDb, check_version
from app.core.errors import ChangedMeanwhile, IllegalMove
from app.core.http import ApiRoute, answer, page_answer, refuses
from app.core.ids import CaseId, WindowId
from app.referrals import partner_view, queries, service
from app.referrals.deps import (
    PartnerReferral,
    ReferralAnswerer,
    ReferralReader,
    ReferralSeen,
    ReferralSeenByPartner,
    ReferralToAnswer,
    ReferralToWrite,
    ReferralWriter,
)
from app.referrals.models import Referral
from app.referrals.readiness import readiness
from app.referrals.schemas import (
    Acceptance,
    AppointmentIn,
    Chain,
    Completion,
    Decline,
    Failure,
    Hold,
    MessageCreate,
    MessageOut,
    MessagePage,
    PartnerPage,
    PartnerReferralOut,
    Question,
    ReadinessOut,
    ReferralCreate,
    ReferralOut,
    ReferralPage,
    ReferralSend,
    ReferralUpdate,
    Reply,
    ReReferral,
    Start,
    StepList,
    Waitlist,
    Withdrawal,
)
from app.referrals.states import ReferralStatus

router = APIRouter(route_class=ApiRoute)
WINDOW, PARTNER = "referrals", "partner's referrals"


def _one(db: ReadDb, actor: ReferralReader, referral: Referral, status: int = 200) -> Response:
    location = f"/api/v1/referrals/{referral.id}" if status == 201 else None
    content = queries.read(db, actor, referral.id)
    return answer(content, status, version=content["version"], location=location)


@router.post("/cases/{case_id}/referrals", response_model=ReferralOut, status_code=201, tags=[WINDOW])
@refuses(service.CaseNotOpen)
def draft(actor: ReferralWriter, db: CreateDb, case: CaseToWrite, data: ReferralCreate) -> Response:
    """Draft a referral of a case to a partner's service. Nothing is shared before it is sent."""
    return _one(db, actor, service.draft(db, actor, case, data), 201)


@router.get("/cases/{case_id}/referrals", response_model=ReferralPage, tags=[WINDOW])
def of_case(
    request: Request, actor: ReferralReader, db: ReadDb, _: CaseSeen, page: PageQuery, case_id: CaseId
) -> Response:
    """The referrals of a case, newest first."""
    return page_answer(request, queries.page(db, actor, page, case_id=case_id))


@router.get("/referrals", response_model=ReferralPage, tags=[WINDOW])
def list_referrals(
    request: Request,
    actor: ReferralReader,
    db: ReadDb,
    page: PageQuery,
    window_id: WindowId | None = None,
    status: ReferralStatus | None = None,
    open: Annotated[bool, Query(description="Only those whose end is not known yet.")] = False,
    breached: Annotated[bool, Query(description="Only those whose decision did not come in time.")] = False,
) -> Response:
    """The referrals of one's windows, newest first."""
    found = queries.page(
        db, actor, page, only_open=open, breached=breached, window_id=window_id, status=status
    )
    return page_answer(request, found)


@router.get("/referrals/{referral_id}", response_model=ReferralOut, tags=[WINDOW])
def get_referral(actor: ReferralReader, db: ReadDb, seen: ReferralSeen) -> Response:
    """One referral, with what may be done with it now."""
    return _one(db, actor, seen)


@router.patch("/referrals/{referral_id}", response_model=ReferralOut, tags=[WINDOW])
@refuses(service.ReferralNotDraft)
def edit(
    actor: ReferralWriter,
    expected: ExpectedVersion,
    db: WriteDb,
    referral: ReferralToWrite,
    data: ReferralUpdate,
) -> Response:
    """Change a draft."""
    check_version(referral.version, expected)
    return _one(db, actor, service.edit(db, actor, referral, data))


@router.get("/referrals/{referral_id}/readiness", response_model=ReadinessOut, tags=[WINDOW])
def check(_: ReferralWriter, db: ReadDb, seen: ReferralSeen) -> Response:
    """What stands in the way of sending, what must be acknowledged, and what the partner would see."""
    ready = readiness(db, seen)
    return answer(
        {
            "is_ready": not ready.blockers,
            "blockers": ready.blockers,
            "warnings": ready.warnings,
            "agreement_id": ready.agreement.id if ready.agreement else None,
            "categories": sorted(ready.categories),
        }
    )


@router.post("/referrals/{referral_id}/send", response_model=ReferralOut, tags=[WINDOW])
@refuses(IllegalMove, ChangedMeanwhile, service.ReferralNotReady)
def send(actor: ReferralWriter, db: WriteDb, referral: ReferralToWrite, data: ReferralSend) -> Response:
    """Send it: needs an agreement in force, the person's consent (or legal grounds), warnings acknowledged."""
    return _one(db, actor, service.send(db, actor, referral, data))


@router.post("/referrals/{referral_id}/answer", response_model=ReferralOut, tags=[WINDOW])
@refuses(IllegalMove, ChangedMeanwhile)
def reply(actor: ReferralWriter, db: WriteDb, referral: ReferralToWrite, data: Reply) -> Response:
    """Answer the partner's question; its clocks run on."""
    return _one(db, actor, service.answer(db, actor, referral, data.answer))


@router.post("/referrals/{referral_id}/schedule", response_model=ReferralOut, tags=[WINDOW])
@refuses(IllegalMove, ChangedMeanwhile)
def schedule(actor: ReferralWriter, db: WriteDb, referral: ReferralToWrite, data: AppointmentIn) -> Response:
    """Note the appointment that was agreed with the partner."""
    return _one(db, actor, service.schedule(db, actor, referral, data))


@router.post("/referrals/{referral_id}/withdraw", response_model=ReferralOut, tags=[WINDOW])
@refuses(IllegalMove, ChangedMeanwhile)
def withdraw(actor: ReferralWriter, db: WriteDb, referral: ReferralToWrite, data: Withdrawal) -> Response:
    """Take a referral back, or abandon a draft, with a reason."""
    return _one(db, actor, service.withdraw(db, actor, referral, data))


@router.post(
    "/referrals/{referral_id}/re-referrals", response_model=ReferralOut, status_code=201, tags=[WINDOW]
)
@refuses(service.CaseNotOpen, service.NotReferableAgain)
def refer_again(actor: ReferralWriter, db: CreateDb, referral: ReferralToWrite, data: ReReferral) -> Response:
    """Draft another referral after one that was declined, expired, withdrawn or not completed."""
    return _one(db, actor, service.refer_again(db, actor, referral, data), 201)


@router.get("/referrals/{referral_id}/chain", response_model=Chain, tags=[WINDOW])
def chain(_: ReferralReader, db: ReadDb, seen: ReferralSeen) -> Response:
    """The referrals that led to this one, and on from it."""
    return answer({"items": queries.chain(db, seen)})


@router.get("/referrals/{referral_id}/steps", response_model=StepList, tags=[WINDOW])
def steps(_: ReferralReader, db: ReadDb, seen: ReferralSeen) -> Response:
    """Everything that happened to a referral: who, from which state to which, when and why."""
    return answer({"items": queries.steps(db, seen.id)})


@router.get("/referrals/{referral_id}/messages", response_model=MessagePage, tags=[WINDOW])
def messages(
    request: Request, _: ReferralReader, db: ReadDb, seen: ReferralSeen, page: PageQuery
) -> Response:
    """What both sides wrote, oldest first."""
    return page_answer(request, queries.messages(db, seen.id, page))


@router.post("/referrals/{referral_id}/messages", response_model=MessageOut, status_code=201, tags=[WINDOW])
@refuses(service.ReferralNotReady)
def write(actor: ReferralWriter, db: CreateDb, referral: ReferralToWrite, data: MessageCreate) -> Response:
    """Write to the partner."""
    return answer(MessageOut.model_validate(service.write_message(db, actor, referral, data.text)), 201)


# --- the partner's face ---------------------------------------------------------------------------------------


def _theirs(db: ReadDb, actor: ReferralAnswerer, referral: Referral) -> Response:
    view = partner_view.read(db, actor, referral.id)
    return answer(view, version=view["version"])


@router.get("/partner/referrals", response_model=PartnerPage, tags=[PARTNER])
def inbox(
    request: Request,
    actor: ReferralAnswerer,
    db: ReadDb,
    page: PageQuery,
    box: Literal["to_answer", "in_progress", "ended"] | None = None,
) -> Response:
    """What was sent to one's institution, newest first: dates and states, no word about the person."""
    return page_answer(request, queries.inbox(db, actor, page, box))


@router.get("/partner/referrals/{referral_id}", response_model=PartnerReferralOut, tags=[PARTNER])
def get_theirs(view: PartnerReferral) -> Response:
    """One referral: what the person agreed to share and the agreement allows, as of now."""
    return answer(view, version=view["version"])


@router.post("/partner/referrals/{referral_id}/open", response_model=PartnerReferralOut, tags=[PARTNER])
@refuses(ChangedMeanwhile)
def open_it(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer) -> Response:
    """Say that it was seen. Seeing it again changes nothing."""
    return _theirs(db, actor, service.open_it(db, actor, referral))


@router.post("/partner/referrals/{referral_id}/ask", response_model=PartnerReferralOut, tags=[PARTNER])
@refuses(IllegalMove, ChangedMeanwhile)
def ask(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, data: Question) -> Response:
    """Ask the window something first; the clocks stand still until it answers."""
    return _theirs(db, actor, service.ask(db, actor, referral, data.question))


@router.post("/partner/referrals/{referral_id}/accept", response_model=PartnerReferralOut, tags=[PARTNER])
@refuses(IllegalMove, ChangedMeanwhile)
def accept(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, data: Acceptance) -> Response:
    """Take the person on, naming whom to turn to; an appointment may be given at once."""
    return _theirs(db, actor, service.accept(db, actor, referral, data))


@router.post("/partner/referrals/{referral_id}/decline", response_model=PartnerReferralOut, tags=[PARTNER])
@refuses(IllegalMove, ChangedMeanwhile)
def decline(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, data: Decline) -> Response:
    """Say no, with a reason and, if possible, what to try instead."""
    return _theirs(db, actor, service.decline(db, actor, referral, data))


@router.post("/partner/referrals/{referral_id}/waitlist", response_model=PartnerReferralOut, tags=[PARTNER])
@refuses(IllegalMove, ChangedMeanwhile)
def waitlist(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, data: Waitlist) -> Response:
    """No place yet: say when one is expected."""
    return _theirs(db, actor, service.waitlist(db, actor, referral, data))


@router.post("/partner/referrals/{referral_id}/schedule", response_model=PartnerReferralOut, tags=[PARTNER])
@refuses(IllegalMove, ChangedMeanwhile)
def schedule_theirs(
    actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, data: AppointmentIn
) -> Response:
    """Give or move the appointment."""
    return _theirs(db, actor, service.schedule(db, actor, referral, data))


@router.post("/partner/referrals/{referral_id}/start", response_model=PartnerReferralOut, tags=[PARTNER])
@refuses(IllegalMove, ChangedMeanwhile)
def start(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, data: Start) -> Response:
    """The person attended for the first time."""
    return _theirs(db, actor, service.start(db, actor, referral, data))


@router.post("/partner/referrals/{referral_id}/hold", response_model=PartnerReferralOut, tags=[PARTNER])
@refuses(IllegalMove, ChangedMeanwhile)
def hold(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, data: Hold) -> Response:
    """Pause the service, with a reason."""
    return _theirs(db, actor, service.hold(db, actor, referral, data))


@router.post("/partner/referrals/{referral_id}/resume", response_model=PartnerReferralOut, tags=[PARTNER])
@refuses(IllegalMove, ChangedMeanwhile)
def resume(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer) -> Response:
    """Go on where the pause began."""
    return _theirs(db, actor, service.resume(db, actor, referral))


@router.post("/partner/referrals/{referral_id}/complete", response_model=PartnerReferralOut, tags=[PARTNER])
@refuses(IllegalMove, ChangedMeanwhile)
def complete(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, data: Completion) -> Response:
    """The service ended: an outcome for each need (met, partly met, not met), and a note."""
    return _theirs(db, actor, service.complete(db, actor, referral, data))


@router.post("/partner/referrals/{referral_id}/fail", response_model=PartnerReferralOut, tags=[PARTNER])
@refuses(IllegalMove, ChangedMeanwhile)
def fail(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer, data: Failure) -> Response:
    """The service did not come to its end, with the reason."""
    return _theirs(db, actor, service.fail(db, actor, referral, data))


@router.get("/partner/referrals/{referral_id}/steps", response_model=StepList, tags=[PARTNER])
def their_steps(_: ReferralAnswerer, db: ReadDb, seen: ReferralSeenByPartner) -> Response:
    """Everything that happened to a referral since it was sent."""
    return answer({"items": queries.steps(db, seen.id)})


@router.get("/partner/referrals/{referral_id}/messages", response_model=MessagePage, tags=[PARTNER])
def their_messages(
    request: Request, _: ReferralAnswerer, db: ReadDb, seen: ReferralSeenByPartner, page: PageQuery
) -> Response:
    """What both sides wrote, oldest first."""
    return page_answer(request, queries.messages(db, seen.id, page))


@router.post(
    "/partner/referrals/{referral_id}/messages", response_model=MessageOut, status_code=201, tags=[PARTNER]
)
def write_theirs(
    actor: ReferralAnswerer, db: CreateDb, referral: ReferralToAnswer, data: MessageCreate
) -> Response:
    """Write to the window."""
    return answer(MessageOut.model_validate(service.write_message(db, actor, referral, data.text)), 201)
