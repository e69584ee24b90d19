"""Agreements as data: drafting, signing, suspending, ending."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.auth.deps import CreateDb
from app.core.actor import Actor
from app.core.db import ReadSession
from app.core.deps import ExpectedVersion, ReadDb, WriteDb, check_version
from app.core.ids import AgreementId, InstitutionId
from app.core.sharing import DataCategory
from app.partners import agreements, directory, queries, service
from app.partners.deps import AgreementToManage, InstitutionToManage, PartnerManager
from app.partners.schemas import AgreementCreate, AgreementReason, AgreementUpdate
from app.partners.states import AGREEMENT_LIFECYCLE, AgreementStatus
from app.web import face, house
from app.web.face import PageForm, see
from app.web.forms import Form
from app.web.rendering import page
from app.web.terms import Options
from app.web.wording import named, word

router = face.router()

NULLABLE = ("ends_on", "quota", "quota_period", "decide_hours", "reminder_days", "expiry_days")
LISTS = ("data_categories", "service_ids")


def _choices(db: ReadSession, actor: Actor, institution_id: InstitutionId) -> dict[str, Any]:
    offered = directory.page(db, actor, house.EVERYTHING, institution_id=institution_id).items
    return {
        "services": [(one["id"], named(one)) for one in offered],
        "categories": [(category.value, word(category)) for category in DataCategory],
    }


def _parties(form: Form) -> dict[str, Any]:
    """The parties are typed one a line."""
    typed = (form.value("parties") or "").splitlines()
    return {"parties": [party for party in typed if party.strip()]}


@router.get("/house/institutions/{institution_id}/agreements/new")
def new_agreement(
    request: Request, actor: PartnerManager, db: ReadDb, institution_id: InstitutionId
) -> Response:
    institution = queries.read(db, actor, institution_id)
    return page(
        request,
        "house/agreement_new.html",
        institution=institution,
        territories=house.territories(db, institution["territory_code"]),
        **_choices(db, actor, institution_id),
    )


@router.post("/house/institutions/{institution_id}/agreements")
def draft_agreement(
    actor: PartnerManager, db: CreateDb, institution: InstitutionToManage, form: PageForm
) -> Response:
    agreement = service.draft_agreement(db, actor, institution, form.read(AgreementCreate, **_parties(form)))
    return see(f"/house/agreements/{agreement.id}", done="agreement_drafted")


@router.get("/house/agreements/{agreement_id}")
def show_agreement(
    request: Request, actor: PartnerManager, db: ReadDb, agreement_id: AgreementId
) -> Response:
    """What was agreed and every step of its life; a draft can be changed here."""
    agreement = agreements.read(db, actor, agreement_id)
    choices = _choices(db, actor, agreement["institution_id"])
    return page(
        request,
        "house/agreement.html",
        agreement=agreement,
        is_draft=agreement["status"] is AgreementStatus.draft,
        allowed=[action.value for action in AGREEMENT_LIFECYCLE.allowed(agreement["status"], actor.role)],
        **_in_words(db, agreement, choices["services"]),
        **choices,
    )


def _in_words(db: ReadSession, agreement: dict[str, Any], services: Options) -> dict[str, Any]:
    known = dict(services)
    return {
        "covered": [known[one] for one in agreement["service_ids"] if one in known],
        "agreed": [word(DataCategory(category)) for category in agreement["data_categories"]],
        "territories": house.territories(db, agreement["territory_code"]),
    }


@router.post("/house/agreements/{agreement_id}")
def change_agreement(
    actor: PartnerManager,
    expected: ExpectedVersion,
    db: WriteDb,
    agreement: AgreementToManage,
    form: PageForm,
) -> Response:
    service.check_draft(
        agreement
    )  # before the version: what was signed meanwhile cannot be saved by sending again
    check_version(agreement.version, expected)
    blank = house.emptied(form, *NULLABLE, lists=LISTS) | _parties(form)
    service.change_agreement(db, actor, agreement, form.read(AgreementUpdate, **blank))
    signs = "/sign" if form.own("_then") == "sign" else ""
    return see(f"/house/agreements/{agreement.id}{signs}", done="house_saved")


@router.get("/house/agreements/{agreement_id}/sign")
def ask_to_sign(request: Request, actor: PartnerManager, db: ReadDb, agreement_id: AgreementId) -> Response:
    """The terms as they are saved, and what follows from signing them."""
    agreement = agreements.read(db, actor, agreement_id)
    if agreement["status"] is not AgreementStatus.draft:
        return see(f"/house/agreements/{agreement_id}")
    services = _choices(db, actor, agreement["institution_id"])["services"]
    words = _in_words(db, agreement, services)
    return page(request, "house/agreement_sign.html", agreement=agreement, **words)


@router.post("/house/agreements/{agreement_id}/sign")
def sign(
    actor: PartnerManager, expected: ExpectedVersion, db: WriteDb, agreement: AgreementToManage
) -> Response:
    """Sign the very terms that were read."""
    service.check_draft(agreement)
    check_version(agreement.version, expected)
    service.sign(db, actor, agreement)
    return see(f"/house/agreements/{agreement.id}", done="agreement_signed")


@router.post("/house/agreements/{agreement_id}/suspend")
def suspend(actor: PartnerManager, db: WriteDb, agreement: AgreementToManage, form: PageForm) -> Response:
    service.suspend(db, actor, agreement, form.read(AgreementReason).reason)
    return see(f"/house/agreements/{agreement.id}", done="agreement_suspended")


@router.post("/house/agreements/{agreement_id}/resume")
def resume(actor: PartnerManager, db: WriteDb, agreement: AgreementToManage) -> Response:
    service.resume(db, actor, agreement)
    return see(f"/house/agreements/{agreement.id}", done="agreement_resumed")


@router.post("/house/agreements/{agreement_id}/end")
def end(actor: PartnerManager, db: WriteDb, agreement: AgreementToManage, form: PageForm) -> Response:
    service.end(db, actor, agreement, form.read(AgreementReason).reason)
    return see(f"/house/agreements/{agreement.id}", done="agreement_ended")
