"""The quick lock in a real browser: what somebody who looks over a shoulder, or comes after, can see."""

import pytest
from playwright.sync_api import Page, Route, expect

from app.core.actor import Role
from app.core.settings import LANGUAGES
from app.web import cookies
from tests.browser.acts import LOCKED, held_back
from tests.browser.conftest import Opener, Watch
from tests.browser.looks import examine
from tests.support import chromium
from tests.support.served import EMAILS, Served

WORKER = EMAILS[Role.social_worker]
# What stands on the screen in the same turn in which the scripts hear of it: nothing was painted between.
LOCK_BY_KEYS = """() => {
  for (let i = 0; i < 3; i++) document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "Shift", bubbles: true}));
  return [document.title, document.documentElement.innerHTML];
}"""
LOCK_BY_BUTTON = """() => {
  document.querySelector("#lock button").click();
  return [document.title, document.documentElement.innerHTML];
}"""


@pytest.fixture
def account(visit: Opener, served: Served) -> Page:
    """A window on one's account, with a way back to it in the history."""
    page = visit(Role.social_worker, "fr")
    page.goto("/notices")
    page.goto("/account")
    expect(page.locator("main")).to_contain_text(WORKER)
    return page


@pytest.mark.parametrize("act", [LOCK_BY_KEYS, LOCK_BY_BUTTON], ids=["three times Shift", "the button"])
def test_the_screen_is_blank_before_the_server_answers(account: Page, act: str) -> None:
    assert account.evaluate(act) == ["", ""]
    account.wait_for_url(LOCKED)


def test_every_tab_is_locked_with_the_one_that_was(account: Page) -> None:
    other = account.context.new_page()
    other.goto("/notices")
    account.locator("#lock button").click()
    for page in (account, other):
        page.wait_for_url(LOCKED)
        assert WORKER not in page.content()


# A browser that keeps nothing for a page, and one that does not even say what it keeps.
NOTHING_IS_KEPT = {
    "full or blocked": """Storage.prototype.setItem = Storage.prototype.getItem = () => {
        throw new DOMException("nothing is kept", "QuotaExceededError");
    }""",
    "denied": """Object.defineProperty(window, "localStorage", {get() {
        throw new DOMException("denied", "SecurityError");
    }})""",
}


@pytest.fixture(params=list(NOTHING_IS_KEPT.values()), ids=list(NOTHING_IS_KEPT))
def forgetful(visit: Opener, request: pytest.FixtureRequest) -> Page:
    page = visit(Role.social_worker, "fr")
    page.context.add_init_script(request.param)
    page.clock.install()
    page.goto("/account?done=session_ended")
    return page


@pytest.mark.parametrize("act", [LOCK_BY_KEYS, LOCK_BY_BUTTON], ids=["three times Shift", "the button"])
def test_it_locks_also_where_the_browser_keeps_nothing(forgetful: Page, act: str) -> None:
    assert forgetful.evaluate(act) == ["", ""]
    forgetful.wait_for_url(LOCKED)


def test_where_the_browser_keeps_nothing_the_rest_of_the_page_works(forgetful: Page) -> None:
    forgetful.wait_for_url("**/account")  # what was done is told once
    with forgetful.expect_response("**/presence"):
        forgetful.clock.run_for(2 * 60_000)
        forgetful.keyboard.press("a")
        forgetful.clock.run_for(10_000)
    held = hold_back(forgetful)
    with forgetful.expect_request("**/lock"):
        forgetful.clock.run_for(11 * 60_000)
    held_back(forgetful, held).continue_()
    forgetful.wait_for_url(LOCKED)


def test_a_tab_of_a_session_that_is_over_leads_to_the_door(
    account: Page, served: Served, watch: Watch
) -> None:
    account.context.clear_cookies(name=cookies.SESSION)
    account.locator("#lock button").click()
    account.wait_for_url("**/sign-in")
    assert watch.troubles == [f"403 {served.base}/lock"]
    watch.troubles.clear()


def test_a_tab_that_hears_late_asks_the_server_and_locks_nobody(account: Page) -> None:
    asked: list[str] = []
    account.on(
        "request", lambda request: asked.append(request.url) if request.url.endswith("/lock") else None
    )
    with account.expect_navigation(url="**/account"):
        account.evaluate("""() => {
            const newValue = String(Date.now() - 60_000);
            dispatchEvent(new StorageEvent("storage", {key: "shubbak.locked", newValue}));
        }""")
    expect(account.locator("main")).to_contain_text(WORKER)
    assert asked == []


def hold_back(page: Page) -> list[Route]:
    """Keep the lock's request from the server, as a line that is down would."""
    held: list[Route] = []
    page.route("**/lock", lambda route: held.append(route))
    return held


def is_blank(page: Page) -> bool:
    shown: list[str] = page.evaluate("[document.title, document.documentElement.innerHTML]")
    return shown == ["", ""]


def test_it_is_blank_also_where_the_server_does_not_answer(account: Page) -> None:
    held = hold_back(account)
    with account.expect_request("**/lock"):
        for _ in range(3):
            account.keyboard.press("Shift")
    assert is_blank(account)
    held_back(account, held).continue_()
    account.wait_for_url(LOCKED)


def test_shift_locks_only_three_times_in_a_row(account: Page) -> None:
    for key in ("Shift", "Shift", "a", "Shift", "Shift"):
        account.keyboard.press(key)
    expect(account.locator("main")).to_contain_text(WORKER)
    account.keyboard.press("Shift")
    account.wait_for_url(LOCKED)


def test_a_screen_that_nobody_touches_locks_itself(visit: Opener) -> None:
    page = visit(Role.social_worker, "fr")
    page.clock.install()
    page.goto("/account")
    page.clock.run_for(9 * 60_000)
    expect(page.locator("main")).to_contain_text(WORKER)
    held = hold_back(page)
    with page.expect_request("**/lock"):
        page.clock.run_for(2 * 60_000)
    assert is_blank(page)
    held_back(page, held).continue_()
    page.wait_for_url(LOCKED)


def test_a_screen_at_which_somebody_types_tells_the_server_so(visit: Opener) -> None:
    page = visit(Role.social_worker, "fr")
    page.clock.install()
    page.goto("/account")
    told: list[str] = []
    page.on("request", lambda request: told.append(request.method) if "/presence" in request.url else None)
    page.clock.run_for(3 * 60_000)  # nobody is there
    assert told == []
    with page.expect_response("**/presence") as answer:
        page.keyboard.press("a")
        page.clock.run_for(10_000)
    assert answer.value.status == 204
    page.keyboard.press("b")
    page.clock.run_for(30_000)  # the minute is not over
    assert told == ["POST"]


def test_nothing_of_anybody_stays_on_the_locked_page(account: Page, served: Served) -> None:
    name = account.locator(".top__end bdi").inner_text()
    account.locator("#lock button").click()
    account.wait_for_url(LOCKED)
    left = account.content() + account.title()
    assert name not in left
    assert WORKER not in left
    assert account.locator("nav.menu").count() == 0


def test_going_back_leads_to_the_lock(account: Page) -> None:
    account.locator("#lock button").click()
    account.wait_for_url(LOCKED)
    account.go_back()
    account.wait_for_url(LOCKED)
    assert WORKER not in account.content()


def test_going_back_after_signing_out_leads_to_the_door(account: Page) -> None:
    account.locator("main form[action='/sign-out'] button").click()
    account.wait_for_url("**/sign-in")
    account.go_back()
    account.wait_for_url("**/sign-in**")
    assert WORKER not in account.content()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_password_opens_the_lock_and_a_wrong_one_does_not(
    visit: Opener, served: Served, scripts: bool
) -> None:
    page = visit(Role.social_worker, "fr", java_script_enabled=scripts)
    page.goto("/account")
    page.locator("#lock button").click()
    page.wait_for_url(LOCKED)
    page.fill("[name=password]", "not this sentence")
    page.locator("form[action='/locked'] button:not([data-reveal])").click()
    expect(page.locator("[role=alert]")).to_be_visible()
    page.fill("[name=password]", served.passwords[WORKER])
    page.locator("form[action='/locked'] button:not([data-reveal])").click()
    expect(page.locator("nav.menu")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_everybody_can_use_the_locked_page(visit: Opener, served: Served, language: str) -> None:
    page = visit(Role.social_worker, language)
    key = served.open_session(Role.social_worker, locked=True)
    chromium.keep(page.context, served.base, cookies.SESSION, key)
    for address in ("/locked", "/locked?kept=1"):
        page.goto(address)
        wrong = examine(page)
        assert wrong == [], "\n".join(wrong)


def test_the_lock_leads_back_from_a_refused_form_to_its_page(visit: Opener, served: Served) -> None:
    page = visit(Role.social_worker, "fr")
    page.goto("/account")
    page.locator("form[action='/account/password'] [name=current_password]").fill("not this sentence")
    page.locator("form[action='/account/password'] [name=password]").fill("short")
    page.locator("form[action='/account/password'] button:not([data-reveal])").click()
    expect(page.locator("#refusal")).to_be_visible()
    assert page.url.endswith("/account")  # loaded again, the page is asked for and nothing is sent
    page.locator("#lock button").click()
    page.wait_for_url(LOCKED)
    page.fill("[name=password]", served.passwords[WORKER])
    page.locator("form[action='/locked'] button:not([data-reveal])").click()
    expect(page.locator("main")).to_contain_text(WORKER)


def test_without_scripts_what_is_sent_behind_the_lock_comes_back_when_it_is_opened(
    visit: Opener, served: Served
) -> None:
    page = visit(Role.social_worker, "fr", java_script_enabled=False)
    chromium.keep(page.context, served.base, cookies.SESSION, served.open_session(Role.social_worker))
    page.goto("/cases")
    page.locator(".case-card__name").first.click()
    page.goto(f"{page.url}/plan")
    goals = page.locator("form[action$='/goals']")
    goals.locator("[name=words]").fill("Une chambre à elle avant l’hiver (exemple).")
    other = page.context.new_page()  # it locks the session of both
    other.goto("/account")
    other.locator("#lock button").click()
    goals.locator("button").click()
    page.wait_for_url(LOCKED)
    assert "chambre" not in page.content()
    page.fill("[name=password]", served.passwords[WORKER])
    page.keyboard.press("Enter")
    expect(goals.locator("[name=words]")).to_have_value("Une chambre à elle avant l’hiver (exemple).")
    expect(page.locator("#refusal")).to_be_visible()
