"""How days are said."""

from datetime import date

import pytest

from app.core import i18n
from app.web.wording import day_text


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
