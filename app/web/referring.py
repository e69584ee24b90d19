"""From a need to a sent referral: which partner, what will be shared, what stands in the way, send."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import Query, Request
from starlette.responses import Response

from app.auth.deps import CreateDb
from app.cases.deps import CaseOpenedToRead, CaseToWrite
from app.cases.queries import CaseIds
from app.consents import service as consents
from app.consents.deps import ConsentRecorder
from app.consents.schemas import ConsentCreate
from app.core.actor import Actor
from app.core.db import ReadSession
from app.core.deps import ExpectedVersion, ReadDb, WriteDb, check_version
from app.core.fields import Code
from app.core.sharing import DataCategory
from app.people import queries as people
from app.referrals import partner_view, service
from app.referrals.deps import ReferralDocuments, ReferralSeen, ReferralToWrite, ReferralWriter
from app.referrals.models import Referral
from app.referrals.naming import names
from app.referrals.ranking import Ranked, broader, ranked
from app.referrals.readiness import Readiness, readiness
from app.referrals.schemas import ReferralCreate, ReferralSend, ReferralUpdate, ReReferral
from app.referrals.states import EligibilityWarning, LegalBasis, ReferralStatus, Urgency
from app.web import drawing, face, terms
from app.web.consents import form_lists
from app.web.face import PageForm, see
from app.web.forms import Form, validated
from app.web.rendering import page

router = face.router()

Need = Annotated[Code | None, Query(description="The need that the partner shall answer.")]


@router.get("/cases/{case_id}/referrals/new")
def choose(
    request: Request, actor: ReferralWriter, case: CaseOpenedToRead, db: ReadDb, need: Need = None
) -> Response:
    """The partners for a need, the likeliest first; the case's own first need unless another is asked for."""
    wanted = need or next(iter(case["needs"]), None)
    found = CaseIds(case["id"], case["person_id"], case["window_id"])
    return _choice(request, db, actor, found, wanted, case=case, action=f"/cases/{case['id']}/referrals")


def _choice(
    request: Request, db: ReadSession, actor: Actor, of: CaseIds, need: str | None, **more: Any
) -> Response:
    services = ranked(db, actor, of, need) if need else []
    return page(
        request,
        "referrals/choose.html",
        need=need,
        broader=None if services or need is None else broader(db, actor, need),
        ranked=services,
        needs=terms.words(db, "need"),
        need_options=terms.options(db, "need"),
        languages=terms.words(db, "language"),
        waits=_waits(services),
        **more,
    )


def _waits(services: list[Ranked]) -> dict[Any, tuple[str, int]]:
    """How long each partner takes, as a key of the catalogue and a number: hours up to two days, then days."""
    told: dict[Any, tuple[str, int]] = {}
    for one in services:
        if one.answer_time is not None:
            hours = max(1, round(one.answer_time / timedelta(hours=1)))
            told[one.service.id] = (
                ("page.time.hours", hours) if hours < 48 else ("page.time.days", round(hours / 24))
            )
    return told


@router.post("/cases/{case_id}/referrals")
def draft(actor: ReferralWriter, db: CreateDb, case: CaseToWrite, form: PageForm) -> Response:
    referral = service.draft(db, actor, case, form.read(ReferralCreate))
    return see(f"/referrals/{referral.id}/send")


@router.get("/referrals/{referral_id}/again")
def choose_again(
    request: Request, actor: ReferralWriter, seen: ReferralSeen, db: ReadDb, need: Need = None
) -> Response:
    """Another partner after one that led nowhere; needs and situation are taken over."""
    return _another(request, db, actor, seen, need, f"/referrals/{seen.id}/re-referrals")


def _another(
    request: Request, db: ReadSession, actor: Actor, seen: Referral, need: str | None, action: str
) -> Response:
    case = CaseIds(seen.case_id, seen.person_id, seen.window_id)
    previous, wanted = names(db, [seen.id])[seen.id], need or next(iter(seen.needs), None)
    return _choice(
        request, db, actor, case, wanted, case=None, previous=previous, referral=seen, action=action
    )


@router.post("/referrals/{referral_id}/re-referrals")
def refer_again(actor: ReferralWriter, db: CreateDb, referral: ReferralToWrite, form: PageForm) -> Response:
    again = service.refer_again(db, actor, referral, form.read(ReReferral))
    return see(f"/referrals/{again.id}/send")


@router.get("/referrals/{referral_id}/instead")
def choose_instead(
    request: Request, actor: ReferralWriter, seen: ReferralSeen, db: ReadDb, need: Need = None
) -> Response:
    """Another partner than the one for whom a draft was made; what was written for it is taken over."""
    if seen.status is not ReferralStatus.draft:
        return see(f"/referrals/{seen.id}")
    return _another(request, db, actor, seen, need, f"/referrals/{seen.id}/instead")


@router.post("/referrals/{referral_id}/instead")
def draft_instead(actor: ReferralWriter, db: CreateDb, referral: ReferralToWrite, form: PageForm) -> Response:
    instead = service.draft_instead(db, actor, referral, form.read(ReReferral))
    return see(f"/referrals/{instead.id}/send")


@router.get("/referrals/{referral_id}/send")
def send_page(
    request: Request,
    _: ReferralWriter,
    actor: ConsentRecorder,
    seen: ReferralSeen,
    documents: ReferralDocuments,
    db: ReadDb,
) -> Response:
    """What the partner will see, what stands in the way and what is to be acknowledged, on one page."""
    if seen.status is not ReferralStatus.draft:
        return see(f"/referrals/{seen.id}")
    ready, by_law = readiness(db, seen), readiness(db, seen, has_legal_grounds=True)
    at = f"/referrals/{seen.id}"
    return page(
        request,
        "referrals/send.html",
        referral=seen,
        names=names(db, [seen.id])[seen.id],
        who=people.read(db, actor, seen.person_id),
        ready=ready,
        warnings=_to_acknowledge(request, ready, f"{at}/send"),
        warnings_by_law=_to_acknowledge(request, by_law, f"{at}/send-without-consent"),
        told=partner_view.preview(db, seen, ready.categories),
        shared=[c for c in DataCategory if c in ready.categories],
        kept=_kept(ready),
        agreed=_agreed(ready),
        figure=drawing.figure,
        documents=documents,
        urgencies=terms.members(Urgency),
        bases=terms.members(LegalBasis),
        needs=terms.words(db, "need"),
        need_options=terms.options(db, "need"),
        languages=terms.words(db, "language"),
        **form_lists(db),
    )


def _to_acknowledge(
    request: Request, ready: Readiness, address: str
) -> list[tuple[EligibilityWarning, bool]]:
    """What a form warns of, each with whether it holds of the draft as it stands, so that it must be acknowledged.

    What was found when the form was sent with less may hold no more when it is sent with more.
    """
    refusal = face.refusal(request)
    is_of_this_form = request.scope.get(face.SENT_TO) == address
    found = refusal["details"].get("unacknowledged", ()) if refusal and is_of_this_form else ()
    return [(code, code in ready.warnings) for code in dict.fromkeys((*ready.warnings, *found))]


def _agreed(ready: Readiness) -> list[DataCategory]:
    """What the agreement allows at most."""
    allowed = ready.agreement.data_categories if ready.agreement else []
    return [category for category in DataCategory if category in allowed]


def _kept(ready: Readiness) -> list[tuple[DataCategory, str]]:
    """What stays with us, each with the reason: the person did not agree, or the agreement does not provide for it."""
    agreed = _agreed(ready)
    return [
        (category, "person" if category in agreed else "agreement")
        for category in DataCategory
        if category not in ready.categories
    ]


@router.post("/referrals/{referral_id}/edit")
def edit(
    actor: ReferralWriter, expected: ExpectedVersion, db: WriteDb, referral: ReferralToWrite, form: PageForm
) -> Response:
    check_version(referral.version, expected)
    told = form.data()  # the form that also sends has more in it
    kept: dict[str, Any] = {name: told[name] for name in ("needs", "urgency") if name in told}
    data = validated(ReferralUpdate, {**kept, "situation": told.get("situation")})
    service.edit(db, actor, referral, data)
    return see(f"/referrals/{referral.id}/send", done="referral_saved")


@router.post("/referrals/{referral_id}/consent")
def record_consent(
    actor: ConsentRecorder, _: ReferralWriter, db: CreateDb, referral: ReferralToWrite, form: PageForm
) -> Response:
    """The person's answer, taken while the referral is prepared: for this partner, or for whoever serves the need."""
    is_general = form.own("_to") == "need"
    recipient = (
        {"need_code": referral.needs[0]} if is_general else {"institution_id": referral.institution_id}
    )
    person = people.get(db, actor, referral.person_id)
    consents.record(db, actor, person, form.read(ConsentCreate, **recipient))
    return see(f"/referrals/{referral.id}/send", done="consent_recorded")


@router.post("/referrals/{referral_id}/send")
def send(actor: ReferralWriter, db: WriteDb, referral: ReferralToWrite, form: PageForm) -> Response:
    """Send what is ticked, with the words as they stand in the form."""
    told = _ticked(form)
    words = {"situation": told.pop("situation", None), "urgency": told.pop("urgency", referral.urgency)}
    if (words["situation"], words["urgency"]) != (referral.situation, referral.urgency):
        service.edit(db, actor, referral, validated(ReferralUpdate, words))
    service.send(db, actor, referral, validated(ReferralSend, told))
    return see(f"/referrals/{referral.id}", done="referral_sent")


@router.post("/referrals/{referral_id}/send-without-consent")
def send_on_legal_grounds(
    actor: ReferralWriter, db: WriteDb, referral: ReferralToWrite, form: PageForm
) -> Response:
    """Send where the law allows it without asking; supervisors are told, and the reason stays with the referral."""
    told = _ticked(form)
    data = validated(ReferralSend, {**told, "legal_grounds": told.get("legal_grounds", {})})
    service.send(db, actor, referral, data)
    return see(f"/referrals/{referral.id}", done="referral_sent")


def _ticked(form: Form) -> dict[str, Any]:
    """The form's fields; of boxes a browser sends those that are ticked, so none of them is an empty list."""
    return {**form.data(), "categories": form.values("categories")}
