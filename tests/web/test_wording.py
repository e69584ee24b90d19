"""How long ago something was, as people say it."""

from datetime import timedelta

import pytest

from app.core.clock import now
from app.web.wording import since


@pytest.mark.parametrize(("hours", "said"), [(1, "60 دقيقة"), (23, "23 ساعة"), (25, "يوم"), (49, "يومين")])
def test_what_waits_for_a_day_waits_for_no_hours(hours: int, said: str) -> None:
    assert since(now() - timedelta(hours=hours, seconds=5)).striptags() == said
