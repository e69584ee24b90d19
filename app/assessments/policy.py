from calendar import monthrange
from datetime import datetime

from sqlalchemy import ColumnElement

from app.cases import policy as cases
from app.core.actor import Role


def visible_to_role(role: Role) -> ColumnElement[bool]:
    """Who sees a case sees its assessments: for statements that join cases; its values are `Actor.binds`."""
    return cases.visible_to_role(role)


def is_valid(completed_at: datetime | None, at: datetime, months: int) -> bool:
    """Whether an assessment still tells how things are: it was completed no more than so many months ago."""
    return completed_at is not None and at < _months_after(completed_at, months)


def _months_after(moment: datetime, months: int) -> datetime:
    """The same day of a later month, or that month's last day."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
