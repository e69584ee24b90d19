"""Whoever is heard may be known: in a browser that saves and searches while somebody writes, nothing typed is lost."""

from playwright.sync_api import expect

from app.core.actor import Role
from app.core.ids import InterviewId
from tests.browser.acts import Hands
from tests.browser.conftest import Opener
from tests.browser.looks import IN_ARABIC, examine

WORKER = Role.social_worker
KNOWN = ("خديجة", "التجريبية")  # of the demonstration
PHONE = "0600000095"


def telling(visit: Opener, called: InterviewId) -> Hands:
    """Somebody writes down the name of a person who is registered."""
    hands = Hands(visit(WORKER)).begin(f"/interviews/{called}")
    hands.page.locator("[name='new_person.given_name_ar']").fill(KNOWN[0])
    hands.page.locator("[name='new_person.family_name_ar']").fill(KNOWN[1])
    expect(hands.page.locator("[name=chosen]")).to_be_visible()
    return hands


def test_a_telephone_typed_just_before_somebody_is_picked_stands_beside_them(
    visit: Opener, called: InterviewId
) -> None:
    hands = telling(visit, called)
    hands.page.locator("[name=phone]").fill(PHONE)
    hands.click("[name=chosen]").is_told()
    expect(hands.page.locator("#beyond")).to_contain_text(PHONE)
    wrong = examine(hands.page, IN_ARABIC)
    assert wrong == [], "\n".join(wrong)
    hands.click("#beyond [name=leave_out]")
    expect(hands.page.locator("#beyond")).to_have_count(0)


def test_none_of_these_closes_the_panel_and_keeps_it_closed(visit: Opener, called: InterviewId) -> None:
    hands = telling(visit, called)
    hands.click("#known button[value=none]")
    again = hands.page.locator("#known button[value=people]")
    expect(again).to_be_visible()
    expect(hands.page.locator("[name=chosen]")).to_have_count(0)
    with hands.page.expect_response("**/search/known"):
        hands.page.locator("[name=phone]").fill(PHONE)
    expect(again).to_be_visible()
    elsewhere = visit(WORKER)
    elsewhere.goto(f"/interviews/{called}")
    expect(elsewhere.locator("[name='new_person.family_name_ar']")).to_have_value(KNOWN[1])
    expect(elsewhere.locator("[name=chosen]")).to_have_count(0)


def test_what_is_wrong_leads_from_the_check_into_the_field(visit: Opener, called: InterviewId) -> None:
    hands = Hands(visit(WORKER)).begin(f"/interviews/{called}")
    hands.page.locator("[name=phone]").fill("12")
    hands.click(".intake__acts button[value=check]").arrives(f"/interviews/{called}/check")
    hands.send(f"/interviews/{called}/complete")
    hands.click("#refusal a[href$='#f-phone']").arrives(f"/interviews/{called}")
    expect(hands.page.locator("[name=phone]")).to_be_focused()
