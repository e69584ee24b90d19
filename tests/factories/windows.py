from datetime import date

from app.core.actor import Actor
from app.core.db import WriteSession
from app.core.ids import HolidayId, WindowId
from app.windows import queries, service
from app.windows.schemas import HolidayCreate


def day_off(db: WriteSession, actor: Actor, on: date, window_id: WindowId | None = None) -> HolidayId:
    """Close a window, or all of them, for a day."""
    data = HolidayCreate(on=on, name_ar="يوم عطلة (مثال)", name_fr="Jour férié (exemple)")
    return service.add_holiday(db, actor, data, queries.get(db, window_id) if window_id else None).id
