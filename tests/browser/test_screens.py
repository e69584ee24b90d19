"""Every page that links lead to, looked at in a real browser.

What is covered: the pages of `MOST_USED` in the four languages, each at 1280 and 390 px, by day and by night. All other
pages in Arabic and in French, each at 1280 and 390 px; their colours by day in Arabic and by night in French. Each page
is asked everything that axe knows once at least, in Arabic at 1280 px; the further looks ask what language, size and
colours can change (`looks`). Whatever is opened fits on 320 px, asks nobody else for anything and says nothing on the
console. English and Persian of the other pages are read without a browser, in `tests/web`. `make looks` asks everything of
every page in all four languages, at both sizes, by day and by night.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page

from app.core.actor import Role
from app.core.settings import LANGUAGES
from app.web import cookies, face
from app.web.navigation import MENUS
from tests.browser.conftest import PATIENCE, Watch
from tests.browser.looks import FULLY, IN_ARABIC, IN_FRENCH, WHOLLY, Look, examine
from tests.support import chromium
from tests.support.routes import OPENED
from tests.support.served import Served

IN_MENUS = [(entry.path, role) for role, entries in MENUS.items() for entry in entries]
MOST_USED = {
    "/desk",
    "/cases/{case_id}",
    "/interviews/{interview_id}",
    "/inbox/{referral_id}",
    "/board",
    "/sign-in",
}
WHOLLY_LOOKED_AT = os.environ.get("SHUBBAK_LOOKS") == "all"
SPEAKS_ALL = "/offline"  # every language at once, in one page that the browser keeps
# The locked page, and the form that comes back behind it, are looked at in test_lock; a script and a file for saving are no
# pages.
NONE_HERE = {
    "/locked",
    "/kept",
    "/service-worker.js",
    *(pattern for pattern, route in OPENED.items() if not face.shows_a_page(route)),
}
SCREENS: list[tuple[str, Role | None]] = [
    *IN_MENUS,
    *((pattern, None) for pattern in OPENED if pattern not in NONE_HERE | {path for path, _ in IN_MENUS}),
]


def views() -> Iterator[pytest.ParameterSet]:
    """Each page with the languages in which it is looked at, and how closely."""
    for pattern, role in SCREENS:
        looks: dict[str, tuple[Look, ...]] = {"ar": IN_ARABIC, "fr": IN_FRENCH}
        if WHOLLY_LOOKED_AT:
            looks = dict.fromkeys(("ar",) if pattern == SPEAKS_ALL else LANGUAGES, WHOLLY)
        elif pattern in MOST_USED:
            looks = dict.fromkeys(LANGUAGES, FULLY)
        elif pattern == SPEAKS_ALL:
            looks = {"ar": FULLY}
        for language, how in looks.items():
            yield pytest.param(pattern, role, language, how, id=f"{pattern}-{role or 'anybody'}-{language}")


@dataclass
class Viewer:
    """One window that shows page after page; a window of its own for each would cost more than the looking."""

    served: Served
    page: Page
    watch: Watch

    def open(self, role: Role | None, address: str, language: str) -> None:
        key = self.served.key(role, language) if role else None
        chromium.keep(self.page.context, self.served.base, cookies.SESSION, key)
        self.page.set_extra_http_headers({"Accept-Language": language})
        answer = self.page.goto(address)
        assert answer is not None
        assert answer.status == 200, f"{address} answers {role} with {answer.status}"
        assert self.page.locator("html").get_attribute("lang") == language, address


@pytest.fixture(scope="package")
def window(browser: Browser, served: Served) -> Iterator[Viewer]:
    context = browser.new_context(base_url=served.base, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    watch = Watch(served.base)
    watch.over(context)
    yield Viewer(served, context.new_page(), watch)
    context.close()


@pytest.fixture
def viewer(window: Viewer) -> Iterator[Viewer]:
    yield window
    troubles, window.watch.troubles = window.watch.troubles, []
    assert troubles == []


@pytest.mark.parametrize(("pattern", "role", "language", "looks"), list(views()))
def test_everybody_can_use_a_screen(
    viewer: Viewer, pattern: str, role: Role | None, language: str, looks: tuple[Look, ...]
) -> None:
    """axe finds nothing, and nothing reaches beyond the edge of the smallest screen."""
    wrong = []
    for who, address in viewer.served.screens(pattern, role):
        viewer.open(who, address, language)
        wrong += examine(viewer.page, looks)
    assert wrong == [], "\n".join(wrong)
