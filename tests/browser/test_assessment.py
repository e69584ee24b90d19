"""Filling in a questionnaire: what an answer asks for comes at once, and nothing that is being typed is disturbed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect

from app.assessments import service
from app.assessments.models import Assessment
from app.assessments.schemas import AssessmentCreate
from app.core.actor import Role
from app.core.clock import now
from app.core.ids import AssessmentId
from app.core.settings import Settings
from seeds import cast
from seeds.load import stage_of
from seeds.stage import Story
from seeds.story import PATHS
from tests.browser.conftest import Opener, Watch
from tests.browser.looks import examine
from tests.support.served import Served

CHILDREN = "[data-row=children]"
Begin = Callable[[bool], Page]


@pytest.fixture
def draft(served: Served) -> AssessmentId:
    """An assessment of somebody of whose household nothing was asked yet."""
    person = cast.Role("ثورية", "Touria", True, 40, "housing", "normal", "open")
    story = Story(stage_of(served.database, Settings()), person, 97, now())
    for step in PATHS["open"]:
        step(story)
    with story.on(0) as db:
        wanted = AssessmentCreate(instrument_code="autonomy_matrix")
        return service.start(db, story.worker, story.case(db), wanted).id


@pytest.fixture
def begin(visit: Opener, draft: AssessmentId) -> Begin:
    def at(scripts: bool) -> Page:
        page = visit(Role.social_worker, java_script_enabled=scripts)
        page.goto(f"/assessments/{draft}")
        expect(page.locator(CHILDREN)).to_have_count(0)
        return page

    return at


def household(page: Page, children: str) -> None:
    page.locator("[name='answers.household_size']").fill("4")
    page.locator("[name='answers.children_count']").fill(children)


def test_what_an_answer_asks_for_comes_while_it_is_typed(begin: Begin) -> None:
    page = begin(True)
    household(page, "2")
    expect(page.locator(CHILDREN)).to_be_visible()
    typed = page.locator("[name='answers.children_count']")
    expect(typed).to_be_focused()
    expect(typed).to_have_value("2")
    names = page.locator("[data-row]").evaluate_all("rows => rows.map((row) => row.dataset.row)")
    assert names.index("children") > names.index("children_count")
    assert len(names) == len(set(names))
    wrong = examine(page)
    assert wrong == [], "\n".join(wrong)


def test_how_many_answers_lack_is_right_with_each_answer(begin: Begin) -> None:
    page = begin(True)
    missing = page.locator("#missing")
    at_first = missing.inner_text()
    assert page.locator("[data-row=housing]:not([data-decides])").count() == 1
    page.locator("[name='answers.housing'][value='2']").check()
    expect(missing).not_to_have_text(at_first)
    one_less = missing.inner_text()
    with page.expect_navigation():
        page.locator("#assessment button:not([value])").click()
    expect(missing).to_have_text(one_less)


def test_what_is_typed_meanwhile_stays_and_comes_back_with_its_question(begin: Begin) -> None:
    page = begin(True)
    household(page, "2")
    page.locator(f"{CHILDREN} [value='3']").check()
    page.locator("[name='answers.housing'][value='2']").check()
    with page.expect_response("**/questions"):
        household(page, "0")
    expect(page.locator(CHILDREN)).to_have_count(0)
    expect(page.locator("[name='answers.housing'][value='2']")).to_be_checked()
    household(page, "1")
    expect(page.locator(f"{CHILDREN} [value='3']")).to_be_checked()


def test_enter_in_a_line_goes_on_and_keeps_the_place(begin: Begin) -> None:
    page = begin(True)
    page.locator("[name='answers.household_size']").fill("4")
    page.keyboard.press("Enter")
    expect(page.locator("[name='answers.children_count']")).to_be_focused()
    assert "done=" not in page.url


def test_without_scripts_nobody_completes_past_a_new_question(begin: Begin) -> None:
    page = begin(False)
    household(page, "2")
    for one in page.locator("fieldset.question").all():
        one.locator("[type=radio]").first.check()
    page.locator("button[value=complete]").click()
    expect(page.locator(CHILDREN)).to_be_in_viewport()
    expect(page.locator("#assessment")).to_be_visible()
    page.locator(f"{CHILDREN} [value='3']").check()
    page.locator("button[value=complete]").click()
    expect(page.locator("#assessment")).to_have_count(0)
    expect(page.locator(".banner--done")).to_be_visible()


# --- nothing answered is lost ---------------------------------------------------------------------------------


def kept(served: Served, draft: AssessmentId) -> dict[str, object]:
    with served.database.read_session() as session:
        return session.get_one(Assessment, draft).answers


def test_what_is_answered_is_saved_by_itself_and_found_again(
    begin: Begin, served: Served, draft: AssessmentId
) -> None:
    page = begin(True)
    household(page, "2")
    saved = page.locator("#saved [data-version]")
    expect(saved).to_be_visible()
    page.locator(f"{CHILDREN} [value='3']").check()
    with page.expect_response(
        lambda answer: (
            answer.url.endswith("/autosave") and "answers.housing=2" in (answer.request.post_data or "")
        )
    ):
        page.locator("[name='answers.housing'][value='2']").check()
    page.goto("/desk")  # nobody pressed anything
    page.goto(f"/assessments/{draft}")
    expect(page.locator("[name='answers.children_count']")).to_have_value("2")
    expect(page.locator("[name='answers.housing'][value='2']")).to_be_checked()
    assert kept(served, draft)["children"] == "3"


def test_a_bad_number_holds_up_no_other_answer_and_leaving_warns(
    begin: Begin, served: Served, draft: AssessmentId
) -> None:
    page = begin(True)
    page.locator("[name='answers.housing'][value='2']").check()
    page.locator("[name='answers.household_size']").fill("كثير")
    expect(page.locator("#saved [data-unfit]")).to_be_visible()
    assert kept(served, draft) == {"housing": "2"}
    wrong = examine(page)
    assert wrong == [], "\n".join(wrong)
    warned: list[str] = []

    def leave(dialog: Dialog) -> None:
        warned.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.goto("/desk")
    assert warned == ["beforeunload"]


def test_who_was_overtaken_is_told_and_decides(
    begin: Begin, watch: Watch, served: Served, draft: AssessmentId
) -> None:
    page = begin(True)
    with served.database.write_session() as session, session.begin():
        theirs = session.get_one(Assessment, draft)
        theirs.answers = {"household_size": 9}
    page.locator("[name='answers.household_size']").fill("4")
    expect(page.locator("#elsewhere [data-keep]")).to_be_visible()
    wrong = examine(page)
    assert wrong == [], "\n".join(wrong)
    watch.troubles.remove(f"412 {page.url}/autosave")  # it is the answer that was asked for
    page.locator("#elsewhere [data-keep]").click()
    expect(page.locator("#saved [data-version]")).to_be_visible()
    assert kept(served, draft)["household_size"] == 4


@pytest.mark.parametrize("scripts", [True, False])
def test_back_from_a_refusal_and_back_to_it_shows_the_form(
    begin: Begin, draft: AssessmentId, scripts: bool
) -> None:
    page = begin(scripts)
    size = page.locator("[name='answers.household_size']")
    size.fill("كثير")
    page.locator("#assessment button:not([value])").click()
    expect(page.locator("#refusal")).to_be_visible()
    expect(size).to_have_value("كثير")
    page.go_back()
    expect(page.locator("#assessment")).to_be_visible()
    expect(page.locator("#refusal")).to_have_count(0)
    if scripts:  # a browser without them asks whether to send it again, and sending it again refuses it again
        page.go_forward()
        expect(page.locator("#assessment")).to_be_visible()
