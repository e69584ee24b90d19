"""Lists as a page offers them: codes with their words, in the language of the request."""

from collections.abc import Collection, Iterable
from enum import StrEnum

from app.core.db import ReadSession
from app.vocabularies import queries as vocabularies
from app.web import wording

Options = list[tuple[str, str]]


def words(db: ReadSession, vocabulary: str) -> dict[str, str]:
    """Every code of an open list with its words, retired ones among them: old records still hold those."""
    return {term["code"]: wording.label(term) for term in vocabularies.terms(db, vocabulary)}


def options(db: ReadSession, vocabulary: str, keep: Collection[str | None] = ()) -> Options:
    """What may be chosen from an open list today, and what is chosen already (`keep`)."""
    return [
        (term["code"], _indented(term["parent_code"], wording.label(term)))
        for term in vocabularies.terms(db, vocabulary)
        if not term["is_retired"] or term["code"] in keep
    ]


def _indented(parent: str | None, text: str) -> str:
    """A term below another one stands a little further in: a browser's list knows no other way."""
    return text if parent is None else f"\u2003{text}"


def members(codes: Iterable[StrEnum]) -> Options:
    """A closed list, or a part of it, in its order."""
    return [(code.value, wording.word(code)) for code in codes]
