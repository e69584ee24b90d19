from fastapi import APIRouter, Response

from app.auth.deps import CreateDb
from app.cases import plan, plan_queries
from app.cases.deps import ActionToWrite, CaseReader, CaseSeen, CaseToWrite, CaseWriter, GoalToWrite
from app.cases.schemas import (
    ActionCreate,
    ActionOut,
    ActionUpdate,
    GoalCreate,
    GoalOut,
    GoalUpdate,
    PlanOut,
)
from app.cases.service import CaseIsClosed
from app.core.deps import ExpectedVersion, ReadDb, WriteDb, check_version
from app.core.errors import ChangedMeanwhile, IllegalMove
from app.core.http import ApiRoute, answer, refuses

router = APIRouter(route_class=ApiRoute, tags=["plan"])


@router.get("/cases/{case_id}/plan", response_model=PlanOut)
def get_plan(actor: CaseReader, db: ReadDb, case: CaseSeen) -> Response:
    """The whole plan: every goal in the order in which they were set, with its actions."""
    return answer({"goals": plan_queries.plan(db, actor, case.case_id)})


@router.post("/cases/{case_id}/goals", response_model=GoalOut, status_code=201)
@refuses(CaseIsClosed, plan.PlanIsFull, ChangedMeanwhile)
def add_goal(actor: CaseWriter, db: CreateDb, case: CaseToWrite, data: GoalCreate) -> Response:
    """Write down what the person wants to reach. The first goal makes an open case active."""
    goal = plan.add_goal(db, actor, case, data)
    location = f"/api/v1/cases/{case.id}/plan"
    return answer(plan_queries.goal_out(db, actor, goal), 201, version=goal.version, location=location)


@router.patch("/cases/{case_id}/goals/{goal_id}", response_model=GoalOut)
@refuses(CaseIsClosed, IllegalMove, ChangedMeanwhile)
def change_goal(
    actor: CaseWriter,
    expected: ExpectedVersion,
    db: WriteDb,
    case: CaseToWrite,
    goal: GoalToWrite,
    data: GoalUpdate,
) -> Response:
    """Change a goal, or say what became of it. What stood under a decided goal is no longer due."""
    check_version(goal.version, expected)
    plan.change_goal(db, actor, case, goal, data)
    return answer(plan_queries.goal_out(db, actor, goal), version=goal.version)


@router.post("/cases/{case_id}/goals/{goal_id}/actions", response_model=ActionOut, status_code=201)
@refuses(CaseIsClosed, plan.GoalIsDecided, plan.PlanIsFull)
def add_action(
    actor: CaseWriter, db: CreateDb, case: CaseToWrite, goal: GoalToWrite, data: ActionCreate
) -> Response:
    """Plan who does what by when; without an owner, the person acts."""
    action = plan.add_action(db, actor, case, goal, data)
    location = f"/api/v1/cases/{case.id}/plan"
    return answer(plan_queries.action_out(actor, action), 201, version=action.version, location=location)


@router.patch("/cases/{case_id}/goals/{goal_id}/actions/{action_id}", response_model=ActionOut)
@refuses(CaseIsClosed, IllegalMove, ChangedMeanwhile)
def change_action(
    actor: CaseWriter,
    expected: ExpectedVersion,
    db: WriteDb,
    case: CaseToWrite,
    action: ActionToWrite,
    data: ActionUpdate,
) -> Response:
    """Change an action, or say that it is done, dropped or planned again."""
    check_version(action.version, expected)
    plan.change_action(db, actor, case, action, data)
    return answer(plan_queries.action_out(actor, action), version=action.version)
