from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Timestamps, Versioned
from app.core.ids import HolidayId, WindowId, uuid7


class TerritoryLevel(StrEnum):
    region = "region"
    province = "province"
    commune = "commune"


class Territory(Base, kw_only=True):
    """A region, a province or prefecture, or a commune, under its code of the Haut-Commissariat au Plan."""

    __tablename__ = "territories"
    __table_args__ = (
        Index(None, "parent_code", "code"),
        CheckConstraint("(level = 'region') = (parent_code IS NULL)", name="only_regions_stand_alone"),
    )

    code: Mapped[str] = mapped_column(String(24), primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("territories.code"))
    level: Mapped[TerritoryLevel]
    name_ar: Mapped[str] = mapped_column(String(200))
    name_fr: Mapped[str] = mapped_column(String(200))


class Window(Versioned, Timestamps, Base, kw_only=True):
    """The office where people are received. Its code opens every file number given out there."""

    __tablename__ = "windows"

    id: Mapped[WindowId] = mapped_column(
        primary_key=True, default_factory=lambda: WindowId(uuid7()), init=False
    )
    code: Mapped[str] = mapped_column(String(8), unique=True)
    name_ar: Mapped[str] = mapped_column(String(200))
    name_fr: Mapped[str] = mapped_column(String(200))
    territory_code: Mapped[str] = mapped_column(ForeignKey("territories.code"), index=True)
    time_zone: Mapped[str] = mapped_column(String(64), default="Africa/Casablanca")
    working_days: Mapped[list[int]] = mapped_column(default_factory=lambda: [0, 1, 2, 3, 4])  # Monday is 0
    address: Mapped[str | None] = mapped_column(String(500), default=None)
    phone: Mapped[str | None] = mapped_column(String(32), default=None)


class Holiday(Base, kw_only=True):
    """A day off, for one window or (without one) for all of them."""

    __tablename__ = "holidays"
    __table_args__ = (Index(None, "window_id", "on"),)

    id: Mapped[HolidayId] = mapped_column(
        primary_key=True, default_factory=lambda: HolidayId(uuid7()), init=False
    )
    window_id: Mapped[WindowId | None] = mapped_column(ForeignKey("windows.id"))
    on: Mapped[date]
    name_ar: Mapped[str] = mapped_column(String(200))
    name_fr: Mapped[str] = mapped_column(String(200))
    is_certain: Mapped[bool] = mapped_column(default=True)  # religious days are computed, then announced
