"""Coded lists as a page offers and tells them: closed ones of the software, open ones of the house, in the words of its reader."""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import Any

from app.core.db import ReadSession
from app.vocabularies import queries as vocabularies
from app.web.wording import label, word

Options = list[tuple[Any, Any]]  # a code or an id, and its words
Term = dict[str, Any]


def members(codes: Iterable[StrEnum]) -> Options:
    """A closed list, or a part of it, in its order."""
    return [(code.value, word(code)) for code in codes]


def options(db: ReadSession, vocabulary: str, keep: Collection[str | None] = ()) -> Options:
    """What may be chosen from an open list today, and what is chosen already (`keep`)."""
    return [
        (term["code"], _indented(term["parent_code"], label(term))) for term in living(db, vocabulary, keep)
    ]


def living(db: ReadSession, vocabulary: str, keep: Collection[str | None] = ()) -> list[Term]:
    """The same as terms, for a page that draws them in its own way."""
    known = vocabularies.terms(db, vocabulary)
    return [term for term in known if not term["is_retired"] or term["code"] in keep]


def _indented(parent: str | None, text: str) -> str:
    """A term below another one stands a little further in: a browser's list knows no other way."""
    return text if parent is None else f"\u2003{text}"


def words(db: ReadSession, vocabulary: str) -> dict[str, str]:
    """Every code of an open list with its words, retired ones among them: old records still hold those."""
    return {code: label(term) for code, term in by_code(db, vocabulary).items()}


def by_code(db: ReadSession, vocabulary: str) -> dict[str, Term]:
    """The same with everything that is known of a term, in the order of display."""
    return {term["code"]: term for term in vocabularies.terms(db, vocabulary)}


def themes(db: ReadSession, chosen: Iterable[str]) -> list[dict[str, Any]]:
    """The needs by theme. A retired need is offered only where it is chosen already."""
    offered: Mapping[str | None, list[Term]] = _by_parent(living(db, "need", set(chosen)))
    return [
        {
            "label": label(theme),
            "options": [(need["code"], label(need)) for need in (theme, *offered.get(theme["code"], ()))],
        }
        for theme in offered.get(None, ())
    ]


def _by_parent(found: Iterable[Term]) -> dict[str | None, list[Term]]:
    below: dict[str | None, list[Term]] = {}
    for term in found:
        below.setdefault(term["parent_code"], []).append(term)
    return below
