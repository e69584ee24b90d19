"""The list of cases, the page of one, and what is done with it as a whole."""

import pytest
from fastapi import FastAPI

from app.core.db import WriteSession
from tests.factories import cases
from tests.factories import people as people_factory
from tests.factories.world import World
from tests.support.pages import Browser


@pytest.fixture(autouse=True)
def vocabularies(db: WriteSession) -> None:
    cases.define_terms(db)
    people_factory.define_terms(db)


@pytest.mark.parametrize("language", ["ar", "fr", "en", "fa"])
def test_every_page_of_a_case_opens_in_every_language(
    app: FastAPI, db: WriteSession, world: World, language: str
) -> None:
    case = cases.case(db, world.worker, summary="ملخص (مثال)")
    goal = cases.goal(db, world.worker, case)
    action = cases.action(db, world.worker, case, goal)
    db.commit()
    browser = Browser(app).sign_in_as(db, world.supervisor, language)
    of_case = f"/cases/{case.id}"
    for path in (
        "/cases",
        of_case,
        *(f"{of_case}/{name}" for name in ("timeline", "edit", "assign", "suspend", "resume", "review")),
        *(f"{of_case}/{name}" for name in ("close", "reopen", "plan", "contacts/new", "contacts")),
        f"{of_case}/follow-ups/new",
        f"{of_case}/goals/{goal.id}",
        f"{of_case}/goals/{goal.id}/outcome",
        f"{of_case}/goals/{goal.id}/actions/new",
        f"{of_case}/goals/{goal.id}/actions/{action.id}",
        "/appointments",
        "/appointments?when=week",
    ):
        assert browser.open(path).document.get("lang") == language
