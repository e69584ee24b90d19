from typing import Annotated

from fastapi import Depends, Query

from app.auth.deps import allowed
from app.auth.permissions import Permission
from app.core.actor import Actor
from app.core.deps import WriteDb
from app.core.ids import HolidayId, WindowId
from app.windows import queries
from app.windows.models import Holiday, Window

ReferenceReader = Annotated[Actor, Depends(allowed(Permission.reference_read))]
WindowManager = Annotated[Actor, Depends(allowed(Permission.window_manage))]

Year = Annotated[int | None, Query(ge=1900, le=2200, description="Only the days of this year.")]


def _window_to_manage(_: WindowManager, db: WriteDb, window_id: WindowId) -> Window:
    return queries.get(db, window_id)


def _window_holiday(_: WindowManager, db: WriteDb, window_id: WindowId, holiday_id: HolidayId) -> Holiday:
    return queries.get_holiday(db, holiday_id, window_id)


def _general_holiday(_: WindowManager, db: WriteDb, holiday_id: HolidayId) -> Holiday:
    return queries.get_holiday(db, holiday_id, None)


WindowToManage = Annotated[Window, Depends(_window_to_manage, scope="function")]
WindowHoliday = Annotated[Holiday, Depends(_window_holiday, scope="function")]
GeneralHoliday = Annotated[Holiday, Depends(_general_holiday, scope="function")]
