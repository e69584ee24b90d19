"""A partner's own figures: what was sent to its institution in a period, how it was answered, what came of it.

Every statement is held to the actor's institution and runs along one index: by institution and day of sending, or by
service and state.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import and_, bindparam, func, select

from app.core.actor import Actor, Role
from app.core.clock import now
from app.core.db import ReadSession, rows
from app.core.ids import ServiceId
from app.core.prepared import Prepared
from app.referrals.models import Referral, ReferralTransition
from app.referrals.policy import visible_to
from app.referrals.states import PAUSED, UNDECIDED, DeclineReason, Outcome, ReferralAction, ReferralStatus

LONGEST = timedelta(days=366)  # bounds what one question reads

_r, _t = Referral.__table__.c, ReferralTransition.__table__.c
_AGENT = visible_to(Actor(user_id=None, role=Role.partner_agent))

# A referral is accepted once or declined once: at most one step stands beside each row.
_DECISION = and_(
    _t.referral_id == _r.id,
    _t.action.in_([ReferralAction.accept.value, ReferralAction.decline.value]),
)
_SENT = Prepared(
    select(
        _r.status,
        _r.sent_at,
        _r.decide_by,
        _r.breached_at,
        _r.outcomes,
        _t.action,
        _t.at.label("decided_at"),
        _t.reason_code,
    )
    .select_from(Referral.__table__.outerjoin(ReferralTransition.__table__, _DECISION))
    .where(_AGENT, _r.sent_at >= bindparam("since"), _r.sent_at < bindparam("until"))
    .order_by(_r.sent_at, _r.id)
)
_SERVED = Prepared(
    select(_r.service_id, func.count().label("people"))
    .where(
        _r.service_id.in_(bindparam("services", expanding=True)),
        _r.status.in_([ReferralStatus.accepted.value, ReferralStatus.in_service.value]),
    )
    .group_by(_r.service_id)
    .order_by(_r.service_id)
)


@dataclass(frozen=True)
class Figures:
    """Numbers of one institution over one period of sending."""

    received: int
    accepted: int
    declined: Mapping[DeclineReason, int]
    in_time: int  # decided before the clock ran out
    late: int  # decided after it, or not at all
    unanswered: int  # of the late ones, those that nobody has decided
    waiting: int  # nothing decided yet, and there is still time
    closed_undecided: int  # taken back by the window before a decision was due
    median_days: float | None  # from sending to accepting or declining; None before the first decision
    outcomes: Mapping[Outcome, int]  # one for each need of a completed referral
    not_completed: int

    @property
    def decided(self) -> int:
        return self.accepted + sum(self.declined.values())


def of_institution(db: ReadSession, actor: Actor, since: datetime, until: datetime) -> Figures:
    """What was sent to the actor's institution from one instant until another, a year at most.

    Raises ValueError for a longer period or one that ends before it begins.
    """
    if not timedelta(0) <= until - since <= LONGEST:
        raise ValueError("a period of a year at most, which ends after it begins")
    return _count(rows(db, _SENT, actor.binds, since=since, until=until))


def _count(sent: Iterable[Any]) -> Figures:
    found = list(sent)
    actions = Counter(str(one.action) for one in found if one.action is not None)
    timeliness = Counter(_timeliness(one) for one in found)
    reasons = Counter(one.reason_code for one in found if one.action == ReferralAction.decline)
    days = [
        (one.decided_at - one.sent_at).total_seconds() / 86_400 for one in found if one.decided_at is not None
    ]
    outcomes = Counter(told for one in found for told in one.outcomes.values())
    return Figures(
        received=len(found),
        accepted=actions[ReferralAction.accept],
        declined={reason: reasons[reason] for reason in DeclineReason if reasons[reason]},
        in_time=timeliness["in_time"],
        late=timeliness["late"],
        unanswered=sum(one.action is None and _timeliness(one) == "late" for one in found),
        waiting=timeliness["waiting"],
        closed_undecided=timeliness["closed"],
        median_days=median(days) if days else None,
        outcomes={outcome: outcomes[outcome] for outcome in Outcome},
        not_completed=sum(one.status is ReferralStatus.not_completed for one in found),
    )


def _timeliness(one: Any) -> str:
    """A breach stays one when the decision comes later; the clock that stands still runs out never."""
    if one.breached_at is not None or one.status is ReferralStatus.expired:
        return "late"
    if one.action is not None:
        return "in_time"
    if one.status not in UNDECIDED:
        return "closed"
    is_running = one.status not in PAUSED
    return "late" if is_running and one.decide_by is not None and one.decide_by < now() else "waiting"


def served(db: ReadSession, services: Iterable[ServiceId]) -> dict[ServiceId, int]:
    """How many people each of some services is serving now: numbers of places, nothing about who has them."""
    return {found.service_id: found.people for found in rows(db, _SERVED, services=sorted(set(services)))}
