"""The style sheets, read as far as the rules of the house ask: which selector sets which property to what."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.web.rendering import STATIC

FOLDER = STATIC / "css"
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_PIECE = re.compile(r"\s*((?:\"[^\"]*\"|\([^)]*\)|[^;{}\"(])*)([;{}])", re.S)


@dataclass(frozen=True)
class Declaration:
    sheet: str
    within: tuple[str, ...]  # `@layer base`, `@media (…)`, from the outermost
    selector: str
    name: str
    value: str

    @property
    def where(self) -> str:
        return f"{self.sheet}: {self.selector} {{ {self.name}: {self.value} }}"

    def is_in(self, at_rule: str) -> bool:
        return any(at_rule in one for one in self.within)


def sheets() -> list[Path]:
    return sorted(FOLDER.glob("*.css"))


@cache
def declarations() -> tuple[Declaration, ...]:
    return tuple(found for sheet in sheets() for found in parse(sheet.name, sheet.read_text("utf-8")))


def parse(name: str, text: str) -> Iterator[Declaration]:
    """Read a sheet. A declaration inside a nested rule belongs to the innermost selector."""
    open_blocks: list[str] = []
    for words, sign in _PIECE.findall(_COMMENT.sub("", text)):
        told = " ".join(words.split())
        if sign == "{":
            open_blocks.append(told)
            continue
        if told and open_blocks:
            selector = next((b for b in reversed(open_blocks) if not b.startswith("@")), open_blocks[-1])
            within = tuple(block for block in open_blocks if block.startswith("@"))
            key, _, value = told.partition(":")
            yield Declaration(name, within, selector, key.strip(), value.strip())
        if sign == "}":
            open_blocks.pop()
