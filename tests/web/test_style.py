"""The style sheets and templates keep the rules of the house: pages turn with their language, and ask nobody else for anything."""

import re
from pathlib import Path

import pytest

from app.web.rendering import STATIC, asset
from tests.support.sheets import Declaration, declarations, parse, sheets

TEMPLATES = Path(__file__).parents[2] / "app/web/templates"
PHYSICAL_NAME = re.compile(
    r"(left|right|top|bottom|width|height|(min|max)-(width|height)|overscroll-behavior-[xy]|"
    r"(margin|padding|border|scroll-margin|scroll-padding)-(left|right|top|bottom)(-\w+)?|"
    r"border-(top|bottom)-(left|right)-radius)"
)
# A side that is named; and four values of which the sides differ, since the second is always the right one.
PHYSICAL_VALUE = {
    "text-align": re.compile(r"\b(left|right)\b"),
    "float": re.compile(r"\b(left|right)\b"),
    "clear": re.compile(r"\b(left|right)\b"),
    "background": re.compile(r"\b(left|right)\b"),
    "background-position": re.compile(r"\b(left|right)\b"),
    "transform-origin": re.compile(r"\b(left|right)\b"),
}
FOUR_SIDES = {"margin", "padding", "inset", "border-width", "border-style", "border-color"}
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(rgba?|hsla?|oklch|lab|color)\(", re.I)
# Where an address of another machine may stand: a name of a language of drawing is none that is asked for.
NAMESPACE = "http://www.w3.org/2000/svg"


def is_physical(found: Declaration) -> bool:
    if PHYSICAL_NAME.fullmatch(found.name):
        return True
    named = PHYSICAL_VALUE.get(found.name)
    if named and named.search(re.sub(r"url\([^)]*\)", "", found.value)):
        return True
    values = re.sub(r"\([^)]*\)", "()", found.value).split()
    return found.name in FOUR_SIDES and len(values) == 4 and values[1] != values[3]


def test_no_style_knows_left_from_right() -> None:
    assert [found.where for found in declarations() if is_physical(found)] == []


@pytest.mark.parametrize(
    "style",
    [
        "margin-left: 1rem",
        "width: 2rem",
        "border-right-color: red",
        "border-top-left-radius: 1px",
        "text-align: right",
        "padding: 0 1px 0 2px",
        "background: url(a.svg) no-repeat right",
    ],
)
def test_the_rule_recognises_what_it_forbids(style: str) -> None:
    assert all(is_physical(found) for found in parse("x", f"@layer pages {{ .a {{ {style}; }} }}"))


@pytest.mark.parametrize("style", ["margin: 0 1px", "text-align: start", "padding: 0 1px 2px 1px"])
def test_the_rule_leaves_alone_what_it_does_not_mean(style: str) -> None:
    assert not any(is_physical(found) for found in parse("x", f".a {{ {style} }}"))


def test_every_token_that_is_used_is_defined() -> None:
    defined = {found.name for found in declarations() if found.name.startswith("--")}
    used = {(f.where, token) for f in declarations() for token in re.findall(r"var\(\s*(--[\w-]+)", f.value)}
    assert [where for where, token in sorted(used) if token not in defined] == []


def test_the_areas_take_their_colours_from_the_tokens() -> None:
    own = [f.where for f in declarations() if f.sheet != "shubbak.css" and COLOUR.search(f.value)]
    assert own == []


def test_the_sheet_of_an_area_stands_in_the_layer_of_the_pages() -> None:
    loose = [f.where for f in declarations() if f.sheet != "shubbak.css" and "@layer pages" not in f.within]
    assert loose == []


def test_what_a_sheet_loads_has_the_address_under_which_pages_load_it() -> None:
    """Another address for the same font would be a second download of it, and one that is not kept."""
    for sheet in sheets():
        for told in re.findall(r"url\([\"']?([^\"')]+)", sheet.read_text("utf-8")):
            path = (sheet.parent / told.partition("?")[0]).resolve().relative_to(STATIC)
            assert asset(path.as_posix()).endswith(told.removeprefix("..")), f"{sheet.name}: {told}"


@pytest.mark.parametrize("sheet", sheets(), ids=lambda sheet: str(sheet.name))
def test_some_page_links_the_sheet(sheet: Path) -> None:
    assert any(f"css/{sheet.name}" in path.read_text("utf-8") for path in TEMPLATES.rglob("*.html"))


def test_no_page_and_no_sheet_names_another_machine() -> None:
    own = [*TEMPLATES.rglob("*.html"), *sheets(), *(STATIC / "js").rglob("*.js"), *STATIC.glob("*.svg")]
    remote = re.compile(r"\b(https?|wss?):/|[\"'(=\s]//[\w-]+\.")
    assert [p.name for p in own if remote.search(p.read_text("utf-8").replace(NAMESPACE, ""))] == []


def test_no_template_holds_style_or_script() -> None:
    """Neither would work: the pages' content security policy knows only files of this house."""
    inline = re.compile(
        r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"'{]|<script(?![^>]*\ssrc=)|javascript:", re.I
    )
    assert [(name, found) for name, text in _templates() for found in inline.findall(text)] == []


def _templates() -> list[tuple[str, str]]:
    """What stands in them beside Jinja's own words."""
    jinja = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.S)
    found = [
        (path.relative_to(TEMPLATES).as_posix(), jinja.sub("", path.read_text("utf-8")))
        for path in TEMPLATES.rglob("*.html")
    ]
    assert found
    return found
