"""Listening and writing at once: what the quick intake costs a hand on a keyboard, and that nothing written is lost."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app.cases.models import Case
from app.consents.models import Consent
from app.core.actor import Role
from app.core.ids import InterviewId
from app.intake.models import Interview
from app.intake.states import InterviewStatus
from app.people.models import Person
from app.web import cookies
from tests.browser.acts import Hands
from tests.browser.conftest import Opener, Watch
from tests.browser.looks import IN_ARABIC, examine
from tests.support import chromium
from tests.support.served import Served

WORKER = Role.social_worker
STORY = "تبحث عن سكن بعد نهاية عقد الكراء (مثال)"
THEIRS, MINE = "كتبت الزميلة (مثال)", "كتبتُ أنا (مثال)"
MOST_KEYS = 35  # beyond the content, for a whole interview
MOST_LOST = 5_000  # milliseconds of writing, whatever happens to the machine
A_KEY = 500  # milliseconds; who writes so fast never rests
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def interview(served: Served, called: InterviewId) -> Interview:
    with served.database.read_session() as session:
        return session.get_one(Interview, called)


def at(called: InterviewId) -> str:
    return f"/interviews/{called}"


# --- the keyboard alone ---------------------------------------------------------------------------------------


def test_a_whole_interview_is_written_by_the_keyboard_alone(
    visit: Opener, served: Served, called: InterviewId
) -> None:
    hands = Hands(visit(WORKER)).begin(at(called))
    expect(hands.page.locator("[name=narrative]")).to_be_focused()
    hands.write(STORY)
    hands.tab_to("[name='new_person.family_name_ar']").write("التجربة")
    hands.tab_to("[name='new_person.given_name_latin']").write("Yasmina")
    hands.tab_to("[name='new_person.family_name_latin']").write("Tajriba")
    hands.tab_to("[name='new_person.sex']:checked").press("ArrowDown")  # from "not known" on to the first
    hands.tab_to("[name='new_person.birth']").write("1984")
    hands.tab_to("[name='document.value']").write("ZZ990097")
    hands.tab_to("[name='phone']").write("0600000097")
    hands.tab_to("[data-finds]").write("الس").press("Enter").write("اسره").press("Enter")
    hands.tab_to("[name=urgency][value=normal]").press("Space")
    hands.tab_to("[name='consent.referral']:checked").press("ArrowDown")
    hands.tab_to("[data-all]").press("Space")
    hands.tab_to("[name='sharing.form'][value=signature]").press("Space")
    hands.tab_to("[name=conclusion][value=information_only]").press("ArrowDown", "ArrowDown")
    hands.tab_to("button[value=check]:visible").press("Enter").arrives(f"{at(called)}/check")
    expect(hands.page.locator("form[action$='/complete'] button")).to_be_focused()
    hands.press("Enter").arrives_at("/cases/").is_told()
    assert hands.effort.clicks == 0
    assert hands.effort.keys <= MOST_KEYS, hands.effort
    with served.database.read_session() as session:
        heard = session.get_one(Interview, called)
        assert heard.status is InterviewStatus.completed
        assert session.get_one(Case, heard.case_id).needs == ["housing", "family"]
        given = session.scalars(select(Consent).where(Consent.interview_id == called)).one()
        assert given.categories == ["identity", "contact", "needs"]
        person = session.get_one(Person, heard.person_id)
        assert (person.given_name_ar, person.family_name_ar) == ("ياسمينة", "التجربة")


def test_enter_in_a_line_goes_on_to_the_next_and_sends_nothing(visit: Opener, called: InterviewId) -> None:
    hands = Hands(visit(WORKER)).begin(at(called))
    came = hands.page.evaluate("performance.timeOrigin")
    for name in ("given_name_ar", "family_name_ar", "given_name_latin", "family_name_latin"):
        hands.tab_to(f"[name='new_person.{name}']")
    hands.press("Enter")
    expect(hands.page.locator("[name='new_person.sex']:checked")).to_be_focused()
    hands.press("Enter")
    expect(hands.page.locator("[name='new_person.birth']")).to_be_focused()
    assert hands.page.evaluate("performance.timeOrigin") == came, "the page was not loaded again"


def test_enter_without_scripts_saves_and_comes_back_to_the_field(
    visit: Opener, served: Served, called: InterviewId
) -> None:
    hands = Hands(visit(WORKER, java_script_enabled=False)).begin(at(called))
    hands.page.locator("[name=phone]").focus()
    hands.write("0600000096").press("Enter").is_told()
    assert hands.page.url.endswith(f"{at(called)}?done=draft_saved#f-phone")
    expect(hands.page.locator("[name=phone]")).to_be_in_viewport()
    new_person = interview(served, called).new_person or {}
    assert new_person["phones"] == [{"number": "0600000096"}]


@pytest.mark.parametrize(
    ("language", "typed", "need"),
    [
        ("ar", "الس", "housing"),
        ("ar", "اسره", "family"),
        ("ar", "الاسرة", "family"),
        ("ar", "مزمن", "health.chronic_illness"),
        ("ar", "زمن", "health.chronic_illness"),
        ("ar", "بحث شغل", "employment.job_search"),
        ("fr", "sante", "health"),
        ("fr", "ecoute", None),
        ("fr", "medic", "health.medicines"),
        ("en", "shelter", "housing.emergency_shelter"),
        ("fa", "مسكن", "housing"),
    ],
)
def test_a_need_is_found_by_a_few_letters_of_any_of_its_words(
    visit: Opener, called: InterviewId, language: str, typed: str, need: str | None
) -> None:
    hands = Hands(visit(WORKER, language)).begin(at(called)).tab_to("[data-finds]", most=30).write(typed)
    offered = hands.page.locator(".need--offered input")
    if need is None:
        expect(offered).to_have_count(0)
        expect(hands.page.locator(".needs__told")).not_to_be_empty()
    else:
        expect(offered).to_have_value(need)
        expect(offered).to_be_visible()
    hands.press("Enter")
    chosen = hands.page.locator("[name='needs[]']:checked")
    assert [box.get_attribute("value") for box in chosen.all()] == ([need] if need else [])
    assert hands.path == at(called)


def test_needs_are_chosen_and_taken_back_without_a_mouse(
    visit: Opener, served: Served, called: InterviewId
) -> None:
    hands = Hands(visit(WORKER)).begin(at(called)).tab_to("[data-finds]", most=30)
    chosen = hands.page.locator("[name='needs[]']:checked")
    hands.write("ال")  # an article alone is no word yet
    expect(hands.page.locator(".need--offered")).to_have_count(0)
    hands.write("سكن").press("Enter")
    expect(chosen).to_have_value("housing")
    expect(hands.page.locator("[data-finds]")).to_have_value("")
    hands.write("سكن").press("Enter")
    expect(chosen).to_have_count(0)
    hands.write("سكن").press("ArrowDown")
    expect(hands.page.locator("[value=housing]")).to_be_focused()
    with hands.page.expect_response(lambda answer: "housing.eviction" in (answer.request.post_data or "")):
        hands.press("ArrowDown", "Space")
    expect(chosen).to_have_value("housing.eviction")
    hands.press("s")  # a letter over the boxes is a search, too
    expect(hands.page.locator("[data-finds]")).to_be_focused()
    expect(hands.page.locator("[data-finds]")).to_have_value("s")
    assert interview(served, called).needs == ["housing.eviction"]


def test_one_box_stands_for_all_that_is_usually_shared(visit: Opener, called: InterviewId) -> None:
    page = visit(WORKER)
    page.goto(at(called))
    page.locator("[name='consent.referral'][value=given]").check()
    ticked, usual = page.locator("[name='sharing.categories[]']:checked"), page.locator("[data-all]")
    expect(ticked).to_have_count(0)
    usual.check()
    expect(ticked).to_have_count(3)
    ticked.nth(1).uncheck()
    expect(usual).not_to_be_checked()
    expect(ticked).to_have_count(2)


# --- nothing is lost ------------------------------------------------------------------------------------------


def still(page: Page) -> Page:
    """A page whose time passes only when the test says so."""
    page.clock.install(time=NOON)
    return page


def open_still(page: Page, path: str) -> Page:
    still(page).goto(path)
    page.clock.pause_at(NOON + timedelta(minutes=1))
    return page


@pytest.mark.parametrize("way", ["", "/guided/narrative"])
def test_what_is_written_is_sent_within_five_seconds_while_somebody_goes_on(
    visit: Opener, served: Served, called: InterviewId, way: str
) -> None:
    page = open_still(visit(WORKER), at(called) + way)
    page.locator("[name=narrative]").focus()
    with page.expect_response("**/autosave") as saved:
        for letter in STORY[: MOST_LOST // A_KEY]:
            page.keyboard.insert_text(letter)
            page.clock.run_for(A_KEY)
    assert saved.value.status == 200
    written = interview(served, called).narrative or ""
    assert written
    assert STORY.startswith(written)


def test_what_was_saved_is_there_after_the_browser_was_killed(
    browser: Browser, visit: Opener, served: Served, called: InterviewId
) -> None:
    doomed = chromium.launch(browser.browser_type)
    context = doomed.new_context(base_url=served.base)
    chromium.keep(context, served.base, cookies.SESSION, served.open_session(WORKER))
    page = open_still(context.new_page(), at(called))
    page.locator("[name=narrative]").focus()
    page.keyboard.insert_text(STORY)
    with page.expect_response("**/autosave"):
        page.clock.run_for(MOST_LOST)
    expect(page.locator("#saved span")).to_be_visible()
    chromium.kill(doomed)
    elsewhere = visit(WORKER)
    elsewhere.goto(at(called))
    expect(elsewhere.locator("[name=narrative]")).to_have_value(STORY)


def overtaken(visit: Opener, watch: Watch, called: InterviewId) -> Page:
    """Somebody who writes on while another browser has saved something else."""
    mine, theirs = visit(WORKER), visit(WORKER)
    for page in (mine, theirs):
        page.goto(at(called))
    for page, words in ((theirs, THEIRS), (mine, MINE)):
        page.locator("[name=narrative]").focus()
        page.keyboard.insert_text(words)
        with page.expect_response("**/autosave"):
            page.keyboard.press("Tab")
    expect(mine.locator("[data-keep]")).to_be_visible()
    watch.troubles.remove(f"412 {mine.url}/autosave")  # it is the answer that was asked for
    return mine


def test_who_was_overtaken_keeps_what_is_typed_and_sees_the_other_version(
    visit: Opener, watch: Watch, served: Served, called: InterviewId
) -> None:
    page = overtaken(visit, watch, called)
    expect(page.locator("#elsewhere")).to_have_attribute("aria-live", "polite")
    expect(page.locator("[name='new_person.given_name_ar']")).to_be_focused()
    page.keyboard.insert_text("ياسمين")
    page.locator("[data-look]").click()
    expect(page.locator("[data-other]")).to_contain_text(THEIRS)
    wrong = examine(page, IN_ARABIC)
    assert wrong == [], "\n".join(wrong)
    expect(page.locator("[name=narrative]")).to_have_value(MINE)
    assert interview(served, called).narrative == THEIRS
    page.locator("[data-keep]").click()
    expect(page.locator("[data-keep]")).to_have_count(0)
    expect(page.locator("#saved span")).to_be_visible()
    kept = interview(served, called)
    assert kept.narrative == MINE
    assert (kept.new_person or {})["given_name_ar"].startswith("ياسمين")


def test_who_was_overtaken_is_asked_before_leaving_what_is_not_saved(
    visit: Opener, watch: Watch, called: InterviewId
) -> None:
    page = overtaken(visit, watch, called)
    with page.expect_event("dialog") as asked:
        page.evaluate("setTimeout(() => location.assign('/desk'))")
    asked.value.dismiss()
    expect(page.locator("[name=narrative]")).to_have_value(MINE)
