"""What an agent reads of their own institution: its services, its agreements, whom the network reaches there.

The directory stays closed to agents (`policy.visible_to`); here every filter is the agent's own institution, so that
nothing of another partner can come along.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, bindparam, select

from app.core import clock
from app.core.actor import Actor
from app.core.db import ReadSession, row, rows
from app.core.errors import NotFound
from app.core.ids import AgreementId, ServiceId
from app.core.prepared import Prepared
from app.partners import queries
from app.partners.agreements import SIGNED, is_in_force
from app.partners.models import Agreement, AgreementService, Contact, Institution, Service
from app.partners.states import AgreementStatus

MOST = 200  # of each; an institution has a handful

_i, _c, _s, _a = (
    Institution.__table__.c,
    Contact.__table__.c,
    Service.__table__.c,
    Agreement.__table__.c,
)
_covers = AgreementService.__table__.c
_OURS: Any = bindparam("actor_institution", type_=_i.id.type)

_INSTITUTION = Prepared(
    select(_i.id, _i.name_ar, _i.name_fr, _i.territory_code, _i.address, _i.is_active).where(_i.id == _OURS)
)
_CONTACTS = Prepared(
    select(_c.name, _c.function, _c.email, _c.phone)
    .where(_c.institution_id == _OURS)
    .order_by(_c.position, _c.id)
    .limit(MOST)
)
_SERVICE: Select[Any] = (
    select(
        _s.id,
        _s.name_ar,
        _s.name_fr,
        _s.need_code,
        _s.targets,
        _s.languages,
        _s.min_age,
        _s.max_age,
        _s.sex,
        _s.capacity,
        _s.is_active,
    )
    .where(_s.institution_id == _OURS)
    .order_by(_s.id)
)
_SERVICES = Prepared(_SERVICE.limit(MOST))
_THESE = Prepared(_SERVICE.where(_s.id.in_(bindparam("services", expanding=True))))
_AGREEMENTS: Select[Any] = (
    select(*SIGNED)
    # A draft is the network's own paper until both have signed it.
    .where(_a.institution_id == _OURS, _a.status != AgreementStatus.draft)
    .order_by(_a.starts_on.desc(), _a.id.desc())
    .limit(MOST)
)
_COVERED = (
    select(_covers.agreement_id, _covers.service_id)
    .join(Agreement.__table__, _a.id == _covers.agreement_id)
    .where(_a.institution_id == _OURS)
    .order_by(_covers.agreement_id, _covers.service_id)
    .limit(MOST * MOST)
)


def institution(db: ReadSession, actor: Actor) -> dict[str, Any]:
    """The agent's institution with its contacts in the order in which they are told, or `NotFound`."""
    found = row(db, _INSTITUTION, actor.binds)
    if found is None:
        raise NotFound()
    return {**found, "contacts": [dict(contact) for contact in rows(db, _CONTACTS, actor.binds)]}


def services(db: ReadSession, actor: Actor) -> list[dict[str, Any]]:
    """What the agent's institution offers or offered, the oldest first."""
    return [dict(found) for found in rows(db, _SERVICES, actor.binds)]


def named(db: ReadSession, actor: Actor, ids: Iterable[ServiceId]) -> dict[ServiceId, dict[str, Any]]:
    """Those of the services that belong to the agent's institution, closed ones too: old referrals name them."""
    return {found.id: dict(found) for found in rows(db, _THESE, actor.binds, services=sorted(set(ids)))}


def agreements(db: ReadSession, actor: Actor) -> list[dict[str, Any]]:
    """What the agent's institution has signed, the latest beginning first, with the services that each covers."""
    covered: dict[AgreementId, list[ServiceId]] = {}
    for link in rows(db, _COVERED, actor.binds):
        covered.setdefault(link.agreement_id, []).append(link.service_id)
    found: list[Any] = rows(db, _AGREEMENTS, actor.binds)
    return [{**one, **_today(one), "service_ids": covered.get(one.id, [])} for one in found]


def _today(agreement: Any) -> dict[str, Any]:
    """Whether it holds today, and in which days its quota is counted."""
    day = clock.today()
    return {
        "is_in_force": is_in_force(agreement, day),
        "quota_window": queries.quota_window(agreement, day),
    }
