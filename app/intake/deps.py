from typing import Annotated, Any

from fastapi import Depends, Request

from app.auth.deps import allowed
from app.auth.permissions import Permission
from app.core.actor import Actor
from app.core.deps import ReadDb, WriteDb
from app.core.errors import NotFound
from app.core.http import refuses
from app.core.ids import ArrivalId, InterviewId, WindowId
from app.intake import policy, queries
from app.intake.models import Arrival, Interview

Receptionist = Annotated[Actor, Depends(allowed(Permission.arrival_handle))]
InterviewReader = Annotated[Actor, Depends(allowed(Permission.interview_read))]
InterviewWriter = Annotated[Actor, Depends(allowed(Permission.interview_write))]


@refuses(NotFound)
async def _window_served(actor: Receptionist, window_id: WindowId) -> WindowId:
    if not policy.serves_at(actor, window_id):
        raise NotFound()
    return window_id


WindowServed = Annotated[WindowId, Depends(_window_served)]


async def _arrivals_listed(request: Request, actor: Receptionist, window_id: WindowServed) -> WindowId:
    """A list of arrivals shows first names: who asked for one is on record, once a page."""
    await request.app.state.accesses.record(actor, "arrival:list", "window", window_id, None)
    return window_id


ArrivalsListed = Annotated[WindowId, Depends(_arrivals_listed)]


def _arrival_read(actor: Receptionist, db: ReadDb, arrival_id: ArrivalId) -> dict[str, Any]:
    return queries.read_arrival(db, actor, arrival_id)


async def _arrival_seen(
    request: Request,
    actor: Receptionist,
    arrival: Annotated[dict[str, Any], Depends(_arrival_read, scope="function")],
) -> dict[str, Any]:
    await request.app.state.accesses.record(actor, "arrival:read", "arrival", arrival["id"], None)
    return arrival


ArrivalSeen = Annotated[dict[str, Any], Depends(_arrival_seen, scope="function")]


def _arrival_to_write(actor: Receptionist, db: WriteDb, arrival_id: ArrivalId) -> Arrival:
    return queries.arrival(db, actor, arrival_id)


ArrivalToWrite = Annotated[Arrival, Depends(_arrival_to_write, scope="function")]


def _interview_to_write(actor: InterviewWriter, db: WriteDb, interview_id: InterviewId) -> Interview:
    return queries.get(db, actor, interview_id)


InterviewToWrite = Annotated[Interview, Depends(_interview_to_write, scope="function")]


def _interview_read(actor: InterviewReader, db: ReadDb, interview_id: InterviewId) -> dict[str, Any]:
    return queries.read(db, actor, interview_id)


async def _interview_seen(
    request: Request,
    actor: InterviewReader,
    interview: Annotated[dict[str, Any], Depends(_interview_read, scope="function")],
) -> dict[str, Any]:
    """An interview that the actor may see; that it was opened is on record before it is shown."""
    await request.app.state.accesses.record(
        actor, "interview:read", "interview", interview["id"], interview["person_id"]
    )
    return interview


InterviewSeen = Annotated[dict[str, Any], Depends(_interview_seen, scope="function")]


async def _interviews_listed(request: Request, actor: InterviewReader) -> Actor:
    """A list of interviews shows people's names: who asked for one is on record, once a list."""
    await request.app.state.accesses.record(actor, "interview:list", "interview", None, None)
    return actor


InterviewLister = Annotated[Actor, Depends(_interviews_listed)]
