"""Which partner to ask for a need: the services that answer it, the likeliest to take the person first, with reasons.

Nothing is hidden and nobody is excluded: a service without an agreement or without a place stands last and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import bindparam, func, select

from app.cases.queries import CaseIds
from app.core.actor import Actor
from app.core.db import ReadSession, rows
from app.core.ids import InstitutionId, ServiceId
from app.core.prepared import Prepared, Row
from app.partners import directory
from app.partners import queries as partners
from app.partners.models import Agreement
from app.referrals.models import Referral, ReferralTransition
from app.referrals.readiness import eligible, misfits, quota_used, territories
from app.referrals.states import EligibilityWarning, ReferralAction, ReferralStatus
from app.vocabularies import queries as vocabularies
from app.windows import queries as windows

MOST = 30  # services compared; a need that more of them answer is better named more closely
ANSWERS = 20  # of a partner, the last ones: how it answers now, not how it did years ago
FEWEST = 3  # answers from which a median says anything

_r, _t = Referral.__table__.c, ReferralTransition.__table__.c
_SERVING = [ReferralStatus.accepted.value, ReferralStatus.in_service.value]
_DECISIONS = [a.value for a in (ReferralAction.accept, ReferralAction.decline, ReferralAction.waitlist)]

_SERVED = (
    select(_r.service_id, func.count().label("people"))
    .where(_r.service_id.in_(bindparam("services", expanding=True)), _r.status.in_(_SERVING))
    .group_by(_r.service_id)
)
_IN_VAIN = [s.value for s in (ReferralStatus.declined, ReferralStatus.expired, ReferralStatus.not_completed)]
_TRIED = select(_r.service_id).where(_r.case_id == bindparam("case"), _r.status.in_(_IN_VAIN))
_LAST = (
    select(_r.id, _r.sent_at)
    .where(_r.institution_id == bindparam("institution"), _r.sent_at.is_not(None))
    .order_by(_r.sent_at.desc(), _r.id.desc())
    .limit(bindparam("most"))
    .subquery()
)
_ANSWERED = Prepared(
    select(_LAST.c.id, _LAST.c.sent_at, func.min(_t.at, type_=_t.at.type).label("answered_at"))
    .join(ReferralTransition.__table__, _t.referral_id == _LAST.c.id)
    .where(_t.action.in_(_DECISIONS))
    .group_by(_LAST.c.id, _LAST.c.sent_at)
)


@dataclass(frozen=True)
class Ranked:
    """One service with what speaks for it and against it."""

    service: Row  # as the directory tells it
    agreement: Agreement | None  # in force where the case is; None: nothing can be sent
    is_quota_used: bool
    is_by_theme: bool  # serves the theme of the need: whether the need itself is not known
    misfits: tuple[EligibilityWarning, ...]
    places: int | None  # left now; None: no limit is known
    was_tried: bool  # in this case, and nothing came of it
    answer_time: timedelta | None  # median of the partner's last answers

    @property
    def order(self) -> tuple[bool, bool, bool, int, timedelta]:
        """What counts more stands first; an unknown time stands behind the known ones."""
        is_full = self.places == 0 or self.is_quota_used
        waits = self.answer_time or timedelta.max
        return self.agreement is None, is_full, self.was_tried, len(self.misfits), waits


@dataclass(frozen=True)
class _Case:
    """What every service is held against."""

    today: date
    territories: Sequence[str]
    need: str
    person: Any
    tried: frozenset[ServiceId]


def ranked(db: ReadSession, actor: Actor, case: CaseIds, need: str) -> list[Ranked]:
    """The services for a need of a visible case."""
    services = directory.serving(db, actor, need, MOST)
    served = _served(db, [service.id for service in services])
    times = {i: _answer_time(db, i) for i in dict.fromkeys(s.institution_id for s in services)}
    whose = _Case(
        today=windows.today(db, case.window_id),
        territories=territories(db, case.window_id),
        need=need,
        person=eligible(db, case.person_id),
        tried=frozenset(found.service_id for found in rows(db, _TRIED, case=case.case_id)),
    )
    found = [
        _judged(db, whose, service, served.get(service.id, 0), times[service.institution_id])
        for service in services
    ]
    return sorted(found, key=lambda one: one.order)


def told(one: Ranked) -> dict[str, Any]:
    """One of them as columns."""
    return {
        "service": dict(one.service),
        "agreement_id": one.agreement.id if one.agreement else None,
        "is_quota_used": one.is_quota_used,
        "is_by_theme": one.is_by_theme,
        "misfits": one.misfits,
        "places": one.places,
        "was_tried": one.was_tried,
        "answer_hours": one.answer_time and round(one.answer_time / timedelta(hours=1), 1),
    }


def broader(db: ReadSession, actor: Actor, need: str) -> str | None:
    """The need above one that nobody serves, if somebody serves that."""
    above = {term["code"]: term["parent_code"] for term in vocabularies.terms(db, "need")}.get(need)
    return above if above and directory.serving(db, actor, above, 1) else None


def _judged(
    db: ReadSession, whose: _Case, service: Row, served: int, answer_time: timedelta | None
) -> Ranked:
    agreement = partners.agreement_covering(db, service.id, whose.territories, whose.today)
    return Ranked(
        service=service,
        agreement=agreement,
        is_quota_used=agreement is not None and quota_used(db, agreement, whose.today),
        is_by_theme=whose.need.startswith(f"{service.need_code}."),
        misfits=tuple(misfits(db, whose.person, service, whose.today)),
        places=None if service.capacity is None else max(0, service.capacity - served),
        was_tried=service.id in whose.tried,
        answer_time=answer_time,
    )


def _served(db: ReadSession, services: Sequence[ServiceId]) -> dict[ServiceId, int]:
    return {found.service_id: found.people for found in rows(db, _SERVED, services=services)}


def _answer_time(db: ReadSession, institution_id: InstitutionId) -> timedelta | None:
    found = rows(db, _ANSWERED, institution=institution_id, most=ANSWERS)
    waited = [_between(answer.sent_at, answer.answered_at) for answer in found]
    return timedelta(seconds=median(waited)) if len(waited) >= FEWEST else None


def _between(sent_at: datetime, answered_at: datetime) -> float:
    return (answered_at - sent_at).total_seconds()
