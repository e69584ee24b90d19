"""The only place that asks what time it is, so that a test or an invented story can move it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from app.core.settings import settings

_pretended: ContextVar[datetime | None] = ContextVar("pretended", default=None)


def now() -> datetime:
    """Return the present instant in UTC; stored times are never local."""
    return _pretended.get() or datetime.now(UTC)


@contextmanager
def pretending(moment: datetime) -> Iterator[None]:
    """Let it be another instant in this thread: the demonstration's caseload has a past."""
    token = _pretended.set(moment)
    try:
        yield
    finally:
        _pretended.reset(token)


def today(zone: str | None = None) -> date:
    """Return the calendar day at a window: what is due today depends on where the window stands.

    Where no window is concerned it is the day of the installation's time zone.
    """
    return now().astimezone(ZoneInfo(zone or settings().time_zone)).date()
