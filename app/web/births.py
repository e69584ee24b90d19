"""A birth as people tell it at a window, read into what the API keeps of it."""

import re
from typing import Any

from app.core.clock import today
from app.core.text import digits_to_ascii, fold
from app.people.birth import BirthPrecision

_DAY = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})")
_DAY_BACKWARDS = re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})")
_MONTH = re.compile(r"(0?[1-9]|1[0-2])[/.\- ](\d{4})|(\d{4})[/.\-](0?[1-9]|1[0-2])")
_YEAR_AND_AGE = re.compile(r"([^()]+)\((\d{1,3})\)")
_NUMBER = re.compile(r"\d{1,4}")
_BESIDE = re.compile(r"(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)")  # 40ans
_MARKS = dict.fromkeys(map(ord, "~≈±"), " about ")


def _folded(words: str) -> tuple[str, ...]:
    """Alternatives, the longer before those that they begin or end with."""
    return tuple(sorted(map(fold, words.split("|")), key=len, reverse=True))


_ROUGHLY = _folded(
    "about|around|approximately|circa|ca|c|vers|environ|env|حوالي|نحو|تقريبا|حدود|حدودا|تقریبا|حدوداً"
)
_BORN = _folded(
    "born in|born|in|year|the year|né en|née en|né|née|en|année|l'année|مواليد|من مواليد|سنة|عام|متولد|سال"
)
_OLD = _folded("years old|years|year|year old|ans|an|سنة|سنوات|سنين|عاما|عام|أعوام|سال|ساله")


def read(said: str) -> dict[str, Any] | None:
    """The members of `BirthIn` that a text tells, in any of three sets of digits; None for what is none of these.

    - a day: `15/03/1990` in the order of the country, `1990-03-15` as calendars write it → `exact`
    - a year: `1990`, `née en 1990`, `مواليد 1990`; with its month, `03/1990`, the year is all that is kept → `year`
    - an age in completed years: `40`, `40 سنة`, `40 ans`, `40 years` → `about`, as stated today
    - the last as it is shown again, `about 1990 (36)`, if both still say the same
    - a year that is meant roughly: `about 1990`, `vers 1990`, `حوالي 1990` → `about`, by the age in that year

    Three digits or fewer are an age, four a year. Whether there is such a day, and whether somebody can be so old, is
    the schema's question.
    """
    plain = digits_to_ascii(said).strip()
    if found := _YEAR_AND_AGE.fullmatch(plain):
        return _agreed(read(found[1]), int(found[2]))
    if day := _day(plain):
        return {"precision": BirthPrecision.EXACT.value, "on": day}
    if found := _MONTH.fullmatch(plain):
        return _in_year(int(found[2] or found[3]))
    return _number(plain)


def _agreed(told: dict[str, Any] | None, age: int) -> dict[str, Any] | None:
    """A year with the age that goes with it; None where only one of them was changed."""
    return told if told is not None and told.get("about_age") == age else None


def _day(plain: str) -> str | None:
    if found := _DAY.fullmatch(plain):
        day, month, year = found.groups()
    elif found := _DAY_BACKWARDS.fullmatch(plain):
        year, month, day = found.groups()
    else:
        return None
    return f"{year}-{int(month):02}-{int(day):02}"


def _number(plain: str) -> dict[str, Any] | None:
    """A single number, and around it only words that say what it counts or how sure it is."""
    rest, said = _BESIDE.sub(" ", fold(plain.translate(_MARKS))), set[str]()
    while not _NUMBER.fullmatch(rest):
        shorter, what = _without_a_word(rest)
        if what is None:
            return None
        rest = shorter
        said.add(what)
    number, is_age = int(rest), len(rest) < 4
    if (is_age and "born" in said) or (not is_age and "old" in said):
        return None  # born in 84, 1984 years old: somebody has to say what is meant
    if is_age:
        return _about(number)
    age = today().year - number
    return _about(age) if "roughly" in said and age >= 0 else _in_year(number)


def _without_a_word(words: str) -> tuple[str, str | None]:
    """A text without one word that is known before or behind a number, and what it says; None when there is none."""
    before = ((word, what) for what, known in (("roughly", _ROUGHLY), ("born", _BORN)) for word in known)
    for word, what in before:
        if words.startswith(f"{word} "):
            return words.removeprefix(f"{word} "), what
    behind = ((word, what) for what, known in (("roughly", _ROUGHLY), ("old", _OLD)) for word in known)
    for word, what in behind:
        if words.endswith(f" {word}"):
            return words.removesuffix(f" {word}"), what
    return words, None


def _in_year(year: int) -> dict[str, Any]:
    return {"precision": BirthPrecision.YEAR.value, "year": year}


def _about(age: int) -> dict[str, Any]:
    stated = {"about_age": age, "stated_on": today().isoformat()}
    return {"precision": BirthPrecision.ABOUT.value, **stated}
