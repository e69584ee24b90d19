from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.ids import CaseId, ReferralId, UserId
from app.outbox.service import Event


@dataclass(frozen=True, kw_only=True)
class ReferralMoved(Event):
    """A referral was led along an action of its life cycle."""

    name: ClassVar[str] = "referral.moved"
    step_id: UUID  # names this step: what is done about it is done once
    referral_id: ReferralId
    case_id: CaseId
    action: str
    by_role: str
    by: UserId | None = None  # nobody: the system
    reason_code: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReferralMessageSent(Event):
    """One side wrote to the other."""

    name: ClassVar[str] = "referral.message_sent"
    step_id: UUID
    referral_id: ReferralId
    by_role: str
    by: UserId


@dataclass(frozen=True, kw_only=True)
class ReferralOverdue(Event):
    """A clock ran out without a decision: a reminder is due, or the time to decide is over."""

    name: ClassVar[str] = "referral.overdue"
    step_id: UUID
    referral_id: ReferralId
    kind: str  # reminder, breach
    level: str  # agents, supervisors
