"""When a person was born, as far as anybody knows.

Many people know a year, or only roughly how old they are. A guessed date must never look like a known one, so the
precision is part of the value and every question about age is answered with bounds.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal, Self

OLDEST_AGE = 130  # years; beyond it the date is a slip of the keyboard
MAJORITY = 18  # years; Moudawana, article 209

Agreement = Literal["same", "compatible", "different", "unknown"]


class BirthPrecision(StrEnum):
    EXACT = "exact"
    YEAR = "year"
    ABOUT = "about"
    UNKNOWN = "unknown"


_FIELDS = {
    BirthPrecision.EXACT: {"on"},
    BirthPrecision.YEAR: {"year"},
    BirthPrecision.ABOUT: {"about_age", "stated_on"},
    BirthPrecision.UNKNOWN: set[str](),
}


@dataclass(frozen=True, slots=True, repr=False)
class Birth:
    """Exactly the fields of its precision are filled; anything else raises ValueError("birth_incoherent").

    `about_age` is in completed years, as the person or the worker put it on `stated_on`.
    """

    precision: BirthPrecision
    on: date | None = None
    year: int | None = None
    about_age: int | None = None
    stated_on: date | None = None

    def __post_init__(self) -> None:
        named = {"on": self.on, "year": self.year, "about_age": self.about_age, "stated_on": self.stated_on}
        if {name for name, value in named.items() if value is not None} != _FIELDS[self.precision]:
            raise ValueError("birth_incoherent")
        if self.about_age is not None and not 0 <= self.about_age <= OLDEST_AGE:
            raise ValueError("birth_age_out_of_range")

    @classmethod
    def exact(cls, on: date) -> Self:
        return cls(BirthPrecision.EXACT, on=on)

    @classmethod
    def in_year(cls, year: int) -> Self:
        return cls(BirthPrecision.YEAR, year=year)

    @classmethod
    def about(cls, age: int, stated_on: date) -> Self:
        return cls(BirthPrecision.ABOUT, about_age=age, stated_on=stated_on)

    @classmethod
    def unknown(cls) -> Self:
        return cls(BirthPrecision.UNKNOWN)

    def checked(self, today: date) -> Self:
        """Itself, unless it lies after today ("birth_in_future") or over 130 years back ("birth_too_old").

        A ValueError carries the code alone, never the date. "about" is checked by the day it was stated.
        """
        latest_known = self.on or self.stated_on
        years = self.years
        if (latest_known is not None and latest_known > today) or (
            years is not None and years[0] > today.year
        ):
            raise ValueError("birth_in_future")
        if years is not None and years[1] < today.year - OLDEST_AGE:
            raise ValueError("birth_too_old")
        return self

    @property
    def years(self) -> tuple[int, int] | None:
        """Earliest and latest possible year of birth, both included; None when unknown.

        "About N years old" is taken to be off by two years or a tenth of N rounded up, whichever is more: the older
        the person, the rounder the guess. Nobody is born after the day the guess was made.
        """
        if self.middle is None:
            return None
        if self.about_age is None or self.stated_on is None:
            return self.middle, self.middle
        slack = max(2, -(-self.about_age // 10))
        return self.middle - slack, min(self.middle + slack, self.stated_on.year)

    @property
    def middle(self) -> int | None:
        """The likeliest year of birth, for sorting and age groups; None when unknown."""
        if self.about_age is not None and self.stated_on is not None:
            return self.stated_on.year - self.about_age
        return self.on.year if self.on is not None else self.year

    @property
    def earliest(self) -> int | None:
        return self.years[0] if self.years else None

    @property
    def latest(self) -> int | None:
        return self.years[1] if self.years else None

    def age_on(self, day: date) -> tuple[int, int] | None:
        """Least and greatest age in completed years on `day`, never below zero; None when unknown.

        Someone born on 29 February turns a year older on 1 March of a common year.
        """
        if self.on is not None:
            age = _completed_years(self.on.year, (self.on.month, self.on.day), day)
            return age, age
        if self.years is None:
            return None
        earliest, latest = self.years
        return _completed_years(latest, (12, 31), day), _completed_years(earliest, (1, 1), day)

    def is_of_age(self, day: date) -> bool | None:
        """Whether somebody is an adult on `day`; None when the birth is not known well enough to tell."""
        age = self.age_on(day)
        if age is None or age[0] < MAJORITY <= age[1]:
            return None
        return age[0] >= MAJORITY


def _completed_years(year: int, birthday: tuple[int, int], day: date) -> int:
    before_birthday = (day.month, day.day) < birthday
    return max(0, day.year - year - before_birthday)


def agreement(a: Birth, b: Birth) -> Agreement:
    """How two statements about a birth stand to each other.

    Only two equal exact dates are "same"; the same year alone is shared by too many people and is "compatible", as
    are overlapping bounds. Day and month exchanged is a common slip between the orders in which dates are written,
    hence "compatible" too.
    """
    if a.years is None or b.years is None:
        return "unknown"
    if a.on is not None and b.on is not None:
        return _dates_agree(a.on, b.on)
    overlap = a.years[0] <= b.years[1] and b.years[0] <= a.years[1]
    return "compatible" if overlap else "different"


def _dates_agree(a: date, b: date) -> Agreement:
    if a == b:
        return "same"
    swapped = (a.year, a.month, a.day) == (b.year, b.day, b.month)
    return "compatible" if swapped else "different"
