"""Handing over several cases of one referent at once: somebody leaves, is away for long, or carries too much."""

from fastapi import Request
from starlette.responses import Response

from app.cases import day_to_day
from app.cases.deps import CaseAssigner, CasesListed
from app.cases.schemas import CasesAssign
from app.core.db import ReadSession
from app.core.deps import ReadDb, WriteDb
from app.core.ids import WindowId
from app.web import face, team, terms
from app.web.face import PageForm, see
from app.web.rendering import page
from app.windows import queries as windows

router = face.router()


@router.get("/board/hand-over")
def show(request: Request, actor: CaseAssigner, db: ReadDb, listed: CasesListed) -> Response:
    """A referent's cases, to be ticked, and the colleagues of their window. Where there is none, the way to the board."""
    chosen, found = listed
    if chosen.referent_id is None or not found.items:
        return see("/board")
    places = sorted({case["window_id"] for case in found.items})
    return page(
        request,
        "supervisor/hand_over.html",
        former=found.items[0]["referent_name"],
        cases=found.items,
        next=found.next,
        asked={"referent_id": chosen.referent_id, "living": "true", "window_id": chosen.window_id},
        windows=[windows.read(db, actor, window_id) for window_id in places],
        team=[one for one in _serving(db, places) if one[0] != str(chosen.referent_id)],
    )


def _serving(db: ReadSession, places: list[WindowId]) -> terms.Options:
    """Who may have any of the cases: nobody, if no colleague serves at all their windows."""
    first, *others = (team.colleagues(db, window_id) for window_id in places)
    return [one for one in first if all(one in there for there in others)]


@router.post("/board/hand-over")
def hand_over(actor: CaseAssigner, db: WriteDb, form: PageForm) -> Response:
    """Hand over what is ticked: all of it, or nothing."""
    day_to_day.assign_all(db, actor, form.read(CasesAssign))
    return see("/board", done="all_handed_over")
