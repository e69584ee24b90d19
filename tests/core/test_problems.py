"""What a refusal tells beside its code, in the language of the request."""

import re
from typing import Any

import pytest

from app.auth.throttle import TooManyAttempts
from app.core import i18n, problems
from app.core.settings import LANGUAGES


def told(language: str, code: str, **details: Any) -> dict[str, Any]:
    before = i18n.language.set(language)
    try:
        return problems.body(code, 409, "urn:uuid:0", details)
    finally:
        i18n.language.reset(before)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_in_the_way_is_explained_in_the_language_of_the_request(language: str) -> None:
    blockers = ["goal_without_outcome:0190", "goal_without_outcome:0191", "referral_open:0192"]
    body = told(language, "case_not_ready_to_close", blockers=blockers)
    assert body["blockers"] == blockers
    assert body["explanations"] == {
        code: i18n.text(f"blocker.{code}", language) for code in ("goal_without_outcome", "referral_open")
    }


def test_doubts_to_be_acknowledged_are_explained_beside_what_blocks() -> None:
    body = told("fr", "referral_not_ready", blockers=["no_agreement"], unacknowledged=["age"])
    assert body["explanations"].keys() == {"no_agreement", "age"}


def test_names_of_questions_are_not_taken_for_codes() -> None:
    assert "explanations" not in told("en", "assessment_incomplete", missing=["age"], errors=[])
    assert "explanations" not in told("en", "not_found")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_has_reached_its_end_is_not_said_to_offer_steps(language: str) -> None:
    under_way, over = (
        told(language, "illegal_move", current="x", action="y", allowed=[], is_final=is_final)["detail"]
        for is_final in (False, True)
    )
    assert under_way == i18n.text("error.illegal_move.detail", language)
    assert over == i18n.text("error.illegal_move.final", language) != under_way
    assert i18n.has("error.illegal_move.final", language)


@pytest.mark.parametrize(
    ("language", "seconds", "span"),
    [
        ("en", 1, "1 second"),
        ("en", 119, "119 seconds"),
        ("en", 120, "2 minutes"),
        ("en", 121, "3 minutes"),
        ("fr", 1, "1 seconde"),
        ("fr", 30, "30 secondes"),
        ("fr", 900, "15 minutes"),
        ("ar", 1, "ثانية"),
        ("ar", 2, "ثانيتين"),
        ("ar", 5, "5 ثوان"),
        ("ar", 32, "32 ثانية"),
        ("ar", 120, "دقيقتين"),
        ("fa", 30, "۳۰ ثانیه"),
        ("fa", 300, "۵ دقیقه"),
    ],
)
def test_who_has_to_wait_is_told_how_long_and_never_too_short(language: str, seconds: int, span: str) -> None:
    refusal = TooManyAttempts(seconds)
    body = told(language, refusal.code, **refusal.details)
    assert f" {span}." in body["detail"]
    assert body["wait_seconds"] == refusal.retry_after == seconds


@pytest.mark.parametrize(
    ("code", "context", "place"),
    [
        ("too_long", {"max_length": 7}, "7"),
        ("too_short", {"min_length": 7}, "7"),
        ("too_small", {"ge": 0}, "0"),
        ("too_large", {"le": 7}, "7"),
        ("password_too_short", {"min_length": 7}, "7"),
        ("unknown_code", {"list": "need"}, "need"),
        ("unknown_choice", {"allowed": ["given", "refused"]}, "given · refused"),
        ("bad_format", {"format": "2026-11-26"}, "2026-11-26"),
        ("bad_format", {"expected": "etag"}, "ETag"),
        ("wrong_type", {"expected": "object"}, "{ … }"),
        ("wrong_type", {"expected": "list"}, "[ … ]"),
        ("unknown_choice", {}, ""),
        ("unknown_code", {"max_length": 7}, ""),
        ("too_long", {}, ""),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_bound_or_a_list_is_told_where_it_is_known(
    language: str, code: str, context: dict[str, Any], place: str
) -> None:
    errors = [{"pointer": "/x", "code": code, "context": context}]
    message = told(language, "invalid_input", errors=errors)["errors"][0]["message"]
    assert not re.search(r"\{\w*\}", message)
    assert place in message
    assert place or not re.search(r"\d", message)
