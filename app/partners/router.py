from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.auth.deps import CreateDb
from app.core.deps import ExpectedVersion, PageQuery, ReadDb, WriteDb, check_version
from app.core.errors import ChangedMeanwhile, IllegalMove
from app.core.fields import Code
from app.core.http import ApiRoute, answer, page_answer, refuses
from app.core.ids import AgreementId, InstitutionId, ServiceId
from app.partners import agreements, directory, queries, service
from app.partners.deps import (
    AgreementToManage,
    InstitutionToManage,
    PartnerManager,
    PartnerReader,
    Place,
    ServiceToManage,
)
from app.partners.models import Agreement
from app.partners.schemas import (
    AgreementCreate,
    AgreementOut,
    AgreementPage,
    AgreementReason,
    AgreementUpdate,
    ContactList,
    InstitutionCreate,
    InstitutionOut,
    InstitutionPage,
    InstitutionUpdate,
    ServiceCreate,
    ServiceOut,
    ServicePage,
    ServiceUpdate,
)
from app.partners.states import AgreementStatus

router = APIRouter(route_class=ApiRoute, tags=["partners"])

Need = Annotated[Code | None, Query(description="A term of `need`; a theme stands for all its needs.")]


@router.get("/institutions", response_model=InstitutionPage)
def list_institutions(
    actor: PartnerReader,
    db: ReadDb,
    request: Request,
    page: PageQuery,
    kind: Annotated[Code | None, Query(description="A term of `institution_kind`.")] = None,
    need: Need = None,
    active: bool | None = None,
) -> Response:
    """The partner institutions by their French name. `need` keeps those with an open service for it."""
    return page_answer(request, queries.page(db, actor, page, kind=kind, need=need, active=active))


@router.post("/institutions", response_model=InstitutionOut, status_code=201)
def add_institution(actor: PartnerManager, db: CreateDb, data: InstitutionCreate) -> Response:
    """Add a partner institution, with the people to reach there in the order in which they are told."""
    institution = service.add_institution(db, actor, data)
    content = queries.read(db, actor, institution.id)
    return answer(
        content, 201, version=institution.version, location=f"/api/v1/institutions/{institution.id}"
    )


@router.get("/institutions/{institution_id}", response_model=InstitutionOut)
def get_institution(actor: PartnerReader, db: ReadDb, institution_id: InstitutionId) -> Response:
    """One institution with its contacts."""
    institution = queries.read(db, actor, institution_id)
    return answer(institution, version=institution["version"])


@router.patch("/institutions/{institution_id}", response_model=InstitutionOut)
def change_institution(
    actor: PartnerManager,
    expected: ExpectedVersion,
    db: WriteDb,
    institution: InstitutionToManage,
    data: InstitutionUpdate,
) -> Response:
    """Change what is known of an institution. One that is not active stays readable and receives no new referral."""
    check_version(institution.version, expected)
    service.change_institution(db, actor, institution, data)
    return answer(queries.read(db, actor, institution.id), version=institution.version)


@router.put("/institutions/{institution_id}/contacts", response_model=InstitutionOut)
def replace_contacts(
    actor: PartnerManager,
    expected: ExpectedVersion,
    db: WriteDb,
    institution: InstitutionToManage,
    data: ContactList,
) -> Response:
    """Replace the list of contacts. The first is told of a referral; the others follow when nobody answers."""
    check_version(institution.version, expected)
    service.replace_contacts(db, actor, institution, data.contacts)
    return answer(queries.read(db, actor, institution.id), version=institution.version)


@router.get("/services", response_model=ServicePage)
def list_services(
    actor: PartnerReader,
    db: ReadDb,
    request: Request,
    page: PageQuery,
    territories: Place,
    need: Need = None,
    target: Annotated[
        Code | None, Query(description="A term of `service_target`; services for everybody are included.")
    ] = None,
    institution: Annotated[InstitutionId | None, Query(description="Only the services of this one.")] = None,
    active: Annotated[bool, Query(description="`false` lists what is closed instead.")] = True,
) -> Response:
    """The directory: who helps with what, where and for whom, by French name.

    A service is listed while it and its institution are active. `is_covered` tells whether an agreement in force
    covers it today; without one nobody can be referred to it.
    """
    found = directory.page(
        db,
        actor,
        page,
        need=need,
        territories=territories,
        target=target,
        institution_id=institution,
        active=active,
    )
    return page_answer(request, found)


@router.post("/institutions/{institution_id}/services", response_model=ServiceOut, status_code=201)
def add_service(
    actor: PartnerManager, db: CreateDb, institution: InstitutionToManage, data: ServiceCreate
) -> Response:
    """Add a service of an institution to the directory."""
    added = service.add_service(db, actor, institution, data)
    return answer(
        directory.read(db, actor, added.id),
        201,
        version=added.version,
        location=f"/api/v1/services/{added.id}",
    )


@router.get("/services/{service_id}", response_model=ServiceOut)
def get_service(actor: PartnerReader, db: ReadDb, service_id: ServiceId) -> Response:
    """One service, whether or not it is still active: old referrals name it."""
    found = directory.read(db, actor, service_id)
    return answer(found, version=found["version"])


@router.patch("/services/{service_id}", response_model=ServiceOut)
def change_service(
    actor: PartnerManager,
    expected: ExpectedVersion,
    db: WriteDb,
    kept: ServiceToManage,
    data: ServiceUpdate,
) -> Response:
    """Change a service. One that is not active leaves the directory; referrals under way go on."""
    check_version(kept.version, expected)
    service.change_service(db, actor, kept, data)
    return answer(directory.read(db, actor, kept.id), version=kept.version)


@router.get("/agreements", response_model=AgreementPage)
def list_agreements(
    actor: PartnerReader,
    db: ReadDb,
    request: Request,
    page: PageQuery,
    institution: Annotated[InstitutionId | None, Query(description="Only those with this one.")] = None,
    covering: Annotated[ServiceId | None, Query(description="Only those that cover this service.")] = None,
    status: AgreementStatus | None = None,
    in_force: Annotated[
        bool | None, Query(description="Whether referrals can be sent under it today, dates included.")
    ] = None,
) -> Response:
    """The agreements, the latest beginning first."""
    found = agreements.page(
        db, actor, page, institution_id=institution, service_id=covering, status=status, in_force=in_force
    )
    return page_answer(request, found)


@router.post("/institutions/{institution_id}/agreements", response_model=AgreementOut, status_code=201)
@refuses(service.ReferenceTaken)
def draft_agreement(
    actor: PartnerManager, db: CreateDb, institution: InstitutionToManage, data: AgreementCreate
) -> Response:
    """Draft an agreement with an institution: nothing can be sent under it before it is signed."""
    agreement = service.draft_agreement(db, actor, institution, data)
    return _agreement(db, actor, agreement, 201)


@router.get("/agreements/{agreement_id}", response_model=AgreementOut)
def get_agreement(actor: PartnerReader, db: ReadDb, agreement_id: AgreementId) -> Response:
    """One agreement, with the services it covers and every step of its life."""
    found = agreements.read(db, actor, agreement_id)
    return answer(found, version=found["version"])


@router.patch("/agreements/{agreement_id}", response_model=AgreementOut)
@refuses(service.AgreementNotDraft, service.ReferenceTaken)
def change_agreement(
    actor: PartnerManager,
    expected: ExpectedVersion,
    db: WriteDb,
    agreement: AgreementToManage,
    data: AgreementUpdate,
) -> Response:
    """Change a draft. What was signed stays as it was signed, its last day too: end it and draft the next one."""
    service.check_draft(agreement)
    check_version(agreement.version, expected)
    service.change_agreement(db, actor, agreement, data)
    return _agreement(db, actor, agreement)


@router.post("/agreements/{agreement_id}/sign", response_model=AgreementOut)
@refuses(IllegalMove, ChangedMeanwhile, service.AgreementNotReady)
def sign_agreement(actor: PartnerManager, db: WriteDb, agreement: AgreementToManage) -> Response:
    """Record that both sides have signed: the draft is in force from its first day on."""
    service.sign(db, actor, agreement)
    return _agreement(db, actor, agreement)


@router.post("/agreements/{agreement_id}/suspend", response_model=AgreementOut)
@refuses(IllegalMove, ChangedMeanwhile)
def suspend_agreement(
    actor: PartnerManager, db: WriteDb, agreement: AgreementToManage, data: AgreementReason
) -> Response:
    """Stop new referrals for a while; those under way go on."""
    service.suspend(db, actor, agreement, data.reason)
    return _agreement(db, actor, agreement)


@router.post("/agreements/{agreement_id}/resume", response_model=AgreementOut)
@refuses(IllegalMove, ChangedMeanwhile)
def resume_agreement(actor: PartnerManager, db: WriteDb, agreement: AgreementToManage) -> Response:
    """Let a suspended agreement count again."""
    service.resume(db, actor, agreement)
    return _agreement(db, actor, agreement)


@router.post("/agreements/{agreement_id}/end", response_model=AgreementOut)
@refuses(IllegalMove, ChangedMeanwhile)
def end_agreement(
    actor: PartnerManager, db: WriteDb, agreement: AgreementToManage, data: AgreementReason
) -> Response:
    """End an agreement for good; referrals under way go on to their outcome."""
    service.end(db, actor, agreement, data.reason)
    return _agreement(db, actor, agreement)


def _agreement(db: WriteDb, actor: PartnerManager, agreement: Agreement, status: int = 200) -> Response:
    content = agreements.read(db, actor, agreement.id)
    location = f"/api/v1/agreements/{agreement.id}" if status == 201 else None
    return answer(content, status, version=agreement.version, location=location)
