"""How referrals flow to each partner of a window: what was sent, seen, accepted, served and ended, and what is stuck."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select
from sqlalchemy import case as when

from app.cases.models import Case
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import ReadSession, rows
from app.core.ids import InstitutionId
from app.core.pagination import Page, PageRequest, binds, cut, keyset
from app.partners.models import Institution, Service
from app.people.models import Person
from app.referrals.models import Referral, ReferralTransition
from app.referrals.policy import visible_to
from app.referrals.states import UNDECIDED, ReferralAction

MOST_REFERRALS = 5000  # of one period, the latest; a window sends some hundreds a year
STEPS = ("sent", "seen", "accepted", "served", "ended")

_r, _t, _i = Referral.__table__.c, ReferralTransition.__table__.c, Institution.__table__.c
_s, _p, _c = Service.__table__.c, Person.__table__.c, Case.__table__.c
_A = ReferralAction

_ANSWERS = (_A.ask, _A.accept, _A.decline, _A.waitlist)
_REACHED = {
    "seen": (_A.open, *_ANSWERS),
    "answered": _ANSWERS,
    "accepted": (_A.accept,),
    "served": (_A.start, _A.complete),
    "ended": (_A.complete, _A.fail),
}
_NAMES = (_i.name_ar, _i.name_fr)
_is_undecided: ColumnElement[bool] = _r.status.in_([status.value for status in sorted(UNDECIDED)])
# The time for an answer is over, and it is not we who are asked something.
_is_stuck: ColumnElement[bool] = and_(_r.paused_at.is_(None), _r.decide_by < bindparam("now"))


@dataclass
class Funnel:
    """How far the referrals of a period to one partner have come."""

    institution_id: InstitutionId
    names: dict[str, str]
    reached: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STEPS, 0))
    days: list[float] = field(default_factory=list)  # until the first answer, one for each that was answered

    @property
    def median_days(self) -> int | None:
        """Whole days until the first answer, in the middle of all; 0 is the same day."""
        return int(median(self.days)) if self.days else None

    def share(self, step: str) -> int:
        """Percent of what was sent that has come to a step."""
        return round(100 * self.reached[step] / self.reached["sent"]) if self.reached["sent"] else 0


def _sent(actor: Actor, institution_id: InstitutionId | None) -> Select[Any]:
    first = [
        func.min(when((_t.action.in_([action.value for action in actions]), _t.at))).label(name)
        for name, actions in _REACHED.items()
    ]
    statement = (
        select(_r.id, _r.institution_id, *_NAMES, _r.sent_at, *first)
        .join(Institution.__table__, _i.id == _r.institution_id)
        .outerjoin(ReferralTransition.__table__, _t.referral_id == _r.id)
        .where(visible_to(actor), _r.id >= bindparam("first"), _r.sent_at >= bindparam("since"))
        .group_by(_r.id, _i.id)
        .order_by(_r.id.desc())
        .limit(MOST_REFERRALS)
    )
    return statement if institution_id is None else statement.where(_r.institution_id == institution_id)


def funnels(
    db: ReadSession, actor: Actor, days: int, institution_id: InstitutionId | None = None
) -> list[Funnel]:
    """The referrals written and sent in the last so many days, by partner, the busiest first.

    Ids follow time: they bound what is read along the index of a window to the period.
    """
    since = now() - timedelta(days=days)
    found = rows(db, _sent(actor, institution_id), actor.binds, since=since, first=_first_id(since))
    told: dict[InstitutionId, Funnel] = {}
    for referral in found:
        names = {"name_ar": referral.name_ar, "name_fr": referral.name_fr}
        funnel = told.setdefault(referral.institution_id, Funnel(referral.institution_id, names))
        funnel.reached["sent"] += 1
        for step in STEPS[1:]:
            funnel.reached[step] += referral[step] is not None
        if referral.answered is not None:
            funnel.days.append((referral.answered - referral.sent_at).total_seconds() / 86_400)
    return sorted(told.values(), key=lambda funnel: (-funnel.reached["sent"], funnel.names["name_fr"]))


def _first_id(at: datetime) -> UUID:
    """The least id that was made at an instant (RFC 9562, version 7)."""
    return UUID(int=int(at.timestamp() * 1000) << 80 | 0x7 << 76 | 0x2 << 62)


def waiting(db: ReadSession, actor: Actor) -> list[dict[str, Any]]:
    """Partners who still have to answer: how many wait, how many past their time, since when; the most stuck first.

    A partner that has asked us something waits for us.
    """
    stuck = func.coalesce(func.sum(when((_is_stuck, 1), else_=0)), 0).label("stuck")
    statement = (
        select(
            _r.institution_id,
            *_NAMES,
            func.count().label("waiting"),
            stuck,
            func.min(_r.sent_at).label("since"),
        )
        .join(Institution.__table__, _i.id == _r.institution_id)
        .where(visible_to(actor), _is_undecided, _r.paused_at.is_(None))
        .group_by(_r.institution_id, *_NAMES)
        .order_by(stuck.desc(), func.count().desc(), _r.institution_id)
    )
    return [dict(found) for found in rows(db, statement, actor.binds, now=now())]


_WAITING: Select[Any] = (
    select(
        _r.id,
        _r.case_id,
        _c.number,
        _p.given_name_ar,
        _p.family_name_ar,
        _p.given_name_latin,
        _p.family_name_latin,
        _s.name_ar,
        _s.name_fr,
        _r.urgency,
        _r.status,
        _r.sent_at,
        _r.decide_by,
        _r.reminders,
        when((_is_stuck, 1), else_=0).label("is_stuck"),
        _r.paused_at,
    )
    .join(Case.__table__, _c.id == _r.case_id)
    .join(Person.__table__, _p.id == _r.person_id)
    .join(Service.__table__, _s.id == _r.service_id)
    .where(_is_undecided, _r.institution_id == bindparam("institution"))
)


def unanswered(db: ReadSession, actor: Actor, institution_id: InstitutionId, wanted: PageRequest) -> Page:
    """The referrals that one partner still has to answer, by when it should have: the stuck ones come first."""
    statement = keyset(_WAITING.where(visible_to(actor)), _r.decide_by, _r.id, page=wanted)
    values = binds(wanted, datetime, UUID)
    found: Sequence[Any] = rows(db, statement, actor.binds, **values, institution=institution_id, now=now())
    return cut(found, wanted, "decide_by", "id")
