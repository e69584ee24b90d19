from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Timestamps, Versioned
from app.core.ids import CaseId, FollowUpId, PersonId, ReferralId, UserId, WindowId, uuid7
from app.core.moves import Transition
from app.followups.states import FOLLOW_UP_LIFECYCLE, FollowUpKind, FollowUpReason, FollowUpStatus


class FollowUp(Versioned, Timestamps, Base, kw_only=True):
    """A contact with the person, planned or not: what happened and what comes next."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        Index(None, "case_id", "due_on", "id"),
        UniqueConstraint("reason", "cause_id"),  # one cause plans one contact, however often it is told
        CheckConstraint("status <> 'done' OR happened IS NOT NULL", name="done_says_what_happened"),
    )

    id: Mapped[FollowUpId] = mapped_column(
        primary_key=True, default_factory=lambda: FollowUpId(uuid7()), init=False
    )
    case_id: Mapped[CaseId] = mapped_column(ForeignKey("cases.id"))
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("people.id"))
    window_id: Mapped[WindowId] = mapped_column(ForeignKey("windows.id"))
    worker_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    referral_id: Mapped[ReferralId | None] = mapped_column(ForeignKey("referrals.id"), default=None)
    kind: Mapped[FollowUpKind]
    reason: Mapped[FollowUpReason]
    cause_id: Mapped[UUID | None] = mapped_column(default=None)  # the event that planned it
    due_on: Mapped[date]
    due_time: Mapped[str | None] = mapped_column(String(5), default=None)  # HH:MM by the clock of the window
    purpose: Mapped[str | None] = mapped_column(default=None)
    status: Mapped[FollowUpStatus] = mapped_column(default=FOLLOW_UP_LIFECYCLE.initial, init=False)
    held_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    attendance_reason: Mapped[str | None] = mapped_column(String(64), default=None, init=False)
    happened: Mapped[str | None] = mapped_column(default=None, init=False)
    next_step: Mapped[str | None] = mapped_column(default=None, init=False)


_planned = FollowUp.status == FollowUpStatus.planned
Index(
    "ix_follow_ups_due_window",
    FollowUp.window_id,
    FollowUp.due_on,
    FollowUp.id,
    sqlite_where=_planned,
    postgresql_where=_planned,
)
Index(
    "ix_follow_ups_due_worker",
    FollowUp.worker_id,
    FollowUp.window_id,
    FollowUp.due_on,
    FollowUp.id,
    sqlite_where=_planned,
    postgresql_where=_planned,
)


class FollowUpTransition(Transition, Base, kw_only=True):
    __tablename__ = "follow_up_transitions"

    follow_up_id: Mapped[FollowUpId] = mapped_column(ForeignKey("follow_ups.id"), index=True)
