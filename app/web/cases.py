"""The list of cases, the page of one, its timeline and its documents."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from app.auth.permissions import Permission, may
from app.cases.deps import CaseOpenedToRead, CaseReader, CasesListed
from app.cases.schemas import CaseSort
from app.cases.states import CaseStatus, Priority
from app.core.actor import Actor
from app.core.db import ReadSession
from app.core.deps import PageQuery, ReadDb
from app.referrals import overviews as referrals
from app.web import case_events, face, team, terms
from app.web.case_events import Chapter
from app.web.case_page import gather
from app.web.rendering import page
from app.windows import queries as windows

router = face.router()


@router.get("/cases")
def list_cases(request: Request, actor: CaseReader, db: ReadDb, listed: CasesListed) -> Response:
    """The cases of one's windows, filtered; the next page is asked for by its cursor."""
    chosen, found = listed
    known = {window_id: windows.read(db, actor, window_id) for window_id in sorted(actor.window_ids)}
    return page(
        request,
        "cases/list.html",
        cases=found.items,
        next=found.next,
        chosen=chosen,
        kept={name: value for name, value in request.query_params.items() if name != "cursor" and value},
        team=_team(db, actor, found.items) if may(actor, Permission.case_assign) else [],
        is_mine=chosen.referent_id is not None and chosen.referent_id == actor.user_id,
        windows=known,
        priorities=terms.members(Priority),
        statuses=terms.members(CaseStatus),
        sorts=terms.members(CaseSort),
    )


def _team(db: ReadSession, actor: Actor, listed: Sequence[Mapping[str, Any]]) -> terms.Options:
    """Whose cases may be asked for: who serves at one's windows, and who left the cases behind that are listed."""
    serving = {
        code: name for window in sorted(actor.window_ids) for code, name in team.colleagues(db, window)
    }
    left = {str(case["referent_id"]): case["referent_name"] for case in listed}
    return sorted((left | serving).items(), key=lambda one: one[1])


async def _opened_whole(request: Request, actor: CaseReader, case: CaseOpenedToRead) -> dict[str, Any]:
    """The page shows the documents' names and the household besides: both are on record as the API records them."""
    record, person = request.app.state.accesses.record, case["person_id"]
    await asyncio.gather(
        record(actor, "attachment:list", "case", case["id"], person),
        record(actor, "household:read", "person", person, person),
    )
    return case


@router.get("/cases/{case_id}")
def show_case(
    request: Request,
    actor: CaseReader,
    db: ReadDb,
    case: Annotated[dict[str, Any], Depends(_opened_whole)],
    kind: Chapter | None = None,
) -> Response:
    """The page of a case; `kind` is what its timeline is narrowed to."""
    return page(request, "cases/case.html", **gather(db, actor, case, kind))


@router.get("/cases/{case_id}/timeline")
def show_timeline(
    request: Request,
    actor: CaseReader,
    db: ReadDb,
    case: CaseOpenedToRead,
    wanted: PageQuery,
    kind: Chapter | None = None,
) -> Response:
    """Everything that happened, page by page."""
    referred = referrals.of_case(db, actor, case["id"])
    found = case_events.page(db, case["id"], wanted, kind, referred)
    zone = windows.zone(db, case["window_id"])
    return page(
        request,
        "cases/timeline.html",
        case=case,
        timeline=found,
        chapter=kind,
        chapters=list(case_events.KINDS),
        zone=zone,
    )
