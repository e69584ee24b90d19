"""What an assessment reveals is offered to the case; whoever knows the person decides what of it is added."""

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.assessments.models import Assessment
from app.audit.models import AuditEntry
from app.cases.models import Case
from app.core.db import WriteSession
from app.vocabularies import service as vocabularies
from tests.factories import assessments
from tests.factories.world import World
from tests.support.interviews import fresh
from tests.support.pages import Browser, Page


@pytest.fixture
def case(db: WriteSession, world: World) -> Case:
    """A case whose last assessment reveals two needs."""
    assessments.publish(db, world.administrator)
    found = assessments.case(db, world.worker)
    assessments.completed(db, world.worker, found, home="1", money="1")
    db.commit()
    return found


def adding(page: Page) -> list[str]:
    return [str(code) for code in page.find("//form[contains(@action, '/needs')]//button/@value")]


def last(db: WriteSession) -> str:
    found = db.scalars(select(Assessment).order_by(Assessment.id.desc())).first()
    assert found is not None
    return f"/assessments/{found.id}"


def test_the_result_and_the_case_offer_each_need_and_all_and_add_nothing(
    worker: Browser, db: WriteSession, case: Case
) -> None:
    for path in (last(db), f"/cases/{case.id}"):
        assert adding(worker.open(path)) == ["housing", "income", "*"]
    assert fresh(db, case).needs == []


@pytest.mark.parametrize("on_result", [True, False])
def test_one_is_added_with_one_press_and_the_page_comes_back(
    worker: Browser, db: WriteSession, case: Case, on_result: bool
) -> None:
    path = last(db) if on_result else f"/cases/{case.id}"
    page = worker.open(path).send(f"/cases/{case.id}/needs", add="income")
    assert page.path == path
    assert page.find("//*[contains(@class, 'banner--done')]")
    assert adding(page) == ["housing"]
    assert fresh(db, case).needs == ["income"]
    entries = select(AuditEntry).where(AuditEntry.action == "case:change")
    assert [entry.details for entry in db.scalars(entries)] == [{"fields": ["needs"]}]


def test_all_are_added_beside_those_that_the_case_holds(
    worker: Browser, db: WriteSession, case: Case
) -> None:
    page = worker.open(f"/cases/{case.id}").send(f"/cases/{case.id}/needs", add="income")
    page = page.send(f"/cases/{case.id}/needs", add="*")
    assert fresh(db, case).needs == ["income", "housing"]
    assert adding(page) == []


def test_who_chose_nothing_is_told_so(worker: Browser, db: WriteSession, case: Case) -> None:
    page = worker.open(f"/cases/{case.id}").send(f"/cases/{case.id}/needs")
    assert page.status == 422
    assert not db.scalars(select(AuditEntry).where(AuditEntry.action == "case:change")).all()


def test_who_was_overtaken_adds_nothing(
    app: FastAPI, db: WriteSession, world: World, worker: Browser, case: Case
) -> None:
    mine = worker.open(f"/cases/{case.id}")
    at = f"/cases/{case.id}/needs"
    Browser(app).sign_in_as(db, world.colleague).open(f"/cases/{case.id}").send(at, add="housing")
    page = mine.send(at, add="income")
    assert page.status == 412
    assert fresh(db, case).needs == ["housing"]
    assert adding(page.send(at, add="income")) == []
    assert fresh(db, case).needs == ["housing", "income"]


def test_what_is_retired_and_what_a_later_assessment_no_longer_reveals_is_not_offered(
    worker: Browser, db: WriteSession, world: World, case: Case
) -> None:
    vocabularies.retire(db, "need", "income")
    db.commit()
    assert adding(worker.open(f"/cases/{case.id}")) == ["housing"]
    assessments.completed(db, world.worker, case, home="5", money="1")
    db.commit()
    assert adding(worker.open(f"/cases/{case.id}")) == []


def test_a_closed_case_is_offered_none(worker: Browser, db: WriteSession, world: World, case: Case) -> None:
    path = last(db)
    assessments.close(db, world.worker, case)
    db.commit()
    assert adding(worker.open(f"/cases/{case.id}")) == []
    assert adding(worker.open(path)) == []
