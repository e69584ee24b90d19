"""Referrals as those see them who accompany the person: one case's, and the appointments of some days."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import String, bindparam, cast, func, or_, select

from app.cases.models import Case
from app.core.actor import Actor, Role
from app.core.db import ReadSession, rows
from app.core.ids import CaseId, UserId
from app.core.prepared import Prepared
from app.partners.models import Institution, Service
from app.people.models import Person
from app.people.queries import NAMES
from app.referrals.models import Referral
from app.referrals.policy import visible_to
from app.referrals.states import ReferralStatus

_r, _c, _p = Referral.__table__.c, Case.__table__.c, Person.__table__.c
_i, _s = Institution.__table__.c, Service.__table__.c

_NAMED = Referral.__table__.join(Institution.__table__, _i.id == _r.institution_id).join(
    Service.__table__, _s.id == _r.service_id
)
_SHOWN = (
    _r.id,
    _r.case_id,
    _r.status,
    _r.urgency,
    _r.sent_at,
    _r.decide_by,
    _r.breached_at,
    _r.appointment_at,
    _r.appointment_zone,
    _r.appointment_place,
    _i.name_ar.label("institution_ar"),
    _i.name_fr.label("institution_fr"),
    _s.name_ar.label("service_ar"),
    _s.name_fr.label("service_fr"),
)
# A date is kept while the partner has the person to see; what has ended has no appointment any more, and whoever
# came before the day is not awaited on it.
_EXPECTED = (ReferralStatus.accepted, ReferralStatus.in_service, ReferralStatus.on_hold)


@cache
def _of_case(role: Role) -> Prepared:
    statement = (
        select(*_SHOWN)
        .select_from(_NAMED)
        .where(_r.case_id == bindparam("case"), visible_to(Actor(user_id=None, role=role)))
    )
    return Prepared(statement.order_by(_r.id.desc()).limit(100))


def of_case(db: ReadSession, actor: Actor, case_id: CaseId) -> list[dict[str, Any]]:
    """The referrals of a case with the names of where they lead, the newest first: the last hundred."""
    return [dict(found) for found in rows(db, _of_case(actor.role), actor.binds, case=case_id)]


@cache
def _appointments(role: Role, only_own: bool) -> Prepared:
    statement = (
        select(*_SHOWN, _c.number.label("case_number"), _r.person_id, *(_p[name] for name in NAMES))
        .select_from(_NAMED.join(Case.__table__, _c.id == _r.case_id))
        .join(Person.__table__, _p.id == _r.person_id)
        .where(
            _r.window_id == bindparam("window"),
            _r.status.in_([status.value for status in _EXPECTED]),
            _r.appointment_at >= bindparam("since"),
            _r.appointment_at < bindparam("until"),
            or_(
                _r.started_on.is_(None),
                func.substr(_r.appointment_local, 1, 10) <= cast(_r.started_on, String(10)),
            ),
            visible_to(Actor(user_id=None, role=role)),
        )
        .order_by(_r.appointment_at, _r.id)
        .limit(bindparam("most"))
    )
    return Prepared(statement.where(_c.referent_id == bindparam("referent")) if only_own else statement)


def appointments(
    db: ReadSession,
    actor: Actor,
    since: datetime,
    until: datetime,
    most: int,
    *,
    referent_id: UserId | None = None,
) -> list[dict[str, Any]]:
    """Where partners expect people of one's windows from an instant until before another, `most` of each window."""
    statement = _appointments(actor.role, referent_id is not None)
    values = {"since": since, "until": until, "most": most, "referent": referent_id}
    found = [
        dict(appointment)
        for window in actor.window_ids
        for appointment in rows(db, statement, actor.binds, window=window, **values)
    ]
    return sorted(found, key=lambda appointment: (appointment["appointment_at"], appointment["id"]))
