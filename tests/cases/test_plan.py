"""The plan: goals in the person's words, actions with owner and date, and what became of them."""

from datetime import date, timedelta
from typing import Any

import pytest

from app.cases import plan, plan_queries
from app.cases.models import Case, GoalTransition
from app.cases.states import CaseStatus, GoalStatus
from app.core.clock import today
from app.core.db import WriteSession
from app.core.ids import uuid7
from tests.factories import cases as make
from tests.factories.world import World, headers
from tests.support.client import CheckedClient


@pytest.fixture
def case(world: World, db: WriteSession) -> Case:
    made = make.case(db, world.worker)
    db.commit()
    return made


def patch(client: CheckedClient, world: World, url: str, version: int, **body: Any) -> Any:
    return client.patch(url, json=body, headers=headers(world.worker, **{"If-Match": f'"{version}"'}))


def test_the_first_goal_makes_an_open_case_active(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    body = {"words": "أريد غرفة (مثال)", "need_code": "housing", "target_on": "2027-01-31"}
    response = client.post(f"/api/v1/cases/{case.id}/goals", json=body, headers=headers(world.worker))
    assert response.status_code == 201, response.text
    goal = response.json()
    assert response.headers["etag"] == f'"{goal["version"]}"'
    assert {name: goal[name] for name in body} == body
    assert (goal["status"], goal["actions"]) == ("open", [])
    assert goal["steps"] == ["meet", "meet_partly", "miss", "abandon"]
    db.refresh(case)
    assert (case.status, case.stage) == (CaseStatus.active, "listening")


def test_the_plan_shows_every_goal_and_the_case_page_the_open_ones(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    first, second = (make.goal(db, world.worker, case, words) for words in ("الأول", "الثاني"))
    for words in ("one", "two"):
        make.action(db, world.worker, case, first, words=words)
    plan.settle(db, world.worker, second, GoalStatus.abandoned, None)
    db.commit()
    url = f"/api/v1/cases/{case.id}"
    goals = client.get(f"{url}/plan", headers=headers(world.worker)).json()["goals"]
    assert [(g["words"], [a["words"] for a in g["actions"]]) for g in goals] == [
        ("الأول", ["one", "two"]),
        ("الثاني", []),
    ]
    assert goals[1]["steps"] == ["take_up"]
    assert goals[0]["actions"][0]["steps"] == ["carry_out", "drop"]
    shown = client.get(url, headers=headers(world.worker)).json()["plan"]
    assert [g["words"] for g in shown] == ["الأول"]


def test_an_unknown_need_is_refused_when_a_goal_is_set_or_changed(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    url = f"/api/v1/cases/{case.id}/goals"
    body = {"words": "مثال", "need_code": "no_such_need"}
    assert client.post(url, json=body, headers=headers(world.worker)).status_code == 422
    goal = make.goal(db, world.worker, case)
    db.commit()
    refused = patch(client, world, f"{url}/{goal.id}", goal.version, need_code="no_such_need")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/need_code")


def test_a_goal_is_changed_and_decided_and_taken_up_again(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    goal = make.goal(db, world.worker, case, need_code="housing")
    db.commit()
    url = f"/api/v1/cases/{case.id}/goals/{goal.id}"
    changed = patch(client, world, url, goal.version, words="غرفة وعمل (مثال)", need_code=None).json()
    assert (changed["words"], changed["need_code"]) == ("غرفة وعمل (مثال)", None)
    met = patch(client, world, url, changed["version"], status="met", outcome_note="وجدت غرفة (مثال)").json()
    assert (met["status"], met["outcome_note"]) == ("met", "وجدت غرفة (مثال)")
    assert met["decided_at"] is not None
    assert met["version"] == changed["version"] + 1, "one request is one change"
    worded = patch(client, world, url, met["version"], status="met", outcome_note="وجدت بيتا (مثال)").json()
    assert (worded["status"], worded["outcome_note"]) == ("met", "وجدت بيتا (مثال)")
    refused = patch(client, world, url, worded["version"], status="abandoned")
    assert (refused.status_code, refused.json()["allowed"]) == (409, ["take_up"])
    again = patch(client, world, url, worded["version"], status="open").json()
    assert (again["status"], again["decided_at"], again["outcome_note"]) == ("open", None, None)
    steps = db.query(GoalTransition).filter_by(goal_id=goal.id).order_by(GoalTransition.id).all()
    assert [(s.action, s.note) for s in steps] == [
        ("set", None),
        ("meet", "وجدت غرفة (مثال)"),
        ("take_up", None),
    ]


def test_a_stale_goal_is_not_overwritten(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    goal = make.goal(db, world.worker, case)
    db.commit()
    response = patch(client, world, f"/api/v1/cases/{case.id}/goals/{goal.id}", 99, words="x")
    assert response.status_code == 412


# --- actions --------------------------------------------------------------------------------------------------


def test_the_case_is_due_with_its_first_planned_action(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    goal, other = make.goal(db, world.worker, case), make.goal(db, world.worker, case)
    db.commit()
    url = f"/api/v1/cases/{case.id}/goals/{goal.id}"

    def due() -> date | None:
        db.refresh(case)
        return case.next_due_on

    review, soon = due(), today() + timedelta(days=2)
    assert review is not None
    body = {"words": "زيارة (مثال)", "owner_id": str(world.colleague.user_id), "due_on": str(soon)}
    made = client.post(f"{url}/actions", json=body, headers=headers(world.worker))
    assert made.status_code == 201, made.text
    action = made.json()
    assert {name: action[name] for name in body} == body
    make.action(db, world.worker, case, other, due_on=str(soon + timedelta(days=5)))
    db.commit()
    assert due() == soon
    action_url = f"{url}/actions/{action['id']}"
    moved = patch(
        client,
        world,
        action_url,
        action["version"],
        due_on=str(soon + timedelta(days=2)),
        owner_id=None,
        words="موعد",
    ).json()
    assert (moved["owner_id"], moved["words"], due()) == (None, "موعد", soon + timedelta(days=2))
    done = patch(client, world, action_url, moved["version"], status="done", outcome_note="تم (مثال)").json()
    assert (done["status"], done["outcome_note"], done["steps"]) == ("done", "تم (مثال)", ["take_up"])
    assert done["done_at"] is not None
    assert done["version"] == moved["version"] + 1, "one request is one change"
    assert due() == soon + timedelta(days=5)
    same = patch(client, world, action_url, done["version"], status="done").json()
    assert same["status"] == "done"
    again = patch(client, world, action_url, same["version"], status="planned").json()
    assert (again["done_at"], due()) == (None, soon + timedelta(days=2))
    dropped = patch(client, world, action_url, again["version"], status="dropped").json()
    assert dropped["status"] == "dropped"
    other_url = f"/api/v1/cases/{case.id}/goals/{other.id}"
    patch(client, world, other_url, other.version, status="not_met")
    assert due() == review, "under a decided goal nothing is waited for"


def test_an_action_belongs_to_the_person_or_to_somebody_of_the_window(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    goal = make.goal(db, world.worker, case)
    action = make.action(db, world.worker, case, goal)
    db.commit()
    url, body = f"/api/v1/cases/{case.id}/goals/{goal.id}/actions", {"owner_id": str(world.stranger.user_id)}
    for response in (
        client.post(url, json={"words": "x", **body}, headers=headers(world.worker)),
        patch(client, world, f"{url}/{action.id}", action.version, **body),
    ):
        assert (response.status_code, response.json()["errors"][0]["code"]) == (422, "not_serving_there")


def test_nothing_more_is_planned_for_a_decided_goal(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    goal = make.goal(db, world.worker, case)
    plan.settle(db, world.worker, goal, GoalStatus.met, None)
    db.commit()
    url = f"/api/v1/cases/{case.id}/goals/{goal.id}/actions"
    response = client.post(url, json={"words": "x"}, headers=headers(world.worker))
    assert (response.status_code, response.json()["code"]) == (409, "goal_is_decided")


def test_a_plan_has_an_end(
    world: World, db: WriteSession, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "GOALS", 1)
    monkeypatch.setattr(plan, "ACTIONS", 1)
    goal = make.goal(db, world.worker, case)
    make.action(db, world.worker, case, goal)
    with pytest.raises(plan.PlanIsFull):
        make.action(db, world.worker, case, goal)
    with pytest.raises(plan.PlanIsFull):
        make.goal(db, world.worker, case)
    assert plan_queries.last_position(db, goal.id) == 1


def test_goals_and_actions_are_found_under_their_own_case_and_goal_only(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    other = make.case(db, world.worker)
    goal, foreign = make.goal(db, world.worker, case), make.goal(db, world.worker, other)
    action = make.action(db, world.worker, other, foreign)
    db.commit()
    goals = f"/api/v1/cases/{case.id}/goals"
    for url in (
        f"{goals}/{uuid7()}",
        f"{goals}/{foreign.id}",
        f"{goals}/{goal.id}/actions/{action.id}",
        f"{goals}/{goal.id}/actions/{uuid7()}",
    ):
        assert patch(client, world, url, 1, words="x").status_code == 404


# --- days that are over ---------------------------------------------------------------------------------------


def told(response: Any) -> tuple[int, list[tuple[str, str]]]:
    return response.status_code, [(e["pointer"], e["code"]) for e in response.json()["errors"]]


def test_nothing_is_planned_for_a_day_that_is_over(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    goal = make.goal(db, world.worker, case)
    db.commit()
    yesterday, at = str(today() - timedelta(days=1)), f"/api/v1/cases/{case.id}/goals"
    wanted = {"words": "مثال", "target_on": yesterday}
    response = client.post(at, json=wanted, headers=headers(world.worker))
    assert told(response) == (422, [("/target_on", "in_the_past")])
    planned = {"words": "مثال", "due_on": yesterday}
    response = client.post(f"{at}/{goal.id}/actions", json=planned, headers=headers(world.worker))
    assert told(response) == (422, [("/due_on", "in_the_past")])
    for day in (today(), today() + timedelta(days=1)):
        wanted["target_on"] = planned["due_on"] = str(day)
        assert client.post(at, json=wanted, headers=headers(world.worker)).status_code == 201
        made = client.post(f"{at}/{goal.id}/actions", json=planned, headers=headers(world.worker))
        assert made.status_code == 201


def test_a_day_that_has_gone_by_stays_until_another_is_named(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    day = today() - timedelta(days=3)
    goal = make.goal(db, world.worker, case)
    action = make.action(db, world.worker, case, goal)
    goal.target_on = action.due_on = day  # planned while it lay ahead
    db.commit()
    at = f"/api/v1/cases/{case.id}/goals/{goal.id}"
    kept = patch(client, world, at, goal.version, words="مثال", target_on=str(day))
    assert kept.status_code == 200, kept.text
    other = patch(client, world, at, kept.json()["version"], target_on=str(day + timedelta(days=1)))
    assert told(other) == (422, [("/target_on", "in_the_past")])
    at = f"{at}/actions/{action.id}"
    kept = patch(client, world, at, action.version, words="مثال", due_on=str(day))
    assert kept.status_code == 200, kept.text
    other = patch(client, world, at, kept.json()["version"], due_on=str(day - timedelta(days=1)))
    assert told(other) == (422, [("/due_on", "in_the_past")])
