"""How days are said, and how long ago something was."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from app.core import i18n
from app.core.clock import now, today
from app.web import wording
from app.web.wording import day_text, due_by, missed, since


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


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ar", ["فات الأجل أمس", "فات الأجل منذ 13 يوما", "فات الأجل في "]),
        (
            "fr",
            ["Échéance dépassée hier", "Échéance dépassée il y a 13 jours", "Échéance dépassée depuis le "],
        ),
        ("en", ["Was due yesterday", "Was due 13 days ago", "Was due on "]),
        ("fa", ["مهلت دیروز گذشت", "مهلت ۱۳ روز پیش گذشت", "مهلت در "]),
    ],
)
def test_a_deadline_that_has_passed_says_so_and_since_when(language: str, said: list[str]) -> None:
    former = i18n.language.set(language)
    try:
        for days, words in zip((1, 13, 15), said, strict=True):
            assert missed(today() - timedelta(days=days)).striptags().startswith(words)
    finally:
        i18n.language.reset(former)


def test_a_deadline_to_come_keeps_the_words_of_its_page() -> None:
    told = [due_by("page.board.due", today() + timedelta(days=days)).striptags() for days in (-2, 0, 1, 13)]
    assert told == ["فات الأجل منذ يومين", "الأجل: اليوم", "الأجل: غدا", "الأجل: بعد 13 يوما"]


def test_no_template_takes_the_day_of_an_instant_by_the_clock_of_the_database() -> None:
    """It is in UTC: shortly before midnight there it is tomorrow at the windows."""
    templates = Path(wording.__file__).parent / "templates"
    assert [one.name for one in templates.rglob("*.html") if ".date()" in one.read_text()] == []
