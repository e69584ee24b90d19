"""The form of an answer about sharing in a real browser: what nothing is shared for asks neither with whom nor what."""

import pytest
from playwright.sync_api import expect

from app.core.actor import Role
from tests.browser.conftest import Opener


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_purpose_decides_what_the_form_asks(visit: Opener, scripts: bool) -> None:
    page = visit(Role.social_worker, "fr", java_script_enabled=scripts)
    page.goto("/cases")
    page.locator(".case-card__name").first.click()
    page.goto(str(page.locator("main a[href^='/people/']").first.get_attribute("href")))
    page.locator("main a[href$='/consents']").first.click()
    asked = [page.locator("#f-institution_id"), page.locator("#f-need_code"), page.locator("#f-categories")]
    for purpose, is_shared in (("referral", True), ("statistics", False), ("contact", False)):
        page.select_option("#f-purpose", purpose)
        for field in asked:
            expect(field).to_be_visible(visible=is_shared)
    page.select_option("#f-purpose", "service_coordination")
    page.check("#f-categories [value=identity]")
    page.select_option("#f-purpose", "statistics")
    page.check("[name=decision][value=given]")
    page.select_option("#f-form", "signature")
    page.locator("form:has(#f-purpose) button").click()
    expect(page.locator("#f-categories .field__error")).to_be_visible()  # what was left there is shown
