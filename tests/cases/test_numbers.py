import pytest

from app.cases import numbers


def test_a_number_is_the_window_the_year_and_five_digits() -> None:
    assert numbers.make("OUJ1", 2026, 42) == "OUJ1-2026-00042"


def test_a_window_may_open_more_than_a_hundred_thousand_cases_a_year() -> None:
    assert numbers.make("OUJ1", 2026, 123456) == "OUJ1-2026-123456"


@pytest.mark.parametrize(
    "said",
    [
        "OUJ1-2026-00042",
        "ouj1-2026-00042",
        "OUJ1 2026 00042",
        "OUJ1202600042",
        " OUJ 1 2026 000 42 ",
        "OUJ1/2026/42",
        "OUJ1–2026–٠٠٠٤٢",
        "ouj1 ۲۰۲۶ ۴۲",
        "OUJ1_2026_00042",
        "\u200fOUJ1-2026-00042\u200f",
    ],
)
def test_a_number_is_understood_however_it_is_said(said: str) -> None:
    assert numbers.understand(said) == "OUJ1-2026-00042"


def test_digits_of_the_window_code_are_not_taken_for_the_year() -> None:
    assert numbers.understand("OUJ20202600042") == "OUJ20-2026-00042"


@pytest.mark.parametrize("said", ["", "OUJ1", "OUJ1-2026", "OUJ1-2026-x", "2026-00042", "a" * 65, "OUJ1\x00"])
def test_what_cannot_be_a_number_is_none(said: str) -> None:
    assert numbers.understand(said) is None


@pytest.mark.parametrize("sequence", [1, 42, 99_999, 123_456])
@pytest.mark.parametrize("code", ["OUJ1", "AB", "W2020", "20"])
def test_every_number_that_is_made_is_understood(code: str, sequence: int) -> None:
    made = numbers.make(code, 2026, sequence)
    assert numbers.understand(made) == made
