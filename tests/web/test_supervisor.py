"""The supervisor's board, and the flow of referrals."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from fastapi import FastAPI

from app.auth import service as accounts
from app.auth.models import User
from app.cases import service
from app.cases.models import Assignment, Case
from app.cases.states import Priority
from app.core.actor import Role
from app.core.clock import now, today
from app.core.db import WriteSession
from app.referrals import answering
from app.referrals.partner_schemas import Acceptance
from app.windows.models import Window
from tests.factories import cases, referrals
from tests.factories.world import World
from tests.support.pages import Browser


@pytest.fixture
def case(db: WriteSession, world: World) -> Case:
    """Opened long ago at the window, nothing done since: new, overdue and silent."""
    cases.define_terms(db)
    opened = cases.case(db, world.worker, opened_on=today() - timedelta(days=200))
    db.commit()
    return opened


def test_a_case_is_handed_over_from_the_list_it_stands_in(
    db: WriteSession, world: World, case: Case, supervisor: Browser
) -> None:
    page = supervisor.open("/board?box=overdue").send(
        f"/board/cases/{case.id}/assign", user_id=world.colleague.user
    )
    assert (page.path, page.status) == ("/board", 200)
    assert page.find("//*[@role='status']")
    db.expire_all()
    assert db.get_one(Case, case.id).referent_id == world.colleague.user
    (kept,) = [a for a in db.query(Assignment).all() if a.until is None]
    assert kept.reason


def test_the_board_counts_what_its_lists_hold(case: Case, supervisor: Browser) -> None:
    for box in ("new", "overdue", "silent"):
        page = supervisor.open(f"/board?box={box}")
        assert case.number in page.text
        (tile,) = page.find("//nav[@class='tiles']//a[@aria-current]/span[1]")
        assert tile.text_content() == "1"
    for box in ("unattended", "pressing"):
        assert case.number not in supervisor.open(f"/board?box={box}").text


def test_a_pressing_case_stands_among_the_pressing(
    db: WriteSession, world: World, supervisor: Browser
) -> None:
    cases.define_terms(db)
    urgent = cases.case(db, world.worker, priority=Priority.urgent)
    db.commit()
    assert urgent.number in supervisor.open("/board?box=pressing").text


def test_a_case_whose_referent_left_is_in_nobodys_hands(
    db: WriteSession, world: World, case: Case, supervisor: Browser
) -> None:
    accounts.disable(db, world.administrator, db.get_one(User, world.worker.user))
    db.commit()
    assert case.number in supervisor.open("/board").text  # the first list that holds something
    page = supervisor.open("/board?box=unattended")
    (facts,) = page.find("//*[contains(@class, 'case__facts')]/span[1]")
    assert "السابق" in facts.text_content()
    assert "غادر(ت) الشباك" in facts.text_content()
    assert case.number in page.text


def test_the_board_tells_which_case_was_handed_to_whom(
    db: WriteSession, world: World, case: Case, supervisor: Browser
) -> None:
    to = f"/board/cases/{case.id}/assign"
    page = supervisor.open("/board?box=overdue").send(to, user_id=world.colleague.user)
    (told,) = page.find("//p[contains(@class, 'banner--info')]")
    assert case.number in told.text_content()
    assert db.get_one(User, world.colleague.user).name in told.text_content()


def test_handing_over_to_somebody_of_another_window_is_refused_on_the_board(
    world: World, case: Case, supervisor: Browser
) -> None:
    page = supervisor.open("/board?box=overdue").send(
        f"/board/cases/{case.id}/assign", user_id=world.stranger.user
    )
    assert page.status == 422
    assert page.find("//*[@role='alert']")
    assert case.number in page.text


def test_the_cases_of_other_windows_stand_on_no_board(
    db: WriteSession, world: World, supervisor: Browser
) -> None:
    cases.define_terms(db)
    foreign = cases.case(db, world.stranger, opened_on=today() - timedelta(days=200))
    db.commit()
    assert foreign.number not in supervisor.open("/board?box=overdue").text
    page = supervisor.open("/board?box=overdue")
    proof = page.find("//input[@name='_proof']")[0].get("value")
    fields = {"_proof": [proof], "user_id": [str(world.colleague.user)], "reason": ["because"]}
    assert supervisor.post(f"/board/cases/{foreign.id}/assign", fields).status == 404


def test_from_the_board_one_click_leads_to_what_is_stuck_at_a_partner(
    db: WriteSession, world: World, supervisor: Browser
) -> None:
    stuck = referrals.ready(db, world).sent()
    stuck.decide_by = now() - timedelta(days=1)
    db.commit()
    page = supervisor.open("/board").follow("غرفة الصناعة التقليدية")
    assert page.path == f"/flow/{world.ours}"
    assert page.find(f"//a[@href='/referrals/{stuck.id}']")
    assert page.find("//*[contains(@class, 'badge--risk')]")


def test_a_referral_that_is_stuck_does_not_wait_besides(
    db: WriteSession, world: World, supervisor: Browser
) -> None:
    of = referrals.ready(db, world)
    of.sent().decide_by = now() - timedelta(days=1)
    db.commit()
    (row,) = supervisor.open("/board").find("//li[.//a[starts-with(@href, '/flow/')]]")
    assert [" ".join(b.text_content().split()) for b in row.xpath(".//*[contains(@class, 'badge')]")] == [
        "توجيه عالق واحد"
    ]
    of.sent()
    db.commit()
    (row,) = supervisor.open("/board").find("//li[.//a[starts-with(@href, '/flow/')]]")
    assert "واحد آخر في الانتظار" in row.text_content()


def test_a_case_on_which_nothing_was_done_tells_of_the_hearing_and_of_no_contact(
    case: Case, supervisor: Browser
) -> None:
    (row,) = supervisor.open("/board?box=new").find("//li[contains(@class, 'case')]")
    assert "الاستماع:" in row.text_content()
    assert "آخر تواصل" not in row.text_content()


def test_how_late_a_case_is_depends_on_the_day_at_its_window(
    app: FastAPI, db: WriteSession, world: World
) -> None:
    """At noon in London the next day has begun on Kiritimati: a week late here is more than a week there."""
    cases.define_terms(db)
    case = cases.case(db, world.worker)
    db.get_one(Window, case.window_id).time_zone = "Pacific/Kiritimati"
    noon = datetime.combine(now().date() + timedelta(days=1), time(12), UTC)
    with time_machine.travel(noon, tick=False):
        service.set_due(db, case.id, "review", noon.date() - timedelta(days=7))
        browser = Browser(app).sign_in_as(db, world.user(Role.supervisor, world.here))
        assert "متأخر منذ أكثر من أسبوع" in browser.open("/board?box=overdue").text


def test_the_funnel_tells_how_far_the_referrals_came(
    db: WriteSession, world: World, supervisor: Browser
) -> None:
    of = referrals.ready(db, world)
    answered = of.sent()
    answering.accept(db, world.agent, answered, Acceptance(contact_name="نادية مثال"))
    of.sent()
    db.commit()
    page = supervisor.open("/flow")
    numbers = [n.text_content().split()[0] for n in page.find("//*[@class='funnel__number']")]
    assert numbers == ["2", "1", "1", "0", "0"]


def test_another_windows_referrals_flow_elsewhere(app: FastAPI, db: WriteSession, world: World) -> None:
    referrals.ready(db, world).sent()
    other = world.user(Role.supervisor, world.elsewhere)
    db.commit()
    browser = Browser(app).sign_in_as(db, other)
    assert not browser.open("/flow").find("//*[@class='funnel']")
    assert not browser.open(f"/flow/{world.ours}").find("//a[starts-with(@href, '/referrals/')]")


# --- who, and in which language -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/board", "/flow", "/approvals"])
def test_a_worker_has_no_board(worker: Browser, path: str) -> None:
    worker.open(path, status=403)


@pytest.mark.parametrize("language", ["ar", "fr", "en", "fa"])
def test_the_supervisors_pages_speak_every_language(
    app: FastAPI, db: WriteSession, world: World, asked: Case, language: str
) -> None:
    stuck = referrals.ready(db, world).sent()
    stuck.decide_by = now() - timedelta(days=1)
    db.commit()
    browser = Browser(app).sign_in_as(db, world.supervisor, language)
    for path in (
        "/board",
        "/board?box=pressing",
        "/board?box=overdue",
        "/flow",
        "/approvals",
        f"/approvals/{asked.id}",
        f"/flow/{world.ours}",
    ):
        assert browser.open(path).document.get("lang") == language
