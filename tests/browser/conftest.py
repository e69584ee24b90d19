"""A real Chromium over the served demonstration. Every page that it opens keeps quiet and asks nobody else for anything."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.core.actor import Role
from app.core.clock import now
from app.core.ids import InterviewId
from app.core.settings import Settings
from app.intake import arrivals, service
from app.intake.schemas import ArrivalCreate
from app.web import cookies
from seeds.load import stage_of
from seeds.stage import actor_of
from tests.support import chromium
from tests.support.served import EMAILS, Served

PATIENCE = 8_000  # milliseconds; only a fault takes as long, and no wait is longer


class Watch:
    """What went wrong in the browser while a test looked at something else."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.troubles: list[str] = []

    def over(self, context: BrowserContext) -> None:
        context.on("request", self._asked)
        context.on("response", self._answered)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.troubles.append(f"script failed: {error.error}"))

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.base + "/", "data:", "blob:", "about:")):
            self.troubles.append(f"asks elsewhere: {request.url}")

    def _answered(self, response: Any) -> None:
        """What a page needs is there; how a page itself is answered is the test's question."""
        if response.status >= 400 and not response.request.is_navigation_request():
            self.troubles.append(f"{response.status} {response.url}")

    def _said(self, message: Any) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.troubles.append(f"console: {message.text} ({message.location.get('url')})")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for a worker, ended with the last test that needs it: it keeps the thread's event loop until then."""
    expect.set_options(timeout=PATIENCE)
    with chromium.started() as found:
        yield found


@pytest.fixture
def watch(served: Served) -> Iterator[Watch]:
    made = Watch(served.base)
    yield made
    assert made.troubles == []


Opener = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, served: Served, watch: Watch) -> Iterator[Opener]:
    """Open a window of somebody's own browser: `visit(Role.auditor, "fr")`, with a session of its own."""
    contexts: list[BrowserContext] = []

    def open_window(role: Role | None = None, language: str = "ar", **options: Any) -> Page:
        context = browser.new_context(base_url=served.base, reduced_motion="reduce", **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        watch.over(context)
        if role is not None:
            served.speak(role, language)
            chromium.keep(context, served.base, cookies.SESSION, served.open_session(role))
        else:
            chromium.keep(context, served.base, cookies.LANGUAGE, language)
        return context.new_page()

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture
def called(served: Served) -> InterviewId:
    """Somebody was called from the queue, and the interview begins."""
    stage = stage_of(served.database, Settings())
    with stage.at(now()) as db:
        actor = actor_of(db, EMAILS[Role.social_worker])
        came = ArrivalCreate(first_name="ياسمينة", reason="new_request")
        arrival = arrivals.arrive(db, actor, min(actor.window_ids), came)
        service.call(db, actor, arrival)
        assert arrival.interview_id is not None
        return arrival.interview_id
