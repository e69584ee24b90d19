import re
from datetime import date
from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from app.core.fields import Day, Flag, RequiredLine, Telephone
from app.core.ids import HolidayId, WindowId
from app.core.schemas import Change, Input, Output
from app.core.text import clean
from app.windows.models import TerritoryLevel


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(value: str) -> str:
    if value not in _zones():
        raise ValueError("unknown", "Africa/Casablanca")
    return value


_CODE = r"^[A-Z0-9]{2,8}$"


def _code(value: str) -> str:
    if not re.fullmatch(_CODE, value):
        raise ValueError("bad_format", "OUJ1")
    return value


# The days that the pages can show and that calendars are computed for: another year is a slip of the keyboard.
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


def _of_our_time(value: date) -> date:
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise ValueError("year_unlikely")
    return value


def _week(days: list[int]) -> list[int]:
    return sorted(set(days))


WindowCode = Annotated[
    str,
    Field(
        description="Opens every file number given out at the window, and never changes.",
        examples=["OUJ1"],
        json_schema_extra={"pattern": _CODE},
    ),
    AfterValidator(_code),
]
TerritoryCode = Annotated[
    str,
    Field(
        min_length=1, max_length=24, description="A code of `GET /api/v1/territories`.", examples=["02.411"]
    ),
]
TimeZone = Annotated[str, Field(max_length=64, examples=["Africa/Casablanca"]), AfterValidator(_zone)]
Weekday = Annotated[int, Field(strict=True, ge=0, le=6)]
WorkingDays = Annotated[
    list[Weekday],
    Field(
        min_length=1,
        max_length=7,
        description="Days of the week; Monday is 0, Sunday 6.",
        examples=[[0, 1, 2, 3, 4]],
    ),
    AfterValidator(_week),
]
Address = Annotated[
    str, Field(max_length=500, examples=["12, boulevard Exemple, Oujda"]), AfterValidator(clean)
]
OfficePhone = Annotated[Telephone, Field(max_length=32, examples=["+212 536 00 00 00"])]


class TerritoryOut(Output):
    code: str = Field(description="Code of the Haut-Commissariat au Plan.", examples=["02.411"])
    parent_code: str | None = Field(examples=["02"])
    level: TerritoryLevel
    name_ar: str = Field(examples=["وجدة-أنجاد"])
    name_fr: str = Field(examples=["Oujda-Angad"])


class TerritoryPage(Output):
    items: list[TerritoryOut]
    next: str | None


class WindowCreate(Input):
    code: WindowCode
    name_ar: RequiredLine = Field(examples=["شباك المساعدة الاجتماعية - وجدة"])
    name_fr: RequiredLine = Field(examples=["Guichet d'assistance sociale d'Oujda"])
    territory_code: TerritoryCode
    time_zone: TimeZone = "Africa/Casablanca"
    working_days: WorkingDays = Field(default_factory=lambda: [0, 1, 2, 3, 4])
    address: Address | None = None
    phone: OfficePhone | None = None


class WindowUpdate(Change):
    """What is not sent stays. Null takes the address or the phone away and leaves everything else."""

    name_ar: RequiredLine | None = None
    name_fr: RequiredLine | None = None
    territory_code: TerritoryCode | None = None
    time_zone: TimeZone | None = None
    working_days: WorkingDays | None = None
    address: Address | None = None
    phone: OfficePhone | None = None


class WindowOut(Output):
    id: WindowId
    code: str = Field(examples=["OUJ1"])
    name_ar: str
    name_fr: str
    territory_code: str = Field(examples=["02.411"])
    time_zone: str = Field(examples=["Africa/Casablanca"])
    working_days: list[int] = Field(examples=[[0, 1, 2, 3, 4]])
    address: str | None
    phone: str | None
    version: int


class WindowPage(Output):
    items: list[WindowOut]
    next: str | None


DayOff = Annotated[
    Day,
    AfterValidator(_of_our_time),
    Field(description="A day of the years 2000 to 2100.", examples=["2027-11-18"]),
]


class HolidayCreate(Input):
    on: DayOff
    name_ar: RequiredLine = Field(examples=["عيد الاستقلال"])
    name_fr: RequiredLine = Field(examples=["Fête de l'Indépendance"])
    is_certain: Flag = Field(True, description="False for a day that is computed and still to be announced.")


class HolidayConfirm(Input):
    on: DayOff


class HolidayOut(Output):
    id: HolidayId
    window_id: WindowId | None = Field(description="Null for a day off at every window.")
    on: date
    name_ar: str
    name_fr: str
    is_certain: bool


class HolidayPage(Output):
    items: list[HolidayOut]
    next: str | None
