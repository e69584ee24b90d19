"""Looking at a page as axe does, and with a ruler."""

from functools import cache
from importlib.resources import files
from typing import Any, Literal

from playwright.sync_api import Page

PHONE, DESK, NARROWEST = (390, 844), (1280, 900), (320, 640)
# A scheme changes colours and nothing else, so by night only what has to do with colours is asked.
COLOURS = ["color-contrast", "link-in-text-block"]
LOOKS: tuple[tuple[tuple[int, int], Literal["light", "dark"], list[str] | None], ...] = (
    (DESK, "light", None),
    (DESK, "dark", COLOURS),
    (PHONE, "dark", COLOURS),
    (PHONE, "light", None),
)
_ASK = """(rules) => axe.run(document, {
  resultTypes: ["violations"], preload: false, ...(rules && {runOnly: {type: "rule", values: rules}}),
}).then((found) => found.violations.flatMap((broken) => broken.nodes.map(
  (node) => `${broken.id}: ${node.target} - ${node.failureSummary.split("\\n").slice(1).join(" ")}`)))"""


@cache
def _axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def examine(page: Page) -> list[str]:
    """What is wrong with the page that is open, on a phone and on a desk, by day and by night."""
    where = f"{page.url} {page.locator('html').get_attribute('lang')}"
    page.evaluate(_axe())
    wrong = []
    for (width, height), scheme, rules in LOOKS:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        wrong += [f"{where} {width} px {scheme}: {told}" for told in page.evaluate(_ASK, rules)]
    return wrong + _too_wide(page, where)


def _too_wide(page: Page, where: str) -> list[str]:
    """Nobody moves a page sideways to read it, not on the smallest phone, not at 400 %."""
    width, height = NARROWEST
    page.set_viewport_size({"width": width, "height": height})
    beyond: Any = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"{where} {width} px: {beyond} px wider than the screen"] if beyond > 0 else []
