"""Invented people in any number, the same ones from the same seed. Their family names are strings of syllables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

GIVEN = {
    "female": (
        ("فاطمة", "Fatima"),
        ("خديجة", "Khadija"),
        ("مريم", "Meryem"),
        ("سلمى", "Salma"),
        ("نادية", "Nadia"),
        ("حنان", "Hanane"),
        ("كريمة", "Karima"),
        ("إيمان", "Imane"),
        ("رشيدة", "Rachida"),
        ("زينب", "Zineb"),
    ),
    "male": (
        ("محمد", "Mohammed"),
        ("أحمد", "Ahmed"),
        ("يوسف", "Youssef"),
        ("حسن", "Hassan"),
        ("عمر", "Omar"),
        ("رشيد", "Rachid"),
        ("كريم", "Karim"),
        ("إدريس", "Driss"),
        ("سعيد", "Said"),
        ("مصطفى", "Mustapha"),
    ),
}
FIRST = (("ال", "El "), ("بن", "Ben"), ("بو", "Bou"), ("آيت ", "Ait "))
SYLLABLES = (
    ("كا", "ka"),
    ("لو", "lou"),
    ("مي", "mi"),
    ("نا", "na"),
    ("رو", "rou"),
    ("تي", "ti"),
    ("زا", "za"),
    ("دو", "dou"),
    ("في", "fi"),
    ("شا", "cha"),
    ("سو", "sou"),
    ("بي", "bi"),
)


@dataclass(frozen=True, repr=False)
class Invented:
    """Somebody who does not exist, with the columns of `people`."""

    given_ar: str
    family_ar: str
    given_latin: str | None
    family_latin: str | None
    sex: str
    birth_on: date | None
    birth_year: int
    cin: str | None
    phone: str | None

    @property
    def names(self) -> dict[str, str | None]:
        return {
            "given_name_ar": self.given_ar,
            "family_name_ar": self.family_ar,
            "given_name_latin": self.given_latin,
            "family_name_latin": self.family_latin,
        }

    @property
    def birth(self) -> Mapping[str, Any]:
        """As the API takes it."""
        if self.birth_on is None:
            return {"precision": "year", "year": self.birth_year}
        return {"precision": "exact", "on": self.birth_on.isoformat()}


def invent(random: Random, number: int) -> Invented:
    """One person. Given names are few and family names thousands, some frequent, as in a real register."""
    sex = random.choice(("female", "female", "female", "male", "male"))
    given_ar, given_latin = random.choice(GIVEN[sex])
    family_ar, family_latin = _family(random)
    in_latin = random.random() < 0.6
    born = date(2006, 12, 31) - timedelta(days=int(random.betavariate(2, 3) * 70 * 365))
    return Invented(
        given_ar=given_ar,
        family_ar=family_ar,
        given_latin=given_latin if in_latin else None,
        family_latin=family_latin if in_latin else None,
        sex=sex,
        birth_on=born if random.random() < 0.7 else None,
        birth_year=born.year,
        cin=f"ZZ{number:06d}" if random.random() < 0.75 else None,
        phone=f"+2126{number % 100_000_000:08d}" if random.random() < 0.85 else None,
    )


def _family(random: Random) -> tuple[str, str]:
    parts = [random.choice(FIRST), *(_syllable(random) for _ in range(3))]
    return "".join(ar for ar, _ in parts), "".join(latin for _, latin in parts).title()


def _syllable(random: Random) -> tuple[str, str]:
    return SYLLABLES[min(int(random.expovariate(0.25)), len(SYLLABLES) - 1)]
