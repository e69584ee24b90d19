"""File numbers: window code, year, sequence, as in `OUJ1-2026-00042`.

There is no check digit. A number is read out over the telephone, and every character more is one more to get wrong;
whoever types one sees the person's name on the page that opens and asks for it.
"""

import re

from app.core.text import digits_to_ascii, has_forbidden

_PARTS = re.compile(r"[^\W_]+")
# The longest code that still leaves a year of this century and five digits.
_TOGETHER = re.compile(r"([A-Z0-9]+)(20[0-9]{2})([0-9]{5,9})")


def make(window_code: str, year: int, sequence: int) -> str:
    """Write a number; the sequence has five digits, and more once a window opens more cases in a year."""
    return f"{window_code}-{year}-{sequence:05d}"


def understand(said: str) -> str | None:
    """The number that somebody means, or None when it cannot be one.

    Letter case, the three digit sets, and whatever stands or does not stand between the parts make no difference;
    with its parts kept apart, a sequence may be said without its zeros.
    """
    if len(said) > 64 or has_forbidden(said):
        return None
    parts = _PARTS.findall(digits_to_ascii(said).upper())
    if len(parts) == 3 and all(re.fullmatch("[0-9]{1,9}", part) for part in parts[1:]):
        return f"{parts[0]}-{parts[1]}-{parts[2]:0>5}"
    together = _TOGETHER.fullmatch("".join(parts))
    return "-".join(together.groups()) if together else None
