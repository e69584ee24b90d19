"""What is done with a case as a whole: changed, handed over, paused, reviewed, closed, taken up again."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.auth import queries as users
from app.auth.deps import CreateDb
from app.cases import closure, day_to_day, plan_queries
from app.cases import queries as cases
from app.cases.deps import (
    CaseAssigner,
    CaseCloser,
    CaseOpenedToRead,
    CaseReader,
    CaseToWrite,
    CaseWriter,
)
from app.cases.policy import may_reprioritise
from app.cases.schemas import CaseAssign, CaseClose, CaseReopen, CaseSuspend, CaseUpdate, ReviewCreate
from app.cases.states import ClosingReason, GoalStatus, Priority, SuspensionReason
from app.core.deps import ExpectedVersion, ReadDb, WriteDb, check_version
from app.core.pagination import PageRequest
from app.followups import queries as follow_ups
from app.referrals import overviews as referrals
from app.web import face, team, terms
from app.web.face import PageForm, see
from app.web.rendering import page
from app.windows import queries as windows

router = face.router()


# --- priority, needs, summary ---------------------------------------------------------------------------------


@router.get("/cases/{case_id}/edit")
def edit_page(request: Request, actor: CaseWriter, db: ReadDb, case: CaseOpenedToRead) -> Response:
    """Priorities that only a supervisor may set are not offered."""
    offered = [level for level in Priority if may_reprioritise(actor, case["priority"], level)]
    return page(
        request,
        "cases/edit.html",
        case=case,
        priorities=terms.members(offered),
        is_held=len(offered) < len(Priority),
        themes=terms.themes(db, case["needs"]),
    )


@router.post("/cases/{case_id}/edit")
def edit(
    actor: CaseWriter, expected: ExpectedVersion, db: WriteDb, case: CaseToWrite, form: PageForm
) -> Response:
    """The form shows all three: what is empty in it was emptied."""
    check_version(case.version, expected)
    data = form.read(CaseUpdate, needs=form.values("needs"), summary=form.value("summary") or None)
    day_to_day.change(db, actor, case, data)
    return see(f"/cases/{case.id}", done="saved")


# --- the referent ---------------------------------------------------------------------------------------------


@router.get("/cases/{case_id}/assign")
def assign_page(request: Request, _: CaseAssigner, db: ReadDb, case: CaseOpenedToRead) -> Response:
    staff = team.colleagues(db, case["window_id"])
    others = [(code, name) for code, name in staff if code != str(case["referent_id"])]
    history = cases.assignments(db, case["id"])
    return page(request, "cases/assign.html", case=case, team=others, history=history)


@router.post("/cases/{case_id}/assign")
def assign(actor: CaseAssigner, db: WriteDb, case: CaseToWrite, form: PageForm) -> Response:
    day_to_day.assign(db, actor, case, form.read(CaseAssign))
    return see(f"/cases/{case.id}", done="case_assigned")


# --- pausing --------------------------------------------------------------------------------------------------


@router.get("/cases/{case_id}/suspend")
def suspend_page(request: Request, _: CaseWriter, case: CaseOpenedToRead) -> Response:
    return page(request, "cases/suspend.html", case=case, reasons=terms.members(SuspensionReason))


@router.post("/cases/{case_id}/suspend")
def suspend(actor: CaseWriter, db: WriteDb, case: CaseToWrite, form: PageForm) -> Response:
    day_to_day.suspend(db, actor, case, form.read(CaseSuspend))
    return see(f"/cases/{case.id}", done="case_suspended")


@router.get("/cases/{case_id}/resume")
def resume_page(request: Request, _: CaseWriter, case: CaseOpenedToRead) -> Response:
    return page(request, "cases/resume.html", case=case)


@router.post("/cases/{case_id}/resume")
def resume(actor: CaseWriter, db: WriteDb, case: CaseToWrite) -> Response:
    day_to_day.resume(db, actor, case)
    return see(f"/cases/{case.id}", done="case_resumed")


# --- looking back ---------------------------------------------------------------------------------------------


@router.get("/cases/{case_id}/review")
def review_page(request: Request, actor: CaseReader, db: ReadDb, case: CaseOpenedToRead) -> Response:
    return page(
        request,
        "cases/review.html",
        case=case,
        goals=plan_queries.plan(db, actor, case["id"]),
        reviews=cases.reviews(db, case["id"], PageRequest(limit=10)).items,
        zone=windows.zone(db, case["window_id"]),
    )


@router.post("/cases/{case_id}/review")
def review(actor: CaseWriter, db: CreateDb, case: CaseToWrite, form: PageForm) -> Response:
    day_to_day.review(db, actor, case, form.read(ReviewCreate).summary)
    return see(f"/cases/{case.id}", done="case_reviewed")


# --- closing and taking up again ------------------------------------------------------------------------------


@router.get("/cases/{case_id}/close")
def close_page(request: Request, actor: CaseCloser, db: ReadDb, case: CaseOpenedToRead) -> Response:
    """What stands against closing is told before anybody types: what a goal came to is asked in the form itself."""
    return page(
        request,
        "cases/close.html",
        case=case,
        reasons=terms.members(ClosingReason),
        outcomes=terms.members(status for status in GoalStatus if status is not GoalStatus.open),
        referrals=_in_the_way(db, actor, case),
        goals=case["plan"],
        unfinished=plan_queries.unfinished(plan_queries.plan(db, actor, case["id"])),
        ending=follow_ups.ended_by_closing(db, case["id"]),
        names=users.names(db, filter(None, [case["closure_requested_by"]])),
        is_own_request=case["closure_requested_by"] == actor.user,
        zone=windows.zone(db, case["window_id"]),
    )


def _in_the_way(db: ReadDb, actor: CaseCloser, case: dict[str, Any]) -> list[dict[str, Any]]:
    """The referrals that the closing checks name."""
    named = {blocker.partition(":")[2] for blocker in closure.blockers(db, case["id"])}
    return [known for known in referrals.of_case(db, actor, case["id"]) if str(known["id"]) in named]


@router.post("/cases/{case_id}/close")
def close(actor: CaseCloser, db: WriteDb, case: CaseToWrite, form: PageForm) -> Response:
    closure.close(db, actor, case, form.read(CaseClose))
    return see(f"/cases/{case.id}", done="case_closed")


@router.post("/cases/{case_id}/closure-request")
def request_closure(actor: CaseCloser, db: WriteDb, case: CaseToWrite, form: PageForm) -> Response:
    closure.request_closure(db, actor, case, form.read(CaseClose))
    return see(f"/cases/{case.id}", done="closure_asked")


@router.post("/cases/{case_id}/closure-request/set-aside")
def set_aside(actor: CaseCloser, expected: ExpectedVersion, db: WriteDb, case: CaseToWrite) -> Response:
    """Take the request back."""
    check_version(case.version, expected)
    closure.set_aside_request(db, actor, case)
    return see(f"/cases/{case.id}", done="closure_set_aside")


@router.get("/cases/{case_id}/reopen")
def reopen_page(request: Request, _: CaseWriter, case: CaseOpenedToRead) -> Response:
    return page(request, "cases/reopen.html", case=case)


@router.post("/cases/{case_id}/reopen")
def reopen(actor: CaseWriter, db: WriteDb, case: CaseToWrite, form: PageForm) -> Response:
    closure.reopen(db, actor, case, form.read(CaseReopen))
    return see(f"/cases/{case.id}", done="case_reopened")
