"""The days ahead: contacts that are planned, and appointments that partners have given."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from fastapi import Request
from starlette.responses import Response

from app.core.clock import today
from app.core.deps import PageQuery, ReadDb
from app.core.settings import settings
from app.followups import queries as follow_ups
from app.followups.deps import FollowUpLister
from app.referrals import overviews as referrals
from app.referrals.deps import ReferralLister
from app.web import face
from app.web.face import invalid
from app.web.rendering import page

router = face.router()

_MOST = 200  # of each kind at each window; nobody does more in a week
_OVERDUE = 5  # beside the days; all of them have a page of their own
_FIRST, _LAST = date(2000, 1, 1), date(2100, 1, 1)


@router.get("/appointments")
def show_appointments(
    request: Request,
    actor: FollowUpLister,
    _: ReferralLister,
    db: ReadDb,
    when: Literal["day", "week"] = "day",
    on: date | None = None,
    mine: bool = True,
) -> Response:
    """One day, or the week from Monday in which it lies; one's own work unless the whole window's is asked for."""
    now_on = today()
    shown = on or now_on
    if not _FIRST <= shown <= _LAST:
        raise invalid("/on", "not_allowed")
    since = shown - timedelta(days=shown.weekday()) if when == "week" else shown
    length = timedelta(days=7 if when == "week" else 1)
    own = actor.user_id if mine else None
    contacts = follow_ups.agenda(db, actor, since, since + length, _MOST, worker_id=own)
    expected = referrals.appointments(
        db, actor, _begins(since), _begins(since + length), _MOST, referent_id=own
    )
    overdue, is_more = follow_ups.pressing_first(db, actor, _OVERDUE, when="overdue", worker_id=own)
    return page(
        request,
        "cases/appointments.html",
        days=_days(since, length.days, contacts, expected),
        overdue=overdue,
        has_more_overdue=is_more,
        when=when,
        on=shown,
        today=now_on,
        mine=mine,
        before=since - length,
        after=since + length,
    )


@router.get("/appointments/overdue")
def show_overdue(
    request: Request, actor: FollowUpLister, db: ReadDb, wanted: PageQuery, mine: bool = True
) -> Response:
    """Every contact whose day is past and of which nobody has said what became of it, the oldest first."""
    own = actor.user_id if mine else None
    found = follow_ups.planned(db, actor, wanted, when="overdue", worker_id=own)
    return page(request, "cases/overdue.html", contacts=found.items, next=found.next, mine=mine)


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(settings().time_zone))


def _days(
    since: date,
    length: int,
    contacts: Iterable[Mapping[str, Any]],
    expected: Iterable[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Each day with what stands on it: what has an hour in the order of the hours, and contacts that are for the day."""
    days: dict[date, dict[str, Any]] = {
        since + timedelta(days=n): {"on": since + timedelta(days=n), "timed": [], "contacts": []}
        for n in range(length)
    }
    zone = ZoneInfo(settings().time_zone)
    for contact in contacts:
        has_hour = contact["due_time"] is not None
        days[contact["due_on"]]["timed" if has_hour else "contacts"].append(contact)
    for appointment in expected:
        days[appointment["appointment_at"].astimezone(zone).date()]["timed"].append(appointment)
    for one in days.values():
        one["timed"].sort(key=lambda item: _hour(item, zone))
    return list(days.values())


def _hour(item: Mapping[str, Any], zone: ZoneInfo) -> str:
    if "due_time" in item:
        return str(item["due_time"])
    return f"{item['appointment_at'].astimezone(zone):%H:%M}"
