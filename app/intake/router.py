from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app.auth.deps import CreateDb
from app.cases.service import CaseAlreadyOpen
from app.core.deps import ExpectedVersion, PageQuery, ReadDb, WriteDb, check_version
from app.core.errors import ChangedMeanwhile, Conflict, IllegalMove, NotFound
from app.core.http import ApiRoute, answer, page_answer, refuses
from app.core.ids import PersonId, WindowId
from app.intake import arrivals, completion, queries, service
from app.intake.completion import InterviewIncomplete
from app.intake.deps import (
    ArrivalSeen,
    ArrivalsListed,
    ArrivalToWrite,
    InterviewLister,
    InterviewSeen,
    InterviewToWrite,
    InterviewWriter,
    Receptionist,
    WindowServed,
)
from app.intake.models import Arrival, Interview
from app.intake.schemas import (
    ArrivalCreate,
    ArrivalOut,
    ArrivalPage,
    ArrivalSummary,
    CompletedInterviewCreate,
    CounterAnswer,
    InterviewAbandonment,
    InterviewCompletion,
    InterviewCreate,
    InterviewDone,
    InterviewOut,
    InterviewPage,
    InterviewUpdate,
)
from app.intake.states import ArrivalStatus, InterviewStatus
from app.people import queries as people
from app.people.deps import CandidatesTold
from app.people.schemas import Day
from app.windows import queries as windows

router = APIRouter(route_class=ApiRoute, tags=["intake"])

_moves = refuses(IllegalMove, ChangedMeanwhile)
_completes = refuses(
    NotFound,
    IllegalMove,
    ChangedMeanwhile,
    Conflict,
    InterviewIncomplete,
    CaseAlreadyOpen,
)

OnDay = Annotated[Day | None, Query(description="Which day; today at the window, unless told.")]


@router.post("/windows/{window_id}/arrivals", response_model=ArrivalOut, status_code=201)
def register_arrival(
    actor: Receptionist, window_id: WindowServed, db: CreateDb, data: ArrivalCreate
) -> Response:
    """Somebody came in: gives out the next ticket of the day."""
    arrival = arrivals.arrive(db, actor, window_id, data)
    return _arrival(db, actor, arrival, 201)


@router.get("/windows/{window_id}/arrivals", response_model=ArrivalPage)
def list_arrivals(
    request: Request,
    actor: Receptionist,
    window_id: ArrivalsListed,
    db: ReadDb,
    page: PageQuery,
    on: OnDay = None,
    status: ArrivalStatus | None = None,
) -> Response:
    """Who came on a day, by ticket, with the minutes that those who wait have been waiting."""
    day = on or windows.today(db, window_id)
    return page_answer(request, queries.arrivals_page(db, actor, page, window_id, day, status))


@router.get("/windows/{window_id}/arrivals/summary", response_model=ArrivalSummary)
def summarise_arrivals(_: Receptionist, window_id: WindowServed, db: ReadDb, on: OnDay = None) -> Response:
    """How many came on a day: by status, by reason, and by topic of what the counter answered."""
    return answer(queries.day_summary(db, window_id, on or windows.today(db, window_id)))


@router.get("/arrivals/{arrival_id}", response_model=ArrivalOut)
async def get_arrival(arrival: ArrivalSeen) -> Response:
    """One arrival. That it was opened is recorded."""
    return answer(arrival, version=arrival["version"])


@router.post("/arrivals/{arrival_id}/call", response_model=ArrivalOut)
@_moves
def call_to_interview(actor: Receptionist, db: CreateDb, arrival: ArrivalToWrite) -> Response:
    """Call somebody to an interview: a draft is begun, or found again if they were put back; see `interview_id`."""
    service.call(db, actor, arrival)
    return _arrival(db, actor, arrival)


@router.post("/arrivals/{arrival_id}/answer", response_model=ArrivalOut)
@_moves
def answer_at_counter(
    actor: Receptionist, db: WriteDb, arrival: ArrivalToWrite, data: CounterAnswer
) -> Response:
    """Somebody was answered at the counter and needs no interview: counted under a topic."""
    arrivals.answer(db, actor, arrival, data)
    return _arrival(db, actor, arrival)


@router.post("/arrivals/{arrival_id}/leave", response_model=ArrivalOut)
@_moves
def record_departure(actor: Receptionist, db: WriteDb, arrival: ArrivalToWrite) -> Response:
    """Somebody went away before being called."""
    arrivals.leave(db, actor, arrival)
    return _arrival(db, actor, arrival)


@router.post("/arrivals/{arrival_id}/cancel", response_model=ArrivalOut)
@_moves
@refuses(arrivals.TicketWasCalled)
def take_ticket_back(actor: Receptionist, db: WriteDb, arrival: ArrivalToWrite) -> Response:
    """Take back a ticket that was given by mistake: it is not counted, and its number is not given again."""
    arrivals.cancel(db, actor, arrival)
    return _arrival(db, actor, arrival)


@router.post("/arrivals/{arrival_id}/put-back", response_model=ArrivalOut)
@_moves
def put_back_in_queue(actor: Receptionist, db: WriteDb, arrival: ArrivalToWrite) -> Response:
    """Somebody who was called waits again under the same ticket; the draft is kept for the next call."""
    arrivals.put_back(db, actor, arrival)
    return _arrival(db, actor, arrival)


@router.post("/interviews", response_model=InterviewOut, status_code=201)
@refuses(NotFound, IllegalMove, ChangedMeanwhile)
def start_interview(actor: InterviewWriter, db: CreateDb, data: InterviewCreate) -> Response:
    """Begin a draft. Only the window is required; an `arrival_id` calls who was waiting."""
    return _interview(db, actor, service.start(db, actor, data), 201)


@router.post("/interviews/completed", response_model=InterviewDone, status_code=201)
@_completes
def record_interview(
    actor: InterviewWriter, _: CandidatesTold, db: CreateDb, data: CompletedInterviewCreate
) -> Response:
    """Record a whole interview in one request: a draft that is completed at once, under the same rules.

    A refusal leaves nothing behind; to keep what was heard, begin a draft.
    """
    return _done(db, actor, service.record(db, actor, data), 201)


@router.get("/interviews", response_model=InterviewPage)
def list_interviews(
    request: Request,
    actor: InterviewLister,
    db: ReadDb,
    page: PageQuery,
    window_id: WindowId | None = None,
    status: InterviewStatus | None = None,
    person_id: PersonId | None = None,
    mine: bool = False,
) -> Response:
    """Interviews at one's windows, the newest first; `status=draft&mine=true` is what waits to be finished."""
    found = queries.page(db, actor, page, window_id=window_id, status=status, person_id=person_id, mine=mine)
    return page_answer(request, found)


@router.get("/interviews/{interview_id}", response_model=InterviewOut)
async def get_interview(interview: InterviewSeen) -> Response:
    """One interview. That it was opened is recorded."""
    return answer(interview, version=interview["version"])


@router.patch("/interviews/{interview_id}", response_model=InterviewOut)
@refuses(IllegalMove)
def save_interview(
    actor: InterviewWriter,
    expected: ExpectedVersion,
    db: WriteDb,
    interview: InterviewToWrite,
    data: InterviewUpdate,
) -> Response:
    """Save a draft, as often as wanted and by any worker of the window; whoever saves it has taken it over."""
    check_version(interview.version, expected)
    service.save(db, actor, interview, data)
    return _interview(db, actor, interview)


@router.post("/interviews/{interview_id}/complete", response_model=InterviewDone)
@_completes
def complete_interview(
    actor: InterviewWriter,
    _: CandidatesTold,
    db: CreateDb,
    interview: InterviewToWrite,
    data: InterviewCompletion,
) -> Response:
    """Complete a draft: register the person, record the consents, open the case - all of it or nothing.

    When something lacks (`interview_incomplete`), or the person may be known (`possible_duplicates`), or has a
    living case here (`case_already_open`), the draft stays as it was and can be corrected and completed again.
    """
    completion.complete(db, actor, interview, data)
    return _done(db, actor, interview)


@router.post("/interviews/{interview_id}/abandon", response_model=InterviewOut)
@_moves
def abandon_interview(
    actor: InterviewWriter, db: WriteDb, interview: InterviewToWrite, data: InterviewAbandonment
) -> Response:
    """Give a draft up; whoever was being heard waits again."""
    service.abandon(db, actor, interview, data.reason)
    return _interview(db, actor, interview)


def _arrival(db: WriteDb, actor: Receptionist, arrival: Arrival, status: int = 200) -> Response:
    found = queries.read_arrival(db, actor, arrival.id)
    return answer(found, status, version=found["version"], location=_place("arrivals", arrival.id, status))


def _interview(db: WriteDb, actor: InterviewWriter, interview: Interview, status: int = 200) -> Response:
    found = queries.read(db, actor, interview.id)
    return answer(
        found, status, version=found["version"], location=_place("interviews", interview.id, status)
    )


def _done(db: WriteDb, actor: InterviewWriter, interview: Interview, status: int = 200) -> Response:
    """A completed interview, with what is unusual about the numbers of the person whom it may have registered."""
    found = queries.read(db, actor, interview.id)
    doubts = people.doubts(db, found["person_id"]) if found["person_id"] else []
    return answer(
        {**found, "warnings": doubts},
        status,
        version=found["version"],
        location=_place("interviews", interview.id, status),
    )


def _place(collection: str, key: Any, status: int) -> str | None:
    return f"/api/v1/{collection}/{key}" if status == 201 else None
