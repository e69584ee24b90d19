"""What is read as JSON, and what is refused before any schema sees it."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.fields import MAX_SAFE_INTEGER
from app.core.http import MAX_DEPTH, MalformedRequest, strict_json

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
NUMBER = st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER) | st.floats(
    -MAX_SAFE_INTEGER, MAX_SAFE_INTEGER, allow_nan=False
)
VALUE: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
REFUSED = (
    b"NaN",
    b"-NaN",
    b"Infinity",
    b"-Infinity",
    b"1e400",
    b"-1e400",
    b"9007199254740992",
    b"-9007199254740992",
    b"123456789012345678901234567890",
    b"1e16",
    b'"\\ud800"',
    b'"a\\udfffb"',
    b'"\\ude00\\ud83d"',
    b'"\xed\xa0\x80"',
    b'"\xff"',
    b'"\\u0000"',
    b'"\x00"',
    b'"a\x01b"',
    b'{"\\u0000":1}',
    b'{"\\ud800":1}',
    b"[1,]",
    b"'a'",
    b"[1",
    b"1 2",
    b"undefined",
)
WRAPPERS: tuple[Callable[[bytes], bytes], ...] = (
    lambda inner: b"[" + inner + b"]",
    lambda inner: b'[1, "a", ' + inner + b"]",
    lambda inner: b'{"a": ' + inner + b"}",
    lambda inner: b'{"a": {"b": 2}, "c": [' + inner + b", null]}",
)


@given(VALUE)
def test_what_json_can_say_is_read_as_it_was_meant(value: Any) -> None:
    assert strict_json(json.dumps(value).encode()) == value
    assert strict_json(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.sampled_from(REFUSED), st.lists(st.sampled_from(WRAPPERS), max_size=5))
def test_what_no_field_can_hold_is_refused_wherever_it_stands(
    bad: bytes, wrappers: list[Callable[[bytes], bytes]]
) -> None:
    for wrap in wrappers:
        bad = wrap(bad)
    with pytest.raises(MalformedRequest) as refusal:
        strict_json(bad)
    assert refusal.value.details["reason"] in {"json", "nul", "number"}


@given(st.binary(max_size=40))
def test_no_bytes_do_more_than_be_refused(body: bytes) -> None:
    with suppress(MalformedRequest):
        strict_json(body)


def test_the_refusal_does_not_carry_the_body_along() -> None:
    with pytest.raises(MalformedRequest) as refusal:
        strict_json(b'{"secret')
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__
    assert refusal.value.details == {"reason": "json"}


@given(st.integers(min_value=MAX_SAFE_INTEGER + 1) | st.integers(max_value=-MAX_SAFE_INTEGER - 1))
def test_an_integer_that_javascript_reads_otherwise_is_refused(number: int) -> None:
    with pytest.raises(MalformedRequest):
        strict_json(b"[" + str(number).encode() + b"]")


@pytest.mark.parametrize("pair", [(b"[", b"]"), (b'{"a":', b"}")])
def test_as_deep_as_allowed_is_read_and_one_deeper_is_not(pair: tuple[bytes, bytes]) -> None:
    opening, closing = pair
    assert strict_json(opening * MAX_DEPTH + b"1" + closing * MAX_DEPTH)
    with pytest.raises(MalformedRequest) as refusal:
        strict_json(opening * (MAX_DEPTH + 1) + b"1" + closing * (MAX_DEPTH + 1))
    assert refusal.value.details == {"reason": "depth"}


def test_a_hostile_depth_is_a_refusal_and_no_crash() -> None:
    with pytest.raises(MalformedRequest):
        strict_json(b"[" * 500_000 + b"]" * 500_000)


def test_nothing_is_no_json() -> None:
    with pytest.raises(MalformedRequest):
        strict_json(b"")


def test_true_is_no_number() -> None:
    assert strict_json(b"[true, false]") == [True, False]
