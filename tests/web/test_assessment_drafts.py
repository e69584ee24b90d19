"""Nothing that was answered is lost: saved while somebody answers, gone on with elsewhere, completed once."""

from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.assessments.models import Assessment
from app.assessments.states import AssessmentStatus
from app.audit.models import AuditEntry
from app.cases.models import Case
from app.core.db import WriteSession
from tests.factories import assessments
from tests.factories.world import World
from tests.support.interviews import fresh
from tests.support.pages import ORIGIN, Browser, Page


@pytest.fixture
def case(db: WriteSession, world: World) -> Case:
    assessments.publish(db, world.administrator)
    found = assessments.case(db, world.worker)
    db.commit()
    return found


@pytest.fixture
def begun(db: WriteSession, world: World, case: Case) -> Assessment:
    found = assessments.draft(db, world.worker, case)
    db.commit()
    return found


def autosaves(page: Page, **fields: str) -> Any:
    """What the page sends by itself while somebody answers."""
    (form,) = page.find("//form[@id='assessment']")
    told: dict[str, list[str]] = {}
    for name, value in form.form_values():
        told.setdefault(name, []).append(value)
    told |= {name.replace("__", "."): [value] for name, value in fields.items()}
    return page.browser.client.post(form.get("data-autosave"), data=told, headers={"Origin": ORIGIN})


def test_what_is_being_answered_is_saved_and_the_new_version_told(
    worker: Browser, db: WriteSession, begun: Assessment
) -> None:
    answer = autosaves(worker.open(f"/assessments/{begun.id}"), answers__children="3")
    assert answer.status_code == 200
    assert "<html" not in answer.text
    now = fresh(db, begun)
    assert (now.answers, now.status) == ({"children": 3}, AssessmentStatus.draft)
    assert f'data-version="{now.version}"' in answer.text
    saved = db.scalars(select(AuditEntry).where(AuditEntry.action == "assessment:save")).all()
    assert [entry.subject_id for entry in saved] == [begun.id]


def test_an_answer_that_cannot_stand_holds_up_no_other(
    worker: Browser, db: WriteSession, begun: Assessment
) -> None:
    page = worker.open(f"/assessments/{begun.id}")
    assert autosaves(page, answers__children="3").status_code == 200
    page = worker.open(f"/assessments/{begun.id}")
    answer = autosaves(page, answers__children="كثير", answers__works="yes")
    assert answer.status_code == 200
    assert "data-unfit" in answer.text
    assert "children" in answer.text  # the question's own words
    assert "كثير" not in answer.text
    assert fresh(db, begun).answers == {"children": 3, "works": "yes"}


def test_who_comes_second_is_told_beside_the_form_and_may_look_and_decide(
    app: FastAPI, db: WriteSession, world: World, worker: Browser, begun: Assessment
) -> None:
    mine = worker.open(f"/assessments/{begun.id}")
    theirs = Browser(app).sign_in_as(db, world.colleague).open(f"/assessments/{begun.id}")
    assert autosaves(theirs, answers__children="7").status_code == 200
    told = autosaves(mine, answers__children="2")
    assert told.status_code == 412
    assert "<html" not in told.text
    assert f'data-version="{fresh(db, begun).version}"' in told.text
    seen = select(AuditEntry.id).where(AuditEntry.action == "assessment:read")
    before = len(db.scalars(seen).all())
    proof = mine.find("//input[@name='_proof']")[0].get("value")
    at = f"/assessments/{begun.id}/other"
    other = worker.client.post(at, data={"_proof": proof}, headers={"Origin": ORIGIN})
    assert "<bdi>7</bdi>" in other.text
    assert len(db.scalars(seen).all()) == before + 1
    kept = autosaves(mine, answers__children="2", _version=str(fresh(db, begun).version))
    assert (kept.status_code, fresh(db, begun).answers) == (200, {"children": 2})


def test_what_was_completed_is_saved_no_more(worker: Browser, db: WriteSession, begun: Assessment) -> None:
    page = worker.open(f"/assessments/{begun.id}")
    page = page.send(page.path, answers__home="1", answers__money="3", then="complete")
    db.expire_all()
    form = {"_version": str(begun.version), "asked": "children", "answers.children": "4"}
    form["_proof"] = page.find("//input[@name='_proof']")[0].get("value")
    answer = worker.client.post(f"/assessments/{begun.id}/autosave", data=form, headers={"Origin": ORIGIN})
    assert answer.status_code == 412
    assert f'href="/assessments/{begun.id}"' in answer.text
    assert "data-keep" not in answer.text
    assert "children" not in fresh(db, begun).answers


def test_without_scripts_it_is_left_and_gone_on_with_from_the_case_anywhere(
    app: FastAPI, db: WriteSession, world: World, worker: Browser, case: Case, begun: Assessment
) -> None:
    page = worker.open(f"/assessments/{begun.id}")
    page = page.send(page.path, answers__children="3", then="later")
    assert page.path == f"/cases/{case.id}"
    assert page.find("//*[contains(@class, 'banner--done')]")
    elsewhere = Browser(app).sign_in_as(db, world.colleague)  # another person at another computer
    page = elsewhere.open(f"/cases/{case.id}").follow("متابعة التقييم الذي بدأ")
    assert page.path == f"/assessments/{begun.id}"
    assert page.find("//input[@name='answers.children']")[0].get("value") == "3"


def test_who_would_begin_another_is_shown_the_one_begun(
    worker: Browser, case: Case, begun: Assessment
) -> None:
    page = worker.open(f"/cases/{case.id}/assessments/new")
    assert page.link("متابعة التقييم الذي بدأ") == f"/assessments/{begun.id}"


def test_a_draft_counts_for_nothing(
    worker: Browser, db: WriteSession, world: World, case: Case, begun: Assessment
) -> None:
    autosaves(worker.open(f"/assessments/{begun.id}"), answers__home="1")
    page = worker.open(f"/cases/{case.id}/assessments")
    assert not page.find("//table")
    (event,) = worker.open(f"/cases/{case.id}/timeline?kind=assessments").find("//ol[@class='timeline']/li")
    assert "بدأ" in event.text_content() or "بدء" in event.text_content()


@pytest.mark.parametrize("children", ["many", "40"])
def test_completing_tells_what_cannot_stand_and_all_that_lacks_at_once(
    worker: Browser, db: WriteSession, begun: Assessment, children: str
) -> None:
    """Whether an answer is none of its question's or goes against its constraint."""
    page = worker.open(f"/assessments/{begun.id}")
    page = page.send(page.path, answers__children=children, then="complete")
    wrong = page.find("//*[@id='refusal']//a/@href")
    assert sorted(wrong) == ["#f-answers-children", "#f-answers-home"]
    assert fresh(db, begun).status is AssessmentStatus.draft
