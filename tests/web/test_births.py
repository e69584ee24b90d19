"""What is typed into the field for a birth, in any order, language and set of digits."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from app.people.birth import OLDEST_AGE, Birth
from app.people.schemas import BirthIn
from app.web import answers, births

TODAY = date(2026, 6, 1)
DIGITS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹")
ROUGHLY = ("about {}", "~{}", "vers {}", "environ {}", "حوالي {}", "{} تقريبا", "حدود {}", "c. {}")
OLD = (
    "{}",
    "{} years",
    "{} years old",
    "{} ans",
    "{}ans",
    "{} سنة",
    "{} سنوات",
    "{} عاما",
    "{} ساله",
    "{} سال",
)
BORN = ("{}", "born in {}", "née en {}", "l’année {}", "سنة {}", "مواليد {}", "متولد {}")

days = st.dates(date(1900, 1, 1), TODAY)
years = st.integers(1000, 9999)
ages = st.integers(0, OLDEST_AGE)
written_in = st.sampled_from(DIGITS)


@pytest.fixture(autouse=True, scope="module")
def _today() -> Any:
    with time_machine.travel(datetime(2026, 6, 1, 12, tzinfo=UTC), tick=False):
        yield


def written(text: str, digits: str) -> str:
    return text.translate(str.maketrans(DIGITS[0], digits))


def read(text: str, digits: str = DIGITS[0]) -> Birth | None:
    told = births.read(written(text, digits))
    return None if told is None else BirthIn.model_validate(told).value


@given(
    day=days,
    form=st.sampled_from(
        ("{d:02}/{m:02}/{y}", "{d}.{m}.{y}", "{d} {m} {y}", "{y}-{m:02}-{d:02}", "{y}/{m}/{d}")
    ),
    digits=written_in,
)
def test_a_day_is_read_in_the_order_of_the_country_and_of_calendars(
    day: date, form: str, digits: str
) -> None:
    assert read(form.format(d=day.day, m=day.month, y=day.year), digits) == Birth.exact(day)


@given(year=years, form=st.sampled_from(BORN), digits=written_in)
def test_four_digits_are_a_year(year: int, form: str, digits: str) -> None:
    assert read(form.format(year), digits) == Birth.in_year(year)


@given(
    year=years,
    month=st.integers(1, 12),
    form=st.sampled_from(("{m:02}/{y}", "{m}/{y}", "{m}-{y}", "{y}-{m:02}")),
    digits=written_in,
)
def test_of_a_month_with_its_year_the_year_is_kept(year: int, month: int, form: str, digits: str) -> None:
    assert read(form.format(m=month, y=year), digits) == Birth.in_year(year)


@given(age=ages, old=st.sampled_from(OLD), rough=st.sampled_from(("{}", *ROUGHLY)), digits=written_in)
def test_an_age_is_one_as_stated_today(age: int, old: str, rough: str, digits: str) -> None:
    assert read(rough.format(old.format(age)), digits) == Birth.about(age, TODAY)


@given(
    year=st.integers(TODAY.year - OLDEST_AGE, TODAY.year),
    form=st.sampled_from(ROUGHLY),
    digits=written_in,
)
def test_a_year_that_is_meant_roughly_is_an_age_whose_middle_it_is(year: int, form: str, digits: str) -> None:
    found = read(form.format(year), digits)
    assert found == Birth.about(TODAY.year - year, TODAY)
    assert found is not None
    assert found.middle == year


@pytest.mark.parametrize(
    "said",
    [
        "the spring",
        "13/1990",
        "00/1990",
        "1990-13",
        "19/90",
        "12345",
        "1984 ans",
        "born in 84",
        "40 kg",
        "40 50",
        "؟",
        "",
        "about",
        "ans",
        "1/2/84",
    ],
)
def test_what_may_mean_anything_is_not_guessed(said: str) -> None:
    assert births.read(said) is None


@given(st.text(max_size=30))
def test_whatever_is_typed_is_read_or_kept_as_it_stands(said: str) -> None:
    told = births.read(said)
    kept = answers.birth(said)
    assert kept == (told or {"precision": "exact", "on": said})
    assert told is None or told["precision"] in {"exact", "year", "about"}


@given(day=days, digits=written_in)
def test_what_is_shown_again_is_read_as_the_same(day: date, digits: str) -> None:
    for said in (f"{day:%d/%m/%Y}", f"{day.year:04}", "03/1990", "40", "about 1990"):
        told = answers.birth(written(said, digits))
        assert answers.birth(answers.shown_birth(told)) == told


def test_a_day_that_there_is_not_is_no_guess_of_another() -> None:
    with pytest.raises(ValueError, match="no_such_day"):
        read("31/02/1990")


def test_what_is_shown_of_a_rough_year_is_read_as_it_was_said() -> None:
    told = births.read("حوالي 1990")
    assert told is not None
    shown = answers.shown_birth(told)
    assert "1990" in shown
    assert births.read(shown) == told
    assert births.read(shown.replace("1990", "1980")) is None
