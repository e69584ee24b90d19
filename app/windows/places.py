"""Windows and territories by their names, for pages that show many of them at once."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, select

from app.core.db import ReadSession, rows
from app.core.ids import WindowId
from app.core.prepared import Prepared
from app.windows.models import Territory, TerritoryLevel, Window

_w, _t = Window.__table__.c, Territory.__table__.c

_WINDOWS = Prepared(
    select(_w.id, _w.code, _w.name_ar, _w.name_fr, _w.time_zone, _w.phone, _w.address)
    .where(_w.id.in_(bindparam("windows", expanding=True)))
    .order_by(_w.id)
)
_TERRITORIES = Prepared(
    select(_t.code, _t.name_ar, _t.name_fr)
    .where(_t.code.in_(bindparam("codes", expanding=True)))
    .order_by(_t.code)
)
_PROVINCES = Prepared(
    select(_t.code, _t.parent_code, _t.level, _t.name_ar, _t.name_fr)
    .where(_t.level != TerritoryLevel.commune)
    .order_by(_t.code)
    .limit(200)
)


def windows(db: ReadSession, ids: Iterable[WindowId]) -> dict[WindowId, dict[str, Any]]:
    """The named windows: offices are public. What happens there is not told."""
    return {found.id: dict(found) for found in rows(db, _WINDOWS, windows=sorted(set(ids)))}


def territories(db: ReadSession, codes: Iterable[str | None]) -> dict[str, dict[str, Any]]:
    """The named territories; an unknown code is left out."""
    wanted = sorted({code for code in codes if code is not None})
    return {found.code: dict(found) for found in rows(db, _TERRITORIES, codes=wanted)}


def provinces(db: ReadSession) -> list[dict[str, Any]]:
    """Regions and provinces by code, each region before what lies in it: what a person chooses a place from."""
    return [dict(found) for found in rows(db, _PROVINCES)]
