"""Windows, the days on which they are closed, and the territories."""

from datetime import date, timedelta
from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.auth.deps import CreateDb
from app.core import clock
from app.core.deps import ExpectedVersion, PageQuery, ReadDb, WriteDb, check_version
from app.core.errors import NotFound
from app.core.ids import HolidayId, WindowId
from app.web import face, house, terms
from app.web.face import PageForm, see
from app.web.rendering import page
from app.web.wording import weekday
from app.windows import queries, service
from app.windows.deps import GeneralHoliday, WindowHoliday, WindowManager, WindowToManage, Year
from app.windows.models import TerritoryLevel
from app.windows.schemas import HolidayConfirm, HolidayCreate, WindowCreate, WindowUpdate

router = face.router()


@router.get("/house/windows")
def list_windows(request: Request, actor: WindowManager, db: ReadDb, wanted: PageQuery) -> Response:
    found = queries.page(db, actor, wanted)
    names = house.territory_names(db, (window["territory_code"] for window in found.items))
    return page(request, "house/windows.html", windows=found.items, next=found.next, territories=names)


@router.get("/house/windows/new")
def new_window(request: Request, _: WindowManager, db: ReadDb) -> Response:
    return page(request, "house/window_new.html", territories=house.territories(db), week=_week())


@router.post("/house/windows")
def open_window(actor: WindowManager, db: CreateDb, form: PageForm) -> Response:
    window = service.open_window(
        db, actor, form.read(WindowCreate, **house.emptied(form, lists=["working_days"]))
    )
    return see(f"/house/windows/{window.id}", done="window_opened")


@router.get("/house/windows/{window_id}")
def show_window(
    request: Request, actor: WindowManager, db: ReadDb, window_id: WindowId, year: Year = None
) -> Response:
    window = queries.read(db, actor, window_id)
    shown = year or clock.today(window["time_zone"]).year
    return page(
        request,
        "house/window.html",
        window=window,
        territories=house.territories(db, window["territory_code"]),
        week=_week(),
        **_days_off(db, shown, window_id),
    )


def _week() -> terms.Options:
    """The days of the week by number, Monday first."""
    monday = date(2024, 1, 1)
    return [(number, weekday(monday + timedelta(days=number))) for number in range(7)]


def _days_off(db: ReadDb, year: int, window_id: WindowId | None = None) -> dict[str, Any]:
    found = queries.holidays(db, house.EVERYTHING, window_id=window_id, year=year)
    return {"year": year, "holidays": found.items, "today": clock.today()}


@router.post("/house/windows/{window_id}")
def change_window(
    actor: WindowManager, expected: ExpectedVersion, db: WriteDb, window: WindowToManage, form: PageForm
) -> Response:
    check_version(window.version, expected)
    blank = house.emptied(form, "address", "phone", lists=["working_days"])
    service.change(db, actor, window, form.read(WindowUpdate, **blank))
    return see(f"/house/windows/{window.id}", done="house_saved")


@router.get("/house/windows/{window_id}/holidays/new")
def new_day_off(request: Request, actor: WindowManager, db: ReadDb, window_id: WindowId) -> Response:
    return page(request, "house/holiday_new.html", window=queries.read(db, actor, window_id))


@router.post("/house/windows/{window_id}/holidays")
def close_window(actor: WindowManager, db: CreateDb, window: WindowToManage, form: PageForm) -> Response:
    """Close one window for a day."""
    data = form.read(HolidayCreate, is_certain=True)
    service.add_holiday(db, actor, data, window)
    return see(f"/house/windows/{window.id}?year={data.on.year}", done="day_off_added")


@router.post("/house/windows/{window_id}/holidays/{holiday_id}/remove")
def open_window_again(actor: WindowManager, db: WriteDb, holiday: WindowHoliday) -> Response:
    service.remove_holiday(db, actor, holiday)
    return see(f"/house/windows/{holiday.window_id}?year={holiday.on.year}", done="day_off_removed")


@router.get("/house/holidays")
def list_holidays(request: Request, _: WindowManager, db: ReadDb, year: Year = None) -> Response:
    """The days on which every window is closed."""
    return page(request, "house/holidays.html", **_days_off(db, year or clock.today().year))


@router.post("/house/holidays")
def close_all(actor: WindowManager, db: CreateDb, form: PageForm) -> Response:
    data = form.read(HolidayCreate, is_certain=form.value("is_certain") is not None)
    service.add_holiday(db, actor, data)
    return see(f"/house/holidays?year={data.on.year}", done="day_off_added")


@router.get("/house/holidays/{holiday_id}")
def show_day(request: Request, _: WindowManager, db: ReadDb, holiday_id: HolidayId) -> Response:
    """What confirming a day does, and the date for which it was announced."""
    holiday = queries.read_holiday(db, holiday_id)
    if holiday["window_id"] is not None:
        raise NotFound()
    return page(request, "house/holiday.html", holiday=holiday)


@router.post("/house/holidays/{holiday_id}/confirm")
def confirm_day(actor: WindowManager, db: WriteDb, holiday: GeneralHoliday, form: PageForm) -> Response:
    """The day was announced, for the date that was computed or for another."""
    service.confirm_holiday(db, actor, holiday, form.read(HolidayConfirm).on)
    return see(f"/house/holidays?year={holiday.on.year}", done="day_off_confirmed")


@router.post("/house/holidays/{holiday_id}/remove")
def open_all_again(actor: WindowManager, db: WriteDb, holiday: GeneralHoliday) -> Response:
    service.remove_holiday(db, actor, holiday)
    return see(f"/house/holidays?year={holiday.on.year}", done="day_off_removed")


@router.get("/house/territories")
def list_territories(
    request: Request, _: WindowManager, db: ReadDb, wanted: PageQuery, parent_code: str | None = None
) -> Response:
    """The regions, or what lies directly below one territory."""
    level = None if parent_code else TerritoryLevel.region
    found = queries.territories(db, wanted, parent_code=parent_code, level=level)
    way = queries.lineage(db, parent_code) if parent_code else []
    return page(
        request,
        "house/territories.html",
        territories=found.items,
        next=found.next,
        way=way,
        parent_code=parent_code,
    )
