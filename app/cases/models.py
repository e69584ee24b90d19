from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.cases.states import (
    ACTION_LIFECYCLE,
    CASE_LIFECYCLE,
    GOAL_LIFECYCLE,
    ActionStatus,
    CaseStatus,
    ClosingReason,
    GoalStatus,
    Priority,
    Stage,
)
from app.core.clock import now
from app.core.db import Base, Timestamps, Versioned
from app.core.ids import ActionId, AssignmentId, CaseId, GoalId, PersonId, UserId, WindowId, uuid7
from app.core.moves import Transition


class FileNumber(Base, kw_only=True):
    """The last number given out at a window in a year."""

    __tablename__ = "file_numbers"

    window_id: Mapped[WindowId] = mapped_column(ForeignKey("windows.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Case(Versioned, Timestamps, Base, kw_only=True):
    """One episode of accompaniment of a person at a window."""

    __tablename__ = "cases"
    __table_args__ = (
        # The window stands in it although a person has few cases: knowing nothing of sizes, SQLite would else take
        # the window's index for a list of one person's cases, and read all that the window has.
        Index(None, "person_id", "window_id", "id"),
        Index(None, "window_id", "id"),
        Index(None, "referent_id", "window_id", "id"),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_has_a_time"),
    )

    id: Mapped[CaseId] = mapped_column(primary_key=True, default_factory=lambda: CaseId(uuid7()), init=False)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("people.id"))
    window_id: Mapped[WindowId] = mapped_column(ForeignKey("windows.id"))
    referent_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    priority: Mapped[Priority]
    needs: Mapped[list[str]] = mapped_column(default_factory=list)  # vocabulary need
    summary: Mapped[str | None] = mapped_column(default=None)
    status: Mapped[CaseStatus] = mapped_column(default=CASE_LIFECYCLE.initial, init=False)
    stage: Mapped[Stage] = mapped_column(default=Stage.listening, init=False)
    last_contact_on: Mapped[date | None] = mapped_column(default=None, init=False)
    next_due_on: Mapped[date | None] = mapped_column(default=None, init=False)  # the earliest of its dues
    closed_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    # Why it was closed; while a closing is asked for, why it should be.
    closing_reason: Mapped[ClosingReason | None] = mapped_column(default=None, init=False)
    closing_note: Mapped[str | None] = mapped_column(default=None, init=False)
    closure_requested_by: Mapped[UserId | None] = mapped_column(default=None, init=False)
    closure_requested_at: Mapped[datetime | None] = mapped_column(default=None, init=False)


_living = Case.status != CaseStatus.closed
# One open case a person and window at a time.
Index(
    "uq_cases_living",
    Case.person_id,
    Case.window_id,
    unique=True,
    sqlite_where=_living,
    postgresql_where=_living,
)
Index(
    "ix_cases_due", Case.window_id, Case.next_due_on, Case.id, sqlite_where=_living, postgresql_where=_living
)
Index(
    "ix_cases_contact",
    Case.window_id,
    Case.last_contact_on,
    Case.id,
    sqlite_where=_living,
    postgresql_where=_living,
)
Index("ix_cases_living", Case.window_id, Case.id, sqlite_where=_living, postgresql_where=_living)
_asked_to_close = Case.closure_requested_at.is_not(None)
Index(
    "ix_cases_closing",
    Case.window_id,
    Case.closure_requested_at,
    Case.id,
    sqlite_where=_asked_to_close,
    postgresql_where=_asked_to_close,
)
Index(
    "ix_cases_referent",
    Case.referent_id,
    Case.window_id,
    Case.next_due_on,
    Case.id,
    sqlite_where=_living,
    postgresql_where=_living,
)
# What a supervisor's board counts, without reading the cases themselves: they lie scattered among all that were ever opened.
Index(
    "ix_cases_board",
    Case.window_id,
    Case.referent_id,
    Case.priority,
    Case.status,
    Case.next_due_on,
    Case.last_contact_on,
    Case.closure_requested_at,
    sqlite_where=_living,
    postgresql_where=_living,
)


class CaseTransition(Transition, Base, kw_only=True):
    __tablename__ = "case_transitions"

    case_id: Mapped[CaseId] = mapped_column(ForeignKey("cases.id"), index=True)


class CaseDue(Base, kw_only=True):
    """The earliest date that one kind of work on a case is due; the case's own due date is the earliest of all."""

    __tablename__ = "case_dues"

    case_id: Mapped[CaseId] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    source: Mapped[str] = mapped_column(
        String(16), primary_key=True
    )  # follow_up, action, referral, review, suspension
    due_on: Mapped[date]


class Assignment(Base, kw_only=True):
    """Who was the referent, from when to when."""

    __tablename__ = "case_assignments"
    __table_args__ = (Index(None, "case_id", "id"),)

    id: Mapped[AssignmentId] = mapped_column(
        primary_key=True, default_factory=lambda: AssignmentId(uuid7()), init=False
    )
    case_id: Mapped[CaseId] = mapped_column(ForeignKey("cases.id"))
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    assigned_by: Mapped[UserId]
    reason: Mapped[str | None] = mapped_column(String(500), default=None)
    since: Mapped[datetime] = mapped_column(default_factory=now, init=False)
    until: Mapped[datetime | None] = mapped_column(default=None, init=False)


# A case has exactly one referent at a time.
Index(
    "uq_case_assignments_present",
    Assignment.case_id,
    unique=True,
    sqlite_where=Assignment.until.is_(None),
    postgresql_where=Assignment.until.is_(None),
)


class Goal(Versioned, Timestamps, Base, kw_only=True):
    """What the person wants to reach, in the person's words."""

    __tablename__ = "case_goals"
    __table_args__ = (Index(None, "case_id", "id"),)

    id: Mapped[GoalId] = mapped_column(primary_key=True, default_factory=lambda: GoalId(uuid7()), init=False)
    case_id: Mapped[CaseId] = mapped_column(ForeignKey("cases.id"))
    words: Mapped[str]
    need_code: Mapped[str | None] = mapped_column(String(64), default=None)
    target_on: Mapped[date | None] = mapped_column(default=None)
    status: Mapped[GoalStatus] = mapped_column(default=GOAL_LIFECYCLE.initial, init=False)
    outcome_note: Mapped[str | None] = mapped_column(default=None, init=False)
    decided_at: Mapped[datetime | None] = mapped_column(default=None, init=False)


class Action(Versioned, Timestamps, Base, kw_only=True):
    """Who does what by when; the person may be the one who acts."""

    __tablename__ = "case_actions"
    __table_args__ = (
        UniqueConstraint("goal_id", "position"),
        Index(None, "case_id", "status", "due_on"),
    )

    id: Mapped[ActionId] = mapped_column(
        primary_key=True, default_factory=lambda: ActionId(uuid7()), init=False
    )
    case_id: Mapped[CaseId] = mapped_column(ForeignKey("cases.id"))
    goal_id: Mapped[GoalId] = mapped_column(ForeignKey("case_goals.id"))
    position: Mapped[int]
    words: Mapped[str]
    owner_id: Mapped[UserId | None] = mapped_column(ForeignKey("users.id"), default=None)  # None: the person
    due_on: Mapped[date | None] = mapped_column(default=None)
    status: Mapped[ActionStatus] = mapped_column(default=ACTION_LIFECYCLE.initial, init=False)
    outcome_note: Mapped[str | None] = mapped_column(default=None, init=False)
    done_at: Mapped[datetime | None] = mapped_column(default=None, init=False)


class GoalTransition(Transition, Base, kw_only=True):
    __tablename__ = "case_goal_transitions"

    goal_id: Mapped[GoalId] = mapped_column(ForeignKey("case_goals.id"))
    case_id: Mapped[CaseId] = mapped_column(ForeignKey("cases.id"), index=True)


class ActionTransition(Transition, Base, kw_only=True):
    __tablename__ = "case_action_transitions"

    action_id: Mapped[ActionId] = mapped_column(ForeignKey("case_actions.id"))
    case_id: Mapped[CaseId] = mapped_column(ForeignKey("cases.id"), index=True)


class Review(Base, kw_only=True):
    """A look back at the plan, at least every three months."""

    __tablename__ = "case_reviews"
    __table_args__ = (Index(None, "case_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid7, init=False)
    case_id: Mapped[CaseId] = mapped_column(ForeignKey("cases.id"))
    by: Mapped[UserId]
    summary: Mapped[str]
    at: Mapped[datetime] = mapped_column(default_factory=now, init=False)
