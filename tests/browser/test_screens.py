"""Every page, in every language, on a phone and on a desk, by day and by night."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page

from app.core.actor import Role
from app.core.settings import LANGUAGES
from app.web import face
from app.web.navigation import MENUS
from tests.browser.conftest import PATIENCE, Watch
from tests.browser.looks import examine
from tests.support import chromium
from tests.support.routes import OPENED
from tests.support.served import Served

IN_MENUS = [(entry.path, role) for role, entries in MENUS.items() for entry in entries]
# The locked page is looked at in test_lock; a file for saving is no page.
NONE_HERE = {"/locked", *(pattern for pattern in OPENED if pattern.endswith("/{attachment_id}"))}
SCREENS: list[tuple[str, Role | None]] = [
    *IN_MENUS,
    *((pattern, None) for pattern in OPENED if pattern not in NONE_HERE | {path for path, _ in IN_MENUS}),
]


@dataclass
class Viewer:
    """One window that shows page after page; a window of its own for each would cost more than the looking."""

    served: Served
    page: Page
    watch: Watch

    def open(self, role: Role | None, address: str, language: str) -> None:
        key = self.served.key(role, language) if role else None
        chromium.keep(self.page.context, self.served.base, face.COOKIE, key)
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


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("pattern", "role"), [pytest.param(p, r, id=f"{p}-{r.value}" if r else p) for p, r in SCREENS]
)
def test_everybody_can_use_a_screen(viewer: Viewer, pattern: str, role: Role | None, language: str) -> None:
    """axe finds nothing, and nothing reaches beyond the edge of the smallest screen."""
    wrong = []
    for who, address in viewer.served.screens(pattern, role):
        viewer.open(who, address, language)
        wrong += examine(viewer.page)
    assert wrong == [], "\n".join(wrong)
