"""Field types shared by every schema: bounded, cleaned, strict where laxness would hide a mistake."""

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
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
    if isinstance(value, str) and _WRITTEN_DAY.fullmatch(digits_to_ascii(value)):
        return digits_to_ascii(value)
    raise ValueError("bad_format")


Line = Annotated[str, Field(max_length=200), _cleaned(0, 200)]
RequiredLine = Annotated[str, Field(min_length=1, max_length=200), _cleaned(1, 200)]
Prose = Annotated[str, Field(max_length=10_000), _cleaned(0, 10_000, multiline=True)]
RequiredProse = Annotated[str, Field(min_length=1, max_length=10_000), _cleaned(1, 10_000, multiline=True)]
Reason = Annotated[
    str, Field(min_length=3, max_length=500, examples=["The person asked for it."]), _cleaned(3, 500)
]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$", max_length=64)]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Flag = Annotated[bool, Field(strict=True)]
Day = Annotated[date, BeforeValidator(_day)]
