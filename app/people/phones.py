"""Telephone numbers: stored in E.164, shown the way people dial them.

An unusual number is doubted, never a reason to refuse someone; what cannot be a number at all is a slip of the keyboard.
"""

from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from app.core import text

_LONGEST_RAW = 60  # characters worth parsing; longer text is a note, not a number


@dataclass(frozen=True, slots=True, repr=False)
class Phone:
    """`e164` is None when the number cannot be dialled as written; `raw` keeps what was said."""

    e164: str | None
    raw: str
    warnings: tuple[str, ...] = ()


def normalise(raw: str, region: str = "MA") -> Phone:
    """Read a number as dialled from `region` (ISO 3166), in any of the three digit sets.

    Nothing is refused: an unusable number is kept as written with the warning `phone_unusual`. An empty one is the
    absence of a number and carries no warning.
    """
    kept = text.clean(raw)
    if not kept:
        return Phone(None, "")
    number = _parse(text.digits_to_ascii(kept), region)
    if number is None or not phonenumbers.is_valid_number(number):
        return Phone(None, kept, ("phone_unusual",))
    return Phone(phonenumbers.format_number(number, PhoneNumberFormat.E164), kept)


def local(e164: str, region: str = "MA") -> str:
    """The national form inside `region`, the international one elsewhere, the text itself when it is no number."""
    number = _parse(e164, None)
    if number is None:
        return e164
    inside = number.country_code == phonenumbers.country_code_for_region(region)
    style = PhoneNumberFormat.NATIONAL if inside else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def _parse(value: str, region: str | None) -> PhoneNumber | None:
    if len(value) > _LONGEST_RAW:
        return None
    try:
        return phonenumbers.parse(value, region)
    except NumberParseException:
        return None
