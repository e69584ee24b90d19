import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.people.identifiers import IdentifierKind, mask, normalise


@pytest.mark.parametrize(
    "written",
    ["AB123456", "ab 123456", " ab-123.456 ", "ＡＢ１２３４５６", "AB١٢٣٤٥٦", "ab۱۲۳۴۵۶", "A B/123 456"],
)
def test_a_national_card_number_is_written_one_way(written: str) -> None:
    normalised = normalise(IdentifierKind.CIN, written)
    assert (normalised.value, normalised.warnings) == ("AB123456", ())


@pytest.mark.parametrize("written", ["123456", "ABC123", "AB12345678", "AB", "A1B2", "بطاقة"])
def test_an_unusual_card_number_is_doubted_and_kept(written: str) -> None:
    normalised = normalise(IdentifierKind.CIN, written)
    assert normalised.value == written
    assert normalised.warnings == ("cin_unusual",)


def test_the_social_register_number_is_opaque() -> None:
    assert normalise(IdentifierKind.IDCS, "  id-cs  ٠٠٧/b ").value == "id-cs 007/b"


def test_a_residence_card_is_compact_and_doubted_when_unusual() -> None:
    assert normalise(IdentifierKind.RESIDENCE_CARD, "g 123-456 x").value == "G123456X"
    assert normalise(IdentifierKind.RESIDENCE_CARD, "G*1").warnings == ("residence_card_unusual",)


def test_a_passport_is_compact_and_doubted_when_unusual() -> None:
    assert normalise(IdentifierKind.PASSPORT, "xy 12 345 67").value == "XY1234567"
    assert normalise(IdentifierKind.PASSPORT, "12").warnings == ("passport_unusual",)


def test_a_birth_certificate_keeps_the_slash_between_act_and_year() -> None:
    assert normalise(IdentifierKind.BIRTH_CERTIFICATE, "١٢٣ / 1999 bis").value == "123/1999 BIS"


def test_no_document_carries_no_number() -> None:
    assert normalise(IdentifierKind.NONE, " ").warnings == ()
    assert (normalise(IdentifierKind.NONE, "12").value, normalise(IdentifierKind.NONE, "12").warnings) == (
        "",
        ("identifier_not_expected",),
    )


def test_a_document_without_its_number_is_told() -> None:
    assert normalise(IdentifierKind.CIN, " \u200f ").warnings == ("identifier_empty",)


@given(st.sampled_from(IdentifierKind), st.text(st.characters()))
def test_no_identifier_is_ever_refused_and_writing_it_again_changes_nothing(
    kind: IdentifierKind, value: str
) -> None:
    once = normalise(kind, value).value
    assert normalise(kind, once).value == once


@pytest.mark.parametrize(
    ("value", "masked"),
    [("AB123456", "•••456"), ("1234", "•••34"), ("12", "•••2"), ("1", "•••"), ("", "•••")],
)
def test_a_masked_value_shows_its_end_and_never_most_of_it(value: str, masked: str) -> None:
    assert mask(value) == masked


def test_an_identifier_does_not_print_its_value() -> None:
    assert "AB123456" not in repr(normalise(IdentifierKind.CIN, "AB123456"))
