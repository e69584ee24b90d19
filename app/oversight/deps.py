from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, Request

from app.auth.deps import allowed
from app.auth.permissions import Permission
from app.cases import approvals
from app.cases.deps import CaseAssigner, ClosureApprover
from app.core.actor import Actor
from app.core.db import ReadSession
from app.core.deps import PageQuery, ReadDb, look, read_aside
from app.core.errors import NotFound
from app.core.ids import PersonId
from app.core.pagination import Page
from app.oversight import case_files
from app.people import queries as people

# A number as it was said becomes the ids of a case or a referral; raises `NotFound`.
CaseFinder = Callable[[str], Awaitable[dict[str, Any]]]

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


async def _case_finder(request: Request, actor: AuditReader, db: ReadDb) -> CaseFinder:
    return partial(_find, request, actor, db, "case", case_files.by_number)


async def _referral_finder(request: Request, actor: AuditReader, db: ReadDb) -> CaseFinder:
    return partial(_find, request, actor, db, "referral", case_files.referral_by_number)


async def _find(
    request: Request,
    actor: Actor,
    db: ReadSession,
    kind: str,
    by_number: Callable[[ReadSession, str], dict[str, Any]],
    said: str,
) -> dict[str, Any]:
    """Who looks something up in the trail by a number is told of there; also that nothing has it."""
    record = partial(request.app.state.accesses.record, actor, "audit:find", kind)
    try:
        found = await look(request, by_number, db, said)
    except NotFound:
        await record(None, None)
        raise
    await record(found[f"{kind}_id"], found["person_id"])
    return found


FindsReferrals = Annotated[CaseFinder, Depends(_referral_finder, scope="function")]
FindsCases = Annotated[CaseFinder, Depends(_case_finder, scope="function")]
TrailReader = Annotated[Actor, Depends(_trail_reader)]
PersonAskedAbout = Annotated[PersonId, Depends(_person_asked_about, scope="function")]


async def _board_reader(request: Request, actor: CaseAssigner) -> Actor:
    """The board shows who is accompanied, by name: recorded as the list of cases is."""
    await request.app.state.accesses.record(actor, "case:list", "case", None, None)
    return actor


async def _flow_reader(request: Request, actor: CaseAssigner) -> Actor:
    """The flow names whose referral is stuck: recorded as the list of referrals is."""
    await request.app.state.accesses.record(actor, "referral:list", "window", None, None)
    return actor


async def _closures_asked(request: Request, actor: ClosureApprover, db: ReadDb, wanted: PageQuery) -> Page:
    """Whose closing is asked for, by name: recorded as the list of cases is."""
    await request.app.state.accesses.record(actor, "case:list", "case", None, None)
    return await read_aside(approvals.page, db, actor, wanted)


BoardReader = Annotated[Actor, Depends(_board_reader)]
FlowReader = Annotated[Actor, Depends(_flow_reader)]
ClosuresAsked = Annotated[Page, Depends(_closures_asked, scope="function")]
