"""The coded lists of the trade. Codes are stored and checked here; their words are read, never stored elsewhere."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import event

from app.audit import service as audit
from app.core import i18n
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import ReadSession, WriteSession
from app.core.errors import InvalidInput, NotFound
from app.core.settings import LANGUAGES
from app.vocabularies import queries
from app.vocabularies.models import Term
from app.vocabularies.schemas import TermCreate, TermWords

# Lists that the code itself branches on, by the name under which they are read; filled by `app.wiring`.
closed_lists: dict[str, type[StrEnum]] = {}


def names(db: ReadSession) -> list[dict[str, Any]]:
    """Every list, open and closed, by name."""
    known = {**dict.fromkeys(queries.names(db), False), **dict.fromkeys(closed_lists, True)}
    return [{"name": name, "is_closed": known[name]} for name in sorted(known)]


def read(db: ReadSession, name: str) -> dict[str, Any]:
    """One list with its words. Raises `NotFound`."""
    if name in closed_lists:
        return {"name": name, "is_closed": True, "terms": _closed_terms(closed_lists[name])}
    terms = queries.terms(db, name)
    if not terms:
        raise NotFound()
    return {"name": name, "is_closed": False, "terms": terms}


def _closed_terms(codes: type[StrEnum]) -> list[dict[str, Any]]:
    return [
        {
            "code": code.value,
            "parent_code": None,
            "labels": {
                language: i18n.text(f"enum.{codes.__name__}.{code.value}", language) for language in LANGUAGES
            },
            "is_retired": False,
        }
        for code in codes
    ]


def check(db: ReadSession, pointer: str, vocabulary: str, codes: Iterable[str]) -> None:
    """Raise `InvalidInput` at the pointer when a code is not in the list or was retired."""
    wanted = set(codes)
    if wanted and wanted != queries.living(db, vocabulary, wanted):
        raise InvalidInput(pointer, "unknown_code", context={"list": vocabulary})


def define(db: WriteSession, vocabulary: str, terms: Iterable[TermCreate]) -> None:
    """Add terms to an open list, or give known ones new words; a retired one lives again.

    Doing it twice changes nothing, so that seeds may. Lists have two levels, and a term comes after the one
    above it. Raises `InvalidInput` otherwise.
    """
    for data in terms:
        if data.parent_code is not None:
            _check_parent(db, vocabulary, data)
        db.merge(Term(vocabulary=vocabulary, **data.model_dump())).retired_at = None
        db.flush()
    _changed(db)


def _check_parent(db: ReadSession, vocabulary: str, data: TermCreate) -> None:
    parent = queries.get(db, vocabulary, data.parent_code)
    if parent is None or parent.parent_code is not None or parent.code == data.code:
        raise InvalidInput("/parent_code", "unknown_code", context={"list": vocabulary})


def add_term(db: WriteSession, actor: Actor, vocabulary: str, data: TermCreate) -> None:
    """Add a new term at the end of an open list, or of what lies below its parent.

    Raises `NotFound` for a list that is not open, `InvalidInput` for a code that was given before: codes are never
    reused, because old records hold them.
    """
    if not queries.terms(db, vocabulary):
        raise NotFound()
    if queries.get(db, vocabulary, data.code) is not None:
        raise InvalidInput("/code", "code_taken")
    position = queries.last_position(db, vocabulary, data.parent_code) + 1
    define(db, vocabulary, [data.model_copy(update={"position": position})])
    _record(db, actor, "add", vocabulary, data.code)


def reword_term(db: WriteSession, actor: Actor, term: Term, data: TermWords) -> None:
    """Correct what a term is called, in all languages together; old records are read with the new words at once."""
    for name, words in data.model_dump().items():
        setattr(term, name, words)
    _changed(db)
    _record(db, actor, "reword", term.vocabulary, term.code)


def retire_term(db: WriteSession, actor: Actor, vocabulary: str, code: str) -> None:
    """Take a term out of new records. Raises `NotFound`."""
    retire(db, vocabulary, code)
    _record(db, actor, "retire", vocabulary, code)


def restore_term(db: WriteSession, actor: Actor, vocabulary: str, code: str) -> None:
    """Let a retired term be used again. Raises `NotFound`."""
    queries.to_change(db, vocabulary, code).retired_at = None
    _changed(db)
    _record(db, actor, "restore", vocabulary, code)


def _record(db: WriteSession, actor: Actor, act: str, vocabulary: str, code: str) -> None:
    audit.record(db, actor, f"term:{act}", "vocabulary", None, vocabulary=vocabulary, code=code)


def retire(db: WriteSession, vocabulary: str, code: str) -> None:
    """Take a term out of new records; old ones keep their word for it. Raises `NotFound`."""
    term = queries.to_change(db, vocabulary, code)
    term.retired_at = term.retired_at or now()
    _changed(db)


def _changed(db: WriteSession) -> None:
    # Before the commit another reader would only keep the old list again.
    event.listen(db, "after_commit", lambda _: queries.forget(), once=True)
