"""Open lists as they stand. Whoever shows a form asks for them, so each process keeps them for a moment.

What is kept may be `KEPT` old where another process has changed it; whether a code may still be used
(`living`) is always asked afresh.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import bindparam, func, select

from app.core.clock import now
from app.core.db import ReadSession, row, rows
from app.core.errors import NotFound
from app.core.settings import LANGUAGES
from app.vocabularies.models import Term, version_of

KEPT = timedelta(seconds=30)
BESIDE = {"ar": "ar", "fr": "fr", "en": "fr", "fa": "ar"}  # whose words stand in for blank ones

_t = Term.__table__.c

_NAMES = select(_t.vocabulary).distinct().order_by(_t.vocabulary)

_OF_LIST = select(_t.code, _t.parent_code, _t.retired_at, *(_t[f"name_{code}"] for code in LANGUAGES)).where(
    _t.vocabulary == bindparam("vocabulary")
)
_TERMS = _OF_LIST.order_by(_t.position, _t.code)
_TERM = _OF_LIST.where(_t.code == bindparam("code"))

_LIVING = (
    select(_t.code)
    .where(
        _t.vocabulary == bindparam("vocabulary"),
        _t.code.in_(bindparam("codes", expanding=True)),
        _t.retired_at.is_(None),
    )
    .order_by(_t.code)
)

_kept: WeakKeyDictionary[Any, dict[str | None, tuple[datetime, Any]]] = WeakKeyDictionary()
V = TypeVar("V")


def _keep(db: ReadSession, name: str | None, load: Callable[[], V]) -> V:
    """Load again what is too old. Kept by engine, so that two databases in one process know nothing of each other."""
    known = _kept.setdefault(db.get_bind(), {})
    if name not in known or now() - known[name][0] > KEPT:
        known[name] = (now(), load())
    value: V = known[name][1]
    return value


def forget() -> None:
    """Have every list read anew: one of them has changed."""
    _kept.clear()


def names(db: ReadSession) -> list[str]:
    """The names of the open lists."""
    return _keep(db, None, lambda: list(db.scalars(_NAMES)))


def terms(db: ReadSession, vocabulary: str) -> list[dict[str, Any]]:
    """The terms of one open list in the order of display, retired ones among them; none for an unknown name."""
    if vocabulary not in names(db):
        return []
    return _keep(db, vocabulary, lambda: _in_order(rows(db, _TERMS, vocabulary=vocabulary)))


def term(db: ReadSession, vocabulary: str, code: str) -> dict[str, Any]:
    """A term of an open list as it stands now, never as it was kept, with its version; what is blank of it is blank.

    Raises `NotFound`.
    """
    found = row(db, _TERM, vocabulary=vocabulary, code=code)
    if found is None:
        raise NotFound()
    shown = _shown(found)
    return {**shown, "labels": _written(found), "version": version_of(_written(found).values())}


def _in_order(found: list[Any]) -> list[dict[str, Any]]:
    """Put every term behind the one above it; the rows come by position."""
    below: dict[str | None, list[dict[str, Any]]] = {}
    for term in found:
        below.setdefault(term.parent_code, []).append(_shown(term))

    def walk(parent: str | None) -> Iterable[dict[str, Any]]:
        for term in below.get(parent, ()):
            yield term
            yield from walk(term["code"])

    return list(walk(None))


def _shown(term: Any) -> dict[str, Any]:
    return {
        "code": term.code,
        "parent_code": term.parent_code,
        "labels": _readable(_written(term)),
        "is_retired": term.retired_at is not None,
    }


def _written(term: Any) -> dict[str, str]:
    return {code: term[f"name_{code}"] for code in LANGUAGES}


def _readable(words: dict[str, str]) -> dict[str, str]:
    """What was left blank in one language, in the one that its readers read most easily beside it."""
    return {code: said or words[BESIDE[code]] for code, said in words.items()}


def living(db: ReadSession, vocabulary: str, codes: Iterable[str]) -> set[str]:
    """Those of the codes that a new record may use."""
    return {term.code for term in rows(db, _LIVING, vocabulary=vocabulary, codes=list(codes))}


def last_position(db: ReadSession, vocabulary: str, parent_code: str | None) -> int:
    """The place of the last term of a list, or of those below one of its terms."""
    last = select(func.max(_t.position)).where(_t.vocabulary == vocabulary, _t.parent_code == parent_code)
    return db.scalar(last) or 0


def get(db: ReadSession, vocabulary: str, code: str | None) -> Term | None:
    """A term's row for changing it."""
    return db.get(Term, (vocabulary, code))


def to_change(db: ReadSession, vocabulary: str, code: str) -> Term:
    """A term's row, which nobody else changes meanwhile. Raises `NotFound`, also for a list that is not open."""
    found = db.get(Term, (vocabulary, code), with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound()
    return found
