"""Slips of a hand in an interview: a dead search, half a number, a key pressed twice."""

from playwright.sync_api import expect
from sqlalchemy import update

from app.auth.models import UserSession
from app.core.actor import Role
from app.core.clock import now
from app.core.ids import InterviewId
from app.intake.models import Interview
from app.intake.states import InterviewStatus, Urgency
from app.web import cookies
from tests.browser.acts import Hands
from tests.browser.conftest import Opener, Watch
from tests.support import chromium
from tests.support.served import EMAILS, Served

WORKER = Role.social_worker


def at(called: InterviewId) -> str:
    return f"/interviews/{called}"


def test_a_search_that_finds_nothing_shows_no_needs_and_gives_way_to_the_next_word(
    visit: Opener, called: InterviewId
) -> None:
    """Whoever is being heard may see the screen: what nobody looks for is not left on it."""
    hands = Hands(visit(WORKER)).begin(at(called)).tab_to("[data-finds]", most=30).write("السكن")
    expect(hands.page.locator("details.theme[open]")).to_have_count(1)
    hands.write("ظظظ")
    expect(hands.page.locator("details.theme[open]")).to_have_count(0)
    hands.press("Enter").write("السكن")
    expect(hands.page.locator("[data-finds]")).to_have_value("السكن")
    expect(hands.page.locator("details.theme[open]")).to_have_count(1)


def test_half_a_number_is_remarked_once_its_field_is_left(visit: Opener, called: InterviewId) -> None:
    page = visit(WORKER)
    page.goto(at(called))
    page.locator("[name=phone]").fill("12")
    expect(page.locator("#saved span")).to_be_visible()
    expect(page.locator("[data-remark]")).to_have_count(0)
    page.locator("[name=narrative]").focus()
    expect(page.locator("#f-phone-error")).to_be_visible()
    page.locator("[name=phone]").fill("0600000097")
    expect(page.locator("[data-remark]")).to_have_count(0)


def test_completing_by_pressing_enter_twice_completes_once(
    visit: Opener, served: Served, called: InterviewId
) -> None:
    page = visit(WORKER)
    page.goto(at(called))
    page.locator("[name=narrative]").fill("قصة (مثال)")
    for name, value in (("urgency", "normal"), ("channel", "walk_in"), ("conclusion", "information_only")):
        page.locator(f"[name={name}][value={value}]").check()
    page.locator("button[value=check]:visible").click()
    button = page.locator("form[action$='/complete'] button")
    expect(button).to_be_focused()
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
    button.evaluate("button => { button.form.requestSubmit(button); button.form.requestSubmit(button); }")
    page.wait_for_url(f"**{at(called)}*done=*", wait_until="commit")
    expect(page.locator("#refusal")).to_have_count(0)
    assert len([url for url in sent if url.endswith("/complete")]) == 1
    assert _status(served, called) is InterviewStatus.completed


def _status(served: Served, called: InterviewId) -> InterviewStatus:
    with served.database.read_session() as session:
        return session.get_one(Interview, called).status


def test_what_the_lock_gives_back_of_a_draft_is_saved_at_once(
    visit: Opener, served: Served, called: InterviewId, watch: Watch
) -> None:
    page = visit(WORKER)
    chromium.keep(page.context, served.base, cookies.SESSION, served.open_session(WORKER))
    page.goto(at(called))
    page.route("**/autosave", lambda route: route.abort())  # the story stands in this page alone
    page.route("**/presence", lambda route: route.abort())
    page.locator("[name=narrative]").fill("قصة كتبت قبل القفل (مثال)")
    with served.database.write_session() as session:
        session.execute(update(UserSession).values(locked_at=now()))
        session.commit()
    page.locator("button[value=check]:visible").click()
    page.wait_for_url("**/locked?*")
    page.unroute("**/autosave")
    page.locator("[name=password]").fill(served.passwords[EMAILS[WORKER]])
    page.keyboard.press("Enter")
    expect(page.locator("[name=narrative]")).to_have_value("قصة كتبت قبل القفل (مثال)")
    expect(page.locator("#saved [data-version]")).to_be_visible()
    with served.database.read_session() as session:
        assert session.get_one(Interview, called).narrative == "قصة كتبت قبل القفل (مثال)"
    watch.troubles.clear()  # what was cut off on purpose


def test_half_answered_consents_are_there_again_for_whoever_comes_back(
    visit: Opener, called: InterviewId
) -> None:
    page = visit(WORKER)
    page.goto(at(called))
    page.locator("[name='consent.referral'][value=given]").check()
    page.locator("[name='consent.statistics'][value=refused]").check()
    page.locator("[name='sharing.categories[]'][value=identity]").check()
    with page.expect_response("**/autosave"):
        page.locator("[name=narrative]").focus()
    expect(page.locator("#saved [data-version]:not([data-unfit])")).to_be_visible()
    page.goto("/desk")
    page.goto(at(called))
    expect(page.locator("[name='consent.referral'][value=given]")).to_be_checked()
    expect(page.locator("[name='consent.statistics'][value=refused]")).to_be_checked()
    expect(page.locator("[name='sharing.categories[]'][value=identity]")).to_be_checked()
    page.locator("button[value=check]:visible").click()
    expect(page.locator("#refusal a[href='#f-sharing-form']")).to_be_visible()


def test_a_story_beyond_its_limit_is_remarked_and_whoever_leaves_is_asked(
    visit: Opener, served: Served, called: InterviewId
) -> None:
    page = visit(WORKER)
    page.goto(at(called))
    page.locator("[name=urgency][value=urgent]").check()
    page.locator("[name=narrative]").fill("ظ" * 10_001)
    page.locator("[name=phone]").focus()
    expect(page.locator("#saved [data-unfit]")).to_be_visible()
    expect(page.locator("#f-narrative-error[data-remark]")).to_be_visible()
    with served.database.read_session() as session:
        assert session.get_one(Interview, called).urgency is Urgency.urgent
    with page.expect_event("dialog") as asked:
        page.evaluate("setTimeout(() => location.assign('/desk'))")
    asked.value.dismiss()
    page.locator("[name=narrative]").fill("قصة (مثال)")
    expect(page.locator("#saved [data-version]:not([data-unfit])")).to_be_visible()
    expect(page.locator("[data-remark]")).to_have_count(0)
