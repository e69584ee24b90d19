"""The plan of a case: what the person wants to reach, who does what by when, and what became of it."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.auth.deps import CreateDb
from app.cases import plan, plan_queries
from app.cases.deps import ActionToWrite, CaseOpenedToRead, CaseReader, CaseToWrite, CaseWriter, GoalToWrite
from app.cases.schemas import ActionCreate, ActionUpdate, GoalCreate, GoalUpdate
from app.cases.states import CaseStatus, GoalStatus
from app.core.actor import Actor
from app.core.db import ReadSession
from app.core.deps import ExpectedVersion, ReadDb, WriteDb, check_version
from app.core.errors import NotFound
from app.core.ids import ActionId, GoalId
from app.web import face, team, terms
from app.web.face import PageForm, see
from app.web.forms import validated
from app.web.rendering import page
from app.web.wording import plain
from app.windows import queries as windows

router = face.router()


@router.get("/cases/{case_id}/plan")
def show_plan(request: Request, actor: CaseReader, db: ReadDb, case: CaseOpenedToRead) -> Response:
    """Open goals first, then the decided ones, each in the order in which they were set."""
    goals = plan_queries.plan(db, actor, case["id"])
    return page(
        request,
        "cases/plan.html",
        goals=[goal for goal in goals if goal["status"] is GoalStatus.open],
        decided=[goal for goal in goals if goal["status"] is not GoalStatus.open],
        **_around(db, case),
    )


def _around(db: ReadSession, case: dict[str, Any]) -> dict[str, Any]:
    """What every page of the plan offers or names."""
    staff = team.colleagues(db, case["window_id"])
    return {
        "case": case,
        "today": windows.today(db, case["window_id"]),
        "zone": windows.zone(db, case["window_id"]),
        "needs": terms.words(db, "need"),
        "offered_needs": _needs(db, case["needs"]),
        "team": staff,
        "names": dict(staff),
        "is_living": case["status"] is not CaseStatus.closed,
    }


def _needs(db: ReadSession, own: list[str]) -> list[tuple[Any, Any]]:
    """The needs that a goal may answer: those of the case stand first."""
    words = terms.words(db, "need")
    others = [(code, said) for code, said in terms.options(db, "need") if code not in own]
    return [
        (plain("page.plan.own_needs"), [(code, words.get(code, code)) for code in own]),
        (plain("page.plan.other_needs"), others),
    ]


@router.post("/cases/{case_id}/goals")
def add_goal(actor: CaseWriter, db: CreateDb, case: CaseToWrite, form: PageForm) -> Response:
    plan.add_goal(db, actor, case, form.read(GoalCreate))
    return see(f"/cases/{case.id}/plan", done="goal_added")


@router.get("/cases/{case_id}/goals/{goal_id}")
def goal_page(
    request: Request, actor: CaseReader, db: ReadDb, case: CaseOpenedToRead, goal_id: GoalId
) -> Response:
    """One goal: its words, its need and its date."""
    goal = _goal(db, actor, case, goal_id)
    return page(request, "cases/goal.html", goal=goal, **_around(db, case))


def _goal(db: ReadSession, actor: Actor, case: dict[str, Any], goal_id: GoalId) -> dict[str, Any]:
    found = (goal for goal in plan_queries.plan(db, actor, case["id"]) if goal["id"] == goal_id)
    goal = next(found, None)
    if goal is None:
        raise NotFound()
    return goal


@router.post("/cases/{case_id}/goals/{goal_id}")
def change_goal(
    actor: CaseWriter,
    expected: ExpectedVersion,
    db: WriteDb,
    case: CaseToWrite,
    goal: GoalToWrite,
    form: PageForm,
) -> Response:
    """The form shows words, need and date: what is empty in it was emptied."""
    check_version(goal.version, expected)
    need, target = form.value("need_code") or None, form.value("target_on") or None
    plan.change_goal(db, actor, case, goal, form.read(GoalUpdate, need_code=need, target_on=target))
    return see(f"/cases/{case.id}/plan", done="saved")


@router.get("/cases/{case_id}/goals/{goal_id}/outcome")
def outcome_page(
    request: Request, actor: CaseWriter, db: ReadDb, case: CaseOpenedToRead, goal_id: GoalId
) -> Response:
    outcomes = terms.members(status for status in GoalStatus if status is not GoalStatus.open)
    goal = _goal(db, actor, case, goal_id)
    return page(request, "cases/goal_outcome.html", goal=goal, outcomes=outcomes, **_around(db, case))


@router.post("/cases/{case_id}/goals/{goal_id}/outcome")
def settle_goal(
    actor: CaseWriter,
    expected: ExpectedVersion,
    db: WriteDb,
    case: CaseToWrite,
    goal: GoalToWrite,
    form: PageForm,
) -> Response:
    """Say what became of a goal, or take it up again."""
    check_version(goal.version, expected)
    if not form.value("status"):
        raise face.invalid("/status", "missing")
    # Without a remark the last one stays.
    plan.change_goal(db, actor, case, goal, validated(GoalUpdate, form.data()))
    return see(f"/cases/{case.id}/plan", done="goal_settled")


@router.get("/cases/{case_id}/goals/{goal_id}/actions/new")
def new_action_page(
    request: Request, actor: CaseWriter, db: ReadDb, case: CaseOpenedToRead, goal_id: GoalId
) -> Response:
    goal = _goal(db, actor, case, goal_id)
    return page(request, "cases/action.html", goal=goal, action=None, **_around(db, case))


@router.post("/cases/{case_id}/goals/{goal_id}/actions")
def add_action(
    actor: CaseWriter, db: CreateDb, case: CaseToWrite, goal: GoalToWrite, form: PageForm
) -> Response:
    plan.add_action(db, actor, case, goal, form.read(ActionCreate))
    return see(f"/cases/{case.id}/plan", done="action_added")


@router.get("/cases/{case_id}/goals/{goal_id}/actions/{action_id}")
def action_page(
    request: Request,
    actor: CaseReader,
    db: ReadDb,
    case: CaseOpenedToRead,
    goal_id: GoalId,
    action_id: ActionId,
) -> Response:
    goal = _goal(db, actor, case, goal_id)
    action = next((known for known in goal["actions"] if known["id"] == action_id), None)
    if action is None:
        raise NotFound()
    return page(request, "cases/action.html", goal=goal, action=action, **_around(db, case))


@router.post("/cases/{case_id}/goals/{goal_id}/actions/{action_id}")
def change_action(
    actor: CaseWriter,
    expected: ExpectedVersion,
    db: WriteDb,
    case: CaseToWrite,
    action: ActionToWrite,
    form: PageForm,
) -> Response:
    """The form shows words, owner, date and note: what is empty in it was emptied."""
    check_version(action.version, expected)
    shown = {name: form.value(name) or None for name in ("owner_id", "due_on", "outcome_note")}
    plan.change_action(db, actor, case, action, form.read(ActionUpdate, **shown))
    return see(f"/cases/{case.id}/plan", done="saved")


@router.post("/cases/{case_id}/goals/{goal_id}/actions/{action_id}/status")
def step_action(
    actor: CaseWriter,
    expected: ExpectedVersion,
    db: WriteDb,
    case: CaseToWrite,
    action: ActionToWrite,
    form: PageForm,
) -> Response:
    """Done, dropped or planned again: one button, the rest stays as it is."""
    check_version(action.version, expected)
    data = form.read(ActionUpdate, outcome_note=action.outcome_note)
    plan.change_action(db, actor, case, action, data)
    return see(f"/cases/{case.id}/plan", done="action_updated")
