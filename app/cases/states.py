"""The life of a case: who may do what, from which state. What else a move requires stands in `service`."""

from enum import StrEnum

from app.core.actor import Role
from app.core.lifecycle import Lifecycle, Move


class CaseStatus(StrEnum):
    open = "open"
    active = "active"
    suspended = "suspended"
    closed = "closed"


class CaseAction(StrEnum):
    activate = "activate"
    suspend = "suspend"
    resume = "resume"
    close = "close"
    reopen = "reopen"


class Priority(StrEnum):
    low = "low"
    medium = "medium"
    high = "high"
    urgent = "urgent"


PRESSING = frozenset({Priority.high, Priority.urgent})


class Stage(StrEnum):
    """How far a person's path has come; shown on the thread, derived from what happened."""

    reception = "reception"
    listening = "listening"
    assessment = "assessment"
    referral = "referral"
    accompaniment = "accompaniment"
    outcome = "outcome"


STAGES = tuple(Stage)


class GoalStatus(StrEnum):
    open = "open"
    met = "met"
    partly_met = "partly_met"
    not_met = "not_met"
    abandoned = "abandoned"


class ActionStatus(StrEnum):
    planned = "planned"
    done = "done"
    dropped = "dropped"


class ClosingReason(StrEnum):
    goals_met = "goals_met"
    goals_partly_met = "goals_partly_met"
    person_choice = "person_choice"
    moved_away = "moved_away"
    unreachable = "unreachable"
    handed_over = "handed_over"
    deceased = "deceased"
    duplicate_file = "duplicate_file"
    other = "other"


class SuspensionReason(StrEnum):
    waiting_for_person = "waiting_for_person"
    waiting_for_partner = "waiting_for_partner"
    hospitalised = "hospitalised"
    travelling = "travelling"
    other = "other"


_WINDOW = frozenset({Role.social_worker, Role.supervisor})

CASE_LIFECYCLE: Lifecycle[CaseStatus, CaseAction] = Lifecycle(
    CaseStatus.open,
    [
        Move(
            action=CaseAction.activate,
            sources=frozenset({CaseStatus.open}),
            to=CaseStatus.active,
            by=_WINDOW,
        ),
        Move(
            action=CaseAction.suspend,
            sources=frozenset({CaseStatus.active}),
            to=CaseStatus.suspended,
            by=_WINDOW,
        ),
        Move(
            action=CaseAction.resume,
            sources=frozenset({CaseStatus.suspended}),
            to=CaseStatus.active,
            by=_WINDOW,
        ),
        Move(
            action=CaseAction.close,
            sources=frozenset({CaseStatus.open, CaseStatus.active, CaseStatus.suspended}),
            to=CaseStatus.closed,
            by=_WINDOW,
        ),
        Move(
            action=CaseAction.reopen,
            sources=frozenset({CaseStatus.closed}),
            to=CaseStatus.active,
            by=_WINDOW,
        ),
    ],
)
