"""A browser is answered with a page or led to one, whichever address it asks for: addresses of forms are asked for, too.

They are loaded again after a refusal, and gone back to after the lock.
"""

import re

import pytest

from app.core.db import WriteSession
from tests.factories import cases
from tests.factories.world import World
from tests.support.pages import ORIGIN, Browser
from tests.support.routes import OPENED, PAGES

SOME_ID = "01920000-0000-7000-8000-000000000000"
FORMS = sorted(key.split()[1] for key in PAGES if key.startswith("POST"))
ONLY_FORMS = sorted(set(FORMS) - set(OPENED))


def address(pattern: str) -> str:
    return re.sub(r"\{(\w+)\}", SOME_ID, pattern)


@pytest.mark.parametrize("pattern", FORMS)
def test_the_address_of_a_form_can_be_asked_for(worker: Browser, pattern: str) -> None:
    response = worker.client.get(address(pattern), follow_redirects=False)
    is_page = response.headers.get("content-type", "").startswith("text/html")
    assert response.status_code == 303 or is_page, (pattern, response.status_code)


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("/cases/{id}/goals", "/cases/{id}"),
        ("/cases/{id}/goals/{id}/actions/{id}/status", "/cases/{id}/goals/{id}/actions/{id}"),
        ("/interviews/{id}/complete", "/interviews/{id}"),
        ("/approvals/{id}/decline", "/approvals/{id}"),
        ("/board/cases/{id}/assign", "/board"),
        ("/attachments/{id}/remove", "/"),
        ("/lock", "/"),
    ],
)
def test_it_leads_to_the_page_of_what_the_form_is_about(worker: Browser, asked: str, led_to: str) -> None:
    response = worker.client.get(asked.replace("{id}", SOME_ID), follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, led_to.replace("{id}", SOME_ID))


def test_a_program_is_refused_as_ever(worker: Browser) -> None:
    forms = ((f"/cases/{SOME_ID}/goals", "application/json"), ("/api/v1/auth/token", "text/html"))
    for path, accept in forms:
        response = worker.client.get(path, headers={"Accept": accept}, follow_redirects=False)
        assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")


def test_what_no_page_takes_is_refused_with_a_page(worker: Browser) -> None:
    for method, path in (("POST", "/desk"), ("PUT", "/desk"), ("DELETE", f"/cases/{SOME_ID}/goals")):
        response = worker.client.request(method, path, headers={"Origin": ORIGIN})
        assert response.status_code == 405
        assert response.headers["content-type"].startswith("text/html"), (method, path)


def test_the_lock_leads_back_to_the_page_that_shows_a_refused_form(
    worker: Browser, db: WriteSession, world: World
) -> None:
    cases.define_terms(db)
    case = cases.case(db, world.worker)
    db.commit()
    plan = f"/cases/{case.id}/plan"
    refused = worker.open(plan).send(f"/cases/{case.id}/goals", words="")
    assert refused.status == 422
    assert refused.find("//body/@data-page") == [plan]  # what scripts put right in the address
    locked = refused.send("/lock")
    assert locked.find("//input[@name='next']/@value") == [plan]


def test_a_form_that_was_sent_from_behind_the_lock_leads_back_to_its_page(
    worker: Browser, db: WriteSession, world: World
) -> None:
    cases.define_terms(db)
    case = cases.case(db, world.worker)
    db.commit()
    plan = worker.open(f"/cases/{case.id}/plan")
    worker.open("/desk").send("/lock")
    sent = plan.send(f"/cases/{case.id}/goals", words="Un but (exemple).")
    assert sent.path == "/locked"
    assert str(sent.response.request.url).endswith(f"next=/cases/{case.id}/plan&kept=/cases/{case.id}/goals")
