"""Working time at a window: which days count, and when a span of working time is over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkingCalendar:
    """The days on which a window is open. Monday is 0; a day off counts for nothing, any other from midnight to midnight.

    Midnights are those of the zone, so that a day on which the clocks change is shorter or longer by that much.
    Raises `ValueError` without a single working day: no clock would ever end.
    """

    zone: str
    working_days: frozenset[int]
    holidays: frozenset[date]

    def __post_init__(self) -> None:
        if not self.working_days & frozenset(range(7)):
            raise ValueError("a window is open on one day of the week at least")

    @property
    def tz(self) -> ZoneInfo:
        """The clocks of the window."""
        return ZoneInfo(self.zone)

    def is_working(self, day: date) -> bool:
        """Whether the window is open on a day."""
        return day.weekday() in self.working_days and day not in self.holidays

    def next_working(self, day: date) -> date:
        """The first working day from this day on: the day itself when it is one."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def add_days(self, day: date, n: int) -> date:
        """The n-th working day after a day; with 0 the first one from it on. Raises `ValueError` below 0."""
        if n < 0:
            raise ValueError("working days are counted forward")
        found = self.next_working(day) if n == 0 else day
        for _ in range(n):
            found = self.next_working(found + ONE_DAY)
        return found

    def add(self, start: datetime, span: timedelta) -> datetime:
        """The instant, in UTC, by which a span of working time has passed since an instant.

        It always lies on a working day: what ends with the last working day of a week is due when the next one
        begins. Raises `ValueError` for a span below nothing.
        """
        if span < timedelta():
            raise ValueError("working time is counted forward")
        days = self._open_from(start)
        opens, closes = next(days)
        while span >= closes - opens:
            span -= closes - opens
            opens, closes = next(days)
        return opens + span

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from one instant to another; nothing when the other is not later."""
        days = takewhile(lambda day: day[0] < end, self._open_from(start))
        return sum((min(closes, end) - opens for opens, closes in days), timedelta())

    def _open_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working days as pairs of instants, the first one from `start` on."""
        day = start.astimezone(self.tz).date()
        while True:
            if self.is_working(day):
                yield max(start.astimezone(UTC), self._midnight(day)), self._midnight(day + ONE_DAY)
            day += ONE_DAY

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, self.tz).astimezone(UTC)
