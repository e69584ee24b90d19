"""The sheets as the printer gets them: one page of A4 each, in every language, and nothing cut off."""

import re

import pytest
from playwright.sync_api import Page

from app.core.actor import Role
from app.core.settings import LANGUAGES
from tests.browser.conftest import Opener
from tests.support.served import Served

SHEETS = (
    "/paper/intake",
    "/interviews/{interview_id}/print",
    "/people/{person_id}/consent-sheet",
    "/referrals/{referral_id}/letter",
    "/cases/{case_id}/print",
)
A4 = {"width": 794 - 2 * 57, "height": 1123}  # CSS pixels between the margins of `shubbak.css`
# What hides its overflow would hide a signature too; a line that is clamped on purpose says so by its class.
CUT_OFF = """() => {
  const sheet = document.querySelector(".sheet"), edge = sheet.getBoundingClientRect();
  return [sheet, ...sheet.querySelectorAll("*:not(.clamp):not(.visually-hidden)")].filter((part) => {
    const box = part.getBoundingClientRect();
    const hides = getComputedStyle(part).overflowY === "hidden" && part.scrollHeight > part.clientHeight + 1;
    return hides || box.bottom > edge.bottom + 1 || box.left < edge.left - 1 || box.right > edge.right + 1;
  }).map((part) => part.className || part.tagName);
}"""


def pages(page: Page) -> int:
    """How many pages the printer would take."""
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format="A4")))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("pattern", SHEETS)
def test_a_sheet_is_one_page_with_everything_on_it(
    visit: Opener, served: Served, pattern: str, language: str
) -> None:
    page = visit(Role.social_worker, language, viewport=A4)
    page.emulate_media(media="print")
    for _, address in served.screens(pattern, Role.social_worker):
        page.goto(address)
        assert page.locator(".sheet h1").count() == 1, address
        assert page.evaluate(CUT_OFF) == [], address
        assert pages(page) == 1, address
