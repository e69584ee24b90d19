from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import Depends, Request

from app.auth.deps import allowed
from app.auth.permissions import Permission
from app.core.actor import Actor
from app.core.deps import ReadDb, WriteDb
from app.core.http import refuses
from app.core.ids import PersonId
from app.people import queries, service
from app.people.models import Person

PersonReader = Annotated[Actor, Depends(allowed(Permission.person_read))]
PersonWriter = Annotated[Actor, Depends(allowed(Permission.person_write))]


def _visible(actor: PersonReader, db: ReadDb, person_id: PersonId) -> PersonId:
    return queries.check_visible(db, actor, person_id)


def seen(action: str) -> Callable[..., Any]:
    """A dependency that answers with a visible person's id once it is recorded that the person's file was opened."""

    async def dependency(
        request: Request, actor: PersonReader, person_id: Annotated[PersonId, Depends(_visible)]
    ) -> PersonId:
        await request.app.state.accesses.record(actor, action, "person", person_id, person_id)
        return person_id

    return dependency


PersonSeen = Annotated[PersonId, Depends(seen("person:read"))]
HouseholdSeen = Annotated[PersonId, Depends(seen("household:read"))]


async def _listed(request: Request, actor: PersonReader) -> Actor:
    await request.app.state.accesses.record(actor, "person:list", "person", None, None)
    return actor


async def _searched(request: Request, actor: PersonReader) -> Actor:
    await request.app.state.accesses.record(actor, "person:search", "person", None, None)
    return actor


PeopleLister = Annotated[Actor, Depends(_listed)]
PeopleSearcher = Annotated[Actor, Depends(_searched)]


@refuses(service.PossibleDuplicates)
async def candidates_told(request: Request, actor: PersonWriter) -> AsyncIterator[None]:
    """Keep a trace of whom the duplicate check has shown: the refusal itself leaves nothing behind.

    Declare it before the database, so that the write turn is free again when the trace is written.
    """
    try:
        yield
    except service.PossibleDuplicates:
        await request.app.state.accesses.record(actor, "person:candidates", "person", None, None)
        raise


CandidatesTold = Annotated[None, Depends(candidates_told, scope="function")]


def _to_write(actor: PersonWriter, db: WriteDb, person_id: PersonId) -> Person:
    return queries.get(db, actor, person_id)


PersonToWrite = Annotated[Person, Depends(_to_write, scope="function")]
