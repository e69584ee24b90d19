"""What a supervisor sees of the windows at a glance: how many cases ask for something, and who carries how many.

Everything here is counted over living cases, along their partial indexes, at the actor's own windows.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, func, select
from sqlalchemy import case as when

from app.auth.models import User, UserWindow
from app.auth.states import UserStatus
from app.cases.caseload import NEW, PRESSED, UNATTENDED
from app.cases.models import Case
from app.cases.policy import visible_to_role
from app.cases.queries import LIVING, silent_before
from app.cases.states import Priority
from app.core.actor import Actor, Role
from app.core.db import ReadSession, rows
from app.core.ids import UserId, WindowId
from app.core.prepared import Prepared
from app.core.settings import settings
from app.windows import queries as windows

# What a case of a priority weighs in a caseload, in cases of medium priority: it sets the rhythm of the contacts.
WEIGHTS = {Priority.low: 0.5, Priority.medium: 1.0, Priority.high: 1.5, Priority.urgent: 2.0}
A_WEEK, A_MONTH = timedelta(days=7), timedelta(days=30)

_c, _u, _serves = Case.__table__.c, User.__table__.c, UserWindow.__table__.c
_day: BindParameter[date] = bindparam("today")
_week: BindParameter[date] = bindparam("week_ago")
_month: BindParameter[date] = bindparam("month_ago")

_COUNTED: dict[str, ColumnElement[bool]] = {
    "unattended": UNATTENDED,
    "new": NEW,
    "pressing": PRESSED,
    "silent": _c.last_contact_on < bindparam("silent_before"),
    "overdue": _c.next_due_on < _day,
    "overdue_days": and_(_c.next_due_on < _day, _c.next_due_on >= _week),
    "overdue_weeks": and_(_c.next_due_on < _week, _c.next_due_on >= _month),
    "overdue_months": _c.next_due_on < _month,
    "closing_asked": _c.closure_requested_at.is_not(None),
}


@cache
def _counts(role: Role) -> Prepared:
    numbers = [
        func.coalesce(func.sum(when((condition, 1), else_=0)), 0).label(name)
        for name, condition in _COUNTED.items()
    ]
    here = (_c.window_id == bindparam("window"), LIVING, visible_to_role(role))
    return Prepared(select(func.count().label("living"), *numbers).where(*here))


def counts(db: ReadSession, actor: Actor) -> dict[str, int]:
    """How many living cases ask for something, by kind; what is past depends on the day at each window."""
    told = dict.fromkeys(("living", *_COUNTED), 0)
    for window_id in actor.window_ids:
        days = _days(windows.today(db, window_id))
        for line in rows(db, _counts(actor.role), actor.binds, **days, window=window_id):
            told = {name: told[name] + line[name] for name in told}
    return told


def _days(day: date) -> dict[str, object]:
    return {
        "today": day,
        "week_ago": day - A_WEEK,
        "month_ago": day - A_MONTH,
        "silent_before": silent_before(day),
    }


_STAFF = Prepared(
    select(_u.id, _u.name, _u.role, _serves.window_id)
    .join(UserWindow.__table__, _serves.user_id == _u.id)
    .where(_serves.window_id.in_(bindparam("actor_windows", expanding=True)), _u.status == UserStatus.active)
    .order_by(_u.name, _u.id, _serves.window_id)
)


@dataclass
class Load:
    """What one worker carries at the actor's windows."""

    user_id: UserId
    name: str
    is_serving: bool
    numbers: dict[Priority, int] = field(default_factory=dict)

    @property
    def cases(self) -> int:
        return sum(self.numbers.values())

    @property
    def weight(self) -> float:
        """In cases of medium priority."""
        return sum(WEIGHTS[priority] * number for priority, number in self.numbers.items())

    @property
    def share(self) -> int:
        """Percent of what one worker can accompany well."""
        return round(100 * self.weight / settings().caseload_norm)


def staff(db: ReadSession, actor: Actor) -> dict[WindowId, list[dict[str, Any]]]:
    """Who may be given a case at each of the actor's windows, by name."""
    told: dict[WindowId, list[dict[str, Any]]] = {window_id: [] for window_id in actor.window_ids}
    for one in rows(db, _STAFF, actor.binds):
        told[one.window_id].append({"id": one.id, "name": one.name, "role": one.role})
    return told


@cache
def _carried(role: Role) -> Prepared:
    statement = (
        select(_c.referent_id, _u.name, _c.priority, func.count().label("number"))
        .join(User.__table__, _u.id == _c.referent_id)
        .where(LIVING, visible_to_role(role))
        .group_by(_c.referent_id, _u.name, _c.priority)
        .order_by(_u.name, _c.referent_id, _c.priority)
    )
    return Prepared(statement)


def loads(db: ReadSession, actor: Actor, serving: Iterable[dict[str, Any]]) -> list[Load]:
    """Who carries how much, the heaviest first: those who serve, without a case too, and those who left cases behind.

    A supervisor who carries none is not shown.
    """
    told = {
        one["id"]: Load(one["id"], one["name"], True) for one in serving if one["role"] is not Role.supervisor
    }
    serving_ids = {one["id"] for one in serving}
    for line in rows(db, _carried(actor.role), actor.binds):
        load = told.setdefault(
            line.referent_id, Load(line.referent_id, line.name, line.referent_id in serving_ids)
        )
        load.numbers[line.priority] = line.number
    return sorted(told.values(), key=lambda load: (-load.weight, load.name, load.user_id))
