"""The plan of a case on pages: goals in the person's words, who does what by when, what became of it."""

from datetime import date, timedelta

import pytest

from app.cases import closure
from app.cases.models import Action, Case, Goal
from app.cases.schemas import CaseClose
from app.cases.states import ActionStatus, ClosingReason, GoalStatus
from app.core.clock import today
from app.core.db import WriteSession
from tests.factories import cases
from tests.factories import people as people_factory
from tests.factories.world import World
from tests.support.pages import Browser


@pytest.fixture
def case(db: WriteSession, world: World) -> Case:
    cases.define_terms(db)
    people_factory.define_terms(db)
    made = cases.case(db, world.worker)
    db.commit()
    return made


@pytest.fixture
def goal(db: WriteSession, world: World, case: Case) -> Goal:
    made = cases.goal(db, world.worker, case, need_code="housing", target_on=date(2030, 1, 1))
    db.commit()
    return made


def test_a_plan_begins_with_a_goal_in_the_persons_words(worker: Browser, case: Case) -> None:
    plan, goals = f"/cases/{case.id}/plan", f"/cases/{case.id}/goals"
    empty = worker.open(plan)
    assert empty.find("//div[@class='empty']")
    refused = empty.send(goals, need_code="housing")
    assert refused.status == 422
    assert refused.find("//input[@id='f-words'][@aria-invalid='true']")
    kept = refused.send(goals, words="أريد غرفة لي (مثال)", target_on="2030-05-01")
    assert kept.path == plan
    assert "أريد غرفة لي" in kept.text
    assert kept.find("//*[@role='status']")


def test_the_needs_of_the_case_are_offered_first(worker: Browser, case: Case) -> None:
    page = worker.open(f"/cases/{case.id}/plan")
    own, others = page.find("//select[@name='need_code']/optgroup")
    assert own.xpath("./option/@value") == ["housing"]
    assert "housing" not in others.xpath("./option/@value")


def test_a_goal_whose_day_has_passed_says_so(
    db: WriteSession, world: World, worker: Browser, case: Case
) -> None:
    goal = cases.goal(db, world.worker, case, target_on=today() + timedelta(days=2))
    goal.target_on = today() - timedelta(days=2)
    db.commit()
    assert "فات الأجل منذ يومين" in worker.open(f"/cases/{case.id}/plan").text


def test_a_goal_is_changed_and_what_is_emptied_is_empty(
    db: WriteSession, worker: Browser, case: Case, goal: Goal
) -> None:
    path = f"/cases/{case.id}/goals/{goal.id}"
    page = worker.open(path)
    assert page.find("//input[@name='target_on']")[0].get("value") == "2030-01-01"
    page.send(path, words="أريد شقة (مثال)", target_on="", need_code="")
    db.expire_all()
    kept = db.get_one(Goal, goal.id)
    assert (kept.words, kept.target_on, kept.need_code) == ("أريد شقة (مثال)", None, None)


def test_a_long_outcome_of_a_goal_is_folded(
    db: WriteSession, case: Case, goal: Goal, worker: Browser
) -> None:
    goal.outcome_note = "كلمة " * 200
    db.commit()
    (folded,) = worker.open(f"/cases/{case.id}/plan").find("//details[@class='long']")
    assert len(folded.xpath("string(summary)").strip()) < 210


def test_the_outcome_of_a_goal_is_told_and_may_be_taken_back(
    db: WriteSession, worker: Browser, case: Case, goal: Goal
) -> None:
    path = f"/cases/{case.id}/goals/{goal.id}/outcome"
    assert worker.open(path).send(path).status == 422
    page = worker.open(path).send(path, status="partly_met", outcome_note="غرفة مؤقتة (مثال)")
    assert "غرفة مؤقتة" in page.text
    db.expire_all()
    assert db.get_one(Goal, goal.id).status is GoalStatus.partly_met
    assert db.get_one(Goal, goal.id).need_code == "housing"
    page.send(path)  # the button to take it up again
    db.expire_all()
    assert db.get_one(Goal, goal.id).status is GoalStatus.open


def test_an_action_has_words_an_owner_and_a_day(
    db: WriteSession, world: World, worker: Browser, case: Case, goal: Goal
) -> None:
    actions = f"/cases/{case.id}/goals/{goal.id}/actions"
    page = worker.open(f"{actions}/new").send(
        actions, words="زيارة الجماعة (مثال)", owner_id="", due_on="2030-01-02"
    )
    assert page.path == f"/cases/{case.id}/plan"
    assert "زيارة الجماعة" in page.text
    action = db.query(Action).one()
    assert (action.owner_id, action.due_on) == (None, date(2030, 1, 2))
    one = f"{actions}/{action.id}"
    worker.open(one).send(one, owner_id=world.colleague.user, due_on="", outcome_note="في الانتظار (مثال)")
    db.expire_all()
    changed = db.query(Action).one()
    assert (changed.owner_id, changed.due_on) == (world.colleague.user, None)


def test_one_button_says_that_an_action_is_done_and_leaves_the_rest(
    db: WriteSession, world: World, worker: Browser, case: Case, goal: Goal
) -> None:
    action = cases.action(db, world.worker, case, goal, owner_id=world.worker.user)
    db.commit()
    to = f"/cases/{case.id}/goals/{goal.id}/actions/{action.id}/status"
    worker.open(f"/cases/{case.id}/plan").send(to)
    db.expire_all()
    kept = db.get_one(Action, action.id)
    assert (kept.status, kept.owner_id) == (ActionStatus.done, world.worker.user)


def test_an_owner_from_another_window_is_refused_beside_the_field(
    world: World, worker: Browser, case: Case, goal: Goal
) -> None:
    actions = f"/cases/{case.id}/goals/{goal.id}/actions"
    refused = worker.open(f"{actions}/new").send(actions, words="x", owner_id=world.stranger.user)
    assert refused.status == 422
    assert refused.find("//p[@id='f-owner_id-error']")


def test_the_plan_of_a_closed_case_is_read_and_not_changed(
    db: WriteSession, world: World, worker: Browser, case: Case
) -> None:
    closure.close(db, world.worker, case, CaseClose(reason=ClosingReason.moved_away))
    db.commit()
    assert not worker.open(f"/cases/{case.id}/plan").find("//main//form")


def test_a_goal_of_another_case_is_not_found(
    db: WriteSession, world: World, worker: Browser, goal: Goal
) -> None:
    other = cases.case(db, world.worker)
    db.commit()
    worker.open(f"/cases/{other.id}/goals/{goal.id}", status=404)
    worker.open(f"/cases/{other.id}/goals/{goal.id}/actions/{goal.id}", status=404)


def test_a_day_that_is_over_is_refused_beside_the_field(worker: Browser, case: Case, goal: Goal) -> None:
    goals, actions = f"/cases/{case.id}/goals", f"/cases/{case.id}/goals/{goal.id}/actions"
    refused = worker.open(f"/cases/{case.id}/plan").send(
        goals, words="أريد غرفة (مثال)", target_on="2020-01-01"
    )
    assert refused.status == 422
    assert refused.find("//input[@id='f-target_on'][@value='2020-01-01'][@aria-invalid='true']")
    refused = worker.open(f"{actions}/new").send(actions, words="زيارة (مثال)", due_on="2020-01-01")
    assert refused.status == 422
    assert refused.find("//input[@id='f-due_on'][@value='2020-01-01'][@aria-invalid='true']")
