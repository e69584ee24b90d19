"""Unfinished interviews as the lists show them: by a name, by the ticket, or by what was written first."""

import re
from typing import Any

from app.core.actor import Actor
from app.core.db import ReadSession
from app.intake import queries
from app.people.queries import NAMES
from app.web import terms

_WHOLE_WORDS = re.compile(r"(.*\S)\s", re.DOTALL)
FIRST_WORDS = 60  # characters of a story by which it is known again: the rest is not for a list


def told(db: ReadSession, actor: Actor, drafts: list[dict[str, Any]]) -> dict[str, Any]:
    """What the rows of drafts need besides: who was called to each, and how those begin that nobody is named in."""
    called = queries.called(db, actor, [draft["id"] for draft in drafts])
    nameless = [draft["id"] for draft in drafts if draft["id"] not in called and not _is_named(draft)]
    begun = queries.beginnings(db, actor, nameless, FIRST_WORDS + 1) if nameless else {}
    return {
        "drafts": drafts,
        "called": called,
        "reasons": terms.by_code(db, "arrival_reason"),
        "begun": {interview_id: _first_words(begun.get(interview_id)) for interview_id in nameless},
    }


def _is_named(draft: dict[str, Any]) -> bool:
    return any(draft[name] for name in NAMES)


def _first_words(text: str | None) -> str:
    """The beginning of a text on one line, cut between two words where there are two."""
    said = text or ""
    if len(said) <= FIRST_WORDS:
        return _one_line(said)
    whole = _WHOLE_WORDS.match(said)
    return _one_line(whole[1] if whole else said) + "…"


def _one_line(text: str) -> str:
    return " ".join(text.split())
