from typing import Annotated

from fastapi import Depends, Request

from app.auth.deps import allowed
from app.auth.permissions import Permission
from app.core.actor import Actor
from app.core.deps import ReadDb
from app.core.ids import PersonId
from app.people import queries as people

AuditReader = Annotated[Actor, Depends(allowed(Permission.audit_read))]
PersonReader = Annotated[Actor, Depends(allowed(Permission.person_read))]


async def _trail_reader(request: Request, actor: AuditReader) -> Actor:
    """Who watches is watched."""
    await request.app.state.accesses.record(actor, "audit:read", "audit", None, None)
    return actor


def _own_person(actor: PersonReader, db: ReadDb, person_id: PersonId) -> PersonId:
    return people.get(db, actor, person_id).id


async def _person_asked_about(
    request: Request,
    actor: PersonReader,
    person_id: Annotated[PersonId, Depends(_own_person, scope="function")],
) -> PersonId:
    await request.app.state.accesses.record(actor, "person:accesses", "person", person_id, person_id)
    return person_id


TrailReader = Annotated[Actor, Depends(_trail_reader)]
PersonAskedAbout = Annotated[PersonId, Depends(_person_asked_about, scope="function")]
