"""Closings that were asked for: the supervisor closes, or decides that the case goes on."""

from fastapi import Request
from starlette.responses import Response

from app.cases import closure
from app.cases.deps import CaseToWrite, ClosureApprover
from app.core.deps import ExpectedVersion, WriteDb, check_version
from app.oversight.deps import ClosuresAsked
from app.web import face
from app.web.face import see
from app.web.rendering import page

router = face.router()


@router.get("/approvals")
def show_approvals(request: Request, found: ClosuresAsked) -> Response:
    return page(request, "supervisor/approvals.html", cases=found.items, next=found.next)


@router.post("/approvals/{case_id}/approve")
def approve(actor: ClosureApprover, expected: ExpectedVersion, db: WriteDb, case: CaseToWrite) -> Response:
    """Close the case as it was read: somebody may have changed it meanwhile."""
    check_version(case.version, expected)
    closure.approve_request(db, actor, case)
    return see("/approvals", done="closure_approved")


@router.post("/approvals/{case_id}/set-aside")
def set_aside(actor: ClosureApprover, expected: ExpectedVersion, db: WriteDb, case: CaseToWrite) -> Response:
    check_version(case.version, expected)
    closure.set_aside_request(db, actor, case)
    return see("/approvals", done="closure_set_aside")
