"""What a form offers: pairs of code and words, for closed lists, open lists and colleagues."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from app.auth import queries as users
from app.core.db import ReadSession
from app.core.ids import WindowId
from app.vocabularies import queries as vocabularies
from app.web.wording import label, word

Options = list[tuple[str, str]]


def of(codes: Iterable[StrEnum]) -> Options:
    """The codes of a closed list, in its own order."""
    return [(code.value, word(code)) for code in codes]


def terms(db: ReadSession, vocabulary: str) -> Options:
    """The terms of an open list that a new record may use."""
    known = vocabularies.terms(db, vocabulary)
    return [(term["code"], label(term)) for term in known if not term["is_retired"]]


def colleagues(db: ReadSession, window_id: WindowId) -> Options:
    """Who serves at a window."""
    return [(str(user["id"]), user["name"]) for user in users.serving_at(db, window_id)]


def labels(db: ReadSession, vocabulary: str) -> dict[str, str]:
    """The words for every code of an open list, retired ones among them: what was recorded stays readable."""
    return {term["code"]: label(term) for term in vocabularies.terms(db, vocabulary)}


def themes(db: ReadSession, chosen: Iterable[str]) -> list[dict[str, Any]]:
    """The needs by theme. A retired need is offered only where it is chosen already."""
    kept = set(chosen)
    offered: Mapping[str | None, list[dict[str, Any]]] = _by_parent(
        term for term in vocabularies.terms(db, "need") if not term["is_retired"] or term["code"] in kept
    )
    return [
        {
            "label": label(theme),
            "options": [(need["code"], label(need)) for need in (theme, *offered.get(theme["code"], ()))],
        }
        for theme in offered.get(None, ())
    ]


def _by_parent(terms: Iterable[dict[str, Any]]) -> dict[str | None, list[dict[str, Any]]]:
    below: dict[str | None, list[dict[str, Any]]] = {}
    for term in terms:
        below.setdefault(term["parent_code"], []).append(term)
    return below
