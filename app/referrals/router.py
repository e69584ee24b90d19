"""The window's face of a referral; the partner's stands in `partner_router`. Both follow the table in `states`."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.auth.deps import CreateDb
from app.cases.deps import CaseSeen, CaseToWrite
from app.core import problems
from app.core.deps import ExpectedVersion, PageQuery, ReadDb, WriteDb, check_version
from app.core.errors import ChangedMeanwhile, IllegalMove
from app.core.fields import Code
from app.core.http import ApiRoute, answer, page_answer, refuses
from app.core.ids import CaseId, WindowId
from app.referrals import answering, history, queries, ranking, service
from app.referrals.deps import ReferralLister, ReferralReader, ReferralSeen, ReferralToWrite, ReferralWriter
from app.referrals.models import Referral
from app.referrals.readiness import readiness
from app.referrals.schemas import (
    AppointmentIn,
    Chain,
    MessageCreate,
    MessageOut,
    MessagePage,
    ReadinessOut,
    ReferralCreate,
    ReferralOut,
    ReferralPage,
    ReferralSend,
    ReferralUpdate,
    Reply,
    ReReferral,
    StepList,
    SuggestionList,
    Withdrawal,
)
from app.referrals.states import ReferralStatus

router = APIRouter(route_class=ApiRoute, tags=["referrals"])


def _one(db: ReadDb, actor: ReferralReader, referral: Referral, status: int = 200) -> Response:
    location = f"/api/v1/referrals/{referral.id}" if status == 201 else None
    content = queries.read(db, actor, referral.id)
    return answer(content, status, version=content["version"], location=location)


@router.post("/cases/{case_id}/referrals", response_model=ReferralOut, status_code=201)
@refuses(service.CaseNotOpen)
def draft_referral(actor: ReferralWriter, db: CreateDb, case: CaseToWrite, data: ReferralCreate) -> Response:
    """Draft a referral of a case to a partner's service. Nothing is shared before it is sent."""
    return _one(db, actor, service.draft(db, actor, case, data), 201)


@router.get("/cases/{case_id}/referrals", response_model=ReferralPage)
def list_referrals_of_case(
    request: Request, actor: ReferralReader, db: ReadDb, _: CaseSeen, page: PageQuery, case_id: CaseId
) -> Response:
    """The referrals of a case, newest first."""
    return page_answer(request, queries.page(db, actor, page, case_id=case_id))


@router.get("/cases/{case_id}/suggested-services", response_model=SuggestionList)
def rank_services_for_case(
    actor: ReferralWriter,
    db: ReadDb,
    case: CaseSeen,
    need: Annotated[Code, Query(description="The need that the partner shall answer.", examples=["housing"])],
) -> Response:
    """Which partner to ask for a need: services that answer it, the likeliest to take the person first, with reasons.

    Nothing is hidden: what no agreement covers, or has no place left, stands last and says so.
    """
    return answer({"items": [ranking.told(one) for one in ranking.ranked(db, actor, case, need)]})


@router.get("/referrals", response_model=ReferralPage)
def list_referrals(
    request: Request,
    actor: ReferralLister,
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


@router.get("/referrals/{referral_id}", response_model=ReferralOut)
def get_referral(actor: ReferralReader, db: ReadDb, seen: ReferralSeen) -> Response:
    """One referral, with what may be done with it now."""
    return _one(db, actor, seen)


@router.patch("/referrals/{referral_id}", response_model=ReferralOut)
@refuses(service.ReferralNotDraft)
def change_referral_draft(
    actor: ReferralWriter,
    expected: ExpectedVersion,
    db: WriteDb,
    referral: ReferralToWrite,
    data: ReferralUpdate,
) -> Response:
    """Change a draft."""
    check_version(referral.version, expected)
    return _one(db, actor, service.edit(db, actor, referral, data))


@router.get("/referrals/{referral_id}/readiness", response_model=ReadinessOut)
def check_referral_readiness(_: ReferralWriter, db: ReadDb, seen: ReferralSeen) -> Response:
    """What stands in the way of sending, what must be acknowledged, and what the partner would see."""
    ready = readiness(db, seen)
    return answer(
        {
            "is_ready": not (ready.blockers or ready.warnings),
            "blockers": ready.blockers,
            "warnings": ready.warnings,
            "explanations": problems.explanations((*ready.blockers, *ready.warnings)),
            "needed": {category.value: what_for for category, what_for in ready.needed.items()},
            "refused": ready.permitted.refused,
            "agreement_id": ready.agreement.id if ready.agreement else None,
            "categories": sorted(ready.categories),
        }
    )


@router.post("/referrals/{referral_id}/send", response_model=ReferralOut)
@refuses(IllegalMove, ChangedMeanwhile, service.ReferralNotReady)
def send_referral(
    actor: ReferralWriter, db: WriteDb, referral: ReferralToWrite, data: ReferralSend
) -> Response:
    """Send it: needs an agreement in force, the person's consent (or legal grounds), warnings acknowledged.

    A category that is named and may not be shared is refused with `referral_not_ready`: its `blockers` hold
    `not_permitted:<category>` where the person, `not_agreed:<category>` where the agreement does not allow it.
    """
    return _one(db, actor, service.send(db, actor, referral, data))


@router.post("/referrals/{referral_id}/answer", response_model=ReferralOut)
@refuses(IllegalMove, ChangedMeanwhile)
def answer_partner_question(
    actor: ReferralWriter, db: WriteDb, referral: ReferralToWrite, data: Reply
) -> Response:
    """Answer the partner's question; its clocks run on."""
    return _one(db, actor, service.answer(db, actor, referral, data.answer))


@router.post("/referrals/{referral_id}/schedule", response_model=ReferralOut)
@refuses(IllegalMove, ChangedMeanwhile)
def note_appointment(
    actor: ReferralWriter, db: WriteDb, referral: ReferralToWrite, data: AppointmentIn
) -> Response:
    """Note the appointment that was agreed with the partner."""
    return _one(db, actor, answering.schedule(db, actor, referral, data))


@router.post("/referrals/{referral_id}/withdraw", response_model=ReferralOut)
@refuses(IllegalMove, ChangedMeanwhile)
def withdraw_referral(
    actor: ReferralWriter, db: WriteDb, referral: ReferralToWrite, data: Withdrawal
) -> Response:
    """Take a referral back, or abandon a draft, with a reason."""
    return _one(db, actor, service.withdraw(db, actor, referral, data))


@router.post("/referrals/{referral_id}/re-referrals", response_model=ReferralOut, status_code=201)
@refuses(service.CaseNotOpen, service.NotReferableAgain)
def refer_again(actor: ReferralWriter, db: CreateDb, referral: ReferralToWrite, data: ReReferral) -> Response:
    """Draft another referral after one that was declined, expired, withdrawn or not completed."""
    return _one(db, actor, service.refer_again(db, actor, referral, data), 201)


@router.get("/referrals/{referral_id}/chain", response_model=Chain)
def get_referral_chain(_: ReferralReader, db: ReadDb, seen: ReferralSeen) -> Response:
    """The referrals that led to this one, and on from it."""
    return answer({"items": history.chain(db, seen)})


@router.get("/referrals/{referral_id}/steps", response_model=StepList)
def list_referral_steps(_: ReferralReader, db: ReadDb, seen: ReferralSeen) -> Response:
    """Everything that happened to a referral: who, from which state to which, when and why."""
    return answer({"items": history.steps(db, seen.id)})


@router.get("/referrals/{referral_id}/messages", response_model=MessagePage)
def list_referral_messages(
    request: Request, _: ReferralReader, db: ReadDb, seen: ReferralSeen, page: PageQuery
) -> Response:
    """What both sides wrote, oldest first."""
    return page_answer(request, history.messages(db, seen.id, page))


@router.post("/referrals/{referral_id}/messages", response_model=MessageOut, status_code=201)
@refuses(service.ReferralNotReady, service.ReferralEnded)
def write_to_partner(
    actor: ReferralWriter, db: CreateDb, referral: ReferralToWrite, data: MessageCreate
) -> Response:
    """Write to the partner."""
    return answer(MessageOut.model_validate(service.write_message(db, actor, referral, data.text)), 201)
