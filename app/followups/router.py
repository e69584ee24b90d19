from typing import Literal

from fastapi import APIRouter, Request, Response

from app.auth.deps import CreateDb
from app.cases.deps import CaseSeen, CaseToWrite
from app.core.deps import PageQuery, ReadDb, WriteDb
from app.core.errors import ChangedMeanwhile, IllegalMove
from app.core.http import ApiRoute, answer, page_answer, refuses
from app.core.ids import CaseId, UserId, WindowId
from app.followups import queries, service
from app.followups.deps import FollowUpLister, FollowUpReader, FollowUpSeen, FollowUpToWrite, FollowUpWriter
from app.followups.models import FollowUp
from app.followups.noting import ContactAlreadyNoted
from app.followups.schemas import (
    Cancellation,
    ContactRecord,
    DuePage,
    FollowUpCreate,
    FollowUpOut,
    FollowUpPage,
    MissedContact,
    Postponement,
    UnplannedContact,
)

router = APIRouter(route_class=ApiRoute, tags=["follow-ups"])


def _one(db: ReadDb, actor: FollowUpReader, follow_up: FollowUp, status: int = 200) -> Response:
    location = f"/api/v1/follow-ups/{follow_up.id}" if status == 201 else None
    content = queries.read(db, actor, follow_up.id)
    return answer(content, status, version=content["version"], location=location)


@router.get("/follow-ups", response_model=DuePage)
def list_planned_follow_ups(
    request: Request,
    actor: FollowUpLister,
    db: ReadDb,
    page: PageQuery,
    when: Literal["overdue", "due", "upcoming"] | None = None,
    window_id: WindowId | None = None,
    worker_id: UserId | None = None,
) -> Response:
    """What is planned in one's windows, earliest first; filter by worker, window, and due or overdue today."""
    found = queries.planned(db, actor, page, when=when, window_id=window_id, worker_id=worker_id)
    return page_answer(request, found)


@router.get("/cases/{case_id}/follow-ups", response_model=FollowUpPage)
def list_follow_ups_of_case(
    request: Request, actor: FollowUpReader, db: ReadDb, _: CaseSeen, page: PageQuery, case_id: CaseId
) -> Response:
    """The contacts of a case, latest due first."""
    return page_answer(request, queries.of_case(db, actor, case_id, page))


@router.post("/cases/{case_id}/follow-ups", response_model=FollowUpOut, status_code=201)
def plan_follow_up(actor: FollowUpWriter, db: CreateDb, case: CaseToWrite, data: FollowUpCreate) -> Response:
    """Plan a contact; on a closed case, the contact after closure."""
    return _one(db, actor, service.plan(db, actor, case, data), 201)


@router.post("/cases/{case_id}/contacts", response_model=FollowUpOut, status_code=201)
@refuses(ContactAlreadyNoted)
def note_unplanned_contact(
    actor: FollowUpWriter, db: CreateDb, case: CaseToWrite, data: UnplannedContact
) -> Response:
    """Note a contact that nobody had planned; the same one twice within the hour is refused."""
    return _one(db, actor, service.note_unplanned(db, actor, case, data), 201)


@router.get("/follow-ups/{follow_up_id}", response_model=FollowUpOut)
def get_follow_up(actor: FollowUpReader, db: ReadDb, seen: FollowUpSeen) -> Response:
    """One contact."""
    return _one(db, actor, seen)


@router.post("/follow-ups/{follow_up_id}/record", response_model=FollowUpOut)
@refuses(IllegalMove, ChangedMeanwhile)
def record_follow_up(
    actor: FollowUpWriter, db: WriteDb, follow_up: FollowUpToWrite, data: ContactRecord
) -> Response:
    """Say what happened and what comes next; without a plan the case's rhythm makes one."""
    return _one(db, actor, service.record(db, actor, follow_up, data))


@router.post("/follow-ups/{follow_up_id}/miss", response_model=FollowUpOut)
@refuses(IllegalMove, ChangedMeanwhile)
def record_missed_follow_up(
    actor: FollowUpWriter, db: WriteDb, follow_up: FollowUpToWrite, data: MissedContact
) -> Response:
    """The person did not come or could not be reached; another try is planned."""
    return _one(db, actor, service.miss(db, actor, follow_up, data))


@router.post("/follow-ups/{follow_up_id}/postpone", response_model=FollowUpOut)
@refuses(IllegalMove, ChangedMeanwhile)
def postpone_follow_up(
    actor: FollowUpWriter, db: WriteDb, follow_up: FollowUpToWrite, data: Postponement
) -> Response:
    """Move a planned contact to another day."""
    return _one(db, actor, service.postpone(db, actor, follow_up, data))


@router.post("/follow-ups/{follow_up_id}/cancel", response_model=FollowUpOut)
@refuses(IllegalMove, ChangedMeanwhile)
def cancel_follow_up(
    actor: FollowUpWriter, db: WriteDb, follow_up: FollowUpToWrite, data: Cancellation
) -> Response:
    """Take a planned contact back."""
    return _one(db, actor, service.cancel(db, actor, follow_up, data))
