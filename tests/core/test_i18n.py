"""The language of a request, and where its words come from."""

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from app.core import i18n
from app.core.settings import LANGUAGES

TAG = st.sampled_from(["ar", "fr", "en", "fa", "ar-MA", "FR-fr", "de", "zgh", "*", "en-GB"])
QUALITY = st.integers(0, 1000).map(lambda n: n / 1000)


@given(st.text(max_size=300), st.sampled_from(LANGUAGES))
def test_whatever_is_asked_for_the_answer_is_one_of_our_languages(header: str, default: str) -> None:
    assert i18n.negotiate(header, default) in LANGUAGES


@given(st.lists(st.tuples(TAG, QUALITY), max_size=6), st.sampled_from(LANGUAGES))
def test_the_language_liked_best_is_chosen_and_among_equals_the_first(
    wishes: list[tuple[str, float]], default: str
) -> None:
    header = ", ".join(f"{tag};q={quality:g}" for tag, quality in wishes)
    chosen = i18n.negotiate(header, default)
    known = [
        (quality, default if tag == "*" else tag.lower().split("-")[0])
        for tag, quality in wishes
        if quality > 0 and (tag == "*" or tag.lower().split("-")[0] in LANGUAGES)
    ]
    best = max((quality for quality, _ in known), default=0)
    assert chosen == next((language for quality, language in known if quality == best), default)


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("", "ar"),
        ("fr", "fr"),
        ("ar-MA,ar;q=0.9,fr;q=0.8", "ar"),
        ("de, nl", "ar"),
        ("de, en;q=0.1", "en"),
        ("fr;q=0, en;q=0.5", "en"),
        ("fr;q=high, fa", "fa"),
        ("fr;q=nan, fa", "fa"),
        (", ,;q=1,fr", "fr"),
        ("*", "ar"),
        ("x" * 500 + ",fr", "ar"),
    ],
)
def test_a_header_is_read_as_browsers_write_it(header: str, chosen: str) -> None:
    assert i18n.negotiate(header, "ar") == chosen


def test_what_is_remembered_of_headers_is_bounded() -> None:
    assert i18n.negotiate.cache_info().maxsize is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_tells_its_language(lab_client: TestClient, language: str) -> None:
    response = lab_client.get("/api/v1/nothing", headers={"Accept-Language": language})
    assert response.headers["content-language"] == language
    assert response.json()["title"] == i18n.text("error.not_found", language)


def test_a_refusal_without_a_wish_is_in_the_language_of_the_house(lab_client: TestClient) -> None:
    response = lab_client.get("/api/v1/nothing", headers={"Accept-Language": "tlh"})
    assert response.headers["content-language"] == "ar"


@pytest.mark.parametrize(
    ("language", "number", "form"),
    [
        ("ar", 0, "zero"),
        ("ar", 2, "two"),
        ("ar", 10, "few"),
        ("ar", 11, "many"),
        ("ar", 100, "other"),
        ("fr", 0, "one"),
        ("fr", 2, "other"),
        ("en", 0, "other"),
        ("en", 1, "one"),
    ],
)
def test_so_many_of_something_are_told_in_the_grammatical_number_of_the_language(
    language: str, number: int, form: str
) -> None:
    assert i18n.form("page.time.minutes", number, language) == f"page.time.minutes.{form}"
    assert i18n.form("no.key", number, language) == "no.key.other"


def test_a_missing_sentence_is_told_in_english_and_a_missing_key_as_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = {"en": {"a.key": "{count} of {limit}"}, "fa": {}}
    monkeypatch.setattr(i18n, "catalogue", lambda code: words[code])
    assert i18n.text("a.key", "fa", count=1, limit=2) == "1 of 2"
    assert i18n.text("no.key", "fa") == "no.key"
    assert i18n.has("a.key", "en")
    assert not i18n.has("a.key", "fa")
