import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.fields import dialled
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


def phone_fault(written: str) -> str | None:
    """The code of the reason for which a text is refused as a telephone number."""
    try:
        assert dialled(written) == written
    except ValueError as fault:
        return str(fault)
    return None


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("612345678", None),
        ("06 12-34.56 78", None),
        ("٠٦١٢٣٤٥٦٧٨", None),
        ("۰۶۱۲۳۴۵۶۷۸", None),
        ("+212 6 12 34 56 78 (الجارة)", None),
        ("+212 (0)6 12 34 56 78", None),
        ("05 36 00 00 00 poste 12", None),
        ("الجارة 0612345678", None),
        ("00 33 6 12 34 56 78", None),
        ("+98 21 1234 5678", None),
        ("1" * 15, None),
        ("066123456", "phone_not_moroccan"),
        ("٠٦٦١٢٣٤٥٦", "phone_not_moroccan"),
        ("06 12 34 56 789", "phone_not_moroccan"),
        ("+212 6 12 34 56 7", "phone_not_moroccan"),
        ("00212 06 12 34 56 7", "phone_not_moroccan"),
        ("الجارة 066123456", "phone_not_moroccan"),
        ("1" * 16, "phone_implausible"),
        ("12345678", "phone_implausible"),
        ("١٢", "phone_implausible"),
        ("neighbour's", "phone_implausible"),
        ("", "phone_implausible"),
    ],
)
def test_what_cannot_be_a_telephone_number_is_told_from_what_can(written: str, fault: str | None) -> None:
    assert phone_fault(written) == fault


_DIGIT_SETS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹")


@given(
    st.sampled_from(["0", "+212", "00212", "+2120"]),
    st.text("123456789", min_size=1, max_size=1),
    st.text("0123456789", min_size=7, max_size=10),
    st.sampled_from(["", " ", "-", "."]),
    st.sampled_from(_DIGIT_SETS),
)
def test_a_moroccan_number_has_nine_digits_after_its_beginning(
    beginning: str, first: str, others: str, between: str, digits: str
) -> None:
    """However it is written, in whichever digits, and with whatever stands between them."""
    written = between.join(f"{beginning}{first}{others}".translate(str.maketrans(_DIGIT_SETS[0], digits)))
    fault = phone_fault(written.replace(f"+{between}", "+"))
    count = len([sign for sign in written if sign.isdecimal()])
    if 9 <= count <= 15:
        assert fault == (None if len(first + others) == 9 else "phone_not_moroccan")
    else:
        assert fault == "phone_implausible"


@given(st.sampled_from(["1", "33", "34", "98", "90", "221"]), st.text("0123456789", min_size=8, max_size=12))
def test_a_foreign_number_is_judged_by_its_length_alone(country: str, rest: str) -> None:
    for beginning in ("+", "00"):
        length = len(country + rest) + (2 if beginning == "00" else 0)
        fault = phone_fault(f"{beginning}{country}{rest}")
        assert fault == (None if length <= 15 else "phone_implausible")


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
