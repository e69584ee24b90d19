"""The plan: what the person wants to reach, who does what by when, and what became of it."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from app.audit import service as audit
from app.auth import queries as users
from app.cases import plan_queries, service
from app.cases.models import Action, ActionTransition, Case, Goal, GoalTransition
from app.cases.schemas import ActionCreate, ActionUpdate, GoalCreate, GoalUpdate
from app.cases.states import (
    ACTION_LIFECYCLE,
    GOAL_LIFECYCLE,
    STEP_TO_ACTION,
    STEP_TO_GOAL,
    ActionStatus,
    GoalStatus,
)
from app.core import changes
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import WriteSession
from app.core.errors import DomainError, InvalidInput
from app.core.ids import UserId
from app.core.moves import begin, move
from app.vocabularies import service as vocabularies
from app.windows import queries as windows

GOALS = 100  # a case
ACTIONS = 100  # a goal


class PlanIsFull(DomainError):
    """Nobody works along a longer plan: settle or change what stands there."""

    code = "plan_is_full"


class GoalIsDecided(DomainError):
    """Nothing more is planned for a goal whose outcome is known; it can be taken up again."""

    code = "goal_is_decided"


def add_goal(db: WriteSession, actor: Actor, case: Case, data: GoalCreate) -> Goal:
    """Write down a goal; planning is the first work on a case that was only opened.

    Raises `CaseIsClosed`, `PlanIsFull`, or `InvalidInput` for an unknown need or a day that is over.
    """
    service.refuse_closed(case)
    _check_need(db, data.need_code)
    _check_day(db, case, "/target_on", data.target_on)
    if plan_queries.count_goals(db, case.id) >= GOALS:
        raise PlanIsFull()
    goal = Goal(case_id=case.id, words=data.words, need_code=data.need_code, target_on=data.target_on)
    db.add(goal)
    db.flush()
    begin(db, actor, goal, "set", lambda **row: GoalTransition(goal_id=goal.id, case_id=case.id, **row))
    service.reach(db, actor, case, case.stage)
    _audit(db, actor, "goal:set", case, goal_id=goal.id)
    return goal


def change_goal(db: WriteSession, actor: Actor, case: Case, goal: Goal, data: GoalUpdate) -> None:
    """Change a goal's words, need or date, or say what became of it.

    Raises `CaseIsClosed`, `IllegalMove`, or `InvalidInput` for an unknown need or another day that is over.
    """
    service.refuse_closed(case)
    sent = data.changes()
    if data.need_code != goal.need_code:
        _check_need(db, data.need_code)
    if data.target_on != goal.target_on:
        _check_day(db, case, "/target_on", data.target_on)
    columns = _changes(sent, "need_code", "target_on", "outcome_note")
    changed = changes.differing(goal, {**columns, **_told(sent, "status")})
    if data.status is not None and data.status is not goal.status:
        settle(db, actor, goal, data.status, data.outcome_note, columns)
    else:
        changes.apply(goal, columns)
    replan(db, case)
    _audit(db, actor, "goal:change", case, goal_id=goal.id, fields=changed, status=goal.status)


def settle(
    db: WriteSession,
    actor: Actor,
    goal: Goal,
    status: GoalStatus,
    note: str | None,
    columns: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Say where a goal stands now: one of its outcomes, or open again. Raises `IllegalMove`.

    What else changes is set in the same statement: one request raises the version by one.
    """
    move(
        db,
        actor,
        goal,
        GOAL_LIFECYCLE,
        STEP_TO_GOAL[status],
        lambda **row: GoalTransition(goal_id=goal.id, case_id=goal.case_id, **row),
        note=note,
        **{**columns, "outcome_note": note, "decided_at": None if status is GoalStatus.open else now()},
    )


def add_action(db: WriteSession, actor: Actor, case: Case, goal: Goal, data: ActionCreate) -> Action:
    """Plan an action under an open goal, at the end.

    Raises `CaseIsClosed`, `GoalIsDecided`, `PlanIsFull`, or `InvalidInput` for an owner from elsewhere or a day
    that is over.
    """
    service.refuse_closed(case)
    if goal.status is not GoalStatus.open:
        raise GoalIsDecided()
    _check_owner(db, case, data.owner_id)
    _check_day(db, case, "/due_on", data.due_on)
    last = plan_queries.last_position(db, goal.id)
    if last >= ACTIONS:
        raise PlanIsFull()
    action = Action(case_id=case.id, goal_id=goal.id, position=last + 1, **data.model_dump())
    db.add(action)
    db.flush()
    begin(
        db, actor, action, "plan", lambda **row: ActionTransition(action_id=action.id, case_id=case.id, **row)
    )
    replan(db, case)
    _audit(db, actor, "action:plan", case, action_id=action.id)
    return action


def change_action(db: WriteSession, actor: Actor, case: Case, action: Action, data: ActionUpdate) -> None:
    """Change who acts and by when, or say that it is done, dropped or planned again.

    Raises `CaseIsClosed`, `IllegalMove`, or `InvalidInput` for an owner from elsewhere or another day that is over.
    """
    service.refuse_closed(case)
    sent = data.changes()
    if data.owner_id != action.owner_id:
        _check_owner(db, case, data.owner_id)
    if data.due_on != action.due_on:
        _check_day(db, case, "/due_on", data.due_on)
    columns = _changes(sent, "owner_id", "due_on", "outcome_note")
    changed = changes.differing(action, {**columns, **_told(sent, "status")})
    if data.status is not None and data.status is not action.status:
        _step(db, actor, action, data.status, data.outcome_note, columns)
    else:
        changes.apply(action, columns)
    replan(db, case)
    _audit(db, actor, "action:change", case, action_id=action.id, fields=changed, status=action.status)


def _step(
    db: WriteSession,
    actor: Actor,
    action: Action,
    status: ActionStatus,
    note: str | None,
    columns: Mapping[str, Any],
) -> None:
    move(
        db,
        actor,
        action,
        ACTION_LIFECYCLE,
        STEP_TO_ACTION[status],
        lambda **row: ActionTransition(action_id=action.id, case_id=action.case_id, **row),
        note=note,
        **{**columns, "outcome_note": note, "done_at": now() if status is ActionStatus.done else None},
    )


def _changes(sent: Mapping[str, Any], *may_be_empty: str) -> dict[str, Any]:
    """The columns that were sent; for these `null` means to empty them, the words cannot be empty."""
    columns = {name: sent[name] for name in sent.keys() & set(may_be_empty)}
    return columns | _told(sent, "words")


def _told(sent: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {name: sent[name]} if sent.get(name) else {}


def _check_need(db: WriteSession, code: str | None) -> None:
    if code is not None:
        vocabularies.check(db, "/need_code", "need", [code])


def _check_owner(db: WriteSession, case: Case, owner_id: UserId | None) -> None:
    if owner_id is not None and not users.serves_at(db, owner_id, case.window_id):
        raise InvalidInput("/owner_id", "not_serving_there")


def _check_day(db: WriteSession, case: Case, pointer: str, day: date | None) -> None:
    """What is planned lies ahead, by the calendar of the window. What was planned before may lie behind."""
    if day is not None and day < windows.today(db, case.window_id):
        raise InvalidInput(pointer, "in_the_past")


def replan(db: WriteSession, case: Case) -> None:
    service.set_due(db, case.id, "action", plan_queries.earliest_action(db, case.id))


def _audit(db: WriteSession, actor: Actor, action: str, case: Case, **details: Any) -> None:
    db.flush()
    audit.record(db, actor, action, "case", case.id, person_id=case.person_id, **details)
