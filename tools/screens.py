"""Take the pictures of `docs/screens` from a fresh demonstration: `make screens`. All people in them are invented.

A page that there is not, or that says something on the console, is an error: the pictures show what is there.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from playwright.sync_api import Browser

from app.core.actor import Role
from app.web import cookies
from tests.support import chromium
from tests.support.served import Served, serving

TARGET = Path(__file__).parents[1] / "docs/screens"
DESK, PHONE = (1280, 860), (390, 844)
WORKER, PARTNER, SUPERVISOR = Role.social_worker, Role.partner_agent, Role.supervisor


@dataclass(frozen=True)
class Picture:
    """One page as somebody sees it: of all pages of a pattern the fullest."""

    name: str
    role: Role
    pattern: str
    language: str
    size: tuple[int, int] = DESK
    scheme: Literal["light", "dark"] = "light"


PICTURES = (
    Picture("desk-ar", WORKER, "/desk", "ar"),
    Picture("case-ar", WORKER, "/cases/{case_id}", "ar"),
    Picture("case-fr-phone", WORKER, "/cases/{case_id}", "fr", PHONE),
    Picture("case-en-dark", WORKER, "/cases/{case_id}", "en", scheme="dark"),
    Picture("intake-ar", WORKER, "/interviews/{interview_id}", "ar"),
    Picture("reception-fr", WORKER, "/reception/{window_id}", "fr"),
    Picture("person-fa", WORKER, "/people/{person_id}", "fa"),
    Picture("directory-fa-phone", WORKER, "/directory", "fa", PHONE),
    Picture("referral-fr", PARTNER, "/inbox/{referral_id}", "fr"),
    Picture("inbox-ar-phone", PARTNER, "/inbox", "ar", PHONE),
    Picture("board-fr", SUPERVISOR, "/board", "fr"),
    Picture("flow-ar", SUPERVISOR, "/flow", "ar"),
    Picture("trail-en", Role.auditor, "/trail", "en"),
)


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    for old in TARGET.glob("*.png"):
        old.unlink()
    with TemporaryDirectory() as directory, serving(Path(directory)) as served, chromium.started() as browser:
        for picture in PICTURES:
            file = take(browser, served, picture)
            sys.stdout.write(f"{file.relative_to(TARGET.parents[1])} {file.stat().st_size // 1024} KB\n")


def take(browser: Browser, served: Served, picture: Picture) -> Path:
    [(_, address), *_] = served.screens(picture.pattern, picture.role)
    width, height = picture.size
    context = browser.new_context(
        base_url=served.base,
        viewport={"width": width, "height": height},
        device_scale_factor=2 if picture.size == PHONE else 1,
        color_scheme=picture.scheme,
        reduced_motion="reduce",
    )
    said: list[str] = []
    context.on("console", lambda message: said.append(message.text))
    chromium.keep(context, served.base, cookies.SESSION, served.key(picture.role, picture.language))
    page = context.new_page()
    answer = page.goto(address)
    if answer is None or not answer.ok:
        raise SystemExit(f"{address} is no page")
    page.evaluate("document.fonts.ready")
    file = TARGET / f"{picture.name}.png"
    page.screenshot(path=file)
    context.close()
    if said:
        raise SystemExit(f"{address} says: {said}")
    return file


if __name__ == "__main__":
    main()
