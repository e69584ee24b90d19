from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.windows.calendar import WorkingCalendar

OUJDA = "Africa/Casablanca"
WEEKDAYS = frozenset(range(5))
ZERO, HOUR, DAY = timedelta(), timedelta(hours=1), timedelta(days=1)

office = WorkingCalendar(OUJDA, WEEKDAYS, frozenset({date(2026, 7, 30)}))  # a Thursday

# Clocks change in the night (Casablanca, Paris), at midnight (Beirut, Havana), by half an hour, or never.
zones = st.sampled_from(
    ["UTC", OUJDA, "Europe/Paris", "Asia/Beirut", "America/Havana", "Australia/Lord_Howe", "Asia/Tehran"]
)
days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
instants = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
spans = st.timedeltas(ZERO, timedelta(days=45))


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    week = draw(st.frozensets(st.integers(0, 6), min_size=1))
    return WorkingCalendar(draw(zones), week, draw(st.frozensets(days, max_size=20)))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of July 2026 on the clocks of Oujda."""
    return datetime(2026, 7, day, hour, minute, tzinfo=ZoneInfo(OUJDA))


@pytest.mark.parametrize(
    ("start", "span", "due"),
    [
        (at(20, 10), DAY, at(21, 10)),  # Monday, Tuesday
        (at(20, 10), ZERO, at(20, 10)),
        (at(24, 10), DAY, at(27, 10)),  # over a weekend
        (at(29, 10), DAY, at(31, 10)),  # over a holiday
        (at(24, 10), 3 * DAY, at(29, 10)),
        (at(25, 15), DAY, at(28, 0)),  # sent on a Saturday: Monday counts whole
        (at(25, 15), ZERO, at(27, 0)),
        (at(24, 10), 14 * HOUR, at(27, 0)),  # up to the end of Friday: due when Monday begins
        (at(24, 23, 59), timedelta(minutes=2), at(27, 0, 1)),
    ],
)
def test_time_on_days_off_does_not_count(start: datetime, span: timedelta, due: datetime) -> None:
    assert office.add(start, span) == due


def test_due_times_are_in_utc() -> None:
    assert office.add(at(20, 10), DAY).tzinfo is UTC


def test_a_day_on_which_the_clocks_change_is_as_long_as_it_is() -> None:
    paris = WorkingCalendar("Europe/Paris", frozenset(range(7)), frozenset())
    before = datetime(2026, 3, 28, 22, tzinfo=UTC)
    assert paris.add(before, 24 * HOUR) == before + 24 * HOUR
    only_sundays = WorkingCalendar("Europe/Paris", frozenset({6}), frozenset())
    assert only_sundays.between(before, before + 3 * DAY) == 23 * HOUR


@pytest.mark.parametrize(
    ("start", "end", "counted"),
    [
        (at(20, 10), at(20, 12), 2 * HOUR),
        (at(24, 22), at(27, 3), 5 * HOUR),
        (at(25, 9), at(26, 9), ZERO),
        (at(20, 12), at(20, 10), ZERO),
        (at(20, 12), at(20, 12), ZERO),
    ],
)
def test_only_working_time_passes_between_two_instants(
    start: datetime, end: datetime, counted: timedelta
) -> None:
    assert office.between(start, end) == counted


@pytest.mark.parametrize(
    ("day", "works"), [(24, True), (25, False), (26, False), (27, True), (30, False), (31, True)]
)
def test_neither_the_weekend_nor_a_holiday_is_a_working_day(day: int, works: bool) -> None:
    assert office.is_working(date(2026, 7, day)) is works


@pytest.mark.parametrize(
    ("day", "n", "found"), [(24, 0, 24), (25, 0, 27), (24, 1, 27), (25, 1, 27), (28, 2, 31)]
)
def test_working_days_are_counted_from_the_day_after(day: int, n: int, found: int) -> None:
    assert office.add_days(date(2026, 7, day), n) == date(2026, 7, found)


def test_a_window_that_never_opens_is_no_calendar() -> None:
    with pytest.raises(ValueError, match="one day of the week"):
        WorkingCalendar(OUJDA, frozenset({7}), frozenset())


def test_nothing_is_counted_backwards() -> None:
    with pytest.raises(ValueError, match="forward"):
        office.add(at(20, 10), -HOUR)
    with pytest.raises(ValueError, match="forward"):
        office.add_days(date(2026, 7, 20), -1)


@given(calendars(), instants, spans)
def test_what_was_added_has_passed_in_between(
    calendar: WorkingCalendar, start: datetime, span: timedelta
) -> None:
    assert calendar.between(start, calendar.add(start, span)) == span


@given(calendars(), instants, spans)
def test_a_due_time_lies_on_a_working_day_and_not_before_its_start(
    calendar: WorkingCalendar, start: datetime, span: timedelta
) -> None:
    due = calendar.add(start, span)
    assert calendar.is_working(due.astimezone(calendar.tz).date())
    assert due >= start + span


@given(calendars(), instants, spans, spans)
def test_two_spans_one_after_the_other_are_their_sum(
    calendar: WorkingCalendar, start: datetime, one: timedelta, other: timedelta
) -> None:
    assert calendar.add(calendar.add(start, one), other) == calendar.add(start, one + other)


@given(calendars(), instants, instants, spans)
def test_who_starts_later_is_not_due_earlier(
    calendar: WorkingCalendar, one: datetime, other: datetime, span: timedelta
) -> None:
    first, second = sorted([one, other])
    assert calendar.add(first, span) <= calendar.add(second, span)


@given(zones, instants, spans)
def test_without_days_off_working_time_is_time(zone: str, start: datetime, span: timedelta) -> None:
    always = WorkingCalendar(zone, frozenset(range(7)), frozenset())
    assert always.add(start, span) == start + span


@given(calendars(), days, st.integers(1, 30))
def test_the_nth_working_day_has_n_working_days_up_to_it(
    calendar: WorkingCalendar, day: date, n: int
) -> None:
    found = calendar.add_days(day, n)
    between = [day + timedelta(days=i + 1) for i in range((found - day).days)]
    assert calendar.is_working(found)
    assert sum(map(calendar.is_working, between)) == n


@given(calendars(), days)
def test_the_next_working_day_is_the_first_from_the_day_on(calendar: WorkingCalendar, day: date) -> None:
    found = calendar.next_working(day)
    assert calendar.is_working(found)
    assert calendar.add_days(day, 0) == found
    assert not any(calendar.is_working(day + timedelta(days=i)) for i in range((found - day).days))
