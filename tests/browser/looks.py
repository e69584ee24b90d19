"""Looking at a page as axe does, and with a ruler."""

from functools import cache
from importlib.resources import files
from typing import Any, Literal

from playwright.sync_api import Page

PHONE, DESK, NARROWEST = (390, 844), (1280, 900), (320, 640)
# What the scheme, the size and the language of a page can change. All that axe knows is asked once, in Arabic at a desk.
COLOURS = ["color-contrast", "link-in-text-block"]
SIZED = ["scrollable-region-focusable", "meta-viewport", "bypass"]
WORDS = [
    "aria-command-name",
    "aria-input-field-name",
    "button-name",
    "document-title",
    "frame-title",
    "html-has-lang",
    "html-lang-valid",
    "label",
    "landmark-unique",
    "link-name",
    "select-name",
    "summary-name",
    "valid-lang",
]
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
Look = tuple[tuple[int, int], Scheme, list[str] | None]
FULLY: tuple[Look, ...] = (
    (DESK, "light", None),
    (DESK, "dark", COLOURS),
    (PHONE, "dark", COLOURS),
    (PHONE, "light", [*COLOURS, *SIZED]),
)
# All that axe knows, at every size, by day and by night: `make looks`, before a release.
WHOLLY: tuple[Look, ...] = tuple((size, scheme, None) for size in (DESK, PHONE) for scheme in SCHEMES)
# With these two together a page is seen in both directions, each at both sizes, and in its colours by day and by night.
IN_ARABIC: tuple[Look, ...] = ((DESK, "light", None), (PHONE, "light", SIZED))
IN_FRENCH: tuple[Look, ...] = ((PHONE, "dark", [*COLOURS, *SIZED, *WORDS]), (DESK, "light", SIZED))
_ASK = """(rules) => axe.run(document, {
  resultTypes: ["violations"], preload: false, ...(rules && {runOnly: {type: "rule", values: rules}}),
}).then((found) => found.violations.flatMap((broken) => broken.nodes.map(
  (node) => `${broken.id}: ${node.target} - ${node.failureSummary.split("\\n").slice(1).join(" ")}`)))"""


@cache
def _axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def examine(page: Page, looks: tuple[Look, ...] = FULLY) -> list[str]:
    """What is wrong with the page that is open: each look is a size, a scheme and what axe is asked; then the ruler."""
    where = f"{page.url} {page.locator('html').get_attribute('lang')}"
    page.evaluate(_axe())
    wrong = []
    for (width, height), scheme, rules in looks:
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
