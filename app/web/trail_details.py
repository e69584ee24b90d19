"""The details of an entry of the trail as somebody reads them: codes in words, ids shortened, with the way to what is about them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from markupsafe import Markup

from app.core import i18n
from app.core.db import ReadSession
from app.web import terms
from app.web.rendering import query
from app.web.wording import bdi, day, ltr, t

# Which list a code is of depends on what was done: "other" has other words in each.
_CLOSED = {
    ("case:close", "reason"): "ClosingReason",
    ("case:request-closure", "reason"): "ClosingReason",
    ("case:suspend", "reason"): "SuspensionReason",
    ("follow_up:plan", "reason"): "FollowUpReason",
    ("referral:decline", "reason"): "DeclineReason",
    ("referral:fail", "reason"): "FailureReason",
    ("referral:hold", "reason"): "HoldReason",
    ("referral:send", "reason"): "LegalBasis",
    ("referral:withdraw", "reason"): "WithdrawalReason",
    ("goal:change", "status"): "GoalStatus",
    ("action:change", "status"): "ActionStatus",
}
_ALWAYS = {"role": "Role", "priority": "Priority", "conclusion": "Conclusion", "of_type": "SubjectType"}
_OPEN = {
    ("arrival:register", "reason"): "arrival_reason",
    ("arrival:answer", "topic"): "counter_topic",
    ("institution:add", "kind"): "institution_kind",
}

_DAYS = frozenset({"on", "was"})
_CALLED = frozenset(
    {"code", "instrument_code", "instrument_version", "location"}
)  # read as they are, in every language
_SHORTENED = 8  # characters of an id or a fingerprint that people compare

# What the entries about an id are asked for by; goals, actions, reviews and sessions have none of their own.
_ASKED_BY = {
    "to": "actor_id",
    "former": "actor_id",
    "set_aside": "person_id",
    "case_id": "subject_id",
    "institution_id": "subject_id",
    "instrument_id": "subject_id",
    "interview_id": "subject_id",
    "of_id": "subject_id",
    "replaces": "subject_id",
    "window_id": "subject_id",
}
_UNASKED = frozenset({"action_id", "goal_id", "review_id", "session_id", "source_sha256"})
KNOWN = (
    frozenset({name for _, name in (*_CLOSED, *_OPEN)} | {*_ALWAYS, *_ASKED_BY})
    | _DAYS
    | _CALLED
    | _UNASKED
    | {"count", "fields", "idle", "vocabulary"}
)


def told(db: ReadSession, action: str, details: Mapping[str, Any]) -> list[tuple[Markup, Markup]]:
    """Names and values of what an entry holds; what was left open or is empty is left out."""
    shown = {name: value for name, value in details.items() if value not in (None, [])}
    return [
        (bdi(_known(f"page.trail.detail.{name}") or name), _value(db, action, name, value, details))
        for name, value in shown.items()
    ]


def _value(db: ReadSession, action: str, name: str, value: object, beside: Mapping[str, Any]) -> Markup:
    if isinstance(value, list):
        return Markup(" · ").join(_value(db, action, name, one, beside) for one in value)
    if isinstance(value, bool):
        return t("page.trail.yes" if value else "page.trail.no")
    said = str(value)
    if name in _ASKED_BY or name in _UNASKED:
        return _short(name, said, beside)
    if name in _DAYS:
        return day(date.fromisoformat(said))
    words = _words(db, action, name, said, beside)
    return ltr(said) if words is None else bdi(words)


def _words(db: ReadSession, action: str, name: str, code: str, beside: Mapping[str, Any]) -> str | None:
    if name == "fields":
        return _known(f"page.trail.field.{code}")
    if name == "vocabulary":
        return _known(f"page.house.list.{code}")
    if name == "code" and "vocabulary" in beside:
        return terms.words(db, beside["vocabulary"]).get(code)
    if vocabulary := _OPEN.get((action, name)):
        return terms.words(db, vocabulary).get(code)
    closed = _CLOSED.get((action, name)) or _ALWAYS.get(name)
    return _known(f"enum.{closed}.{code}" if closed else f"page.trail.reason.{code}")


def _short(name: str, known: str, beside: Mapping[str, Any]) -> Markup:
    """The end of an id; the whole one is in the address that it leads to."""
    words = ltr(f"…{known[-_SHORTENED:]}")
    by = _ASKED_BY.get(name)
    if name == "of_id" and beside.get("of_type") == "person":
        by = "person_id"
    if by is None:
        return words
    return Markup('<a class="id" href="{}" title="{}">{}</a>').format(
        query("/trail", **{by: known}), known, words
    )


def _known(key: str) -> str | None:
    return i18n.text(key) if i18n.has(key, "en") else None
