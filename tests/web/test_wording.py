"""How days are said, and how long ago something was."""

from datetime import date, timedelta

import pytest

from app.core import i18n
from app.core.clock import now
from app.web.wording import day_text, since


@pytest.mark.parametrize(("hours", "said"), [(1, "60 دقيقة"), (23, "23 ساعة"), (25, "يوم"), (49, "يومين")])
def test_what_waits_for_a_day_waits_for_no_hours(hours: int, said: str) -> None:
    assert since(now() - timedelta(hours=hours, seconds=5)).striptags() == said


@pytest.mark.parametrize(
    ("day", "said"), [(1, "1er janvier 2026"), (2, "2 janvier 2026"), (21, "21 janvier 2026")]
)
def test_the_first_of_a_month_is_an_ordinal_in_french(day: int, said: str) -> None:
    former = i18n.language.set("fr")
    try:
        assert day_text(date(2026, 1, day)) == said
        assert day_text(date(2026, 1, day), short=True).startswith(said.split()[0] + " ")
    finally:
        i18n.language.reset(former)
