"""The supervisor's board: what asks for attention, who carries how much, and handing a case over."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any, Literal

from fastapi import Request
from starlette.responses import Response

from app.cases import caseload, day_to_day
from app.cases import queries as cases
from app.cases.caseload import CaseFilter
from app.cases.deps import CaseAssigner, CaseToWrite
from app.cases.schemas import CaseAssign, CaseSort
from app.core import clock
from app.core.deps import PageQuery, ReadDb, WriteDb
from app.core.errors import ChangedMeanwhile
from app.core.ids import CaseId, UserId
from app.core.settings import settings
from app.oversight import flow, workload
from app.oversight.deps import BoardReader
from app.web import drawing, face
from app.web.face import PageForm, see
from app.web.rendering import page, query
from app.windows import queries as windows

router = face.router()

ROWS = 12  # the board is for a glance: the caseloads below stay in sight
Box = Literal["unattended", "new", "overdue", "silent", "pressing"]
_FILTERS: dict[str, CaseFilter] = {
    "unattended": CaseFilter(unattended=True, sort=CaseSort.contact),
    "new": CaseFilter(new=True, sort=CaseSort.contact),
    "overdue": CaseFilter(overdue=True, sort=CaseSort.due),
    "silent": CaseFilter(silent=True, sort=CaseSort.contact),
    "pressing": CaseFilter(pressing=True, sort=CaseSort.contact),
}


@router.get("/board")
def board(
    request: Request,
    actor: BoardReader,
    db: ReadDb,
    wanted: PageQuery,
    box: Box | None = None,
    case_id: CaseId | None = None,
    given: int | None = None,
    kept: int = 0,
    user_id: UserId | None = None,
) -> Response:
    """What asks for attention. Without a wish, the first list that holds something is shown.

    `case_id` is the case that was just handed over, of which it is told to whom; of several it is told how many were
    `given` to whom, and how many were kept where they were.
    """
    counts = workload.counts(db, actor)
    shown: str = box or next((name for name in _FILTERS if counts[name]), "overdue")
    staff = workload.staff(db, actor)
    found = caseload.page(db, actor, replace(wanted, limit=min(wanted.limit, ROWS)), _FILTERS[shown])
    return page(
        request,
        "supervisor/board.html",
        box=shown,
        given=given,
        kept=kept,
        to=next((one for there in staff.values() for one in there if one["id"] == user_id), None),
        handed_over=cases.read(db, actor, case_id) if case_id else None,
        boxes=list(_FILTERS),
        counts=counts,
        cases=_at_their_windows(db, found.items),
        next=found.next,
        staff=staff,
        loads=workload.loads(db, actor, [one for there in staff.values() for one in there]),
        norm=settings().caseload_norm,
        weights=[(level, drawing.figure(weight)) for level, weight in workload.WEIGHTS.items()],
        partners=flow.waiting(db, actor),
    )


def _at_their_windows(db: ReadDb, cases: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Cases with what depends on the day at their own windows, wherever the reader is."""
    zones = windows.zones(db, (case["window_id"] for case in cases))
    day = cache(clock.today)
    return [
        case | {"zone": zone, "age": _age(case, day(zone))}
        for case in cases
        for zone in [zones[case["window_id"]]]
    ]


def _age(case: dict[str, Any], day: date) -> str | None:
    """Into which age of delay a case falls."""
    if not case["is_overdue"]:
        return None
    late: timedelta = day - case["next_due_on"]
    if late > workload.A_MONTH:
        return "months"
    return "weeks" if late > workload.A_WEEK else "days"


@router.post("/board/cases/{case_id}/assign")
def hand_over(actor: CaseAssigner, db: WriteDb, case: CaseToWrite, form: PageForm) -> Response:
    """Hand a case to another referent and stay on the list from which it was done.

    Its referent must be who the list said: nobody takes back what another hand has just given.
    """
    if form.own("_former") not in (None, str(case.referent_id)):
        raise ChangedMeanwhile()
    day_to_day.assign(db, actor, case, form.read(CaseAssign))
    back = form.own("_page") or ""
    box = next((name for name in _FILTERS if back == f"/board?box={name}"), None)
    return see(query("/board", box=box, case_id=case.id), done="handed_over")
