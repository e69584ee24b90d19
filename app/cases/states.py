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


class GoalStep(StrEnum):
    meet = "meet"
    meet_partly = "meet_partly"
    miss = "miss"
    abandon = "abandon"
    take_up = "take_up"


class ActionStatus(StrEnum):
    planned = "planned"
    done = "done"
    dropped = "dropped"


class ActionStep(StrEnum):
    carry_out = "carry_out"
    drop = "drop"
    take_up = "take_up"


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
            # Nobody asks for it: the first work done on a case activates it, whoever does that work.
            action=CaseAction.activate,
            sources=frozenset({CaseStatus.open}),
            to=CaseStatus.active,
            by=_WINDOW | {Role.partner_agent, Role.system},
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
            # Which cases each of them closes: `policy.may_close`.
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

_DECIDED = frozenset(GoalStatus) - {GoalStatus.open}


def _decide(step: GoalStep, outcome: GoalStatus) -> Move[GoalStatus, GoalStep]:
    return Move(action=step, sources=frozenset({GoalStatus.open}), to=outcome, by=_WINDOW)


GOAL_LIFECYCLE: Lifecycle[GoalStatus, GoalStep] = Lifecycle(
    GoalStatus.open,
    [
        _decide(GoalStep.meet, GoalStatus.met),
        _decide(GoalStep.meet_partly, GoalStatus.partly_met),
        _decide(GoalStep.miss, GoalStatus.not_met),
        _decide(GoalStep.abandon, GoalStatus.abandoned),
        # What was decided too early, or by mistake, is taken up again.
        Move(action=GoalStep.take_up, sources=_DECIDED, to=GoalStatus.open, by=_WINDOW),
    ],
)

_PLANNED = frozenset({ActionStatus.planned})

ACTION_LIFECYCLE: Lifecycle[ActionStatus, ActionStep] = Lifecycle(
    ActionStatus.planned,
    [
        Move(action=ActionStep.carry_out, sources=_PLANNED, to=ActionStatus.done, by=_WINDOW),
        Move(action=ActionStep.drop, sources=_PLANNED, to=ActionStatus.dropped, by=_WINDOW),
        Move(
            action=ActionStep.take_up,
            sources=frozenset({ActionStatus.done, ActionStatus.dropped}),
            to=ActionStatus.planned,
            by=_WINDOW,
        ),
    ],
)

# A client says where a goal or an action shall stand; these are the steps that lead there.
STEP_TO_GOAL = {move.to: move.action for move in GOAL_LIFECYCLE.moves}
STEP_TO_ACTION = {move.to: move.action for move in ACTION_LIFECYCLE.moves}
