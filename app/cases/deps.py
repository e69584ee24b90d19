from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Request

from app.auth.deps import allowed
from app.auth.permissions import Permission
from app.cases import caseload, plan_queries, queries
from app.cases.caseload import CaseFilter
from app.cases.models import Action, Case, Goal
from app.cases.queries import CaseIds
from app.cases.schemas import CasesAsked, CaseSort
from app.core.actor import Actor
from app.core.asked import Asked
from app.core.deps import ReadDb, WriteDb, look, read_aside
from app.core.errors import NotFound
from app.core.http import refuses
from app.core.ids import ActionId, CaseId, GoalId
from app.core.pagination import InvalidCursor, Page
from app.people import queries as people

CaseReader = Annotated[Actor, Depends(allowed(Permission.case_read))]
CaseWriter = Annotated[Actor, Depends(allowed(Permission.case_write))]
CaseAssigner = Annotated[Actor, Depends(allowed(Permission.case_assign))]
ClosureApprover = Annotated[Actor, Depends(allowed(Permission.case_approve_closure))]
CaseCloser = Annotated[Actor, Depends(allowed(Permission.case_close))]


def _to_write(actor: CaseWriter, db: WriteDb, case_id: CaseId) -> Case:
    return queries.get(db, actor, case_id, lock=True)


CaseToWrite = Annotated[Case, Depends(_to_write, scope="function")]


def _goal_to_write(db: WriteDb, case: CaseToWrite, goal_id: GoalId) -> Goal:
    return plan_queries.goal(db, case, goal_id)


GoalToWrite = Annotated[Goal, Depends(_goal_to_write, scope="function")]


def _action_to_write(db: WriteDb, goal: GoalToWrite, action_id: ActionId) -> Action:
    return plan_queries.action(db, goal, action_id)


ActionToWrite = Annotated[Action, Depends(_action_to_write, scope="function")]


async def _seen(request: Request, actor: CaseReader, db: ReadDb, case_id: CaseId) -> CaseIds:
    case = await look(request, queries.ids, db, actor, case_id)
    await request.app.state.accesses.record(actor, "case:read", "case", case.case_id, case.person_id)
    return case


CaseSeen = Annotated[CaseIds, Depends(_seen, scope="function")]


async def _opened(request: Request, actor: CaseReader, db: ReadDb, case_id: CaseId) -> dict[str, Any]:
    return await _recorded(request, actor, await look(request, queries.read, db, actor, case_id))


async def _opened_by_number(request: Request, actor: CaseReader, db: ReadDb, number: str) -> dict[str, Any]:
    return await _recorded(request, actor, await look(request, queries.by_number, db, actor, number))


async def _recorded(request: Request, actor: Actor, case: dict[str, Any]) -> dict[str, Any]:
    await request.app.state.accesses.record(actor, "case:read", "case", case["id"], case["person_id"])
    return case


CaseOpenedToRead = Annotated[dict[str, Any], Depends(_opened, scope="function")]
CaseFoundByNumber = Annotated[dict[str, Any], Depends(_opened_by_number, scope="function")]


class Listed(NamedTuple):
    """A page of cases, and what was asked for."""

    chosen: CaseFilter
    page: Page


@refuses(NotFound, InvalidCursor)
async def _listed(
    request: Request,
    actor: CaseReader,
    db: ReadDb,
    asked: Annotated[CasesAsked, Depends(Asked(CasesAsked))],
) -> Listed:
    """The page that is asked for; asking leaves its entry.

    A list shows who is accompanied, by name: each page asked for leaves one entry, of the list as a whole. One entry a
    case would bury the trail of real openings under a worker's everyday glances. A list of one person's cases is a look
    into that person's file: it is told as such, and only to who may see the person.
    """
    if asked.person_id is not None:
        await look(request, people.check_visible, db, actor, asked.person_id)
    await request.app.state.accesses.record(actor, "case:list", "case", None, asked.person_id)
    chosen = CaseFilter(
        window_id=asked.window_id,
        person_id=asked.person_id,
        referent_id=actor.user_id if asked.mine else asked.referent_id,
        status=asked.status,
        priority=asked.priority,
        living=asked.living,
        overdue=asked.overdue,
        silent=asked.silent,
        sort=asked.sort or _sort(asked.overdue, asked.silent),
    )
    if chosen.follows_an_index:
        return Listed(chosen, await look(request, caseload.page, db, actor, asked, chosen))
    return Listed(chosen, await read_aside(caseload.page, db, actor, asked, chosen))


def _sort(overdue: bool, silent: bool) -> CaseSort:
    if overdue:
        return CaseSort.due
    return CaseSort.contact if silent else CaseSort.newest


CasesListed = Annotated[Listed, Depends(_listed, scope="function")]
