"""Closings that were asked for: the supervisor reads what speaks for one, then closes, or says why the case goes on."""

from fastapi import Request
from starlette.responses import Response

from app.auth import queries as users
from app.cases import approvals, closure, plan_queries
from app.cases.deps import CaseOpenedToRead, CaseToWrite, ClosureApprover
from app.cases.schemas import ClosureDecline
from app.core.deps import ExpectedVersion, ReadDb, WriteDb, check_version
from app.core.ids import CaseId
from app.followups import queries as follow_ups
from app.oversight.deps import ClosuresAsked
from app.referrals import overviews as referrals
from app.web import face
from app.web.face import PageForm, see
from app.web.forms import explained
from app.web.rendering import page, query
from app.windows import queries as windows

router = face.router()


@router.get("/approvals")
def show_approvals(
    request: Request, actor: ClosureApprover, db: ReadDb, found: ClosuresAsked, case_id: CaseId | None = None
) -> Response:
    """What waits for a decision; `case_id` is the one that was decided upon just now."""
    number = approvals.number(db, actor, case_id) if case_id else None
    return page(
        request,
        "supervisor/approvals.html",
        cases=found.items,
        next=found.next,
        decided=case_id,
        number=number,
    )


@router.get("/approvals/{case_id}")
def show_approval(request: Request, actor: ClosureApprover, db: ReadDb, case: CaseOpenedToRead) -> Response:
    """What is to be known before a case is closed; a request that is decided already leads back to the others."""
    if case["closure_requested_at"] is None or case["closed_at"] is not None:
        return see("/approvals")
    asked_by = case["closure_requested_by"]
    goals = plan_queries.plan(db, actor, case["id"])
    in_the_way = closure.blockers(db, case["id"])
    return page(
        request,
        "supervisor/approval.html",
        case=case,
        asked_by=users.names(db, [asked_by])[asked_by]["name"],
        declined=approvals.declined_before(db, case["id"]),
        zone=windows.zone(db, case["window_id"]),
        goals=goals,
        unfinished=plan_queries.unfinished(goals),
        ending=follow_ups.ended_by_closing(db, case["id"]),
        referrals=referrals.of_case(db, actor, case["id"]),
        in_the_way=explained(closure.CaseNotReadyToClose.code, {"blockers": in_the_way})["explanations"],
    )


@router.post("/approvals/{case_id}/approve")
def approve(actor: ClosureApprover, expected: ExpectedVersion, db: WriteDb, case: CaseToWrite) -> Response:
    """Close the case as it was read: somebody may have changed it meanwhile."""
    check_version(case.version, expected)
    closure.approve_request(db, actor, case)
    return see(query("/approvals", case_id=case.id), done="closure_approved")


@router.post("/approvals/{case_id}/decline")
def decline(
    actor: ClosureApprover, expected: ExpectedVersion, db: WriteDb, case: CaseToWrite, form: PageForm
) -> Response:
    check_version(case.version, expected)
    closure.decline_request(db, actor, case, form.read(ClosureDecline).reason)
    return see(query("/approvals", case_id=case.id), done="closure_declined")
