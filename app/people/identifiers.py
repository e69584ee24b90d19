"""Numbers that documents give to a person: written one way, doubted aloud, never refused."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from app.core import text


class IdentifierKind(StrEnum):
    """The documents a window accepts; `none` is a recorded answer, whose reason is kept beside it."""

    CIN = "cin"
    IDCS = "idcs"
    RESIDENCE_CARD = "residence_card"
    PASSPORT = "passport"
    BIRTH_CERTIFICATE = "birth_certificate"
    NONE = "none"


@dataclass(frozen=True, slots=True, repr=False)
class Normalised:
    """A value fit for an equality lookup, and coded doubts to show beside it."""

    value: str
    warnings: tuple[str, ...] = ()


_SEPARATORS = re.compile(r"[\s\-‐-―−_./\\]+")
_AROUND_SLASH = re.compile(r"\s*[/\\]\s*")
_CIN = re.compile(r"[A-Z]{1,2}[0-9]{1,7}")
_TRAVEL = re.compile(r"[A-Z0-9]{5,15}")


def normalise(kind: IdentifierKind, value: str) -> Normalised:
    """Write an identifier one way. Never raises: a person is not sent away because a number looks odd.

    Warnings: `identifier_empty`, `identifier_not_expected` (a value although there is no document), `cin_unusual`
    (not one or two letters and up to seven digits), `residence_card_unusual`, `passport_unusual`.
    """
    tidy = text.digits_to_ascii(text.clean(value))
    if kind is not IdentifierKind.IDCS:
        tidy = text.clean(unicodedata.normalize("NFKC", tidy))  # fullwidth letters are letters
    if kind is IdentifierKind.NONE:
        return Normalised("", ("identifier_not_expected",) if tidy else ())
    if not tidy:
        return Normalised("", ("identifier_empty",))
    match kind:
        case IdentifierKind.CIN:
            return _doubted(_compact(tidy), _CIN, "cin_unusual")
        case IdentifierKind.RESIDENCE_CARD:
            return _doubted(_compact(tidy), _TRAVEL, "residence_card_unusual")
        case IdentifierKind.PASSPORT:
            return _doubted(_compact(tidy), _TRAVEL, "passport_unusual")
        case IdentifierKind.BIRTH_CERTIFICATE:
            # The number is often "act/year": the slash carries meaning.
            return Normalised(_upper(_AROUND_SLASH.sub("/", tidy)))
        case IdentifierKind.IDCS:
            # Issued by the register as opaque text, so not even its case is ours to change.
            return Normalised(tidy)
        case _:
            assert_never(kind)


def _compact(value: str) -> str:
    return _upper(_SEPARATORS.sub("", value))


def _upper(value: str) -> str:
    """Capitals, composed again: a capital may need other marks than its small letter."""
    return unicodedata.normalize("NFKC", value.upper())


def _doubted(value: str, usual: re.Pattern[str], warning: str) -> Normalised:
    return Normalised(value, () if usual.fullmatch(value) else (warning,))


def mask(value: str) -> str:
    """The last three characters behind a fixed number of dots, so that not even the length is told.

    A short value shows at most its second half, lest three characters be all of it.
    """
    shown = min(3, len(value) // 2)
    return "•••" + value[len(value) - shown :]
