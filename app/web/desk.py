"""My desk: who waits now, what I have begun, whom I have to contact, what has been answered, which cases press."""

import asyncio
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from app.auth.deps import allowed
from app.auth.permissions import Permission
from app.cases import caseload
from app.cases.caseload import CaseFilter
from app.cases.deps import CaseReader
from app.cases.schemas import CaseSort
from app.core.actor import Actor
from app.core.clock import today
from app.core.db import ReadSession
from app.core.deps import ReadDb
from app.core.ids import WindowId
from app.core.pagination import PageRequest
from app.followups import queries as follow_ups
from app.intake import queries as intake
from app.intake.states import ArrivalStatus, InterviewStatus
from app.notifications import queries as notices
from app.web import drafts, face, told
from app.web.reception import windows_of
from app.web.rendering import page
from app.windows import queries as windows

router = face.router()
FEW = PageRequest(limit=6)


async def _desk_opened(
    request: Request,
    actor: CaseReader,
    _interviews: Annotated[Actor, Depends(allowed(Permission.interview_read))],
    _arrivals: Annotated[Actor, Depends(allowed(Permission.arrival_handle))],
    _follow_ups: Annotated[Actor, Depends(allowed(Permission.follow_up_read))],
) -> Actor:
    """The desk is several lists of people: each is on record as if it had been asked for by itself.

    They are written together, since whoever waits for the trail together shares one commit.
    """
    record = request.app.state.accesses.record
    lists: list[tuple[str, str, WindowId | None]] = [
        ("interview:list", "interview", None),
        ("follow_up:list", "window", None),
        ("case:list", "case", None),
        *(("arrival:list", "window", window_id) for window_id in sorted(actor.window_ids)),
    ]
    await asyncio.gather(*(record(actor, action, kind, subject, None) for action, kind, subject in lists))
    return actor


DeskOpened = Annotated[Actor, Depends(_desk_opened)]


@router.get("/desk")
def desk(request: Request, actor: DeskOpened, db: ReadDb) -> Response:
    mine = windows_of(db, actor)
    begun = intake.page(db, actor, FEW, status=InterviewStatus.draft, mine=True).items
    contacts, is_more = follow_ups.pressing_first(db, actor, FEW.limit, when="due", worker_id=actor.user)
    unread = notices.page(db, actor, FEW, unread=True)
    overdue = CaseFilter(referent_id=actor.user_id, overdue=True, sort=CaseSort.due)
    return page(
        request,
        "worker/desk.html",
        windows=mine,
        today=today(),
        waiting=[(window, _waiting(db, actor, window)) for window in mine],
        **drafts.told(db, actor, begun),
        contacts=contacts,
        has_more_contacts=is_more,
        notices=unread.items,
        about=told.about(db, actor, unread.items),
        overdue=caseload.page(db, actor, FEW, overdue),
        newest=caseload.page(db, actor, FEW, CaseFilter(referent_id=actor.user_id)),
    )


def _waiting(db: ReadSession, actor: Actor, window: dict[str, Any]) -> list[dict[str, Any]]:
    on = windows.today(db, window["id"])
    return intake.arrivals_page(db, actor, FEW, window["id"], on, ArrivalStatus.waiting).items
