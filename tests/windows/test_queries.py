from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core.actor import SYSTEM
from app.core.errors import InvalidInput, NotFound
from app.core.ids import WindowId
from app.core.pagination import PageRequest
from app.windows import queries, service
from app.windows.schemas import HolidayCreate
from tests.factories.windows import day_off
from tests.factories.world import World

SOMEWHERE = WindowId(UUID(int=1))


def test_a_windows_calendar_takes_off_its_own_and_the_general_holidays(world: World) -> None:
    day_off(world.db, world.administrator, date(2026, 7, 30))
    day_off(world.db, world.administrator, date(2026, 7, 31), world.here)
    day_off(world.db, world.administrator, date(2026, 7, 29), world.elsewhere)
    calendar = queries.calendar(world.db, world.here)
    assert calendar.holidays == {date(2026, 7, 30), date(2026, 7, 31)}
    assert (calendar.zone, sorted(calendar.working_days)) == ("Africa/Casablanca", [0, 1, 2, 3, 4])
    wednesday = datetime(2026, 7, 29, 9, tzinfo=UTC)
    assert calendar.add(wednesday, timedelta(days=1)) == wednesday + timedelta(days=5)


def test_today_is_the_day_at_the_window(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    window = queries.get(world.db, world.here)
    monkeypatch.setattr("app.core.clock.now", lambda: datetime(2026, 7, 20, 21, tzinfo=UTC))
    assert queries.today(world.db, world.here) == date(2026, 7, 20)
    window.time_zone = "Asia/Tehran"
    world.db.commit()
    assert queries.zone(world.db, world.here) == "Asia/Tehran"
    assert queries.today(world.db, world.here) == date(2026, 7, 21)


def test_an_unknown_window_is_not_found(world: World) -> None:
    for question in (queries.get, queries.zone, queries.today, queries.calendar):
        with pytest.raises(NotFound):
            question(world.db, SOMEWHERE)
    with pytest.raises(NotFound):
        queries.read(world.db, world.worker, SOMEWHERE)


def test_the_system_browses_no_windows(world: World) -> None:
    assert queries.page(world.db, SYSTEM, PageRequest()).items == []
    with pytest.raises(NotFound):
        queries.read(world.db, SYSTEM, world.here)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("02.411.01.23", ("02.411.01.23", "02.411", "02")),
        ("02.411", ("02.411", "02")),
        ("02", ("02",)),
        ("99", ()),
    ],
)
def test_a_territory_lies_in_its_province_and_its_region(
    world: World, code: str, found: tuple[str, ...]
) -> None:
    assert queries.ancestors(world.db, code) == found


def test_an_unknown_territory_is_refused_where_it_stands(world: World) -> None:
    service.check_territory(world.db, "/commune_code", "02.411.01.23")
    with pytest.raises(InvalidInput) as refused:
        service.check_territory(world.db, "/commune_code", "02.999")
    assert refused.value.details["errors"] == [{"pointer": "/commune_code", "code": "unknown"}]


def test_a_window_is_found_by_its_code_however_it_is_typed(world: World) -> None:
    assert queries.by_code(world.db, "ouj1").id == world.here
    with pytest.raises(NotFound):
        queries.by_code(world.db, "NAD1")


def test_a_day_that_is_confirmed_twice_was_confirmed_once(world: World) -> None:
    day = HolidayCreate(on=date(2031, 5, 1), name_ar="عيد (مثال)", name_fr="Fête (exemple)", is_certain=False)
    holiday = service.add_holiday(world.db, world.administrator, day)
    for _ in range(2):
        service.confirm_holiday(world.db, world.administrator, holiday, day.on)
    world.db.flush()
    confirmed = select(AuditEntry).where(AuditEntry.action == "holiday:confirm")
    assert (holiday.is_certain, len(world.db.scalars(confirmed).all())) == (True, 1)
