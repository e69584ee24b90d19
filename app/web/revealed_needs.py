"""Needs that assessments reveal, or that were told in later interviews, and that a case does not hold yet.

They are offered, never added by themselves.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.responses import Response

from app.assessments import revealed
from app.cases import day_to_day
from app.cases.deps import CaseToWrite, CaseWriter
from app.cases.schemas import CaseUpdate
from app.core.db import ReadSession
from app.core.deps import ExpectedVersion, WriteDb, check_version
from app.intake import added
from app.web import face, terms
from app.web.face import PageForm, see
from app.web.forms import validated
from app.web.wording import label

router = face.router()

ALL = "*"  # no code of a vocabulary


def offered(
    db: ReadSession, case: Mapping[str, Any], assessments: Iterable[Mapping[str, Any]]
) -> terms.Options:
    """What assessments reveal that the case does not hold."""
    return _options(db, revealed.beyond(case["needs"], assessments))


def told(
    db: ReadSession, case: Mapping[str, Any], interviews: Iterable[Mapping[str, Any]], beside: terms.Options
) -> list[dict[str, Any]]:
    """What interviews tell that is neither in the case nor offered `beside`, by interview."""
    known = {*case["needs"], *(code for code, _ in beside)}
    offers = [(one, _options(db, new)) for one, new in added.new_needs(known, interviews)]
    return [{"id": one["id"], "held_at": one["held_at"], "options": some} for one, some in offers if some]


def _options(db: ReadSession, codes: set[str]) -> terms.Options:
    """The needs in the vocabulary's order; what is retired is not offered."""
    return [(term["code"], label(term)) for term in terms.living(db, "need") if term["code"] in codes]


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
