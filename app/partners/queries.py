"""Institutions, and what sending a referral asks of the network: whom to reach, which agreement, how much is left."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select

from app.core.actor import Actor
from app.core.db import ReadSession, row, rows
from app.core.errors import NotFound
from app.core.ids import InstitutionId, ServiceId
from app.core.pagination import Page, PageRequest, binds, cut, keyset
from app.partners.clauses import IN_FORCE, answers
from app.partners.models import Agreement, AgreementService, Contact, Institution, Service
from app.partners.policy import visible_to
from app.windows.models import Territory

_i, _c, _s, _a = (
    Institution.__table__.c,
    Contact.__table__.c,
    Service.__table__.c,
    Agreement.__table__.c,
)

_INSTITUTION: Select[Any] = select(
    _i.id,
    _i.kind,
    _i.name_ar,
    _i.name_fr,
    _i.territory_code,
    _i.address,
    _i.is_active,
    _i.version,
)

_NAMES = select(_i.id, _i.name_ar, _i.name_fr).where(_i.id.in_(bindparam("institutions", expanding=True)))


def names(db: ReadSession, institutions: Iterable[InstitutionId]) -> dict[InstitutionId, dict[str, Any]]:
    """What institutions are called, by id, for what names them by their id alone."""
    wanted = list(set(institutions))
    return {found.id: dict(found) for found in rows(db, _NAMES, institutions=wanted)} if wanted else {}


def institution(db: ReadSession, institution_id: InstitutionId) -> Institution:
    """An institution's row, or `NotFound`."""
    found = db.get(Institution, institution_id)
    if found is None:
        raise NotFound()
    return found


def get(db: ReadSession, actor: Actor, institution_id: InstitutionId) -> Institution:
    """An institution that the actor may see, for changing it, or `NotFound`."""
    found = db.scalar(
        select(Institution).where(_i.id == bindparam("institution"), visible_to(actor)),
        {"institution": institution_id},
    )
    if found is None:
        raise NotFound()
    return found


def read(db: ReadSession, actor: Actor, institution_id: InstitutionId) -> dict[str, Any]:
    """An institution with its contacts in their order, or `NotFound`."""
    statement = _INSTITUTION.where(_i.id == bindparam("institution"), visible_to(actor))
    found = row(db, statement, institution=institution_id)
    if found is None:
        raise NotFound()
    people = select(_c.id, _c.name, _c.function, _c.email, _c.phone)
    listed = rows(db, people.where(_c.institution_id == institution_id).order_by(_c.position, _c.id))
    return {**found, "contacts": [dict(contact) for contact in listed]}


def page(
    db: ReadSession,
    actor: Actor,
    wanted: PageRequest,
    *,
    kind: str | None = None,
    need: str | None = None,
    active: bool | None = None,
) -> Page:
    """Institutions by name; `need` keeps those with an open service for it or, for a theme, for a part of it."""
    statement = _INSTITUTION.where(visible_to(actor))
    if kind is not None:
        statement = statement.where(_i.kind == kind)
    if need is not None:
        serving = select(_s.institution_id).where(_s.is_active, answers(need))
        statement = statement.where(_i.id.in_(serving))
    if active is not None:
        statement = statement.where(_i.is_active == active)
    found = rows(db, keyset(statement, _i.name_fr, _i.id, page=wanted), binds(wanted, str, UUID))
    return cut(found, wanted, "name_fr", "id")


def contacts(db: ReadSession, institution_id: InstitutionId) -> Sequence[Contact]:
    """Whom to reach, first the one who is told first; the others are for escalation."""
    return db.scalars(
        select(Contact).where(_c.institution_id == institution_id).order_by(_c.position, _c.id)
    ).all()


def unknown_territories(db: ReadSession, codes: Iterable[str]) -> set[str]:
    """Those of the codes that name no territory."""
    asked = set(codes)
    return asked - set(db.scalars(select(Territory.code).where(Territory.code.in_(asked))))


def service_to_refer(db: ReadSession, service_id: ServiceId) -> Service:
    """A service that somebody may be sent to: it and its institution are open; else `NotFound`."""
    found = db.scalar(
        select(Service)
        .join(Institution, Institution.id == Service.institution_id)
        .where(Service.id == service_id, Service.is_active, Institution.is_active)
    )
    if found is None:
        raise NotFound()
    return found


def agreement_covering(
    db: ReadSession, service_id: ServiceId, territories: Sequence[str], on: date
) -> Agreement | None:
    """The agreement under which a service may be asked, on a day, for a place and all that it lies in.

    Of several, the one for the smallest territory counts - it was made for that place -, then the latest.
    """
    return db.scalar(
        select(Agreement)
        .join(AgreementService, AgreementService.agreement_id == Agreement.id)
        .where(AgreementService.service_id == service_id, _a.territory_code.in_(territories), IN_FORCE)
        .order_by(func.length(_a.territory_code).desc(), _a.starts_on.desc(), _a.id.desc())
        .limit(1),
        {"today": on},
    )


_MONTHS = {"month": 1, "quarter": 3, "year": 12}


class Quota(Protocol):
    """What an agreement says about how much: so many referrals in each period, or None."""

    @property
    def quota(self) -> int | None: ...
    @property
    def quota_period(self) -> str | None: ...


def quota_window(agreement: Quota, on: date) -> tuple[date, date] | None:
    """The calendar period in which a day's referrals are counted: its first day, and the first day after it.

    None when the agreement sets no quota. Periods are those of the calendar, not of the signature, so that both
    sides count the same months without looking anything up.
    """
    if agreement.quota is None or agreement.quota_period is None:
        return None
    months = _MONTHS[agreement.quota_period]
    first = date(on.year, (on.month - 1) // months * months + 1, 1)
    years, month = divmod(first.month - 1 + months, 12)
    return first, date(first.year + years, month + 1, 1)
