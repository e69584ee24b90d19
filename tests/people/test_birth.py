from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.people.birth import Agreement, Birth, BirthPrecision, agreement

TODAY = date(2024, 6, 15)

births = st.one_of(
    st.builds(Birth.exact, st.dates()),
    st.builds(Birth.in_year, st.integers(1, 9999)),
    st.builds(Birth.about, st.integers(0, 130), st.dates()),
    st.just(Birth.unknown()),
)


def test_an_exact_date_has_one_age() -> None:
    birth = Birth.exact(date(2000, 6, 16))
    assert birth.age_on(TODAY) == (23, 23)
    assert birth.age_on(date(2024, 6, 16)) == (24, 24)
    assert (birth.earliest, birth.middle, birth.latest) == (2000, 2000, 2000)


def test_a_leapling_turns_older_on_the_first_of_march() -> None:
    birth = Birth.exact(date(2000, 2, 29))
    assert birth.age_on(date(2023, 2, 28)) == (22, 22)
    assert birth.age_on(date(2023, 3, 1)) == (23, 23)


def test_a_year_leaves_two_ages_until_it_ends() -> None:
    birth = Birth.in_year(2000)
    assert birth.age_on(TODAY) == (23, 24)
    assert birth.age_on(date(2024, 12, 31)) == (24, 24)
    assert (birth.earliest, birth.middle, birth.latest) == (2000, 2000, 2000)


@pytest.mark.parametrize(
    ("age", "bounds"),
    [(10, (2012, 2016)), (20, (2002, 2006)), (21, (2000, 2006)), (60, (1958, 1970)), (1, (2021, 2024))],
)
def test_a_guessed_age_spreads_with_age_and_stops_at_the_day_it_was_made(
    age: int, bounds: tuple[int, int]
) -> None:
    birth = Birth.about(age, TODAY)
    assert birth.years == bounds
    assert birth.middle == 2024 - age


def test_a_guessed_age_grows_with_time() -> None:
    assert Birth.about(10, date(2014, 6, 15)).age_on(TODAY) == (17, 22)


def test_nothing_is_said_of_an_unknown_birth() -> None:
    birth = Birth.unknown()
    assert (birth.years, birth.earliest, birth.middle, birth.latest, birth.age_on(TODAY)) == (None,) * 5


def test_age_is_never_negative() -> None:
    assert Birth.exact(date(2030, 1, 1)).age_on(TODAY) == (0, 0)


@pytest.mark.parametrize(
    ("precision", "on", "year"),
    [
        (BirthPrecision.EXACT, None, None),
        (BirthPrecision.EXACT, TODAY, 2024),
        (BirthPrecision.YEAR, TODAY, None),
        (BirthPrecision.ABOUT, None, 1990),
        (BirthPrecision.UNKNOWN, None, 1990),
    ],
)
def test_a_precision_holds_exactly_its_fields(
    precision: BirthPrecision, on: date | None, year: int | None
) -> None:
    with pytest.raises(ValueError, match=r"^birth_incoherent$"):
        Birth(precision, on=on, year=year)


@pytest.mark.parametrize("age", [-1, 131])
def test_an_age_stays_in_range(age: int) -> None:
    with pytest.raises(ValueError, match=r"^birth_age_out_of_range$"):
        Birth.about(age, TODAY)


@pytest.mark.parametrize(
    "birth", [Birth.exact(date(2024, 6, 16)), Birth.in_year(2025), Birth.about(3, date(2024, 6, 16))]
)
def test_a_birth_in_the_future_is_refused(birth: Birth) -> None:
    with pytest.raises(ValueError, match=r"^birth_in_future$"):
        birth.checked(TODAY)


@pytest.mark.parametrize("birth", [Birth.exact(date(1893, 12, 31)), Birth.in_year(1893), Birth.in_year(-5)])
def test_a_birth_too_long_ago_is_refused(birth: Birth) -> None:
    with pytest.raises(ValueError, match=r"^birth_too_old$"):
        birth.checked(TODAY)


@pytest.mark.parametrize(
    "birth",
    [Birth.exact(TODAY), Birth.in_year(2024), Birth.in_year(1894), Birth.about(0, TODAY), Birth.unknown()],
)
def test_a_plausible_birth_is_returned(birth: Birth) -> None:
    assert birth.checked(TODAY) is birth


EXACT = Birth.exact(date(1990, 3, 4))


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (Birth.exact(date(1990, 3, 4)), "same"),
        (Birth.exact(date(1990, 4, 3)), "compatible"),
        (Birth.exact(date(1990, 3, 5)), "different"),
        (Birth.exact(date(1991, 4, 3)), "different"),
        (Birth.in_year(1990), "compatible"),
        (Birth.in_year(1991), "different"),
        (Birth.about(35, TODAY), "compatible"),
        (Birth.about(50, TODAY), "different"),
        (Birth.about(20, TODAY), "different"),
        (Birth.unknown(), "unknown"),
    ],
)
def test_two_statements_agree_as_far_as_they_are_precise(other: Birth, expected: Agreement) -> None:
    assert agreement(EXACT, other) == expected


def test_the_same_year_alone_is_not_the_same_birth() -> None:
    assert agreement(Birth.in_year(1990), Birth.in_year(1990)) == "compatible"


@given(births, births)
def test_agreement_is_symmetric(a: Birth, b: Birth) -> None:
    assert agreement(a, b) == agreement(b, a)


@given(births, st.dates())
def test_bounds_stand_in_order(birth: Birth, day: date) -> None:
    ages = birth.age_on(day)
    assert (ages is None) is (birth.precision is BirthPrecision.UNKNOWN)
    assert ages is None or 0 <= ages[0] <= ages[1]
    assert birth.years is None or birth.years[0] <= birth.years[1]


@pytest.mark.parametrize(
    ("birth", "expected"),
    [
        (Birth.in_year(TODAY.year - 30), True),
        (Birth.in_year(TODAY.year - 9), False),
        (Birth.about(18, TODAY), None),
        (Birth.unknown(), None),
    ],
)
def test_of_age_is_who_surely_is(birth: Birth, expected: bool | None) -> None:
    assert birth.is_of_age(TODAY) is expected


def test_a_birth_does_not_print_its_date() -> None:
    assert "1990" not in repr(EXACT)
