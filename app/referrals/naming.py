"""Whom and whom to: what people call a referral by, and the names behind its ids, for a page that shows them."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, select

from app.cases.models import Case
from app.core.actor import Actor
from app.core.db import ReadSession, rows
from app.core.ids import ReferralId
from app.partners.models import Institution, Service
from app.people.models import Person
from app.people.queries import NAMES
from app.referrals.models import Referral, digits_of
from app.referrals.policy import visible_to
from app.windows.models import Window

_r, _p, _c = Referral.__table__.c, Person.__table__.c, Case.__table__.c
_s, _i, _w = Service.__table__.c, Institution.__table__.c, Window.__table__.c

_NAMES = (
    select(
        _r.id,
        *(_p[name] for name in NAMES),
        _c.number,
        _s.name_ar.label("service_ar"),
        _s.name_fr.label("service_fr"),
        _i.name_ar.label("institution_ar"),
        _i.name_fr.label("institution_fr"),
        _w.time_zone,
    )
    .join(Person.__table__, _p.id == _r.person_id)
    .join(Case.__table__, _c.id == _r.case_id)
    .join(Service.__table__, _s.id == _r.service_id)
    .join(Institution.__table__, _i.id == _r.institution_id)
    .join(Window.__table__, _w.id == _r.window_id)
    .where(_r.id.in_(bindparam("referrals", expanding=True)))
)


def reference(referral_id: ReferralId) -> str:
    """What both sides say over the telephone: `4821-0937`.

    Digits, because they are read out alike in every language. They are those of chance in the id, so they tell a
    stranger nothing, neither of the case, whose number a partner does not know, nor how many others there are.
    """
    digits = f"{digits_of(referral_id):08}"
    return f"{digits[:4]}-{digits[4:]}"


_ALIKE = 10  # of the same eight digits; of a hundred million there are seldom two


def by_reference(db: ReadSession, actor: Actor, digits: str) -> list[ReferralId]:
    """The referrals, of those that this actor may see, that are called so: one, or none, or by a rare chance two."""
    called = (
        select(_r.id).where(_r.digits == int(digits), visible_to(actor)).order_by(_r.id.desc()).limit(_ALIKE)
    )
    return list(db.scalars(called, actor.binds))


_SERVICES = (
    select(_r.id, _s.name_ar.label("service_ar"), _s.name_fr.label("service_fr"))
    .join(Service.__table__, _s.id == _r.service_id)
    .where(_r.id.in_(bindparam("referrals", expanding=True)))
)


def services(
    db: ReadSession, actor: Actor, referrals: Iterable[ReferralId]
) -> dict[ReferralId, Mapping[str, Any]]:
    """By referral that the actor may see: the service, and no word about the person."""
    wanted = list(referrals)
    if not wanted:
        return {}
    found = rows(db, _SERVICES.where(visible_to(actor)), actor.binds, referrals=wanted)
    return {one.id: one for one in found}


def names(db: ReadSession, referrals: Iterable[ReferralId]) -> dict[ReferralId, Mapping[str, Any]]:
    """By referral: the person, the number of the case, the service, the institution, the window's time zone.

    Only for referrals that were found visible.
    """
    wanted = list(referrals)
    return {found.id: found for found in rows(db, _NAMES, referrals=wanted)} if wanted else {}
