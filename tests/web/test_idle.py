"""A browser's session that nobody uses: the server locks it, whatever the browser does, and ends it with the working day."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from fastapi import FastAPI

from app.audit.models import AuditEntry
from app.auth import session_queries
from app.auth.models import UserSession
from app.core.db import WriteSession
from app.core.settings import settings
from tests.factories.accounts import PASSWORD, account
from tests.factories.world import World
from tests.support.pages import Browser

IDLE = timedelta(minutes=settings().page_idle_minutes)
MINUTE = session_queries.USE_NOTED_EVERY
BLINK = timedelta(seconds=1)
Clock = time_machine.Traveller


@pytest.fixture
def clock(world: World) -> Iterator[Clock]:
    """A clock that stands still until it is moved."""
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1), tick=False) as traveller:
        yield traveller


@pytest.fixture
def somebody(app: FastAPI, db: WriteSession, clock: Clock) -> Browser:
    """Somebody who has just signed in with a password."""
    account(db)
    page = Browser(app).open("/sign-in")
    page.send("/sign-in", username="souad@test.example", password=PASSWORD)
    return page.browser


def leads_to(browser: Browser, path: str) -> str | None:
    location: str | None = browser.client.get(path, follow_redirects=False).headers.get("location")
    return location


def last_use(db: WriteSession) -> datetime:
    """When the newest session was last used, as far as it was written down."""
    db.expire_all()
    return db.query(UserSession).order_by(UserSession.id.desc()).limit(1).one().last_used_at


def test_a_session_that_nobody_uses_is_locked(somebody: Browser, clock: Clock) -> None:
    clock.shift(IDLE + MINUTE - BLINK)
    assert leads_to(somebody, "/account") is None
    clock.shift(IDLE + MINUTE)
    assert leads_to(somebody, "/account") == "/locked?next=/account"
    assert leads_to(somebody, "/notices") == "/locked?next=/notices"


def test_the_password_opens_it_again_where_one_was(somebody: Browser, clock: Clock) -> None:
    clock.shift(IDLE + MINUTE)
    page = somebody.open("/account")
    assert page.path == "/locked"
    page = page.send("/locked", password=PASSWORD)
    assert (page.status, page.path) == (200, "/account")
    clock.shift(IDLE)
    assert leads_to(somebody, "/account") is None


def test_the_trail_tells_why_a_session_was_locked(somebody: Browser, db: WriteSession, clock: Clock) -> None:
    somebody.open("/account").send("/lock").send("/locked", password=PASSWORD)
    clock.shift(IDLE + MINUTE)
    somebody.open("/account").send("/locked", password=PASSWORD)
    found = db.query(AuditEntry).filter_by(action="session:unlock").order_by(AuditEntry.id)
    assert [entry.details for entry in found] == [{"idle": False}, {"idle": True}]


def test_whoever_goes_on_working_is_not_locked_until_the_day_is_over(somebody: Browser, clock: Clock) -> None:
    began = datetime.now(UTC)
    while datetime.now(UTC) + IDLE < began + timedelta(hours=settings().session_idle_hours):
        clock.shift(IDLE)
        assert leads_to(somebody, "/account") is None
    clock.shift(IDLE)
    assert leads_to(somebody, "/account") == "/sign-in?next=/account&over=1"


def test_a_use_is_written_down_once_a_minute_at_most(
    somebody: Browser, db: WriteSession, clock: Clock
) -> None:
    began = datetime.now(UTC)
    clock.shift(MINUTE - BLINK)
    somebody.open("/account")
    assert last_use(db) == began
    clock.shift(BLINK)
    somebody.open("/account")
    assert last_use(db) == began + MINUTE


def test_a_form_that_is_refused_is_a_use_too(somebody: Browser, db: WriteSession, clock: Clock) -> None:
    page = somebody.open("/account")
    clock.shift(MINUTE)
    refused = page.send("/account/password", current_password="not mine", password="another harbour at dusk")
    assert refused.status == 401
    assert last_use(db) == datetime.now(UTC)


def test_typing_for_long_is_no_idleness(somebody: Browser, clock: Clock) -> None:
    proof = somebody.open("/account").find("//body/@data-proof")[0]
    for _ in range(3):
        clock.shift(IDLE)
        told = somebody.client.post("/presence", data={"_proof": proof}, follow_redirects=False)
        assert told.status_code == 204
    assert leads_to(somebody, "/account") is None
    clock.shift(IDLE + MINUTE)
    told = somebody.client.post("/presence", data={"_proof": proof}, follow_redirects=False)
    assert (told.status_code, told.headers["location"]) == (303, "/locked")


@pytest.mark.parametrize("path", ["/offline", "/service-worker.js"])
def test_what_browsers_ask_for_by_themselves_is_no_use(
    somebody: Browser, db: WriteSession, clock: Clock, path: str
) -> None:
    began = datetime.now(UTC)
    clock.shift(IDLE)
    assert somebody.client.get(path).status_code == 200
    assert last_use(db) == began


def test_a_part_of_a_page_leads_the_whole_page_to_the_lock(somebody: Browser, clock: Clock) -> None:
    clock.shift(IDLE + MINUTE)
    answer = somebody.client.get("/notices", headers={"HX-Request": "true"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/locked")


def test_a_locked_session_is_not_kept_alive_by_asking(
    somebody: Browser, db: WriteSession, clock: Clock
) -> None:
    began = datetime.now(UTC)
    clock.shift(IDLE + MINUTE)
    somebody.open("/locked")
    assert last_use(db) == began


def test_the_browser_is_told_the_same_limit(somebody: Browser) -> None:
    told = somebody.open("/account").find("//body/@data-idle-minutes")
    assert told == [str(settings().page_idle_minutes)]


def test_a_wrong_password_at_the_lock_speaks_of_the_password_alone(somebody: Browser) -> None:
    page = somebody.open("/account").send("/lock").send("/locked", password="not this sentence")
    assert page.status == 401
    said = page.find("//*[@role='alert']")[0].text_content()
    assert "كلمة المرور غير صحيحة" in said
    assert "البريد" not in said
