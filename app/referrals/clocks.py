"""When an answer is due. Clocks come from the agreement, else from the urgency; they run on working days only.

All times are instants in UTC; a day off of the window does not count, and a paused clock keeps its remaining time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from app.core.settings import Settings
from app.referrals.states import Urgency
from app.windows.calendar import WorkingCalendar


class Terms(Protocol):
    """What an agreement says about time; None where it says nothing."""

    decide_hours: int | None
    reminder_days: int | None
    expiry_days: int | None


@dataclass(frozen=True)
class Deadlines:
    """The instants of one referral's clocks."""

    decide_by: datetime
    remind_at: datetime
    expires_at: datetime


def time_to_decide(terms: Terms, urgency: Urgency, config: Settings) -> timedelta:
    """The agreement's hours, else 24 hours for an emergency, 72 for an urgent need, 14 days for a normal one."""
    if terms.decide_hours is not None:
        return timedelta(hours=terms.decide_hours)
    return {
        Urgency.emergency: timedelta(hours=config.decide_hours_emergency),
        Urgency.urgent: timedelta(hours=config.decide_hours_urgent),
        Urgency.normal: timedelta(days=config.decide_days_normal),
    }[urgency]


def time_to_remind(terms: Terms, config: Settings) -> timedelta:
    """How long to wait before each reminder."""
    return timedelta(days=terms.reminder_days or config.reminder_days)


def deadlines(
    sent_at: datetime, urgency: Urgency, terms: Terms, calendar: WorkingCalendar, config: Settings
) -> Deadlines:
    """Start the clocks of a referral sent at an instant."""
    return Deadlines(
        decide_by=calendar.add(sent_at, time_to_decide(terms, urgency, config)),
        remind_at=calendar.add(sent_at, time_to_remind(terms, config)),
        expires_at=calendar.add(sent_at, timedelta(days=terms.expiry_days or config.expiry_days)),
    )


def after_pause(
    due: datetime, paused_at: datetime, resumed_at: datetime, calendar: WorkingCalendar
) -> datetime:
    """Move a deadline on, so that as much working time remains as when the clock was stopped.

    A deadline that had passed before the pause stays where it was.
    """
    if due <= paused_at:
        return due
    return calendar.add(resumed_at, calendar.between(paused_at, due))
