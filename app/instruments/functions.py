"""The functions of ODK XForms that XPath 1.0 lacks, as extension functions for lxml.

They are given text, numbers and booleans (never nodes, see `rewriting`), and never raise: what has no answer is NaN
or "". A date is written YYYY-MM-DD and counts, in numeric places, as days since 1970-01-01.
"""

import functools
import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

from app.instruments.patterns import MAX_MATCHED
from app.instruments.xpath import OPENROSA

Value = str | float | bool

_EPOCH = date(1970, 1, 1)
_NUMBER = re.compile(r"\s*-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*")
_DATE = re.compile(r"\s*([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T([0-9]{2}:[0-9]{2}:[0-9]{2}))?\s*")
_MAX_DIGITS = 12  # round() beyond it is noise


def read_date(text: str) -> datetime | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2] or '00:00:00'}")
    except ValueError:
        return None


def write_number(number: float) -> str:
    """Without exponent, whole numbers without a fraction: the way a number is read back by `number()`."""
    if not math.isfinite(number):
        return ""
    text = format(Decimal(repr(number + 0.0)), "f")  # -0.0 is zero
    return text.rstrip("0").rstrip(".") if "." in text else text


def _number(_: object, value: Value) -> float:
    if not isinstance(value, str):
        return float(value)
    if _NUMBER.fullmatch(value):
        return float(value)
    moment = read_date(value)
    return math.nan if moment is None else _days(moment)


def _days(moment: datetime) -> float:
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return (moment.date() - _EPOCH).days + seconds / 86_400


def _string(_: object, value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return write_number(value) if isinstance(value, float) else value


def _moment(value: Value) -> datetime | None:
    """A date as text, or a number of days since 1970-01-01; None outside of the years 1 to 9999."""
    if isinstance(value, str):
        return read_date(value)
    try:
        return datetime(1970, 1, 1) + timedelta(days=value)  # noqa: DTZ001 - a wall date has no zone
    except (OverflowError, ValueError):
        return None


def _date(_: object, value: Value) -> str:
    moment = _moment(value)
    return "" if moment is None else moment.date().isoformat()


def _format_date(_: object, value: Value, pattern: str) -> str:
    moment = _moment(value)
    if moment is None:
        return ""
    parts = {
        "Y": f"{moment.year:04}", "y": f"{moment.year % 100:02}", "m": f"{moment.month:02}", "n": str(moment.month),
        "d": f"{moment.day:02}", "e": str(moment.day), "H": f"{moment.hour:02}", "h": str(moment.hour),
        "M": f"{moment.minute:02}", "S": f"{moment.second:02}", "%": "%",
    }  # fmt: skip
    return re.sub("%(.)", lambda found: parts[found[1]], pattern)


def _selected(_: object, chosen: str, code: str) -> bool:
    return code.strip() in chosen.split()


def _selected_at(_: object, chosen: str, position: float) -> str:
    codes = chosen.split()
    return codes[int(position)] if 0 <= position < len(codes) else ""


def _count_selected(_: object, chosen: str) -> float:
    return float(len(chosen.split()))


def _if(_: object, condition: bool, then: Value, otherwise: Value) -> Value:
    return then if condition else otherwise


def _coalesce(_: object, *values: Value) -> Value:
    """The first value that is not blank."""
    return next((value for value in values if value != "" and value == value), "")


def _int(_: object, number: float) -> float:
    return float(math.trunc(number)) if math.isfinite(number) else math.nan


def _round(_: object, number: float, digits: float = 0.0) -> float:
    """Halves go towards positive infinity, as XPath's own round() does."""
    if not (math.isfinite(number) and math.isfinite(digits)):
        return math.nan
    places = max(-_MAX_DIGITS, min(_MAX_DIGITS, int(digits)))
    halves = ROUND_HALF_DOWN if number < 0 else ROUND_HALF_UP
    return float((Decimal(repr(number)).scaleb(places)).to_integral_value(halves).scaleb(-places))


def _pow(_: object, base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except (OverflowError, ValueError):
        return math.nan


def _abs(_: object, number: float) -> float:
    return abs(number)


def _extreme(choose: Callable[[tuple[float, ...]], float]) -> Callable[..., float]:
    """A blank among the numbers makes the answer blank, whatever its place."""
    return lambda _, *numbers: math.nan if any(map(math.isnan, numbers)) else choose(numbers)


@functools.lru_cache(maxsize=256)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _regex(_: object, text: str, pattern: str) -> bool:
    """The whole text must match. Patterns are literals found safe when the form was published."""
    return len(text) <= MAX_MATCHED and _pattern(pattern).fullmatch(text) is not None


def _boolean_from_string(_: object, text: str) -> bool:
    return text in ("true", "1")


def _substr(_: object, text: str, start: float, end: float = math.inf) -> str:
    """From `start` up to, not including, `end`; counted from 0, from the end when negative."""
    return text[_index(start) : _index(end)]


def _index(position: float) -> int | None:
    return int(position) if math.isfinite(position) else None


def _same(_: object, number: float) -> float:
    return number


# The next four exist in libxml2, where their cost grows with the product of the lengths.


def _contains(_: object, text: str, part: str) -> bool:
    return part in text


def _substring_before(_: object, text: str, mark: str) -> str:
    return text[: max(text.find(mark), 0)]


def _substring_after(_: object, text: str, mark: str) -> str:
    found = text.find(mark)
    return "" if found < 0 else text[found + len(mark) :]


def _translate(_: object, text: str, old: str, new: str) -> str:
    """Characters of `old` without a counterpart in `new` are removed; the first place of a character counts."""
    table: dict[int, str] = {}
    for position, letter in enumerate(old):
        table.setdefault(ord(letter), new[position : position + 1])
    return text.translate(table)


_BY_NAME: Mapping[str, Callable[..., Value]] = {
    "abs": _abs,
    "boolean-from-string": _boolean_from_string,
    "coalesce": _coalesce,
    "contains": _contains,
    "count-selected": _count_selected,
    "date": _date,
    "decimal-date-time": _same,  # its argument has been made a number of days already
    "format-date": _format_date,
    "if": _if,
    "int": _int,
    "max": _extreme(max),
    "min": _extreme(min),
    "number": _number,
    "pow": _pow,
    "regex": _regex,
    "round": _round,
    "selected": _selected,
    "selected-at": _selected_at,
    "string": _string,
    "substr": _substr,
    "substring-after": _substring_after,
    "substring-before": _substring_before,
    "translate": _translate,
}
FUNCTIONS = {(OPENROSA, name): function for name, function in _BY_NAME.items()}
