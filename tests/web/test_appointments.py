"""The days ahead on pages: contacts and partners' appointments on their days, and what is overdue."""

from datetime import date, timedelta

import pytest
from fastapi import FastAPI

from app.cases.models import Case
from app.cases.states import Priority
from app.core.clock import today
from app.core.db import WriteSession
from app.followups import service
from app.followups.models import FollowUp
from app.followups.schemas import FollowUpCreate
from app.followups.states import FollowUpKind
from app.referrals import answering
from app.referrals.partner_schemas import Acceptance
from tests.factories import cases
from tests.factories import referrals as referral_factory
from tests.factories.world import World
from tests.support.pages import Browser, Page

pytestmark = pytest.mark.usefixtures("case_terms")


def plan(db: WriteSession, world: World, case: Case, on: date) -> FollowUp:
    data = FollowUpCreate(kind=FollowUpKind.call, due_on=on, purpose="الاطمئنان (مثال)")
    made = service.plan(db, world.worker, case, data)
    db.commit()
    return made


def missed(db: WriteSession, world: World, case: Case, days: int) -> FollowUp:
    """A contact whose day went by."""
    made = plan(db, world, case, today())
    made.due_on = today() - timedelta(days=days)
    db.commit()
    return made


@pytest.fixture
def planned(db: WriteSession, world: World, case: Case) -> FollowUp:
    return plan(db, world, case, today())


def contacts_on(page: Page) -> list[str]:
    return page.find("//div[contains(@class, 'days')]//a/@href")


def test_ones_own_day_is_shown_first_and_the_windows_on_demand(
    app: FastAPI, db: WriteSession, world: World, worker: Browser, planned: FollowUp
) -> None:
    path = f"/follow-ups/{planned.id}"
    assert path in contacts_on(worker.open("/appointments"))
    colleague = Browser(app).sign_in_as(db, world.colleague)
    assert path not in contacts_on(colleague.open("/appointments"))
    assert path in contacts_on(colleague.open("/appointments?mine=false"))
    stranger = Browser(app).sign_in_as(db, world.stranger)
    assert path not in contacts_on(stranger.open("/appointments?mine=false"))


def test_a_week_begins_on_monday_and_leads_to_the_next(
    db: WriteSession, world: World, worker: Browser, case: Case
) -> None:
    monday = today() - timedelta(days=today().weekday()) + timedelta(days=7)
    sunday = plan(db, world, case, monday + timedelta(days=6))
    shown = worker.open(f"/appointments?when=week&on={monday + timedelta(days=2)}")
    assert f"/follow-ups/{sunday.id}" in contacts_on(shown)
    following = worker.open(f"/appointments?when=week&on={monday + timedelta(days=7)}")
    assert f"/follow-ups/{sunday.id}" not in contacts_on(following)
    before = following.find("//nav[@class='days-nav']//a/@href")[0]
    assert f"/follow-ups/{sunday.id}" in contacts_on(worker.open(before))


def test_a_partners_appointment_stands_on_its_day_with_its_hour(
    db: WriteSession, world: World, worker: Browser
) -> None:
    ready = referral_factory.ready(db, world)
    referral = ready.sent()
    day = today() + timedelta(days=2)
    acceptance = {
        "contact_name": "مينة المثالية",
        "appointment": {"at": f"{day}T09:30", "place": "القاعة 2 (مثال)"},
    }
    answering.accept(db, world.agent, referral, Acceptance.model_validate(acceptance))
    db.commit()
    page = worker.open(f"/appointments?on={day}")
    assert f"/referrals/{referral.id}" in contacts_on(page)
    assert "09:30" in page.text
    assert "القاعة 2" in page.text
    assert f"/referrals/{referral.id}" not in contacts_on(worker.open("/appointments"))


@pytest.mark.parametrize("on", ["1066-10-14", "9999-12-31", "yesterday"])
def test_a_day_that_no_calendar_of_ours_holds_is_refused(worker: Browser, on: str) -> None:
    worker.open(f"/appointments?on={on}", status=422)


# --- what is overdue ------------------------------------------------------------------------------------------


def overdue_on(page: Page) -> list[str]:
    return page.find("//section[contains(@class, 'late')]//li//a/@href")


def test_more_overdue_than_is_shown_leads_to_all_of_it(
    db: WriteSession, world: World, worker: Browser, case: Case
) -> None:
    made = [f"/follow-ups/{missed(db, world, case, days).id}" for days in range(9, 1, -1)]
    page = worker.open("/appointments")
    assert overdue_on(page) == made[:5]
    assert "/appointments/overdue" in page.find("//main//a/@href")
    assert overdue_on(worker.open("/appointments/overdue")) == made
    first = worker.open("/appointments/overdue?limit=5")
    assert overdue_on(first) == made[:5]
    assert overdue_on(worker.open(first.find("//p[@class='more']/a/@href")[0])) == made[5:]
    assert "/appointments/overdue" in worker.open("/desk").find("//main//a/@href")


def test_where_nothing_more_is_overdue_no_link_says_so(
    db: WriteSession, world: World, worker: Browser, case: Case
) -> None:
    for days in range(1, 6):
        missed(db, world, case, days)
    for path in ("/appointments", "/desk"):
        assert "/appointments/overdue" not in worker.open(path).find("//main//a/@href")


def test_what_is_urgent_does_not_lie_beyond_the_cut(
    db: WriteSession, world: World, worker: Browser, case: Case
) -> None:
    for days in range(9, 2, -1):
        missed(db, world, case, days)
    pressing = cases.case(db, world.worker, priority=Priority.urgent)
    urgent = missed(db, world, pressing, 1)
    assert overdue_on(worker.open("/appointments"))[0] == f"/follow-ups/{urgent.id}"
    assert f"/cases/{pressing.id}" in worker.open("/desk").find("//main//a/@href")


def test_what_is_overdue_is_ones_own_unless_the_windows_is_asked_for(
    app: FastAPI, db: WriteSession, world: World, case: Case
) -> None:
    late = missed(db, world, case, 1)
    colleague = Browser(app).sign_in_as(db, world.colleague)
    assert overdue_on(colleague.open("/appointments/overdue")) == []
    assert overdue_on(colleague.open("/appointments/overdue?mine=false")) == [f"/follow-ups/{late.id}"]
    Browser(app).sign_in_as(db, world.agent).open("/appointments/overdue", status=403)


@pytest.mark.parametrize("language", ["ar", "fr", "en", "fa"])
def test_what_is_overdue_is_told_in_every_language(
    app: FastAPI, db: WriteSession, world: World, case: Case, language: str
) -> None:
    browser = Browser(app).sign_in_as(db, world.worker, language)
    assert browser.open("/appointments/overdue").document.get("lang") == language
    missed(db, world, case, 1)
    assert browser.open("/appointments/overdue").document.get("lang") == language
