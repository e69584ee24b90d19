"""The reception of one day: who came, who is being heard, who was answered at the counter, who left."""

from datetime import date
from typing import Any

from sqlalchemy import select

from app.audit import service as audit
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import ReadSession, WriteSession
from app.core.errors import DomainError, NotFound
from app.core.ids import InterviewId, WindowId
from app.core.moves import begin, move
from app.core.prepared import Row
from app.core.text import is_arabic
from app.intake import policy, queries
from app.intake.models import Arrival, ArrivalTransition, Interview
from app.intake.schemas import ArrivalCreate, CounterAnswer
from app.intake.states import ARRIVAL_LIFECYCLE, ArrivalAction, ArrivalStatus
from app.vocabularies import service as vocabularies
from app.windows import queries as windows
from app.windows.models import Window


class TicketWasCalled(DomainError):
    """Somebody was called with this ticket already: it was not given by mistake."""

    code = "ticket_was_called"


def arrive(db: WriteSession, actor: Actor, window_id: WindowId, data: ArrivalCreate) -> Arrival:
    """Give out the next ticket of the day. Raises `NotFound` for a window where the actor does not serve."""
    if not policy.serves_at(actor, window_id):
        raise NotFound()
    vocabularies.check(db, "/reason", "arrival_reason", [data.reason])
    on = windows.today(db, window_id)
    arrival = Arrival(
        window_id=window_id,
        on=on,
        ticket=_next_ticket(db, window_id, on),
        first_name=data.first_name,
        reason=data.reason,
    )
    db.add(arrival)
    db.flush()
    begin(db, actor, arrival, "arrive", lambda **row: ArrivalTransition(arrival_id=arrival.id, **row))
    audit.record(
        db, actor, "arrival:register", "arrival", arrival.id, window_id=window_id, reason=data.reason
    )
    return arrival


def _next_ticket(db: WriteSession, window_id: WindowId, on: date) -> int:
    """One ticket at a time: until this transaction ends, the next one asking at this window waits for it.

    SQLite has one writer anyway. On PostgreSQL the window's row is locked in the mode that leaves everything
    else that refers to the window alone; the number is read by a later statement, which sees what was committed.
    """
    db.execute(select(Window.id).where(Window.id == window_id).with_for_update(key_share=True))
    return queries.last_ticket(db, window_id, on) + 1


def answer(db: WriteSession, actor: Actor, arrival: Arrival, data: CounterAnswer) -> None:
    """Somebody needed a word at the counter and no interview: counted under its topic."""
    vocabularies.check(db, "/topic", "counter_topic", [data.topic])
    _move(db, actor, arrival, ArrivalAction.answer, topic=data.topic, answered_at=now())
    _record(db, actor, arrival, "answer", topic=data.topic)


def leave(db: WriteSession, actor: Actor, arrival: Arrival) -> None:
    """Somebody went away before being called."""
    _move(db, actor, arrival, ArrivalAction.leave)
    _record(db, actor, arrival, "leave")


def cancel(db: WriteSession, actor: Actor, arrival: Arrival) -> None:
    """Take back a ticket that was given by mistake: nobody came with it, and its number is not given again.

    Raises `TicketWasCalled` where somebody did come, and waits again.
    """
    if arrival.status is ArrivalStatus.waiting and arrival.interview_id is not None:
        raise TicketWasCalled()
    _move(db, actor, arrival, ArrivalAction.cancel)
    _record(db, actor, arrival, "cancel")


def put_back(db: WriteSession, actor: Actor, arrival: Arrival) -> None:
    """Somebody waits again under the same ticket; a draft that was begun stays theirs."""
    _move(db, actor, arrival, ArrivalAction.put_back)
    _record(db, actor, arrival, "put-back")


def take_in(db: WriteSession, actor: Actor, arrival: Arrival, interview_id: InterviewId) -> None:
    """Somebody is called to an interview."""
    _move(db, actor, arrival, ArrivalAction.call, interview_id=interview_id)
    _record(db, actor, arrival, "call", interview_id=interview_id)


def first_told(arrival: Arrival) -> dict[str, Any]:
    """What a new draft says of who was called: the first name on the ticket, in its script."""
    return {"given_name_ar" if is_arabic(arrival.first_name) else "given_name_latin": arrival.first_name}


def tells_no_more(db: ReadSession, interview: Interview | Row) -> bool:
    """Whether nothing is known of somebody yet but the first name on the ticket."""
    called = queries.arrival_of(db, interview.id)
    return called is not None and interview.new_person == first_told(called)


def heard(db: WriteSession, actor: Actor, interview_id: InterviewId) -> None:
    """Tell the reception that an interview is over. Who left meanwhile has left."""
    _follow(db, actor, interview_id, ArrivalAction.finish)


def not_heard(db: WriteSession, actor: Actor, interview_id: InterviewId) -> None:
    """Tell the reception that an interview was given up: whoever was in it waits again."""
    _follow(db, actor, interview_id, ArrivalAction.put_back)


def _follow(db: WriteSession, actor: Actor, interview_id: InterviewId, action: ArrivalAction) -> None:
    arrival = queries.arrival_of(db, interview_id)
    if arrival is not None and action in ARRIVAL_LIFECYCLE.allowed(arrival.status):
        _move(db, actor, arrival, action)


def _move(db: WriteSession, actor: Actor, arrival: Arrival, action: ArrivalAction, **values: Any) -> None:
    move(
        db,
        actor,
        arrival,
        ARRIVAL_LIFECYCLE,
        action,
        lambda **row: ArrivalTransition(arrival_id=arrival.id, **row),
        **values,
    )


def _record(db: WriteSession, actor: Actor, arrival: Arrival, act: str, **details: Any) -> None:
    audit.record(db, actor, f"arrival:{act}", "arrival", arrival.id, **details)
