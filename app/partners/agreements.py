"""The agreements as the network reads them: what was signed, what it covers, whether it holds today."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select

from app.core import clock
from app.core.actor import Actor
from app.core.db import ReadSession, row, rows
from app.core.errors import NotFound
from app.core.ids import AgreementId, InstitutionId, ServiceId
from app.core.pagination import Page, PageRequest, binds, cut, keyset
from app.partners.clauses import IN_FORCE
from app.partners.models import (
    Agreement,
    AgreementService,
    AgreementTransition,
    Institution,
    Service,
)
from app.partners.policy import visible_to
from app.partners.states import AgreementStatus

_i, _s, _a = Institution.__table__.c, Service.__table__.c, Agreement.__table__.c
_covers, _t = AgreementService.__table__.c, AgreementTransition.__table__.c

# What was signed, as both sides may read it.
SIGNED = (
    _a.id,
    _a.reference,
    _a.title,
    _a.parties,
    _a.territory_code,
    _a.starts_on,
    _a.ends_on,
    _a.quota,
    _a.quota_period,
    _a.decide_hours,
    _a.reminder_days,
    _a.expiry_days,
    _a.data_categories,
    _a.status,
)
_AGREEMENT: Select[Any] = select(
    *SIGNED,
    _a.institution_id,
    _i.name_ar.label("institution_name_ar"),
    _i.name_fr.label("institution_name_fr"),
    _a.version,
).join(Institution.__table__, _i.id == _a.institution_id)


def get(db: ReadSession, actor: Actor, agreement_id: AgreementId) -> Agreement:
    """An agreement that the actor may see, for changing it, or `NotFound`."""
    found = db.scalar(
        select(Agreement).where(_a.id == bindparam("agreement"), visible_to(actor)),
        {"agreement": agreement_id},
    )
    if found is None:
        raise NotFound()
    return found


def read(db: ReadSession, actor: Actor, agreement_id: AgreementId) -> dict[str, Any]:
    """An agreement with the services it covers and every step of its life, or `NotFound`."""
    found = row(
        db, _AGREEMENT.where(_a.id == bindparam("agreement"), visible_to(actor)), agreement=agreement_id
    )
    if found is None:
        raise NotFound()
    steps = select(_t.action, _t.to_status, _t.actor_id, _t.actor_role, _t.at, _t.note.label("reason"))
    told = rows(db, steps.where(_t.agreement_id == agreement_id).order_by(_t.at, _t.id))
    return {
        **found,
        "is_in_force": is_in_force(found, clock.today()),
        "service_ids": covered_services(db, agreement_id),
        "history": [dict(step) for step in told],
    }


def page(
    db: ReadSession,
    actor: Actor,
    wanted: PageRequest,
    *,
    institution_id: InstitutionId | None = None,
    service_id: ServiceId | None = None,
    status: AgreementStatus | None = None,
    in_force: bool | None = None,
) -> Page:
    """Agreements, the latest beginning first."""
    statement = _AGREEMENT.where(visible_to(actor))
    if institution_id is not None:
        statement = statement.where(_a.institution_id == institution_id)
    if service_id is not None:
        covering = select(_covers.agreement_id).where(_covers.service_id == service_id)
        statement = statement.where(_a.id.in_(covering))
    if status is not None:
        statement = statement.where(_a.status == status)
    if in_force is not None:
        statement = statement.where(IN_FORCE if in_force else ~IN_FORCE)
    today = clock.today()
    values = {"today": today, **binds(wanted, date, UUID)}
    found = rows(db, keyset(statement, _a.starts_on, _a.id, page=wanted, descending=True), values)
    result = cut(found, wanted, "starts_on", "id")
    return Page([{**item, "is_in_force": is_in_force(item, today)} for item in result.items], result.next)


def is_in_force(held: Mapping[str, Any], on: date) -> bool:
    """Signed, not suspended, and the day lies between its dates: an agreement that has run out needs no act to end."""
    last = held["ends_on"]
    return (
        held["status"] is AgreementStatus.in_force
        and held["starts_on"] <= on
        and (last is None or on <= last)
    )


def covered_services(db: ReadSession, agreement_id: AgreementId) -> list[ServiceId]:
    """The services that an agreement covers."""
    statement = select(_covers.service_id).where(_covers.agreement_id == agreement_id)
    return list(db.scalars(statement.order_by(_covers.service_id)))


def services_of(db: ReadSession, institution_id: InstitutionId, ids: Sequence[ServiceId]) -> set[ServiceId]:
    """Those of the ids that are services of the institution."""
    statement = select(_s.id).where(_s.institution_id == institution_id, _s.id.in_(ids))
    return set(db.scalars(statement.order_by(_s.id)))


def is_reference_taken(db: ReadSession, reference: str, but: AgreementId | None = None) -> bool:
    """Whether another agreement carries the reference."""
    found = db.scalar(select(_a.id).where(_a.reference == reference))
    return found is not None and found != but
