"""Field types shared by every schema: bounded, cleaned, strict where laxness would hide a mistake."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field
from pydantic_core import PydanticKnownError

from app.core.text import clean, digits_to_ascii

MAX_SAFE_INTEGER = 2**53 - 1  # beyond it a JavaScript client reads another number than was sent


def _cleaned(least: int, most: int, *, multiline: bool = False) -> AfterValidator:
    """Clean a text and hold what is left against its bounds again.

    What nobody can see is gone by then, and some letters are two once they are normalised.
    """

    def check(value: str) -> str:
        kept = clean(value, multiline=multiline)
        if len(kept) < least:
            raise PydanticKnownError("string_too_short", {"min_length": least})
        if len(kept) > most:
            raise PydanticKnownError("string_too_long", {"max_length": most})
        return kept

    return AfterValidator(check)


_WRITTEN_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _day(value: object) -> object:
    """A bare number would be read as seconds since 1970, a time would lose its hour: only a written day is a day."""
    if type(value) is date:
        return value
    if not (isinstance(value, str) and _WRITTEN_DAY.fullmatch(digits_to_ascii(value))):
        raise ValueError("bad_format", "2026-11-26")
    try:
        return date.fromisoformat(digits_to_ascii(value))
    except ValueError:
        raise ValueError("no_such_day") from None


_WRITTEN_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


def _clock(value: object) -> object:
    """An hour is written in full, so that hours in their order as text are in their order of the day."""
    said = digits_to_ascii(value) if isinstance(value, str) else ""
    if not _WRITTEN_CLOCK.fullmatch(said):
        raise ValueError("bad_format", "14:30")
    return said


_WRITTEN_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d")
# Within a zone's reach of its ends the calendar has no room to tell an instant in another zone.
_FIRST = datetime.min.replace(tzinfo=UTC) + timedelta(days=2)
_LAST = datetime.max.replace(tzinfo=UTC) - timedelta(days=2)


def _instant(value: object) -> object:
    """A bare number would be read as seconds since 1970, in quotation marks too."""
    if isinstance(value, datetime) or (isinstance(value, str) and _WRITTEN_INSTANT.match(value)):
        return value
    raise ValueError("bad_format", "2026-11-26T10:00Z")


def _within_the_calendar(value: datetime) -> datetime:
    if not _FIRST <= value <= _LAST:
        raise ValueError("not_allowed")
    return value.astimezone(UTC)


_FEWEST_DIGITS, _MOST_DIGITS = 9, 15  # a Moroccan number without its 0; the longest of E.164
_NATIONAL_DIGITS = 9  # of a Moroccan number, after its 0 or its country code
_DIALLED = re.compile(r"[+0-9][0-9 .()/-]*")  # what follows it is a note: an extension, whose number it is
_AS_MOROCCAN = re.compile(r"(?:[+]2120?|002120?|0(?!0))([0-9]*)")


def dialled(raw: str) -> str:
    """The text itself, or `ValueError` for what cannot be a telephone number, in any of the three digit sets.

    An unusual number is never a reason to refuse somebody; what cannot be a number at all is a slip of the keyboard:
    too few or too many digits, and of what is dialled as a Moroccan number any other count than a Moroccan number has.
    """
    plain = digits_to_ascii(clean(raw))
    if not _FEWEST_DIGITS <= sum(sign.isdecimal() for sign in plain) <= _MOST_DIGITS:
        raise ValueError("phone_implausible")
    begun = _DIALLED.search(plain)
    moroccan = _AS_MOROCCAN.match(re.sub(r"[^+0-9]", "", begun[0])) if begun else None
    if moroccan and len(moroccan[1]) != _NATIONAL_DIGITS:
        raise ValueError("phone_not_moroccan")
    return raw


# ASCII that can be seen: two addresses that look alike are one address, and nothing hides inside.
_ADDRESS = re.compile(r"[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+")


def _email(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise ValueError("bad_format")
    return value.casefold()


Line = Annotated[str, Field(max_length=200), _cleaned(0, 200)]
RequiredLine = Annotated[str, Field(min_length=1, max_length=200), _cleaned(1, 200)]
Prose = Annotated[str, Field(max_length=10_000), _cleaned(0, 10_000, multiline=True)]
RequiredProse = Annotated[str, Field(min_length=1, max_length=10_000), _cleaned(1, 10_000, multiline=True)]
Reason = Annotated[
    str, Field(min_length=3, max_length=500, examples=["The person asked for it."]), _cleaned(3, 500)
]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$", max_length=64)]
Email = Annotated[
    str, Field(min_length=5, max_length=254, examples=["accueil@exemple.example"]), AfterValidator(_email)
]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Telephone = Annotated[RequiredLine, Field(max_length=50), AfterValidator(dialled)]
Flag = Annotated[bool, Field(strict=True)]
Day = Annotated[date, BeforeValidator(_day)]
Clock = Annotated[
    str,
    Field(
        min_length=5,
        max_length=5,
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$",
        description="By the clock of the window, 24 hours.",
        examples=["14:30"],
    ),
    BeforeValidator(_clock),
]
Instant = Annotated[AwareDatetime, BeforeValidator(_instant), AfterValidator(_within_the_calendar)]
