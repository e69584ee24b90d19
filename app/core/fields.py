"""Field types shared by every schema: bounded, cleaned, strict where laxness would hide a mistake."""

from typing import Annotated

from pydantic import AfterValidator, Field

from app.core.text import clean

MAX_SAFE_INTEGER = 2**53 - 1  # beyond it a JavaScript client reads another number than was sent


def _line(value: str) -> str:
    return clean(value, multiline=False)


def _prose(value: str) -> str:
    return clean(value, multiline=True)


Line = Annotated[str, Field(max_length=200), AfterValidator(_line)]
RequiredLine = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_line)]
Prose = Annotated[str, Field(max_length=10_000), AfterValidator(_prose)]
RequiredProse = Annotated[str, Field(min_length=1, max_length=10_000), AfterValidator(_prose)]
Reason = Annotated[
    str,
    Field(min_length=3, max_length=500, examples=["The person asked for it."]),
    AfterValidator(_line),
]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$", max_length=64)]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Flag = Annotated[bool, Field(strict=True)]
