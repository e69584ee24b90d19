import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.fields import is_plausible_phone
from app.people import phones


@pytest.mark.parametrize(
    "written",
    [
        "0612345678",
        "06 12-34.56 78",
        "+212612345678",
        "00212 6 12 34 56 78",
        "٠٦١٢٣٤٥٦٧٨",
        "۰۶۱۲۳۴۵۶۷۸",
        "０６１２３４５６７８",
        "\u202a+212 612-345678\u202c",
    ],
)
def test_one_number_has_one_form_however_it_is_written(written: str) -> None:
    phone = phones.normalise(written)
    assert (phone.e164, phone.warnings) == ("+212612345678", ())


def test_a_number_is_read_as_dialled_from_its_region() -> None:
    assert phones.normalise("0501234567", region="SA").e164 == "+966501234567"


@pytest.mark.parametrize("written", ["12", "0999999999999", "neighbour's", "٠٦", "6" * 80, "+999 1234567"])
def test_an_unusable_number_is_kept_as_said(written: str) -> None:
    phone = phones.normalise(f"  {written} ")
    assert (phone.e164, phone.raw, phone.warnings) == (None, written, ("phone_unusual",))


@pytest.mark.parametrize(
    ("written", "is_one"),
    [
        ("612345678", True),
        ("06 12-34.56 78", True),
        ("٠٦١٢٣٤٥٦٧٨", True),
        ("۰۶۱۲۳۴۵۶۷۸", True),
        ("+212 6 12 34 56 78 (الجارة)", True),
        ("1" * 15, True),
        ("1" * 16, False),
        ("12345678", False),
        ("١٢", False),
        ("neighbour's", False),
        ("", False),
    ],
)
def test_a_telephone_number_has_nine_to_fifteen_digits(written: str, is_one: bool) -> None:
    assert is_plausible_phone(written) is is_one


def test_no_number_is_not_an_unusual_one() -> None:
    phone = phones.normalise(" \u200f ")
    assert (phone.e164, phone.raw, phone.warnings) == (None, "", ())


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        ("+212612345678", "06 12 34 56 78"),
        ("+33612345678", "+33 6 12 34 56 78"),
        ("ask the guard", "ask the guard"),
    ],
)
def test_a_number_is_shown_as_people_dial_it(e164: str, shown: str) -> None:
    assert phones.local(e164) == shown


@given(
    st.text(st.characters()) | st.text("+0123456789٠٦ -()x;=", max_size=25),
    st.sampled_from(["MA", "IR", "??"]),
)
def test_no_text_raises_and_what_is_understood_is_stable(raw: str, region: str) -> None:
    phone = phones.normalise(raw, region)
    assert phones.local(raw) is not None
    assert phone.e164 is None or phones.normalise(phone.e164, region).e164 == phone.e164


def test_a_phone_does_not_print_its_number() -> None:
    assert "612345678" not in repr(
        phones.normalise("0612345678")
    )  # three digits stand in an address by chance
