"""Assessing a case without scripts: choose, fill in, complete, read the outcome, compare over time."""

from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.assessments import queries
from app.assessments.models import Assessment
from app.assessments.states import AssessmentStatus
from app.audit.models import AuditEntry
from app.cases.models import Case
from app.core import i18n
from app.core.db import WriteSession
from app.web import drawing
from tests.factories import assessments
from tests.factories.world import World
from tests.support.pages import ORIGIN, Browser, Page
from tests.support.xlsforms import question


@pytest.fixture
def case(db: WriteSession, world: World) -> Case:
    assessments.publish(db, world.administrator)
    found = assessments.case(db, world.worker)
    db.commit()
    return found


def begun(worker: Browser, case: Case) -> Page:
    at = f"/cases/{case.id}/assessments/new"
    return worker.open(at).send(at)


def names(page: Page) -> set[str]:
    return {str(name) for name in page.find("//input[@name='asked']/@value")}


def test_a_question_that_became_relevant_is_asked_after_saving(worker: Browser, case: Case) -> None:
    page = begun(worker, case)
    assert "hours" not in names(page)
    page = page.send(page.path, answers__works="yes")
    assert "hours" in names(page)
    assert page.find("//input[@name='answers.works'][@value='yes'][@checked]")


def typed(worker: Browser, page: Page, **answers: str) -> Any:
    """What the page asks the server while somebody answers."""
    fields: dict[str, list[str]] = {}
    for name, value in page.find("//form[@id='assessment']")[0].form_values():
        fields.setdefault(name, []).append(value)
    fields |= {f"answers.{name}": [value] for name, value in answers.items()}
    return worker.client.post(f"{page.path}/questions", data=fields, headers={"Origin": ORIGIN})


def test_a_question_that_becomes_relevant_is_asked_while_somebody_answers(
    db: WriteSession, worker: Browser, case: Case
) -> None:
    page = begun(worker, case)
    assert page.find("//*[@data-row='works'][@data-decides]")
    assert not page.find("//*[@data-row='home'][@data-decides]")
    answer = typed(worker, page, works="yes", children="كثير")
    assert answer.status_code == 200
    assert 'name="answers.hours"' in answer.text
    assert 'name="answers.hours"' not in typed(worker, page, works="no").text
    db.expire_all()
    assert db.scalars(select(Assessment)).one().answers == {}  # nothing is kept


def test_each_answer_is_no_further_look_into_the_file(db: WriteSession, worker: Browser, case: Case) -> None:
    seen = select(AuditEntry.id).where(AuditEntry.action == "assessment:read")
    page = worker.open(begun(worker, case).path)
    before = len(db.scalars(seen).all())
    assert before
    for works in ("yes", "no"):
        assert typed(worker, page, works=works).status_code == 200
    assert len(db.scalars(seen).all()) == before


def test_nobody_completes_past_a_question_that_was_not_shown(
    db: WriteSession, world: World, worker: Browser
) -> None:
    assessments.publish_survey(
        db,
        world.administrator,
        [
            question("integer", "children"),
            question("text", "their_situation", relevant="${children} > 0"),
        ],
    )
    page = begun(worker, assessments.case(db, world.worker))
    page = page.send(page.path, answers__children="2", then="complete")
    assert page.response.history[-1].headers["location"].endswith("#f-answers-their_situation")
    assert names(page) == {"children", "their_situation"}
    db.expire_all()
    kept = db.scalars(select(Assessment)).one()
    assert (kept.status, kept.answers) == (AssessmentStatus.draft, {"children": 2})
    page.send(page.path, then="complete")  # it was seen; what is not required may stay blank
    db.expire_all()
    assert db.scalars(select(Assessment)).one().status is AssessmentStatus.completed


def test_what_has_to_be_answered_is_marked(db: WriteSession, world: World, worker: Browser) -> None:
    items = [question("integer", "children", required="yes"), question("text", "wishes")]
    assessments.publish_survey(db, world.administrator, items)
    page = begun(worker, assessments.case(db, world.worker))
    marks = {
        name: page.find(f"//*[@data-row='{name}']//*[@class='field__optional']")[0].text
        for name in ("children", "wishes")
    }
    assert marks == {"children": "(ضروري)", "wishes": "(اختياري)"}


def test_saving_keeps_what_was_typed_and_takes_back_what_was_emptied(
    db: WriteSession, world: World, worker: Browser, case: Case
) -> None:
    page = begun(worker, case)
    page = page.send(page.path, answers__children="٣")
    assert page.find("//input[@name='answers.children']")[0].get("value") == "3"  # digits of any script
    page = page.send(page.path, answers__children="")
    assert not page.find("//input[@name='answers.children']")[0].get("value")


def test_an_answer_that_cannot_be_is_refused_beside_its_question(worker: Browser, case: Case) -> None:
    page = begun(worker, case)
    page = page.send(page.path, answers__children="كثير")
    assert page.status == 422
    assert page.find("//*[@id='f-answers-children-error']")
    assert page.find("//input[@name='answers.children']")[0].get("value") == "كثير"


def test_completing_names_what_is_missing_and_keeps_what_was_typed(worker: Browser, case: Case) -> None:
    page = begun(worker, case)
    page = page.send(page.path, answers__works="yes", then="complete")
    assert page.status == 409
    assert page.find("//*[@id='f-answers-home-error']")
    assert "hours" in names(page)
    assert page.find("//input[@name='answers.works'][@value='yes'][@checked]")


def test_an_unmet_constraint_is_told_in_the_authors_words(worker: Browser, case: Case) -> None:
    page = begun(worker, case)
    page = page.send(page.path, answers__works="yes")
    page = page.send(page.path, answers__home="1", answers__hours="70", then="complete")
    assert "ستون ساعة على الأكثر." in page.text


def complete(worker: Browser, case: Case, **answers: str) -> Page:
    page = begun(worker, case)
    told = {"home": "1", "money": "3", "works": "no", **answers}
    return page.send(
        page.path, then="complete", **{f"answers__{name}": value for name, value in told.items()}
    )


def test_the_outcome_is_told_in_words_number_and_change(worker: Browser, case: Case) -> None:
    first = complete(worker, case)
    assert first.path.startswith("/assessments/")
    assert "housing" in first.text  # the need that the answers reveal
    assert not first.find("//*[contains(@class, 'change--')]")
    second = complete(worker, case, home="5")
    assert second.find("//*[contains(@class, 'change--up')]")
    assert "ارتفاع بمقدار 4" in second.text
    third = complete(worker, case, home="3")
    assert third.find("//*[contains(@class, 'change--down')]")


def test_the_answers_before_stand_beside_the_questions(worker: Browser, case: Case) -> None:
    complete(worker, case, children="4")
    page = begun(worker, case)
    earlier = page.find("//input[@name='answers.children']/preceding-sibling::p[@class='earlier']")
    assert "4" in earlier[0].text_content()


def test_assessments_stand_side_by_side_with_what_rose_and_fell(worker: Browser, case: Case) -> None:
    complete(worker, case, home="1")
    complete(worker, case, home="5")
    page = worker.open(f"/cases/{case.id}/assessments")
    assert len(page.find("//table//thead//a")) == 2
    assert page.find("//tbody//*[contains(@class, 'change--up')]")


def test_a_draft_that_is_discarded_is_edited_no_more(worker: Browser, case: Case) -> None:
    page = begun(worker, case)
    at = page.path
    page = page.send(f"{at}/discard")
    assert page.path == f"/cases/{case.id}/assessments"
    assert not worker.open(at).find(f"//form[@action='{at}']")


def test_two_who_fill_in_one_draft_do_not_overwrite_each_other(worker: Browser, case: Case) -> None:
    page = begun(worker, case)
    page.send(page.path, answers__works="yes")
    assert page.send(page.path, answers__works="no").status == 412


@pytest.mark.parametrize("language", ["ar", "fr", "en", "fa"])
def test_its_pages_speak_every_language(
    app: FastAPI, db: WriteSession, world: World, case: Case, language: str
) -> None:
    done = [assessments.completed(db, world.worker, case, home=level) for level in ("1", "5")]
    draft = assessments.draft(db, world.worker, case, works="yes")
    db.commit()
    browser = Browser(app).sign_in_as(db, world.worker, language)
    paths = [f"/assessments/{one.id}" for one in (*done, draft)]
    for path in (*paths, f"/cases/{case.id}/assessments", f"/cases/{case.id}/assessments/new"):
        assert browser.open(path).document.get("lang") == language


def test_who_serves_elsewhere_opens_none_of_it(
    app: FastAPI, db: WriteSession, world: World, case: Case
) -> None:
    found = assessments.completed(db, world.worker, case)
    db.commit()
    paths = (f"/assessments/{found.id}", f"/cases/{case.id}/assessments", f"/cases/{case.id}/assessments/new")
    for path in paths:
        Browser(app).sign_in_as(db, world.stranger).open(path, status=404)
        Browser(app).sign_in_as(db, world.agent).open(path, status=403)


def test_what_came_to_nothing_before_is_not_what_came_before(
    db: WriteSession, world: World, case: Case
) -> None:
    assessments.draft(db, world.worker, case)
    first = assessments.completed(db, world.worker, case)
    draft = assessments.draft(db, world.worker, case)
    found = queries.previous(db, queries.read(db, world.worker, draft.id))
    assert found is not None
    assert found["id"] == first.id
    assert queries.previous(db, queries.read(db, world.worker, first.id)) is None
    assert [one["id"] for one in queries.scored(db, case.id, 10)] == [first.id]


@pytest.mark.parametrize(("number", "written"), [(2.0, "2"), (2.5, "2,5"), (2.333, "2,33")])
def test_a_number_is_written_without_a_fraction_that_says_nothing(number: float, written: str) -> None:
    i18n.language.set("fr")
    assert drawing.figure(number) == written
