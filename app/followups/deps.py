from typing import Annotated

from fastapi import Depends, Request

from app.auth.deps import allowed
from app.auth.permissions import Permission
from app.core.actor import Actor
from app.core.deps import ReadDb, WriteDb
from app.core.ids import FollowUpId
from app.followups import queries
from app.followups.models import FollowUp

FollowUpReader = Annotated[Actor, Depends(allowed(Permission.follow_up_read))]
FollowUpWriter = Annotated[Actor, Depends(allowed(Permission.follow_up_write))]


def _to_write(actor: FollowUpWriter, db: WriteDb, follow_up_id: FollowUpId) -> FollowUp:
    return queries.get(db, actor, follow_up_id)


def _found(actor: FollowUpReader, db: ReadDb, follow_up_id: FollowUpId) -> FollowUp:
    return queries.get(db, actor, follow_up_id)


async def _seen(
    request: Request, actor: FollowUpReader, found: Annotated[FollowUp, Depends(_found, scope="function")]
) -> FollowUp:
    await request.app.state.accesses.record(actor, "follow_up:read", "follow_up", found.id, found.person_id)
    return found


async def _listed(request: Request, actor: FollowUpReader) -> Actor:
    """A list shows names: who asked for it is recorded, once a page."""
    await request.app.state.accesses.record(actor, "follow_up:list", "window", None, None)
    return actor


FollowUpToWrite = Annotated[FollowUp, Depends(_to_write, scope="function")]
FollowUpSeen = Annotated[FollowUp, Depends(_seen, scope="function")]
FollowUpLister = Annotated[Actor, Depends(_listed)]
