"""What hands do at a keyboard, counted: the design says how much a task may cost, and a test asks."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from playwright.sync_api import Locator, Page, Route, expect

from app.core.actor import Role
from app.core.ids import ReferralId
from tests.support.served import EMAILS, Served

LOCKED = re.compile(r"/locked(\?|$)")  # it remembers where one was


@dataclass
class Effort:
    """What a task has cost so far. Typed letters are the content itself; the keys between them are counted."""

    clicks: int = 0
    keys: int = 0
    letters: int = 0


class Hands:
    """One person at one window."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.effort = Effort()

    def begin(self, path: str) -> "Hands":
        """Start a task where it starts; what was done before does not count."""
        self.page.goto(path)
        self.effort = Effort()
        return self

    def click(self, what: str | Locator) -> "Hands":
        """Click, and wait until what it leads to is there."""
        self._one(what).click()
        self.effort.clicks += 1
        return self

    def press(self, *keys: str) -> "Hands":
        for key in keys:
            self.page.keyboard.press(key)
            self.effort.keys += 1
        return self

    def write(self, words: str) -> "Hands":
        """Type into what has the focus."""
        self.page.keyboard.insert_text(words)
        self.effort.letters += len(words)
        return self

    def fill(self, name: str, words: str) -> "Hands":
        """Go to a field by clicking it, as a hand on a mouse does, and type."""
        return self.click(f"[name='{name}']").write(words)

    def choose(self, name: str, value: str) -> "Hands":
        """Take one of several: a radio button, a box to tick, or an entry of a list."""
        field = self.page.locator(f"main [name='{name}']")
        if field.first.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            self.page.locator(f"main [name='{name}'][value='{value}']").check()
        self.effort.clicks += 1
        return self

    def tab_to(self, what: str | Locator, most: int = 60) -> "Hands":
        """Go on with the tabulator until it has the focus, and count the way."""
        wanted = self._one(what)
        for _ in range(most):
            if wanted.evaluate("one => one === document.activeElement"):
                return self
            self.press("Tab")
        raise AssertionError(f"the tabulator does not come to {what} within {most} keys")

    def send(self, action: str) -> "Hands":
        """Press the button of the form that goes to an address."""
        return self.click(
            self.page.locator(f"main form[action='{action}'] button:not([type='button'])").first
        )

    @property
    def identity(self) -> ReferralId:
        """What the address names, of `/referrals/{referral_id}/send`."""
        return ReferralId(UUID(self.path.split("/")[2]))

    def first_of(self, name: str) -> str:
        """The first that can be chosen in a field."""
        offered = self.page.locator(
            f"main [name='{name}'] option:not([value='']), main [name='{name}'][value]"
        )
        return offered.first.get_attribute("value") or ""

    def is_told(self) -> "Hands":
        """The next page says that it was done."""
        expect(self.page.locator(".banner--done")).to_be_visible()
        return self

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def sees(self, words: str) -> "Hands":
        expect(self.page.locator("body")).to_contain_text(words)
        return self

    def arrives(self, path: str) -> "Hands":
        self.page.wait_for_url(lambda url: urlsplit(url).path == path)
        return self

    def arrives_at(self, beginning: str) -> "Hands":
        """For what has just been made, and has an address that nobody knows yet."""
        self.page.wait_for_url(lambda url: urlsplit(url).path.startswith(beginning))
        return self

    def _one(self, what: str | Locator) -> Locator:
        return self.page.locator(what).first if isinstance(what, str) else what


def held_back(page: Page, held: list[Route]) -> Route:
    """The request that a route holds: it is handed over a moment after the browser tells that it was made."""
    for _ in range(1000):
        if held:
            break
        page.evaluate("0")  # one more round of what the browser tells
    return held[0]


def unlock(page: Page, served: Served, role: Role) -> None:
    page.wait_for_url(LOCKED)
    page.fill("[name=password]", served.passwords[EMAILS[role]])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not LOCKED.search(url) and "/kept" not in url)


def press_shift(page: Page) -> None:
    for _ in range(3):
        page.keyboard.press("Shift")
