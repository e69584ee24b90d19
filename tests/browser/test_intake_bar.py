"""The bar of buttons stays at the bottom of the window: nothing that somebody works at by the keyboard lies under it."""

import pytest
from playwright.sync_api import Page, expect

from app.core.actor import Role
from app.core.ids import InterviewId
from tests.browser.acts import Hands
from tests.browser.conftest import Opener

WORKER = Role.social_worker
DESK = {"width": 1280, "height": 900}
_COVERED = """what => {
  const bar = document.querySelector(".intake__acts").getBoundingClientRect();
  const found = what ? document.querySelector(what) : document.activeElement;
  const {bottom, top} = (found.closest("label, summary") ?? found).getBoundingClientRect();
  return top < bar.bottom && bottom > bar.top && !found.closest(".intake__acts") && !found.matches("textarea");
}"""
_WHAT = "() => document.activeElement.outerHTML.slice(0, 120)"


def is_covered(page: Page, what: str | None = None) -> bool:
    found: bool = page.evaluate(_COVERED, what)
    return found


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_the_tabulator_comes_to_nothing_under_the_bar(
    visit: Opener, called: InterviewId, language: str
) -> None:
    hands = Hands(visit(WORKER, language, viewport=DESK)).begin(f"/interviews/{called}")
    last = hands.page.locator(".intake__acts button").last
    for _ in range(80):
        assert not is_covered(hands.page), hands.page.evaluate(_WHAT)
        if last.evaluate("one => one === document.activeElement"):
            break
        hands.press("Tab")
    expect(last).to_be_focused()


def test_a_need_that_the_arrows_come_to_is_not_under_the_bar(visit: Opener, called: InterviewId) -> None:
    hands = Hands(visit(WORKER, viewport=DESK)).begin(f"/interviews/{called}").tab_to("[data-finds]")
    hands.write("سكن").press("ArrowDown")
    boxes = hands.page.locator("[name='needs[]']").count()
    for step in range(boxes):
        assert not is_covered(hands.page), (step, hands.page.evaluate(_WHAT))
        hands.press("ArrowDown")


@pytest.mark.parametrize("typed", ["سكن", "شغل", "وثائق", "دعم"])
def test_a_need_that_is_offered_is_in_sight_above_the_bar(
    visit: Opener, called: InterviewId, typed: str
) -> None:
    hands = Hands(visit(WORKER, viewport=DESK)).begin(f"/interviews/{called}").tab_to("[data-finds]")
    hands.write(typed)
    offered = hands.page.locator(".need--offered")
    expect(offered).to_have_count(1)
    expect(offered).to_be_in_viewport(ratio=1)
    assert not is_covered(hands.page, ".need--offered input")
    expect(hands.page.locator("[data-finds]")).to_be_in_viewport()
    hands.press("Enter")
    assert not is_covered(hands.page)
    expect(hands.page.locator("[name='needs[]']:checked + span")).to_be_in_viewport()
    assert not is_covered(hands.page, "[name='needs[]']:checked")
