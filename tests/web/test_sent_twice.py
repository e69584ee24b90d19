"""A page's form that is sent twice happens once, and nobody at a window is told of keys."""

from typing import Any

import anyio
import pytest
from sqlalchemy import func, select

from app.cases.models import Case
from app.core.db import WriteSession
from app.core.idempotency import InFlight
from app.intake.models import Interview
from tests.support.interviews import WHOLE, write
from tests.support.pages import ORIGIN, Browser, Page

pytestmark = pytest.mark.usefixtures("intake_terms")


def fields(page: Page, action: str) -> dict[str, Any]:
    (form,) = page.find(f"//form[@action='{action}']")
    return dict(form.form_values())


def post(worker: Browser, to: str, data: dict[str, Any]) -> Any:
    return worker.client.post(to, data=data, headers={"Origin": ORIGIN}, follow_redirects=False)


def count(db: WriteSession, row: Any) -> int:
    return db.scalar(select(func.count()).select_from(row)) or 0


def test_completing_twice_leads_to_the_same_case_twice(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    done = f"/interviews/{draft.id}/complete"
    sent = fields(write(worker, draft, next="check", **WHOLE), done)
    first, again = post(worker, done, sent), post(worker, done, sent)
    assert (first.status_code, again.status_code) == (303, 303)
    assert again.headers["location"] == first.headers["location"]
    assert count(db, Case) == 1


def test_a_form_that_is_shown_again_is_still_the_same_form(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    """It proves anew where it comes from."""
    done = f"/interviews/{draft.id}/complete"
    page = write(worker, draft, next="check", **WHOLE)
    sent = fields(page, done)
    first = post(worker, done, sent)
    other = fields(worker.open("/desk"), "/lock")["_proof"]
    assert other != sent["_proof"]
    again = post(worker, done, {**sent, "_proof": other, "_page": "/desk"})
    assert (again.status_code, again.headers["location"]) == (303, first.headers["location"])


def test_a_change_that_is_sent_twice_is_no_change_upon_a_stale_version(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    page = worker.open(f"/interviews/{draft.id}")
    sent = fields(page, page.path) | {"narrative": "مرة واحدة (مثال)", "next": "check"}
    first, again = post(worker, page.path, sent), post(worker, page.path, sent)
    assert (again.status_code, again.headers["location"]) == (303, first.headers["location"])


def test_a_creation_that_says_something_else_is_told_in_words_and_leads_to_the_first(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    done = f"/interviews/{draft.id}/complete"
    sent = fields(write(worker, draft, next="check", **WHOLE), done)
    case = post(worker, done, sent).headers["location"].partition("?")[0]
    page = Page(worker, post(worker, done, {**sent, "summary": "كلمة أخرى (مثال)"}))
    assert page.status == 409
    assert page.find(f"//main//a[@href='{case}']")
    assert "كلمة أخرى (مثال)" in page.text
    assert "مفتاح" not in page.text
    assert count(db, Case) == 1


def test_the_check_of_a_completed_interview_leads_to_its_case_and_says_so(
    worker: Browser, draft: Interview
) -> None:
    page = write(worker, draft, next="check", **WHOLE).send(f"/interviews/{draft.id}/complete")
    again = worker.open(f"/interviews/{draft.id}/check")
    assert again.path == page.path
    assert "من قبل" in again.find("//*[@role='status']")[0].text_content()


def test_completing_from_another_tab_leads_to_the_case(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    page = write(worker, draft, next="check", **WHOLE)
    other = worker.open(page.path)
    case = page.send(f"/interviews/{draft.id}/complete").path
    late = other.send(f"/interviews/{draft.id}/complete")
    assert (late.status, late.path) == (200, case)
    assert count(db, Case) == 1


def test_the_second_waits_for_the_first() -> None:
    async def both_at_once() -> list[str]:
        keys, said = InFlight(), list[str]()
        began, goes_on = anyio.Event(), anyio.Event()

        async def first() -> None:
            async with keys.alone("key"):
                began.set()
                await goes_on.wait()
                said.append("first")

        async def second() -> None:
            async with keys.alone("key"):
                said.append("second")

        async with anyio.create_task_group() as both:
            both.start_soon(first)
            await began.wait()
            both.start_soon(second)
            await anyio.lowlevel.checkpoint()
            goes_on.set()
        return said

    assert anyio.run(both_at_once) == ["first", "second"]
