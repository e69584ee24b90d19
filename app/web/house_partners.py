"""The partner institutions: what is known of them, whom to reach there, what they offer."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.auth.deps import CreateDb
from app.core.db import ReadSession
from app.core.deps import ExpectedVersion, PageQuery, ReadDb, WriteDb, check_version
from app.core.fields import Code
from app.core.ids import InstitutionId, ServiceId
from app.partners import agreements, directory, queries, service
from app.partners.deps import InstitutionToManage, PartnerManager, ServiceToManage
from app.partners.schemas import (
    ContactList,
    InstitutionCreate,
    InstitutionUpdate,
    ServiceCreate,
    ServiceUpdate,
)
from app.web import face, house, terms
from app.web.face import PageForm, see
from app.web.rendering import page

router = face.router()

NULLABLE = ("min_age", "max_age", "sex", "conditions", "capacity")
LISTS = ("targets", "languages", "territory_codes")


@router.get("/house/institutions")
def list_institutions(
    request: Request, actor: PartnerManager, db: ReadDb, wanted: PageQuery, kind: Code | None = None
) -> Response:
    found = queries.page(db, actor, wanted, kind=kind)
    return page(
        request,
        "house/institutions.html",
        institutions=found.items,
        next=found.next,
        kind=kind,
        kinds=terms.words(db, "institution_kind"),
        territories=house.territory_names(db, (one["territory_code"] for one in found.items)),
    )


@router.get("/house/institutions/new")
def new_institution(request: Request, _: PartnerManager, db: ReadDb) -> Response:
    return page(
        request,
        "house/institution_new.html",
        kinds=terms.options(db, "institution_kind"),
        territories=house.territories(db),
    )


@router.post("/house/institutions")
def add_institution(actor: PartnerManager, db: CreateDb, form: PageForm) -> Response:
    institution = service.add_institution(db, actor, form.read(InstitutionCreate))
    return see(f"/house/institutions/{institution.id}", done="institution_added")


@router.get("/house/institutions/{institution_id}")
def show_institution(
    request: Request, actor: PartnerManager, db: ReadDb, institution_id: InstitutionId
) -> Response:
    institution = queries.read(db, actor, institution_id)
    every = house.EVERYTHING
    is_open = directory.page(db, actor, every, institution_id=institution_id)
    is_shut = directory.page(db, actor, every, institution_id=institution_id, active=False)
    return page(
        request,
        "house/institution.html",
        institution=institution,
        services=[*is_open.items, *is_shut.items],
        agreements=agreements.page(db, actor, every, institution_id=institution_id).items,
        needs=terms.words(db, "need"),
        kinds=terms.options(db, "institution_kind", {institution["kind"]}),
        territories=house.territories(db, institution["territory_code"]),
    )


@router.post("/house/institutions/{institution_id}")
def change_institution(
    actor: PartnerManager,
    expected: ExpectedVersion,
    db: WriteDb,
    institution: InstitutionToManage,
    form: PageForm,
) -> Response:
    check_version(institution.version, expected)
    blank = house.emptied(form, "address") | {"is_active": form.value("is_active") is not None}
    service.change_institution(db, actor, institution, form.read(InstitutionUpdate, **blank))
    return see(f"/house/institutions/{institution.id}", done="house_saved")


@router.get("/house/institutions/{institution_id}/contacts")
def show_contacts(
    request: Request, actor: PartnerManager, db: ReadDb, institution_id: InstitutionId
) -> Response:
    return page(request, "house/contacts.html", institution=queries.read(db, actor, institution_id))


@router.post("/house/institutions/{institution_id}/contacts")
def replace_contacts(
    actor: PartnerManager,
    expected: ExpectedVersion,
    db: WriteDb,
    institution: InstitutionToManage,
    form: PageForm,
) -> Response:
    """Keep the list as it stands on the page; a line that was emptied is gone."""
    check_version(institution.version, expected)
    data = form.read(ContactList, **house.emptied(form, lists=["contacts"]))
    service.replace_contacts(db, actor, institution, data.contacts)
    return see(f"/house/institutions/{institution.id}", done="house_saved")


def _choices(db: ReadSession, kept: dict[str, Any] | None = None) -> dict[str, Any]:
    kept = kept or {"need_code": "", "targets": [], "languages": [], "territory_codes": []}
    return {
        "needs": terms.options(db, "need", {kept["need_code"]}),
        "targets": terms.options(db, "service_target", kept["targets"]),
        "languages": terms.options(db, "language", kept["languages"]),
        "regions": house.regions(db, kept["territory_codes"]),
    }


@router.get("/house/institutions/{institution_id}/services/new")
def new_service(
    request: Request, actor: PartnerManager, db: ReadDb, institution_id: InstitutionId
) -> Response:
    institution = queries.read(db, actor, institution_id)
    return page(request, "house/service.html", institution=institution, service=None, **_choices(db))


@router.post("/house/institutions/{institution_id}/services")
def add_service(
    actor: PartnerManager, db: CreateDb, institution: InstitutionToManage, form: PageForm
) -> Response:
    service.add_service(db, actor, institution, form.read(ServiceCreate))
    return see(f"/house/institutions/{institution.id}", done="service_added")


@router.get("/house/services/{service_id}")
def show_service(request: Request, actor: PartnerManager, db: ReadDb, service_id: ServiceId) -> Response:
    found = directory.read(db, actor, service_id)
    institution = queries.read(db, actor, found["institution_id"])
    return page(request, "house/service.html", institution=institution, service=found, **_choices(db, found))


@router.post("/house/services/{service_id}")
def change_service(
    actor: PartnerManager, expected: ExpectedVersion, db: WriteDb, kept: ServiceToManage, form: PageForm
) -> Response:
    check_version(kept.version, expected)
    blank = house.emptied(form, *NULLABLE, lists=LISTS)
    blank["is_active"] = form.value("is_active") is not None
    service.change_service(db, actor, kept, form.read(ServiceUpdate, **blank))
    return see(f"/house/institutions/{kept.institution_id}", done="house_saved")
