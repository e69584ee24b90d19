from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Query

from app.auth.deps import allowed
from app.auth.permissions import Permission
from app.core.actor import Actor
from app.core.deps import ReadDb, WriteDb
from app.core.ids import AgreementId, InstitutionId, ServiceId
from app.partners import agreements, directory, queries
from app.partners.models import Agreement, Institution, Service
from app.partners.schemas import TerritoryCode
from app.windows import queries as windows

PartnerReader = Annotated[Actor, Depends(allowed(Permission.partner_read))]
PartnerManager = Annotated[Actor, Depends(allowed(Permission.partner_manage))]


def _institution(actor: PartnerManager, db: WriteDb, institution_id: InstitutionId) -> Institution:
    return queries.get(db, actor, institution_id)


def _service(actor: PartnerManager, db: WriteDb, service_id: ServiceId) -> Service:
    return directory.get(db, actor, service_id)


def _agreement(actor: PartnerManager, db: WriteDb, agreement_id: AgreementId) -> Agreement:
    return agreements.get(db, actor, agreement_id)


InstitutionToManage = Annotated[Institution, Depends(_institution, scope="function")]
ServiceToManage = Annotated[Service, Depends(_service, scope="function")]
AgreementToManage = Annotated[Agreement, Depends(_agreement, scope="function")]


def _place(
    _: PartnerReader,
    db: ReadDb,
    territory: Annotated[
        TerritoryCode | None,
        Query(description="Open there: named by the service, or brought there by an agreement in force."),
    ] = None,
) -> Sequence[str] | None:
    """A territory and all that it lies in, the smallest first; None when none was asked for."""
    return windows.ancestors(db, territory) if territory is not None else None


Place = Annotated[Sequence[str] | None, Depends(_place, scope="function")]
