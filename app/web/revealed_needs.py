"""Needs that assessments reveal, or that were told in later interviews, and that a case does not hold yet.

They are offered, never added by themselves.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.responses import Response

from app.cases import day_to_day
from app.cases.deps import CaseToWrite, CaseWriter
from app.cases.schemas import CaseUpdate
from app.cases.states import Priority
from app.core.db import ReadSession
from app.core.deps import ExpectedVersion, WriteDb, check_version
from app.intake.completion import PRIORITY_OF
from app.web import face, terms
from app.web.face import PageForm, see
from app.web.forms import validated
from app.web.wording import label

router = face.router()

ALL = "*"  # no code of a vocabulary


def offered(
    db: ReadSession, case: Mapping[str, Any], assessments: Iterable[Mapping[str, Any]]
) -> terms.Options:
    """What assessments reveal that the case does not hold, in the vocabulary's order; what is retired is not offered."""
    revealed = {code for one in assessments for code in one["needs"]} - set(case["needs"])
    return [(term["code"], label(term)) for term in terms.living(db, "need") if term["code"] in revealed]


def telling(assessments: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those that tell how things are: of each instrument the one completed last, while it is valid."""
    latest: dict[str, Mapping[str, Any]] = {}
    for one in sorted((a for a in assessments if a["is_valid"]), key=lambda a: (a["completed_at"], a["id"])):
        latest[one["instrument_code"]] = one
    return list(latest.values())


def told(
    db: ReadSession, case: Mapping[str, Any], interviews: Iterable[Mapping[str, Any]], beside: terms.Options
) -> list[dict[str, Any]]:
    """What was told in interviews since the case was opened and is neither in it nor offered `beside`, by interview."""
    known = {*case["needs"], *(code for code, _ in beside)}
    offers = []
    for one in interviews:
        new = set(one["needs"]) - known
        options = [(term["code"], label(term)) for term in terms.living(db, "need") if term["code"] in new]
        if options:
            offers.append({"id": one["id"], "held_at": one["held_at"], "options": options})
        known |= new
    return offers


def more_urgent(case: Mapping[str, Any], interviews: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The last interview since the case was opened, if what was told there is more urgent than the case is held for."""
    last = next(iter(interviews), None)
    if last is None or last["urgency"] is None:
        return None
    asked, held = PRIORITY_OF[last["urgency"]], case["priority"]
    return last if _RISING.index(asked) > _RISING.index(held) else None


_RISING = list(Priority)  # as they are declared


@router.post("/cases/{case_id}/needs")
def add(
    actor: CaseWriter, expected: ExpectedVersion, db: WriteDb, case: CaseToWrite, form: PageForm
) -> Response:
    """Add what was chosen, one need or all that were offered, and come back to where it was offered."""
    check_version(case.version, expected)
    wanted = form.values("offered") if form.value("add") == ALL else form.values("add")
    if not wanted:
        raise face.invalid("/add", "missing")
    more = [code for code in wanted if code not in case.needs]
    day_to_day.change(db, actor, case, validated(CaseUpdate, {"needs": [*case.needs, *more]}))
    return see(face.ours(form.own("_page")), done="needs_added")
