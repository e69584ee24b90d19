from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.auth.deps import CreateDb
from app.core.deps import ExpectedVersion, PageQuery, ReadDb, WriteDb, check_version
from app.core.http import ApiRoute, answer, page_answer, refuses
from app.core.ids import HolidayId, WindowId
from app.windows import queries, service
from app.windows.deps import (
    GeneralHoliday,
    ReferenceReader,
    WindowHoliday,
    WindowManager,
    WindowToManage,
    Year,
)
from app.windows.models import Holiday, TerritoryLevel
from app.windows.schemas import (
    HolidayCreate,
    HolidayOut,
    HolidayPage,
    TerritoryPage,
    WindowCreate,
    WindowOut,
    WindowPage,
    WindowUpdate,
)

router = APIRouter(route_class=ApiRoute, tags=["windows"])


@router.get("/territories", response_model=TerritoryPage)
def list_territories(
    request: Request,
    _: ReferenceReader,
    db: ReadDb,
    page: PageQuery,
    parent_code: Annotated[str | None, Query(max_length=24, description="Only those directly below.")] = None,
    level: Annotated[TerritoryLevel | None, Query(description="Only those of one level.")] = None,
) -> Response:
    """Regions, provinces and communes by code: a code starts with the codes of what it lies in."""
    return page_answer(request, queries.territories(db, page, parent_code=parent_code, level=level))


@router.get("/windows", response_model=WindowPage)
def list_windows(
    request: Request,
    actor: ReferenceReader,
    db: ReadDb,
    page: PageQuery,
    territory_code: Annotated[str | None, Query(max_length=24, description="Only those of one.")] = None,
) -> Response:
    """The offices where people are received, by code."""
    return page_answer(request, queries.page(db, actor, page, territory_code=territory_code))


@router.post("/windows", response_model=WindowOut, status_code=201)
@refuses(service.WindowCodeTaken)
def open_window(actor: WindowManager, db: CreateDb, data: WindowCreate) -> Response:
    """Make a window. Choose its code with care: it opens every file number and cannot be changed."""
    window = service.open_window(db, actor, data)
    found = queries.read(db, actor, window.id)
    return answer(found, 201, version=window.version, location=f"/api/v1/windows/{window.id}")


@router.get("/windows/{window_id}", response_model=WindowOut)
def get_window(actor: ReferenceReader, db: ReadDb, window_id: WindowId) -> Response:
    """One window."""
    window = queries.read(db, actor, window_id)
    return answer(window, version=window["version"])


@router.patch("/windows/{window_id}", response_model=WindowOut)
def change_window(
    actor: WindowManager, expected: ExpectedVersion, db: WriteDb, window: WindowToManage, data: WindowUpdate
) -> Response:
    """Change a window. New working days count for what is planned from now on."""
    check_version(window.version, expected)
    service.change(db, actor, window, data)
    return answer(queries.read(db, actor, window.id), version=window.version)


@router.get("/windows/{window_id}/holidays", response_model=HolidayPage)
def list_window_holidays(
    request: Request,
    actor: ReferenceReader,
    db: ReadDb,
    window_id: WindowId,
    page: PageQuery,
    year: Year = None,
) -> Response:
    """Every day on which a window is closed besides its week: its own days off and the general ones, by date."""
    queries.read(db, actor, window_id)
    return page_answer(request, queries.holidays(db, page, window_id=window_id, year=year))


@router.post("/windows/{window_id}/holidays", response_model=HolidayOut, status_code=201)
@refuses(service.DayAlreadyOff)
def add_window_holiday(
    actor: WindowManager, db: CreateDb, window: WindowToManage, data: HolidayCreate
) -> Response:
    """Close one window for a day, for works or a local feast."""
    return _made(db, service.add_holiday(db, actor, data, window))


@router.delete("/windows/{window_id}/holidays/{holiday_id}", status_code=204)
def remove_window_holiday(actor: WindowManager, db: WriteDb, holiday: WindowHoliday) -> None:
    """Take back a window's own day off; a general one is taken back for all windows or for none."""
    service.remove_holiday(db, actor, holiday)


@router.get("/holidays", response_model=HolidayPage)
def list_holidays(
    request: Request, _: ReferenceReader, db: ReadDb, page: PageQuery, year: Year = None
) -> Response:
    """The days on which every window is closed, by date."""
    return page_answer(request, queries.holidays(db, page, year=year))


@router.post("/holidays", response_model=HolidayOut, status_code=201)
@refuses(service.DayAlreadyOff)
def add_holiday(actor: WindowManager, db: CreateDb, data: HolidayCreate) -> Response:
    """Close every window for a day. Say `is_certain: false` for a feast that is computed and not yet announced."""
    return _made(db, service.add_holiday(db, actor, data))


@router.get("/holidays/{holiday_id}", response_model=HolidayOut)
def get_holiday(_: ReferenceReader, db: ReadDb, holiday_id: HolidayId) -> Response:
    """One day off, general or of one window."""
    return answer(queries.read_holiday(db, holiday_id))


@router.delete("/holidays/{holiday_id}", status_code=204)
def remove_holiday(actor: WindowManager, db: WriteDb, holiday: GeneralHoliday) -> None:
    """Take back a general day off: a feast was announced for another day."""
    service.remove_holiday(db, actor, holiday)


def _made(db: CreateDb, holiday: Holiday) -> Response:
    return answer(queries.read_holiday(db, holiday.id), 201, location=f"/api/v1/holidays/{holiday.id}")
