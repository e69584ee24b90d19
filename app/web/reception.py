"""The reception of the day: who waits at a window, who is called, who was answered at the counter, who left."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.auth.deps import CreateDb
from app.core.actor import Actor
from app.core.db import ReadSession
from app.core.deps import PageQuery, ReadDb, WriteDb
from app.core.errors import NotFound
from app.core.ids import ArrivalId, WindowId
from app.core.pagination import PageRequest
from app.intake import arrivals, queries, service
from app.intake.deps import ArrivalsListed, ArrivalToWrite, Receptionist, WindowServed
from app.intake.models import Arrival
from app.intake.schemas import ArrivalCreate, CounterAnswer
from app.intake.states import ArrivalStatus
from app.web import face, terms
from app.web.face import PageForm, see
from app.web.rendering import page
from app.windows import queries as windows

router = face.router()


def windows_of(db: ReadSession, actor: Actor) -> list[dict[str, Any]]:
    """The windows at which somebody serves, by their codes."""
    served = [windows.read(db, actor, window_id) for window_id in actor.window_ids]
    return sorted(served, key=lambda window: str(window["code"]))


@router.get("/reception")
def begin(request: Request, actor: Receptionist, db: ReadDb) -> Response:
    """The way to the first of one's windows."""
    mine = windows_of(db, actor)
    if mine:
        return see(f"/reception/{mine[0]['id']}")
    return page(request, "worker/no_window.html")


@router.get("/reception/{window_id}")
def show(
    request: Request,
    actor: Receptionist,
    window_id: ArrivalsListed,
    db: ReadDb,
    wanted: PageQuery,
    given: ArrivalId | None = None,
    ticket: ArrivalId | None = None,
) -> Response:
    """Who waits and who is being heard today, and the figures of the day; to whom a ticket was just given.

    `ticket` is the one with which something else was just done: it is named with what was done.
    """
    on = windows.today(db, window_id)
    waiting = queries.arrivals_page(db, actor, wanted, window_id, on, ArrivalStatus.waiting)
    called = queries.arrivals_page(db, actor, PageRequest(), window_id, on, ArrivalStatus.in_interview)
    return page(
        request,
        "worker/reception.html",
        window=windows.read(db, actor, window_id),
        windows=windows_of(db, actor),
        on=on,
        waiting=waiting.items,
        given=next((one for one in waiting.items if one["id"] == given), None),
        about=_named(db, actor, window_id, ticket) if ticket else None,
        next=waiting.next,
        called=called.items,
        summary=queries.day_summary(db, window_id, on),
        reasons=terms.living(db, "arrival_reason"),
        words=terms.by_code(db, "arrival_reason"),
        topics=terms.living(db, "counter_topic"),
        topic_words=terms.by_code(db, "counter_topic"),
        statuses=list(ArrivalStatus),
    )


def _named(db: ReadSession, actor: Actor, window_id: WindowId, ticket: ArrivalId) -> dict[str, Any] | None:
    """The number and the first name of a ticket of this window; an address with any other tells nothing."""
    try:
        arrival = queries.read_arrival(db, actor, ticket)
    except NotFound:
        return None
    return arrival if arrival["window_id"] == window_id else None


@router.get("/reception/{window_id}/day")
def show_day(
    request: Request, actor: Receptionist, window_id: ArrivalsListed, db: ReadDb, wanted: PageQuery
) -> Response:
    """Everybody who came today, by ticket, whatever has become of them."""
    on = windows.today(db, window_id)
    found = queries.arrivals_page(db, actor, wanted, window_id, on)
    return page(
        request,
        "worker/day.html",
        window=windows.read(db, actor, window_id),
        on=on,
        arrivals=found.items,
        next=found.next,
        words=terms.by_code(db, "arrival_reason"),
        topic_words=terms.by_code(db, "counter_topic"),
    )


@router.post("/reception/{window_id}")
def arrive(actor: Receptionist, window_id: WindowServed, db: CreateDb, form: PageForm) -> Response:
    arrival = arrivals.arrive(db, actor, window_id, form.read(ArrivalCreate))
    return see(f"/reception/{window_id}?given={arrival.id}", done="arrived")


@router.post("/arrivals/{arrival_id}/call")
def call(actor: Receptionist, db: CreateDb, arrival: ArrivalToWrite) -> Response:
    """Call somebody: the interview begins, or goes on where it was left."""
    service.call(db, actor, arrival)
    return see(f"/interviews/{arrival.interview_id}")


@router.post("/arrivals/{arrival_id}/answer")
def answer(actor: Receptionist, db: WriteDb, arrival: ArrivalToWrite, form: PageForm) -> Response:
    arrivals.answer(db, actor, arrival, form.read(CounterAnswer))
    return _back(arrival, "answered")


@router.post("/arrivals/{arrival_id}/leave")
def leave(actor: Receptionist, db: WriteDb, arrival: ArrivalToWrite) -> Response:
    arrivals.leave(db, actor, arrival)
    return _back(arrival, "left")


@router.post("/arrivals/{arrival_id}/cancel")
def cancel(actor: Receptionist, db: WriteDb, arrival: ArrivalToWrite) -> Response:
    arrivals.cancel(db, actor, arrival)
    return _back(arrival, "ticket_cancelled")


@router.post("/arrivals/{arrival_id}/put-back")
def put_back(actor: Receptionist, db: WriteDb, arrival: ArrivalToWrite) -> Response:
    arrivals.put_back(db, actor, arrival)
    return _back(arrival, "put_back")


def _back(arrival: Arrival, done: str) -> Response:
    return see(f"/reception/{arrival.window_id}?ticket={arrival.id}", done=done)
