from fastapi import APIRouter, Request, Response

from app.auth.deps import CreateDb
from app.cases import closure, day_to_day, queries, service, timeline
from app.cases.deps import (
    CaseAssigner,
    CaseCloser,
    CaseFoundByNumber,
    CaseOpenedToRead,
    CaseReader,
    CaseSeen,
    CasesListed,
    CaseToWrite,
    CaseWriter,
    ClosureApprover,
)
from app.cases.schemas import (
    AssignmentList,
    CaseAssign,
    CaseClose,
    CaseCreate,
    CaseOut,
    CasePage,
    CaseReopen,
    CaseSuspend,
    CaseUpdate,
    ClosureDecline,
    ReviewCreate,
    ReviewOut,
    ReviewPage,
    TimelinePage,
)
from app.core.actor import Actor
from app.core.db import ReadSession
from app.core.deps import ExpectedVersion, PageQuery, ReadDb, WriteDb, check_version
from app.core.errors import ChangedMeanwhile, Conflict, IllegalMove, NotFound
from app.core.http import ApiRoute, answer, page_answer, refuses
from app.core.ids import CaseId

router = APIRouter(route_class=ApiRoute, tags=["cases"])


@router.post("/cases", response_model=CaseOut, status_code=201)
@refuses(NotFound, service.CaseAlreadyOpen, Conflict)
def open_case(actor: CaseWriter, db: CreateDb, data: CaseCreate) -> Response:
    """Open a case for a person whom the window has received; you are its referent.

    After an interview, completing the interview opens the case. A person has one living case at a window.
    """
    return _case(db, actor, service.open_known(db, actor, data).id, 201)


@router.get("/cases", response_model=CasePage)
async def list_cases(request: Request, cases: CasesListed) -> Response:
    """Cases of your windows. Sorted by due date or contact, only living cases that have one are listed."""
    return page_answer(request, cases.page)


@router.get("/cases/by-number/{number}", response_model=CaseOut)
async def find_case_by_number(case: CaseFoundByNumber) -> Response:
    """The case with a file number, as it was said over the telephone or pasted.

    Letter case, blanks, dashes and the three sets of digits make no difference: `ouj1 ٢٠٢٦ 42` is `OUJ1-2026-00042`.
    """
    return answer(case, version=case["version"])


@router.get("/cases/{case_id}", response_model=CaseOut)
async def get_case(case: CaseOpenedToRead) -> Response:
    """The page of a case: what is known, what is due, what your role may do now, and the open goals."""
    return answer(case, version=case["version"])


@router.patch("/cases/{case_id}", response_model=CaseOut)
@refuses(service.CaseIsClosed, day_to_day.PriorityNeedsApproval)
def change_case(
    actor: CaseWriter, expected: ExpectedVersion, db: WriteDb, case: CaseToWrite, data: CaseUpdate
) -> Response:
    """Change priority, needs or summary. Another priority gives the follow-ups another rhythm.

    From high or urgent down to medium or low it is changed by a supervisor, as such a case is also closed by one.
    """
    check_version(case.version, expected)
    day_to_day.change(db, actor, case, data)
    return _case(db, actor, case.id)


@router.post("/cases/{case_id}/assign", response_model=CaseOut)
@refuses(service.CaseIsClosed)
def assign_case(actor: CaseAssigner, db: WriteDb, case: CaseToWrite, data: CaseAssign) -> Response:
    """Hand a case to another referent who serves at its window. A supervisor does."""
    day_to_day.assign(db, actor, case, data)
    return _case(db, actor, case.id)


@router.get("/cases/{case_id}/assignments", response_model=AssignmentList)
def list_assignments(_: CaseReader, db: ReadDb, case: CaseSeen) -> Response:
    """Who was the referent, from when to when, latest first."""
    return answer({"items": queries.assignments(db, case.case_id)})


@router.post("/cases/{case_id}/suspend", response_model=CaseOut)
@refuses(IllegalMove, ChangedMeanwhile)
def suspend_case(actor: CaseWriter, db: WriteDb, case: CaseToWrite, data: CaseSuspend) -> Response:
    """Pause an active case. With `until`, it is due again on that day; nothing resumes by itself."""
    day_to_day.suspend(db, actor, case, data)
    return _case(db, actor, case.id)


@router.post("/cases/{case_id}/resume", response_model=CaseOut)
@refuses(IllegalMove, ChangedMeanwhile)
def resume_case(actor: CaseWriter, db: WriteDb, case: CaseToWrite) -> Response:
    """Go on with a suspended case."""
    day_to_day.resume(db, actor, case)
    return _case(db, actor, case.id)


@router.post("/cases/{case_id}/close", response_model=CaseOut)
@refuses(
    service.CaseIsClosed,
    closure.ClosureNeedsApproval,
    closure.CaseNotReadyToClose,
    IllegalMove,
    ChangedMeanwhile,
)
def close_case(actor: CaseCloser, db: WriteDb, case: CaseToWrite, data: CaseClose) -> Response:
    """Close a case. Every goal needs an outcome, which this request may give, and every referral must be over.

    Where the closing was asked for, the reason and the note of the request stand unless others are given.
    A case of high or urgent priority is closed by a supervisor; a social worker asks for it (`closure-request`).
    """
    closure.close(db, actor, case, data)
    return _case(db, actor, case.id)


@router.post("/cases/{case_id}/closure-request", response_model=CaseOut)
@refuses(
    service.CaseIsClosed,
    closure.ClosureAlreadyRequested,
    closure.CaseNotReadyToClose,
    IllegalMove,
    ChangedMeanwhile,
)
def request_closure(actor: CaseCloser, db: WriteDb, case: CaseToWrite, data: CaseClose) -> Response:
    """Ask a supervisor to close a case, with the reason that the closing shall have; it must be ready to close.

    What is asked already is not replaced: it is set aside first.
    """
    closure.request_closure(db, actor, case, data)
    return _case(db, actor, case.id)


@router.delete("/cases/{case_id}/closure-request", response_model=CaseOut)
@refuses(service.CaseIsClosed, closure.NoClosureRequested, closure.ClosureIsDeclined)
def set_aside_closure_request(
    actor: CaseCloser, expected: ExpectedVersion, db: WriteDb, case: CaseToWrite
) -> Response:
    """Take the asking back, one's own or a colleague's; a supervisor declines what somebody else asked for."""
    check_version(case.version, expected)
    closure.set_aside_request(db, actor, case)
    return _case(db, actor, case.id)


@router.post("/cases/{case_id}/closure-request/decline", response_model=CaseOut)
@refuses(service.CaseIsClosed, closure.NoClosureRequested)
def decline_closure_request(
    actor: ClosureApprover, expected: ExpectedVersion, db: WriteDb, case: CaseToWrite, data: ClosureDecline
) -> Response:
    """Decide as a supervisor that the case goes on; whoever asked for its closing is told and reads the reason."""
    check_version(case.version, expected)
    closure.decline_request(db, actor, case, data.reason)
    return _case(db, actor, case.id)


@router.post("/cases/{case_id}/reopen", response_model=CaseOut)
@refuses(IllegalMove, ChangedMeanwhile, service.CaseAlreadyOpen, Conflict)
def reopen_case(actor: CaseWriter, db: WriteDb, case: CaseToWrite, data: CaseReopen) -> Response:
    """Take up a closed case with all its history; a review of it is due."""
    closure.reopen(db, actor, case, data)
    return _case(db, actor, case.id)


@router.get("/cases/{case_id}/reviews", response_model=ReviewPage)
def list_reviews(_: CaseReader, request: Request, db: ReadDb, case: CaseSeen, page: PageQuery) -> Response:
    """The reviews of a case, latest first."""
    return page_answer(request, queries.reviews(db, case.case_id, page))


@router.post("/cases/{case_id}/reviews", response_model=ReviewOut, status_code=201)
@refuses(service.CaseIsClosed)
def review_case(actor: CaseWriter, db: CreateDb, case: CaseToWrite, data: ReviewCreate) -> Response:
    """Keep a look back at the plan; the next one is due three months later, unless the house says otherwise."""
    kept = day_to_day.review(db, actor, case, data.summary)
    return answer(ReviewOut.model_validate(kept), 201, location=f"/api/v1/cases/{case.id}/reviews")


@router.get("/cases/{case_id}/timeline", response_model=TimelinePage)
def show_timeline(_: CaseReader, request: Request, db: ReadDb, case: CaseSeen, page: PageQuery) -> Response:
    """Everything that happened on a case, latest first."""
    return page_answer(request, timeline.page(db, case.case_id, page))


def _case(db: ReadSession, actor: Actor, case_id: CaseId, status: int = 200) -> Response:
    case = queries.read(db, actor, case_id)
    location = f"/api/v1/cases/{case_id}" if status == 201 else None
    return answer(case, status, version=case["version"], location=location)
