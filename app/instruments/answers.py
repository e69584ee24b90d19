"""Turns what was sent as an answer into the value that is kept and the text that expressions see."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date

from app.instruments.form import MAX_TEXT, Item
from app.instruments.functions import write_number
from app.instruments.workbook import ILLEGAL_TEXT

Answer = str | int | float | list[str]

MAX_FIGURE = 10**15 - 1  # every whole number up to here is exact as a float, and therefore in XPath

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫", "01234567890123456789.")
_INTEGER = re.compile(r"[+-]?[0-9]{1,15}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]{1,15})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class AnswerRefused(Exception):
    """The code is wrong_type, unknown_choice or too_long; the answer itself goes nowhere."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def is_blank(sent: object) -> bool:
    return sent is None or sent == [] or (isinstance(sent, str) and not sent.strip())


def normalise(item: Item, sent: object) -> Answer:
    """`sent` is any JSON value that is not blank. Raises AnswerRefused."""
    return _READERS[item.type](item, sent)


def as_text(answer: Answer) -> str:
    if isinstance(answer, list):
        return " ".join(answer)
    return answer if isinstance(answer, str) else write_number(float(answer))


def _text(_: Item, sent: object) -> str:
    text = _line(sent, MAX_TEXT)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _line(sent: object, longest: int) -> str:
    if not isinstance(sent, str) or ILLEGAL_TEXT.search(sent):
        raise AnswerRefused("wrong_type")
    text = sent.strip()
    if len(text) > longest:
        raise AnswerRefused("too_long")
    return text


def _figure(sent: object, written: re.Pattern[str]) -> float | int:
    """A number, or its writing in one of the three digit sets in use; a boolean is not a number here."""
    if isinstance(sent, str):
        text = sent.strip().translate(_DIGITS)
        if not written.fullmatch(text):
            raise AnswerRefused("wrong_type")
        sent = float(text.replace(",", ".")) if written is _DECIMAL else int(text)
    if isinstance(sent, bool) or not isinstance(sent, int | float) or not abs(sent) <= MAX_FIGURE:
        raise AnswerRefused("wrong_type")
    return sent


def _integer(_: Item, sent: object) -> int:
    number = _figure(sent, _INTEGER)
    if number != math.floor(number):
        raise AnswerRefused("wrong_type")
    return int(number)


def _decimal(_: Item, sent: object) -> float:
    return float(_figure(sent, _DECIMAL)) + 0.0


def _day(_: Item, sent: object) -> str:
    text = _line(sent, MAX_TEXT).translate(_DIGITS)
    if not _DATE.fullmatch(text):
        raise AnswerRefused("wrong_type")
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise AnswerRefused("wrong_type") from None


def _choice(item: Item, sent: object) -> str:
    if not isinstance(sent, str):
        raise AnswerRefused("wrong_type")
    if sent not in {choice.code for choice in item.choices}:
        raise AnswerRefused("unknown_choice")
    return sent


def _choices(item: Item, sent: object) -> list[str]:
    """In the order of the list, each once, so that equal answers are equal values."""
    if not isinstance(sent, list | tuple):
        raise AnswerRefused("wrong_type")
    chosen = {_choice(item, code) for code in sent}
    return [choice.code for choice in item.choices if choice.code in chosen]


_READERS: Mapping[str, Callable[[Item, object], Answer]] = {
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "date": _day,
    "select_one": _choice,
    "select_multiple": _choices,
}
