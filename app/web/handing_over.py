"""Handing over several cases of one referent at once: somebody leaves, is away for long, or carries too much."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from app.cases import caseload, day_to_day
from app.cases.caseload import CaseFilter
from app.cases.deps import CaseAssigner
from app.cases.schemas import CasesAssign
from app.core.db import ReadSession
from app.core.deps import ReadDb, WriteDb, look
from app.core.ids import UserId, WindowId
from app.core.pagination import Page, PageRequest
from app.web import face, team, terms
from app.web.face import PageForm, see
from app.web.rendering import page, query
from app.windows import queries as windows

router = face.router()
MOST = PageRequest(limit=100)  # as many as can be handed over at once


async def _held(
    request: Request, actor: CaseAssigner, db: ReadDb, referent_id: UserId, window_id: WindowId | None = None
) -> Page:
    """The living cases of a referent, at one of one's windows or all of them: opening the list is on record."""
    await request.app.state.accesses.record(actor, "case:list", "case", None, None)
    chosen = CaseFilter(referent_id=referent_id, window_id=window_id, living=True)
    return await look(request, caseload.page, db, actor, MOST, chosen)


@router.get("/board/hand-over")
def show(
    request: Request,
    actor: CaseAssigner,
    db: ReadDb,
    held: Annotated[Page, Depends(_held)],
    referent_id: UserId,
    window_id: WindowId | None = None,
    ticked: bool = True,
) -> Response:
    """A referent's cases, ticked or not, and the colleagues of their window. Where there is none, the way to the board."""
    if not held.items:
        return see("/board")
    places = sorted({case["window_id"] for case in held.items})
    return page(
        request,
        "supervisor/hand_over.html",
        former=held.items[0],
        cases=held.items,
        has_more=held.next is not None,
        is_ticked=ticked,
        asked={"referent_id": referent_id, "window_id": window_id},
        windows=[windows.read(db, actor, place) for place in places],
        team=[one for one in _serving(db, places) if one[0] != str(referent_id)],
    )


def _serving(db: ReadSession, places: list[WindowId]) -> terms.Options:
    """Who may have any of the cases: nobody, if no colleague serves at all their windows."""
    first, *others = (team.colleagues(db, window_id) for window_id in places)
    return [one for one in first if all(one in there for there in others)]


@router.post("/board/hand-over")
def hand_over(actor: CaseAssigner, db: WriteDb, form: PageForm) -> Response:
    """Hand over what is ticked: all of it, or nothing. What is another's by now stays, and that is told."""
    data = form.read(CasesAssign)
    given = day_to_day.assign_all(db, actor, data)
    kept = len(set(data.cases)) - given
    return see(query("/board", given=given, kept=kept, user_id=data.user_id), done="all_handed_over")
