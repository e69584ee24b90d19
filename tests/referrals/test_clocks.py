from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.settings import Settings
from app.referrals import clocks
from app.referrals.states import Urgency
from app.windows.calendar import WorkingCalendar

CONFIG = Settings()
WEEK = WorkingCalendar("Africa/Casablanca", frozenset(range(5)), frozenset({date(2026, 11, 18)}))
EVERY_DAY = WorkingCalendar("UTC", frozenset(range(7)), frozenset())
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


@dataclass
class Terms:
    decide_hours: int | None = None
    reminder_days: int | None = None
    expiry_days: int | None = None


@pytest.mark.parametrize(
    ("urgency", "span"),
    [
        (Urgency.emergency, timedelta(hours=24)),
        (Urgency.urgent, timedelta(hours=72)),
        (Urgency.normal, timedelta(days=14)),
    ],
)
def test_without_an_agreed_time_the_urgency_decides(urgency: Urgency, span: timedelta) -> None:
    assert clocks.deadlines(MONDAY, urgency, Terms(), EVERY_DAY, CONFIG).decide_by == MONDAY + span


def test_the_agreement_comes_before_the_urgency() -> None:
    times = clocks.deadlines(MONDAY, Urgency.emergency, Terms(48, 3, 7), EVERY_DAY, CONFIG)
    assert times.decide_by == MONDAY + timedelta(hours=48)
    assert times.remind_at == MONDAY + timedelta(days=3)
    assert times.expires_at == MONDAY + timedelta(days=7)


def test_days_off_do_not_count() -> None:
    # Monday 9:00 and 72 working hours: Tuesday, then Wednesday is a holiday, Thursday, Friday 9:00.
    times = clocks.deadlines(MONDAY, Urgency.urgent, Terms(), WEEK, CONFIG)
    assert times.decide_by == datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


instants = st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: MONDAY + timedelta(minutes=minutes))
spans = st.timedeltas(timedelta(0), timedelta(days=60))


@given(instants, spans, spans, spans)
def test_a_pause_keeps_the_working_time_that_was_left(
    sent: datetime, span: timedelta, until_pause: timedelta, pause: timedelta
) -> None:
    due = WEEK.add(sent, span)
    paused_at = sent + until_pause
    resumed_at = paused_at + pause
    moved = clocks.after_pause(due, paused_at, resumed_at, WEEK)
    if due <= paused_at:
        assert moved == due
    else:
        assert WEEK.between(resumed_at, moved) == WEEK.between(paused_at, due)
        assert moved >= due
