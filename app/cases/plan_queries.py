from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select

from app.cases.models import Action, Case, Goal
from app.cases.states import ACTION_LIFECYCLE, GOAL_LIFECYCLE, ActionStatus, GoalStatus
from app.core.actor import Actor, Role
from app.core.db import ReadSession, rows
from app.core.errors import NotFound
from app.core.ids import ActionId, CaseId, GoalId
from app.core.prepared import Prepared

_g, _a = Goal.__table__.c, Action.__table__.c
_GOAL = ("id", "words", "need_code", "target_on", "status", "outcome_note", "decided_at", "version")
_ACTION = ("id", "words", "owner_id", "due_on", "status", "outcome_note", "done_at", "version")

# The service bounds goals and actions (`plan.GOALS`, `plan.ACTIONS`): a whole plan is a bounded list.
_PLAN: Select[Any] = (
    select(*(_g[name] for name in _GOAL), *(_a[name].label(f"action_{name}") for name in _ACTION))
    .select_from(Goal.__table__.outerjoin(Action.__table__, _a.goal_id == _g.id))
    .where(_g.case_id == bindparam("case"))
    .order_by(_g.id, _a.position)
)
_THE_GOAL = _PLAN.where(_g.id == bindparam("goal"))


@cache
def _plan(*, only_open: bool) -> Prepared:
    return Prepared(_PLAN.where(_g.status == GoalStatus.open) if only_open else _PLAN)


def plan(db: ReadSession, actor: Actor, case_id: CaseId, *, only_open: bool = False) -> list[dict[str, Any]]:
    """The goals of a case that was found visible, each with its actions, as columns and in one statement."""
    return _goals(rows(db, _plan(only_open=only_open), case=case_id), actor.role)


def unfinished(goals: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The actions of a plan that nobody has carried out or dropped; they do not stand against closing a case."""
    return [
        action for goal in goals for action in goal["actions"] if action["status"] is ActionStatus.planned
    ]


def goal_out(db: ReadSession, actor: Actor, goal: Goal) -> dict[str, Any]:
    """One goal with its actions, as in the plan."""
    return _goals(rows(db, _THE_GOAL, case=goal.case_id, goal=goal.id), actor.role)[0]


def action_out(actor: Actor, action: Action) -> dict[str, Any]:
    """One action as in the plan."""
    told = {name: getattr(action, name) for name in _ACTION}
    return {**told, "steps": ACTION_LIFECYCLE.allowed(action.status, actor.role)}


def _goals(found: Iterable[Any], role: Role) -> list[dict[str, Any]]:
    """Rows of goals beside their actions, made into goals that hold their actions."""
    goals: dict[GoalId, dict[str, Any]] = {}
    for line in found:
        if line.id not in goals:
            steps = GOAL_LIFECYCLE.allowed(line.status, role)
            goals[line.id] = {name: line[name] for name in _GOAL} | {"steps": steps, "actions": []}
        if line.action_id is not None:
            told = {name: line[f"action_{name}"] for name in _ACTION}
            steps_of_it = ACTION_LIFECYCLE.allowed(line.action_status, role)
            goals[line.id]["actions"].append({**told, "steps": steps_of_it})
    return list(goals.values())


def goal(db: ReadSession, case: Case, goal_id: GoalId) -> Goal:
    """A goal of a case, for changing it, or `NotFound`."""
    found = db.scalar(select(Goal).where(Goal.id == goal_id, Goal.case_id == case.id))
    if found is None:
        raise NotFound()
    return found


def action(db: ReadSession, goal: Goal, action_id: ActionId) -> Action:
    """An action under a goal, for changing it, or `NotFound`."""
    found = db.scalar(select(Action).where(Action.id == action_id, Action.goal_id == goal.id))
    if found is None:
        raise NotFound()
    return found


def open_goals(db: ReadSession, case_id: CaseId) -> list[Goal]:
    """The goals that nothing was decided about yet."""
    still_open = select(Goal).where(Goal.case_id == case_id, Goal.status == GoalStatus.open)
    return list(db.scalars(still_open.order_by(Goal.id)))


def count_goals(db: ReadSession, case_id: CaseId) -> int:
    return db.scalar(select(func.count()).select_from(Goal).where(Goal.case_id == case_id)) or 0


def last_position(db: ReadSession, goal_id: GoalId) -> int:
    """The place of a goal's last action; they are counted from 1."""
    return db.scalar(select(func.max(Action.position)).where(Action.goal_id == goal_id)) or 0


def earliest_action(db: ReadSession, case_id: CaseId) -> date | None:
    """When the first planned action is due; what stands under a decided goal is no longer waited for."""
    is_open = and_(Goal.id == Action.goal_id, Goal.status == GoalStatus.open)
    return db.scalar(
        select(func.min(Action.due_on))
        .join(Goal, is_open)
        .where(Action.case_id == case_id, Action.status == ActionStatus.planned)
    )
