import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import text

any_text = st.text(st.characters())  # lone surrogates, controls and unassigned code points included


@pytest.mark.parametrize("written", ["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９"])
def test_four_digit_sets_become_ascii(written: str) -> None:
    assert text.digits_to_ascii(f"a{written}ب") == "a0123456789ب"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("أحمد", "احمد"),
        ("إدريس", "ادريس"),
        ("آمال", "امال"),
        ("ٱلله", "الله"),
        ("موسى", "موسي"),
        ("علی", "علي"),
        ("فاطمة", "فاطمه"),
        ("مؤمن", "مومن"),
        ("عائشة", "عايشه"),
        ("کریم", "كريم"),
        ("أڭادير", "اكادير"),
        ("گلستان", "كلستان"),
        ("مُحَمَّد", "محمد"),
        ("محـــمد", "محمد"),
        ("ﻻ", "لا"),
        ("ﷲ", "الله"),
        ("علی‌رضا", "عليرضا"),
        ("\u202eمحمد\u202c", "محمد"),
        ("Élève", "ELEVE"),
        ("Ben-Ali", "ben ali"),
        ("Æsop Łódź ø ß", "aesop lodz o ss"),
        ("Kıral", "kiral"),
        ("Saʿīd", "said"),
        ("  l'été,   à\tFès \n", "l ete a fes"),
        ("٢٠٢٤", "2024"),
    ],
)
def test_fold_unifies_what_people_do_not_type_reliably(one: str, other: str) -> None:
    assert text.fold(one) == text.fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("سعيد", "سعد"), ("قلب", "كلب"), ("Karim", "Karima"), ("پ", "ب"), ("ع", "ا")]
)
def test_fold_keeps_letters_apart(one: str, other: str) -> None:
    assert text.fold(one) != text.fold(other)


@given(any_text)
def test_folding_twice_changes_nothing(value: str) -> None:
    once = text.fold(value)
    assert text.fold(once) == once


@given(any_text)
def test_fold_leaves_single_blanks_and_nothing_invisible(value: str) -> None:
    folded = text.fold(value)
    assert folded == " ".join(folded.split(" ")).strip()
    assert not {unicodedata.category(char) for char in folded} & {"Mn", "Cf", "Cs", "Cc"}


@given(any_text)
def test_fold_ignores_case(value: str) -> None:
    assert text.fold(value.casefold()) == text.fold(value)


def test_clean_composes_trims_and_collapses() -> None:
    assert text.clean("  Re\u0301da\u00a0 \t Alaoui\u200b ") == "Réda Alaoui"


def test_clean_drops_what_reorders_or_hides_text() -> None:
    assert text.clean("a\u202eb\u2066c\u200fd\ufeff\x00e\x1bf\ud800") == "abcdef"


def test_clean_keeps_the_non_joiner_inside_persian_words_only() -> None:
    assert text.clean("\u200cعلی\u200cرضا \u200c") == "علی\u200cرضا"


def test_clean_keeps_diacritics_and_letters_as_written() -> None:
    assert text.clean("مُحَمَّد ڭيش Éric") == "مُحَمَّد ڭيش Éric"


def test_line_breaks_are_blanks_in_a_line() -> None:
    assert text.clean("one\r\ntwo\u2028three") == "one two three"


def test_line_breaks_are_kept_when_multiline() -> None:
    assert (
        text.clean("\n one  \r\n\r\n two\rthree\u2029four\n\n", multiline=True) == "one\n\ntwo\nthree\nfour"
    )


@given(any_text, st.booleans())
def test_cleaned_text_can_be_stored_and_is_stable(value: str, multiline: bool) -> None:
    cleaned = text.clean(value, multiline=multiline)
    assert not text.has_forbidden(cleaned)
    assert text.clean(cleaned, multiline=multiline) == cleaned
    assert multiline or "\n" not in cleaned


@pytest.mark.parametrize(
    ("value", "arabic"),
    [
        ("محمد", True),
        ("گیلانی ۱۲", True),
        ("ﻻ", True),
        ("Mohamed", False),
        ("محمد ben Ali", False),
        ("123 !", False),
        ("", False),
    ],
)
def test_a_text_is_arabic_when_most_letters_are(value: str, arabic: bool) -> None:
    assert text.is_arabic(value) is arabic


@pytest.mark.parametrize(
    ("value", "forbidden"), [("a\x00", True), ("\udc80", True), ("محمد\n😀", False), ("", False)]
)
def test_nul_and_lone_surrogates_are_forbidden(value: str, forbidden: bool) -> None:
    assert text.has_forbidden(value) is forbidden
