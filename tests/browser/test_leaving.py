"""Leaving a draft in the middle of a saving: what was written meanwhile is saved after it, or the browser asks first."""

from dataclasses import dataclass, field
from urllib.parse import unquote_plus

import pytest
from playwright.sync_api import Dialog, Page, Response, Route, expect

from app.core.actor import Role
from app.core.ids import InterviewId
from tests.browser.acts import LOCKED, held_back, press_shift, unlock
from tests.browser.conftest import Opener
from tests.support.commands import until
from tests.support.served import Served

FIRST, LAST = "تبحث عن سكن", "تبحث عن سكن وعن عمل (مثال)"


@dataclass
class Midway:
    """An interview of which a first saving is held on its way, and in which somebody has written on."""

    page: Page
    at: str
    held: list[Route] = field(default_factory=list)

    @property
    def narrative(self) -> str:
        return self.page.locator("[name=narrative]").input_value()

    def goes_on(self) -> None:
        held_back(self.page, self.held).continue_()

    def is_saved(self) -> None:
        self.page.goto(self.at)
        assert self.narrative == LAST


@pytest.fixture
def midway(visit: Opener, called: InterviewId) -> Midway:
    page = visit(Role.social_worker)
    one = Midway(page, f"/interviews/{called}")
    page.goto(one.at)
    page.route("**/autosave", lambda route: one.held.append(route), times=1)
    with page.expect_request("**/autosave"):
        page.locator("[name=narrative]").fill(FIRST)
        page.keyboard.press("Tab")
    page.locator("[name=narrative]").fill(LAST)
    return one


def saves_the_last(answer: Response) -> bool:
    return answer.url.endswith("/autosave") and LAST in unquote_plus(answer.request.post_data or "")


def test_a_link_leads_on_after_what_was_written_last_is_saved(midway: Midway) -> None:
    midway.page.locator("header a[href='/desk']").first.click()
    assert midway.page.url.endswith(midway.at)
    midway.goes_on()
    midway.page.wait_for_url("**/desk")
    midway.is_saved()


def test_the_browser_asks_whoever_leaves_by_another_way(midway: Midway) -> None:
    with midway.page.expect_event("dialog") as asked:
        midway.page.evaluate("setTimeout(() => location.assign('/desk'))")
    assert asked.value.type == "beforeunload"
    with midway.page.expect_response(saves_the_last):
        asked.value.dismiss()
        midway.goes_on()
    midway.is_saved()


def test_the_lock_lets_what_was_written_last_pass(midway: Midway, served: Served) -> None:
    press_shift(midway.page)
    assert midway.page.title() == ""
    midway.goes_on()
    unlock(midway.page, served, Role.social_worker)
    expect(midway.page.locator("[name=narrative]")).to_have_value(LAST)


def test_a_page_that_is_closed_before_the_lock_is_locked_all_the_same(midway: Midway) -> None:
    press_shift(midway.page)
    browser = midway.page.context
    midway.page.close(run_before_unload=True)
    until(lambda: "/locked" in browser.request.get(midway.at).url)


def test_a_link_that_was_followed_before_the_lock_shows_no_page_after_it(midway: Midway) -> None:
    midway.page.locator("header a[href='/desk']").first.click()
    press_shift(midway.page)
    midway.goes_on()
    midway.page.wait_for_url(LOCKED)


def test_a_link_does_not_wait_for_ever(midway: Midway) -> None:
    midway.page.clock.install()
    midway.page.locator("header a[href='/desk']").first.click()
    with midway.page.expect_navigation(url="**/desk"):
        midway.page.clock.run_for(2_500)


def test_an_answer_that_is_none_keeps_nobody_from_locking(midway: Midway, served: Served) -> None:
    press_shift(midway.page)
    held_back(midway.page, midway.held).fulfill(body="")
    unlock(midway.page, served, Role.social_worker)
    expect(midway.page.locator("[name=narrative]")).to_have_value(LAST)


def test_a_page_that_is_loaded_again_shows_what_was_written_last(visit: Opener, called: InterviewId) -> None:
    page = visit(Role.social_worker)
    page.goto(f"/interviews/{called}")
    page.locator("[name=narrative]").fill(LAST)
    page.reload()
    expect(page.locator("[name=narrative]")).to_have_value(LAST)
    page.locator("[name=phone]").fill("0600000098")
    with page.expect_response("**/autosave") as saved:
        page.keyboard.press("Tab")
    assert saved.value.status == 200


def test_who_leaves_a_form_that_was_not_sent_is_asked_and_who_sends_it_is_not(visit: Opener) -> None:
    page = visit(Role.administrator, "fr")
    page.goto("/house/users/new")
    page.locator("#f-name").fill("Nadia Exemple")
    with page.expect_event("dialog") as asked:
        page.evaluate("setTimeout(() => location.assign('/house/users'))")
    asked.value.dismiss()
    asked_again: list[str] = []

    def note(dialog: Dialog) -> None:
        asked_again.append(dialog.type)
        dialog.accept()

    page.on("dialog", note)
    page.locator("#f-email").fill("nadia.exemple@test.example")
    page.locator("[name=role]").select_option("auditor")
    page.locator("main form button").last.click()
    expect(page.locator("main")).to_contain_text("nadia.exemple@test.example")
    assert asked_again == []
