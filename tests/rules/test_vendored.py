"""What others made is unchanged, listed with its licence, and loads nothing from elsewhere."""

import re
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

APP = Path(__file__).parents[2] / "app"
VENDOR = APP / "static" / "vendor"
LISTING = VENDOR / "vendored.toml"
ASSETS: list[dict[str, Any]] = tomllib.loads(LISTING.read_text("utf-8"))["asset"]

REMOTE = r"(?:https?:|wss?:)?//"
REMOTE_IN_CSS = re.compile(rf"url\(\s*[\"']?{REMOTE}|@import[^;]*{REMOTE}", re.IGNORECASE)
REMOTE_IN_SCRIPT = re.compile(
    rf"(?:\b(?:fetch|import|importScripts|Worker|SharedWorker|WebSocket|EventSource|sendBeacon)\(\s*|\.(?:src|href)\s*=\s*)"
    rf"[\"'`]{REMOTE}"
)
NO_VALIDATOR = re.compile(r"validatorUrl[\"']?\s*[:=]\s*(?:null|None)\b")


def vendored(ending: str) -> list[Path]:
    return sorted(VENDOR.rglob(f"*{ending}"))


def own_texts() -> list[str]:
    """Our programs, templates and scripts, as far as they could make up a page."""
    return [
        path.read_text("utf-8")
        for path in sorted(APP.rglob("*"))
        if path.suffix in {".py", ".html", ".js"} and VENDOR not in path.parents
    ]


def test_the_listing_names_every_vendored_file_by_its_hash_and_nothing_else() -> None:
    listed = {name: digest for asset in ASSETS for name, digest in asset["files"].items()}
    there = {
        path.relative_to(VENDOR).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path != LISTING
    }
    assert listed == there


def test_no_file_is_listed_twice() -> None:
    names = [name for asset in ASSETS for name in asset["files"]]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("asset", ASSETS, ids=lambda asset: str(asset.get("name")))
def test_every_asset_states_name_version_and_licence_and_ships_the_licences_text(
    asset: dict[str, Any],
) -> None:
    assert all(isinstance(asset.get(key), str) and asset[key] for key in ("name", "version", "licence"))
    assert any(Path(name).name.upper().startswith(("LICENSE", "LICENCE", "OFL")) for name in asset["files"])


@pytest.mark.parametrize("sheet", vendored(".css"), ids=lambda path: path.name)
def test_no_vendored_style_sheet_loads_a_remote_address(sheet: Path) -> None:
    assert REMOTE_IN_CSS.findall(sheet.read_text("utf-8")) == []


@pytest.mark.parametrize("script", vendored(".js"), ids=lambda path: path.name)
def test_no_vendored_script_loads_a_fixed_remote_address(script: Path) -> None:
    assert REMOTE_IN_SCRIPT.findall(script.read_text("utf-8")) == []


def test_the_documentation_page_sends_the_api_to_no_validator() -> None:
    """Swagger UI asks a validator on the internet about the document unless it is told `validatorUrl: null`."""
    texts = own_texts()
    shows_documentation = any("swagger-ui-bundle.js" in text for text in texts)
    assert not shows_documentation or any(NO_VALIDATOR.search(text) for text in texts)


@pytest.mark.parametrize(
    "text",
    [
        "a{background:url(http://example.org/a.png)}",
        "a{background:url( '//example.org/a.png')}",
        '@import "https://example.org/a.css";',
    ],
)
def test_a_remote_style_is_recognised(text: str) -> None:
    assert REMOTE_IN_CSS.search(text)


@pytest.mark.parametrize(
    "text",
    ['fetch("https://example.org")', "i.src = '//example.org/a.js'", "new WebSocket(`wss://example.org`)"],
)
def test_a_remote_script_is_recognised(text: str) -> None:
    assert REMOTE_IN_SCRIPT.search(text)


def test_an_address_inside_the_file_itself_is_not_taken_for_a_remote_one() -> None:
    drawing = "a{background:url(\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>\")}"
    assert not REMOTE_IN_CSS.search(drawing)
