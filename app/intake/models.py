from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import Base, Timestamps, Versioned
from app.core.ids import ArrivalId, CaseId, InterviewId, PersonId, UserId, WindowId, uuid7
from app.core.moves import Transition
from app.intake.states import (
    ARRIVAL_LIFECYCLE,
    INTERVIEW_LIFECYCLE,
    ArrivalStatus,
    Channel,
    Conclusion,
    InterviewStatus,
    Urgency,
)


class Arrival(Versioned, Timestamps, Base, kw_only=True):
    """Somebody who came today and waits: a ticket and a first name, no more."""

    __tablename__ = "arrivals"
    __table_args__ = (
        UniqueConstraint("window_id", "on", "ticket"),
        Index(None, "window_id", "on", "status"),
    )

    id: Mapped[ArrivalId] = mapped_column(
        primary_key=True, default_factory=lambda: ArrivalId(uuid7()), init=False
    )
    window_id: Mapped[WindowId] = mapped_column(ForeignKey("windows.id"))
    on: Mapped[date]
    ticket: Mapped[int]
    first_name: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(String(64))  # vocabulary arrival_reason
    arrived_at: Mapped[datetime] = mapped_column(default_factory=now, init=False)
    status: Mapped[ArrivalStatus] = mapped_column(default=ARRIVAL_LIFECYCLE.initial, init=False)
    interview_id: Mapped[InterviewId | None] = mapped_column(
        ForeignKey("interviews.id"), default=None, init=False, index=True
    )
    topic: Mapped[str | None] = mapped_column(
        String(64), default=None, init=False
    )  # vocabulary counter_topic
    answered_at: Mapped[datetime | None] = mapped_column(default=None, init=False)


class ArrivalTransition(Transition, Base, kw_only=True):
    __tablename__ = "arrival_transitions"

    arrival_id: Mapped[ArrivalId] = mapped_column(ForeignKey("arrivals.id"), index=True)


class Interview(Versioned, Timestamps, Base, kw_only=True):
    """What was heard. A draft may lack anything; a completed interview no longer changes."""

    __tablename__ = "interviews"
    __table_args__ = (
        Index(None, "window_id", "id"),
        Index(None, "window_id", "status", "id"),
        # The window stands in them for the same reason as in those of cases.
        Index(None, "person_id", "window_id", "id"),
        Index(None, "worker_id", "window_id", "id"),
        Index(None, "worker_id", "window_id", "status", "id"),
        CheckConstraint("status <> 'completed' OR conclusion IS NOT NULL", name="completed_has_a_conclusion"),
        CheckConstraint("(status = 'completed') = (completed_at IS NOT NULL)", name="completed_has_a_time"),
    )

    id: Mapped[InterviewId] = mapped_column(
        primary_key=True, default_factory=lambda: InterviewId(uuid7()), init=False
    )
    window_id: Mapped[WindowId] = mapped_column(ForeignKey("windows.id"))
    worker_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    held_at: Mapped[datetime] = mapped_column(default_factory=now)
    channel: Mapped[Channel | None] = mapped_column(default=None)
    person_id: Mapped[PersonId | None] = mapped_column(ForeignKey("people.id"), default=None)
    new_person: Mapped[dict[str, Any] | None] = mapped_column(
        default=None
    )  # not registered before completion
    set_aside: Mapped[list[str]] = mapped_column(default_factory=list)  # ids of people who are not the one
    narrative: Mapped[str | None] = mapped_column(default=None)
    needs: Mapped[list[str]] = mapped_column(default_factory=list)  # vocabulary need
    urgency: Mapped[Urgency | None] = mapped_column(default=None)
    consents: Mapped[list[dict[str, Any]]] = mapped_column(default_factory=list)  # recorded at completion
    conclusion: Mapped[Conclusion | None] = mapped_column(default=None)
    conclusion_note: Mapped[str | None] = mapped_column(default=None)
    case_id: Mapped[CaseId | None] = mapped_column(
        ForeignKey("cases.id"), default=None, init=False, index=True
    )
    status: Mapped[InterviewStatus] = mapped_column(default=INTERVIEW_LIFECYCLE.initial, init=False)
    completed_at: Mapped[datetime | None] = mapped_column(default=None, init=False)


class InterviewTransition(Transition, Base, kw_only=True):
    __tablename__ = "interview_transitions"

    interview_id: Mapped[InterviewId] = mapped_column(ForeignKey("interviews.id"), index=True)
