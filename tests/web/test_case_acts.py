"""What is done with a case as a whole on pages: changed, handed over, paused, reviewed, closed, taken up again."""

import pytest

from app.cases import closure, day_to_day
from app.cases.models import Case
from app.cases.schemas import CaseClose, CaseSuspend
from app.cases.states import CaseStatus, ClosingReason, Priority, SuspensionReason
from app.core.clock import today
from app.core.db import WriteSession
from app.followups import service as follow_ups
from app.followups.schemas import FollowUpCreate
from app.followups.states import FollowUpKind
from tests.factories import cases
from tests.factories import referrals as referral_factory
from tests.factories.world import World
from tests.support.pages import Browser

pytestmark = pytest.mark.usefixtures("case_terms")


def path_of(case: Case, page: str = "") -> str:
    return f"/cases/{case.id}{page}"


def again(db: WriteSession, case: Case) -> Case:
    db.expire_all()
    return db.get_one(Case, case.id)


# --- changing -------------------------------------------------------------------------------------------------


def test_priority_needs_and_summary_are_changed_on_one_page(
    db: WriteSession, worker: Browser, case: Case
) -> None:
    page = worker.open(path_of(case, "/edit"))
    page = page.send(path_of(case, "/edit"), priority="high", needs=["income", "training"], summary="")
    assert page.path == path_of(case)
    kept = again(db, case)
    assert (kept.priority, kept.needs, kept.summary) == (Priority.high, ["income", "training"], None)


def test_a_case_that_was_changed_meanwhile_is_not_overwritten(
    db: WriteSession, worker: Browser, case: Case
) -> None:
    page = worker.open(path_of(case, "/edit"))
    page.send(path_of(case, "/edit"), priority="high")
    late = page.send(path_of(case, "/edit"), priority="low")
    assert late.status == 412
    assert late.find("//*[@role='alert']")
    assert again(db, case).priority is Priority.high


def test_only_a_supervisor_is_offered_to_calm_a_pressing_case(
    db: WriteSession, world: World, worker: Browser, supervisor: Browser
) -> None:
    case = cases.case(db, world.worker, priority=Priority.urgent)
    db.commit()
    offered = "//input[@name='priority']/@value"
    assert worker.open(path_of(case, "/edit")).find(offered) == ["high", "urgent"]
    assert supervisor.open(path_of(case, "/edit")).find(offered) == ["low", "medium", "high", "urgent"]


def test_a_supervisor_hands_a_case_over_with_a_reason(
    db: WriteSession, world: World, worker: Browser, supervisor: Browser, case: Case
) -> None:
    to = path_of(case, "/assign")
    refused = supervisor.open(to).send(to, user_id=world.colleague.user)
    assert refused.status == 422
    assert refused.find("//input[@id='f-reason'][@aria-invalid='true']")
    chosen = refused.find("//select[@name='user_id']/option[@selected]")[0].get("value")
    assert chosen == str(world.colleague.user)
    assert refused.send(to, reason="عطلة سنوية (مثال)").path == path_of(case)
    assert again(db, case).referent_id == world.colleague.user
    worker.open(to, status=403)
    assert to not in [link.get("href") for link in worker.open(path_of(case)).find("//a")]


def test_a_case_is_paused_and_taken_up_again(
    db: WriteSession, world: World, worker: Browser, case: Case
) -> None:
    cases.goal(db, world.worker, case)
    db.commit()
    to = path_of(case, "/suspend")
    past = worker.open(to).send(to, reason="travelling", until="2020-01-01")
    assert past.status == 422
    assert past.find("//input[@id='f-until'][@aria-invalid='true']")
    assert past.send(to, until="").path == path_of(case)
    assert again(db, case).status is CaseStatus.suspended
    page = worker.open(path_of(case))
    assert page.find("//section[@aria-labelledby='next-title']//a/@href") == [path_of(case, "/resume")]
    worker.open(path_of(case, "/resume")).send(path_of(case, "/resume"))
    assert again(db, case).status is CaseStatus.active


def test_a_review_is_kept_and_shown(worker: Browser, case: Case) -> None:
    to = path_of(case, "/review")
    assert worker.open(to).send(to).status == 422
    worker.open(to).send(to, summary="تحقق نصف الأهداف (مثال)")
    assert "تحقق نصف الأهداف" in worker.open(to).text


# --- closing --------------------------------------------------------------------------------------------------


def test_a_case_is_closed_with_what_became_of_each_goal(
    db: WriteSession, world: World, worker: Browser, case: Case
) -> None:
    goal = cases.goal(db, world.worker, case)
    db.commit()
    to = path_of(case, "/close")
    unsaid = worker.open(to).send(to, reason="goals_met")
    assert unsaid.status == 409
    assert unsaid.find("//*[@role='alert']")
    assert unsaid.find("//select[@name='reason']/option[@selected]")[0].get("value") == "goals_met"
    closed = unsaid.send(to, **{f"outcomes__{goal.id}__status": "met"})
    assert closed.path == path_of(case)
    assert again(db, case).status is CaseStatus.closed
    assert path_of(case, "/reopen") in closed.find("//a/@href")


def test_closing_names_the_contacts_that_it_cancels_and_shows_none_of_them_afterwards(
    db: WriteSession, world: World, worker: Browser, case: Case
) -> None:
    data = FollowUpCreate(kind=FollowUpKind.visit, due_on=today(), purpose="زيارة البيت (مثال)")
    planned = follow_ups.plan(db, world.worker, case, data)
    db.commit()
    to = path_of(case, "/close")
    asked = worker.open(to)
    assert asked.find("//section[@aria-labelledby='ending-title']//a/@href") == [f"/follow-ups/{planned.id}"]
    # The worker that cancels it has not run yet: the page does not wait for it.
    closed = asked.send(to, reason="goals_met")
    assert again(db, case).status is CaseStatus.closed
    assert f"/follow-ups/{planned.id}" not in closed.find("//main//a/@href")
    assert closed.find("//section[@aria-labelledby='next-title']//a/@href") == [
        path_of(case, "/follow-ups/new")
    ]


def test_an_open_referral_in_the_way_of_closing_is_named_with_its_link(
    db: WriteSession, world: World, worker: Browser
) -> None:
    ready = referral_factory.ready(db, world)
    db.commit()
    to = path_of(ready.case, "/close")
    opened_before = worker.open(to)
    referral = ready.sent()
    db.commit()
    page = worker.open(to)
    assert f"/referrals/{referral.id}" in page.find("//main//a/@href")
    assert not page.find(f"//form[@action='{to}']")  # nothing is asked that would be refused
    refused = opened_before.send(to, reason="moved_away", note="Une remarque (exemple).")
    assert refused.status == 409
    assert "Une remarque (exemple)." in refused.text  # what was typed is kept


def test_what_was_planned_and_not_carried_out_is_told_until_after_the_closing(
    db: WriteSession, world: World, worker: Browser, supervisor: Browser
) -> None:
    case = cases.case(db, world.worker, priority=Priority.high)
    goal = cases.goal(db, world.worker, case)
    cases.action(db, world.worker, case, goal)
    db.commit()
    form = worker.open(path_of(case, "/close"))
    assert "زيارة (مثال)" in form.text
    answer = {f"outcomes__{goal.id}__status": "met"}
    asked = form.send(path_of(case, "/closure-request"), reason="goals_met", **answer)
    decision = f"/approvals/{case.id}"
    assert "زيارة (مثال)" in asked.text
    request = supervisor.open(decision)
    assert "زيارة (مثال)" in request.text
    request.send(f"{decision}/approve")
    assert again(db, case).status is CaseStatus.closed
    assert "زيارة (مثال)" in worker.open(path_of(case)).text


def test_a_worker_asks_for_the_closing_of_a_pressing_case_and_a_supervisor_decides(
    db: WriteSession, world: World, worker: Browser, supervisor: Browser
) -> None:
    case = cases.case(db, world.worker, priority=Priority.high)
    db.commit()
    ask, close = path_of(case, "/closure-request"), path_of(case, "/close")
    assert worker.open(close).send(ask, reason="goals_met").path == path_of(case)
    assert again(db, case).status is not CaseStatus.closed
    decided = supervisor.open(path_of(case)).find("//section[@aria-labelledby='next-title']//a/@href")
    decision = f"/approvals/{case.id}"
    assert decided == [decision]
    assert supervisor.open(close).find(f"//a[@href='{decision}']")
    supervisor.open(decision).send(f"{decision}/approve")
    assert again(db, case).status is CaseStatus.closed


def test_a_request_to_close_is_taken_back(db: WriteSession, world: World, worker: Browser) -> None:
    case = cases.case(db, world.worker, priority=Priority.high)
    closure.request_closure(db, world.worker, case, CaseClose(reason=ClosingReason.moved_away))
    db.commit()
    worker.open(path_of(case, "/close")).send(path_of(case, "/closure-request/set-aside"))
    assert again(db, case).closure_requested_at is None


def test_a_supervisor_takes_back_the_own_request_and_declines_anothers(
    db: WriteSession, world: World, supervisor: Browser
) -> None:
    case = cases.case(db, world.worker, priority=Priority.high)
    closure.request_closure(db, world.supervisor, case, CaseClose(reason=ClosingReason.moved_away))
    db.commit()
    close, set_aside = path_of(case, "/close"), path_of(case, "/closure-request/set-aside")
    page = supervisor.open(close).send(set_aside)
    assert again(db, case).closure_requested_at is None

    closure.request_closure(db, world.worker, case, CaseClose(reason=ClosingReason.moved_away))
    db.commit()
    page = supervisor.open(close)
    assert not page.find(f"//form[@action='{set_aside}']")
    proof = page.find("//input[@name='_proof']/@value")[0]
    sent = {"_proof": proof, "_page": close, "_version": str(again(db, case).version)}
    refused = supervisor.post(set_aside, sent)
    assert (refused.status, bool(refused.find("//*[@id='refusal']"))) == (409, True)
    assert again(db, case).closure_requested_by == world.worker.user


def test_a_closed_case_is_opened_again_with_a_reason(
    db: WriteSession, world: World, worker: Browser, case: Case
) -> None:
    closure.close(db, world.worker, case, CaseClose(reason=ClosingReason.moved_away))
    db.commit()
    to = path_of(case, "/reopen")
    assert worker.open(to).send(to).status == 422
    worker.open(to).send(to, reason="عادت إلى وجدة (مثال)")
    assert again(db, case).status is CaseStatus.active


def test_what_nobody_may_do_now_has_no_button(
    db: WriteSession, world: World, worker: Browser, case: Case
) -> None:
    cases.goal(db, world.worker, case)
    day_to_day.suspend(db, world.worker, case, CaseSuspend(reason=SuspensionReason.travelling))
    db.commit()
    offered = worker.open(path_of(case)).find("//details[@class='acts']//a/@href")
    assert path_of(case, "/resume") in offered
    assert path_of(case, "/suspend") not in offered
    assert path_of(case, "/reopen") not in offered
