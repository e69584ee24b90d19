"""The way in, in a real browser: with scripts and without."""

import pytest
from playwright.sync_api import Page, expect

from app.core.actor import Role
from app.core.settings import LANGUAGES
from app.web.wording import NAMES, RIGHT_TO_LEFT
from tests.browser.conftest import Opener
from tests.support.served import EMAILS, Served

WORKER = EMAILS[Role.social_worker]


def sign_in(page: Page, served: Served, to: str = "/account") -> None:
    page.goto(f"/sign-in?next={to}")
    page.fill("[name=username]", WORKER)
    page.fill("[name=password]", served.passwords[WORKER])
    page.locator("main form button:not([data-reveal])").first.click()
    page.wait_for_url(f"**{to}")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_signing_in_leads_to_where_one_wanted_to_go(visit: Opener, served: Served, scripts: bool) -> None:
    page = visit(java_script_enabled=scripts)
    sign_in(page, served)
    expect(page.locator("main")).to_contain_text(WORKER)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_language_is_changed_by_one_click_on_any_page_before_signing_in(
    visit: Opener, scripts: bool
) -> None:
    page = visit(java_script_enabled=scripts)
    page.goto("/activation")
    for language in LANGUAGES:
        page.get_by_role("button", name=NAMES[language]).click()
        page.wait_for_selector(f"html[lang={language}]")
        turned = page.locator("html").get_attribute("dir") == "rtl"
        assert turned == (language in RIGHT_TO_LEFT)
        assert page.url.endswith("/activation")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_what_is_typed_outlives_a_change_of_language_and_the_enter_key_signs_in(
    visit: Opener, served: Served, scripts: bool
) -> None:
    page = visit(java_script_enabled=scripts)
    page.goto("/sign-in")
    page.fill("[name=username]", WORKER)
    page.fill("[name=password]", "a harbour seen at dusk")
    page.get_by_role("button", name=NAMES["fr"]).click()
    page.wait_for_selector("html[lang=fr]")
    expect(page.locator("[name=username]")).to_have_value(WORKER)
    expect(page.locator("[name=password]")).to_have_value("")
    page.fill("[name=password]", served.passwords[WORKER])
    page.keyboard.press("Enter")
    expect(page.locator("nav.menu")).to_be_visible()


def test_the_focus_is_on_the_first_thing_to_type(visit: Opener) -> None:
    page = visit()
    page.goto("/sign-in")
    expect(page.locator("[name=username]")).to_be_focused()
