"""What a partner's agent sees of their own institution: what was signed, what is offered, and how it has answered."""

from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal
from fastapi import Depends, Request
from starlette.responses import Response

from app.core.clock import today
from app.core.db import ReadSession
from app.core.deps import ReadDb, read_aside
from app.core.settings import settings
from app.partners import own
from app.referrals import figures
from app.referrals import queries as referrals
from app.referrals.deps import ReferralAnswerer
from app.web import face, terms
from app.web.rendering import page
from app.web.wording import LOCALES, digits, language
from app.windows import places

router = face.router()


@router.get("/our-agreement")
def our_agreement(request: Request, actor: ReferralAnswerer, db: ReadDb) -> Response:
    """The signed texts as data, the services with their places, and whom the network reaches."""
    services = own.services(db, actor)
    agreements = own.agreements(db, actor)
    return page(
        request,
        "partner/agreement.html",
        institution=own.institution(db, actor),
        agreements=[{**one, **_quota(db, one)} for one in agreements],
        services=services,
        served=figures.served(db, (offer["id"] for offer in services)),
        territories=places.territories(db, (one["territory_code"] for one in agreements)),
        needs=terms.by_code(db, "need"),
        languages=terms.by_code(db, "language"),
        defaults=settings(),
    )


def _quota(db: ReadSession, agreement: dict[str, Any]) -> dict[str, Any]:
    """How much of this period's quota is used and its last day; None where there is none or it counts no more."""
    counted = agreement["quota_window"]
    if counted is None or not agreement["is_in_force"]:
        return {"used": None, "quota_last": None}
    since, until = (
        datetime.combine(day, time(), UTC) for day in counted
    )  # as the rule counts when one is sent
    used = referrals.sent_under(db, agreement["id"], since, until)
    return {"used": used, "quota_last": counted[1] - timedelta(days=1)}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(settings().time_zone))


class Counted(NamedTuple):
    """The first and the last day that are counted, and why they are not those that were asked for."""

    since: date
    until: date
    brought: list[str]


def _period(request: Request, since: str = "", until: str = "") -> Counted:
    """Ninety days unless told, a year at most, never beyond today; what is brought into these bounds is said.

    A first day after the last is no period: it is refused on the page, where it can be mended.
    """
    first_told, last_told = _day(since), _day(until)
    if first_told and last_told and first_told > last_told:
        face.refuse_here(request, face.invalid("/since", "dates_in_order"), since=since, until=until)
    last = min(last_told or today(), today())
    earliest = last - timedelta(days=364)
    first = min(max(first_told or last - timedelta(days=89), earliest), last)
    reasons = {
        "no_day": (since and not first_told) or (until and not last_told),
        "future": max(first_told or last, last_told or last) > today(),
        "long": first_told is not None and first_told < earliest,
    }
    return Counted(first, last, [why for why, applies in reasons.items() if applies])


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


Period = Annotated[Counted, Depends(_period)]


@router.get("/our-figures")
async def our_figures(request: Request, actor: ReferralAnswerer, db: ReadDb, period: Period) -> Response:
    """What was sent in a period, how fast and how it was answered, and what came of it."""
    since, until, brought = period
    if face.refusal(request):
        return page(
            request,
            "partner/figures.html",
            figures=None,
            brought=[],
            since=since,
            until=until,
            periods=_periods(today()),
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
        )
    counted = await read_aside(
        figures.of_institution, db, actor, _midnight(since), _midnight(until + timedelta(days=1))
    )
    return page(
        request,
        "partner/figures.html",
        figures=counted,
        brought=brought,
        since=since,
        until=until,
        periods=_periods(today()),
        most=counted.received,
        median_days=_said(counted.median_days),
    )


def _said(number: float | None) -> str | None:
    """A number of days to one decimal, written as the language writes it."""
    if number is None:
        return None
    return digits(format_decimal(number, "0.#", LOCALES[language()], numbering_system="default"))


def _periods(day: date) -> tuple[tuple[str, date, date], ...]:
    """Periods that people ask for, by a word: this month, the one before, ninety days, this year."""
    month = day.replace(day=1)
    before = month - timedelta(days=1)
    return (
        ("month", month, day),
        ("last_month", before.replace(day=1), before),
        ("ninety_days", day - timedelta(days=89), day),
        ("year", day.replace(month=1, day=1), day),
    )
