"""The only place that asks what time it is, so that a test can move it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Return the present instant in UTC; stored times are never local."""
    return datetime.now(UTC)


def today(zone: str = "Africa/Casablanca") -> date:
    """Return the calendar day at a window: what is due today depends on where the window stands."""
    return now().astimezone(ZoneInfo(zone)).date()
