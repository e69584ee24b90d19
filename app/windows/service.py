"""The offices, and the days on which they are closed."""

from datetime import date

from app.audit import service as audit
from app.core import changes
from app.core.actor import Actor
from app.core.db import ReadSession, WriteSession
from app.core.errors import DomainError, InvalidInput
from app.windows import queries
from app.windows.models import Holiday, Window
from app.windows.schemas import HolidayCreate, WindowCreate, WindowUpdate

_MAY_BE_EMPTY = frozenset({"address", "phone"})


class WindowCodeTaken(DomainError):
    """Another window gives out its file numbers under this code."""

    code = "window_code_taken"


class DayAlreadyOff(DomainError):
    """The day is off already, at this window or at all of them."""

    code = "day_already_off"


class FeastOnDayOff(DomainError):
    """The date for which a feast would be confirmed is a day off of its own: one of the two dates is not right."""

    code = "feast_on_day_off"


def check_territory(db: ReadSession, pointer: str, code: str) -> None:
    """Raise `InvalidInput` at the pointer when there is no such territory."""
    if not queries.ancestors(db, code):
        raise InvalidInput(pointer, "unknown")


def open_window(db: WriteSession, actor: Actor, data: WindowCreate) -> Window:
    """Make a window. Raises `WindowCodeTaken`, or `InvalidInput` for an unknown territory."""
    if queries.code_exists(db, data.code):
        raise WindowCodeTaken()
    check_territory(db, "/territory_code", data.territory_code)
    window = Window(**data.model_dump())
    db.add(window)
    db.flush()
    audit.record(db, actor, "window:open", "window", window.id, code=window.code)
    return window


def change(db: WriteSession, actor: Actor, window: Window, data: WindowUpdate) -> Window:
    """Change all of a window but its code, which stands in the numbers of its files.

    Raises `InvalidInput` for an unknown territory. Clocks that already run keep the hours they were set by.
    """
    sent = {
        name: value for name, value in data.changes().items() if value is not None or name in _MAY_BE_EMPTY
    }
    if "territory_code" in sent:
        check_territory(db, "/territory_code", sent["territory_code"])
    changed = changes.apply(window, sent)
    db.flush()
    audit.record(db, actor, "window:change", "window", window.id, fields=changed)
    return window


def add_holiday(db: WriteSession, actor: Actor, data: HolidayCreate, window: Window | None = None) -> Holiday:
    """Close one window for a day, or all of them. Raises `DayAlreadyOff`."""
    window_id = window.id if window else None
    if queries.is_day_off(db, data.on, window_id):
        raise DayAlreadyOff()
    holiday = Holiday(window_id=window_id, **data.model_dump())
    db.add(holiday)
    db.flush()
    audit.record(db, actor, "holiday:add", "holiday", holiday.id, window_id=window_id, on=holiday.on)
    return holiday


def confirm_holiday(db: WriteSession, actor: Actor, holiday: Holiday, on: date) -> None:
    """A computed day was announced, for its date or another; announced anew for another, it moves once more.

    The trail tells from where. Raises `FeastOnDayOff`.
    """
    if holiday.is_certain and on == holiday.on:
        return
    if on != holiday.on and queries.is_day_off(db, on, holiday.window_id):
        raise FeastOnDayOff()
    was = holiday.on if on != holiday.on else None
    holiday.on, holiday.is_certain = on, True
    audit.record(
        db, actor, "holiday:confirm", "holiday", holiday.id, window_id=holiday.window_id, on=on, was=was
    )


def remove_holiday(db: WriteSession, actor: Actor, holiday: Holiday) -> None:
    """Open again on a day: a feast computed for it was announced for another."""
    db.delete(holiday)
    audit.record(
        db, actor, "holiday:remove", "holiday", holiday.id, window_id=holiday.window_id, on=holiday.on
    )
