from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, or_, select
from sqlalchemy.orm import aliased

from app.core import clock
from app.core.actor import Actor
from app.core.db import ReadSession, row, rows
from app.core.errors import NotFound
from app.core.ids import HolidayId, WindowId
from app.core.pagination import Page, PageRequest, binds, cut, keyset
from app.windows.calendar import WorkingCalendar
from app.windows.models import Holiday, Territory, TerritoryLevel, Window
from app.windows.policy import visible_to

_w, _h, _t = Window.__table__.c, Holiday.__table__.c, Territory.__table__.c

_WINDOW: Select[Any] = select(
    _w.id,
    _w.code,
    _w.name_ar,
    _w.name_fr,
    _w.territory_code,
    _w.time_zone,
    _w.working_days,
    _w.address,
    _w.phone,
    _w.version,
)
_HOLIDAY: Select[Any] = select(_h.id, _h.window_id, _h.on, _h.name_ar, _h.name_fr, _h.is_certain)
_TERRITORY: Select[Any] = select(_t.code, _t.parent_code, _t.level, _t.name_ar, _t.name_fr)


def _counts_at(window_id: WindowId | BindParameter[Any] | None) -> ColumnElement[bool]:
    """Days off at a window: its own and the general ones; without a window the general ones alone."""
    if window_id is None:
        return _h.window_id.is_(None)
    return or_(_h.window_id.is_(None), _h.window_id == window_id)


_HOURS = select(_w.time_zone, _w.working_days).where(_w.id == bindparam("window"))
_ZONES = select(_w.id, _w.time_zone).where(_w.id.in_(bindparam("windows", expanding=True))).order_by(_w.code)
_CODE = select(_w.code).where(_w.id == bindparam("window"))
_DAYS_OFF = select(_h.on).where(_counts_at(bindparam("window"))).order_by(_h.on)

_parent, _grandparent = aliased(Territory), aliased(Territory)
_ANCESTORS = (
    select(Territory.code, _parent.code, _grandparent.code)
    .outerjoin(_parent, _parent.code == Territory.parent_code)
    .outerjoin(_grandparent, _grandparent.code == _parent.parent_code)
    .where(Territory.code == bindparam("territory"))
)


# --- windows --------------------------------------------------------------------------------------------------


def get(db: ReadSession, window_id: WindowId) -> Window:
    """A window's row for changing it, or `NotFound`."""
    window = db.get(Window, window_id)
    if window is None:
        raise NotFound()
    return window


def by_code(db: ReadSession, code: str) -> Window:
    """The window that gives out file numbers under a code, or `NotFound`."""
    window = db.scalar(select(Window).where(_w.code == code.upper()))
    if window is None:
        raise NotFound()
    return window


def code_exists(db: ReadSession, code: str) -> bool:
    return db.scalar(select(_w.id).where(_w.code == code)) is not None


def read(db: ReadSession, actor: Actor, window_id: WindowId) -> dict[str, Any]:
    """One window as columns, or `NotFound`."""
    found = row(
        db, _WINDOW.where(_w.id == bindparam("window"), visible_to(actor)), actor.binds, window=window_id
    )
    if found is None:
        raise NotFound()
    return dict(found)


def page(db: ReadSession, actor: Actor, wanted: PageRequest, *, territory_code: str | None = None) -> Page:
    """Windows by code, of one territory if wanted."""
    statement = _WINDOW.where(visible_to(actor))
    if territory_code is not None:
        statement = statement.where(_w.territory_code == territory_code)
    found = rows(db, keyset(statement, _w.code, page=wanted), actor.binds, **binds(wanted, str))
    return cut(found, wanted, "code")


def code(db: ReadSession, window_id: WindowId) -> str:
    """The code that opens a window's file numbers, or `NotFound`."""
    found: str | None = db.scalar(_CODE, {"window": window_id})
    if found is None:
        raise NotFound()
    return found


def zone(db: ReadSession, window_id: WindowId) -> str:
    """The time zone in which a window lives, or `NotFound`."""
    return _hours(db, window_id)[0]


def zones(db: ReadSession, window_ids: Iterable[WindowId]) -> dict[WindowId, str]:
    """The time zones of several windows; one that is unknown is left out."""
    return {found.id: found.time_zone for found in rows(db, _ZONES, windows=sorted(set(window_ids)))}


def today(db: ReadSession, window_id: WindowId) -> date:
    """The calendar day at a window now, or `NotFound`."""
    return clock.today(zone(db, window_id))


def calendar(db: ReadSession, window_id: WindowId) -> WorkingCalendar:
    """The days on which a window works, its own and the general holidays taken off, or `NotFound`."""
    time_zone, working_days = _hours(db, window_id)
    days_off = db.scalars(_DAYS_OFF, {"window": window_id})
    return WorkingCalendar(time_zone, frozenset(working_days), frozenset(days_off))


def _hours(db: ReadSession, window_id: WindowId) -> tuple[str, list[int]]:
    found = row(db, _HOURS, window=window_id)
    if found is None:
        raise NotFound()
    return found.time_zone, found.working_days


# --- days off -------------------------------------------------------------------------------------------------


def get_holiday(db: ReadSession, holiday_id: HolidayId, window_id: WindowId | None) -> Holiday:
    """The row of a window's own day off, or of a general one without a window; `NotFound` elsewhere."""
    holiday = db.get(Holiday, holiday_id)
    if holiday is None or holiday.window_id != window_id:
        raise NotFound()
    return holiday


def is_day_off(db: ReadSession, on: date, window_id: WindowId | None) -> bool:
    """Whether a day is off already: at the window or everywhere."""
    return db.scalar(select(_h.id).where(_h.on == on, _counts_at(window_id)).limit(1)) is not None


def read_holiday(db: ReadSession, holiday_id: HolidayId) -> dict[str, Any]:
    """One day off as columns, or `NotFound`."""
    found = row(db, _HOLIDAY.where(_h.id == bindparam("holiday")), holiday=holiday_id)
    if found is None:
        raise NotFound()
    return dict(found)


def holidays(
    db: ReadSession, wanted: PageRequest, *, window_id: WindowId | None = None, year: int | None = None
) -> Page:
    """Days off by date: those that count at a window, or the general ones without a window."""
    statement = _HOLIDAY.where(_counts_at(window_id))
    if year is not None:
        statement = statement.where(_h.on.between(date(year, 1, 1), date(year, 12, 31)))
    found = rows(db, keyset(statement, _h.on, _h.id, page=wanted), binds(wanted, date, UUID))
    return cut(found, wanted, "on", "id")


# --- territories ----------------------------------------------------------------------------------------------


def territories(
    db: ReadSession,
    wanted: PageRequest,
    *,
    parent_code: str | None = None,
    level: TerritoryLevel | None = None,
) -> Page:
    """Territories by code, under one of them or of one level if wanted."""
    statement = _TERRITORY
    if parent_code is not None:
        statement = statement.where(_t.parent_code == parent_code)
    if level is not None:
        statement = statement.where(_t.level == level)
    return cut(rows(db, keyset(statement, _t.code, page=wanted), binds(wanted, str)), wanted, "code")


def ancestors(db: ReadSession, territory_code: str) -> tuple[str, ...]:
    """A territory's own code, its province's and its region's, as far as there are any; none for an unknown code."""
    found = db.execute(_ANCESTORS, {"territory": territory_code}).one_or_none()
    return tuple(code for code in found or () if code is not None)


def lineage(db: ReadSession, territory_code: str) -> list[dict[str, Any]]:
    """A territory and all that it lies in, the largest first; `NotFound` for an unknown code."""
    codes = ancestors(db, territory_code)
    if not codes:
        raise NotFound()
    found = {one.code: dict(one) for one in rows(db, _TERRITORY.where(_t.code.in_(codes)))}
    return [found[code] for code in reversed(codes)]
