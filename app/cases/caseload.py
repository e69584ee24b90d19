"""Lists of cases: one worker's, one window's, one person's, what is overdue, who has not been heard of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, func, select

from app.auth.models import User, UserWindow
from app.auth.states import UserStatus
from app.cases.models import Case
from app.cases.policy import visible_to_role
from app.cases.queries import BRIEF, LIVING, derived, silent_before
from app.cases.schemas import CaseSort
from app.cases.states import PRESSING, CaseStatus, Priority
from app.core.actor import Actor, Role
from app.core.clock import today
from app.core.db import ReadSession, rows
from app.core.ids import PersonId, UserId, WindowId
from app.core.pagination import Page, PageRequest, binds, cut, keyset
from app.core.prepared import Prepared, Row
from app.windows import queries as windows
from app.windows.models import Window

_c, _w = Case.__table__.c, Window.__table__.c
_u, _serves = User.__table__.c, UserWindow.__table__.c

# Each stands in a statement over living cases alone.
NEW: ColumnElement[bool] = and_(LIVING, _c.status == CaseStatus.open)
PRESSED: ColumnElement[bool] = and_(LIVING, _c.priority.in_(sorted(PRESSING)))
# Its referent does not serve at its window any more: nobody has it in hand. Of one window, whose staff is looked up once.
UNATTENDED: ColumnElement[bool] = and_(
    LIVING,
    _c.referent_id.not_in(
        select(_serves.user_id)
        .join(User.__table__, _u.id == _serves.user_id)
        .where(_serves.window_id == bindparam("window"), _u.status == UserStatus.active)
    ),
)

_KEYS = {
    CaseSort.newest: ("id",),
    CaseSort.due: ("next_due_on", "id"),
    CaseSort.contact: ("last_contact_on", "id"),
}
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "person_id": _c.person_id == bindparam("person_id"),
    "referent_id": _c.referent_id == bindparam("referent_id"),
    "status": _c.status == bindparam("status"),
    "priority": _c.priority == bindparam("priority"),
    "living": LIVING,
    "overdue": and_(LIVING, _c.next_due_on < bindparam("today")),
    "silent": and_(LIVING, _c.last_contact_on < bindparam("silent_before")),
    "new": NEW,
    "pressing": PRESSED,
    "unattended": UNATTENDED,
}


@dataclass(frozen=True, kw_only=True)
class CaseFilter:
    """Which cases are wanted, in which order. Lists by due date or contact are of living cases that have one."""

    window_id: WindowId | None = None
    person_id: PersonId | None = None
    referent_id: UserId | None = None
    status: CaseStatus | None = None
    priority: Priority | None = None
    living: bool = False
    overdue: bool = False
    silent: bool = False
    new: bool = False
    pressing: bool = False
    unattended: bool = False
    sort: CaseSort = CaseSort.newest

    @property
    def follows_an_index(self) -> bool:
        """Whether each row that is read is one that is wanted: with a rare state a whole window may be looked through."""
        rare = (self.status, self.priority, self.living, self.new, self.pressing, self.unattended)
        return not any(rare)

    @property
    def conditions(self) -> frozenset[str]:
        return frozenset(name for name in _CONDITIONS if getattr(self, name))


@cache
def _list(role: Role, conditions: frozenset[str], sort: CaseSort, goes_on: bool) -> Prepared:
    statement = BRIEF.where(_c.window_id == bindparam("window"), visible_to_role(role))
    for name in sorted(conditions):
        statement = statement.where(_CONDITIONS[name])
    first, *_ = _KEYS[sort]
    if sort is not CaseSort.newest:
        statement = statement.where(LIVING, _c[first].is_not(None))
    pages = keyset(
        statement,
        *(_c[key] for key in _KEYS[sort]),
        page=PageRequest(cursor="" if goes_on else None),
        descending=sort is CaseSort.newest,
    )
    return Prepared(pages)


def page(db: ReadSession, actor: Actor, wanted: PageRequest, chosen: CaseFilter) -> Page:
    """Cases of the actor's windows, merged from a page of each.

    An index leads through one window in order, through several only by sorting all that they have: asking each
    window for its page keeps the cost that of a page, whatever the windows hold.
    """
    statement = _list(actor.role, chosen.conditions, chosen.sort, wanted.cursor is not None)
    keys = _KEYS[chosen.sort]
    values: dict[str, object] = {
        "person_id": chosen.person_id,
        "referent_id": chosen.referent_id,
        "status": chosen.status,
        "priority": chosen.priority,
    }
    values |= binds(wanted, *(UUID if key == "id" else date for key in keys))
    found: list[Any] = []
    for window_id in actor.window_ids:
        if chosen.window_id in (None, window_id):
            days = _days(db, window_id) if chosen.overdue or chosen.silent else {}
            found += rows(db, statement, actor.binds, **values, **days, window=window_id)
    if len(actor.window_ids) > 1:
        found.sort(key=lambda case: [case[key] for key in keys], reverse=chosen.sort is CaseSort.newest)
    result = cut(found, wanted, *keys)
    day_in = cache(today)
    return Page([derived(case, day_in(case["time_zone"])) for case in result.items], result.next)


_LEFT = Prepared(
    select(_c.window_id, _w.name_ar, _w.name_fr, func.count().label("number"))
    .join(Window.__table__, _w.id == _c.window_id)
    .where(_c.referent_id == bindparam("referent"), LIVING)
    .group_by(_c.window_id, _w.name_ar, _w.name_fr)
    .order_by(_w.name_fr, _c.window_id)
)


def carried_by(db: ReadSession, user_id: UserId) -> Sequence[Row]:
    """How many living cases a referent has, by window: numbers, for who manages accounts and opens no file."""
    return rows(db, _LEFT, referent=user_id)


def _days(db: ReadSession, window_id: WindowId) -> dict[str, date]:
    """What "past" and "silent" mean at a window today."""
    day = windows.today(db, window_id)
    return {"today": day, "silent_before": silent_before(day)}
