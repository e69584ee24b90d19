"""Assessing a case: choosing the instrument, reading what it came to, comparing over time."""

from itertools import groupby
from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.assessments import queries, service
from app.assessments.deps import AssessmentReader, AssessmentSeen, AssessmentWriter
from app.assessments.schemas import AssessmentCreate
from app.assessments.states import AssessmentStatus
from app.auth.deps import CreateDb
from app.cases import queries as cases
from app.cases.deps import CaseOpenedToRead, CaseToWrite
from app.core.db import ReadSession
from app.core.deps import PageQuery, ReadDb
from app.core.ids import InstrumentId
from app.core.pagination import PageRequest
from app.instruments import queries as instruments
from app.instruments.form import CompiledForm
from app.web import assessment_drafts as drafts
from app.web import drawing, face, revealed_needs, terms
from app.web.face import PageForm, see
from app.web.rendering import page
from app.windows import queries as windows

router = face.router()

COMPARED = 6  # assessments side by side; more do not fit a page and tell nothing more


@router.get("/cases/{case_id}/assessments/new")
def new_page(request: Request, actor: AssessmentWriter, case: CaseOpenedToRead, db: ReadDb) -> Response:
    """Which instruments there are; what was begun and not completed comes first."""
    begun = queries.page(db, actor, case["id"], PageRequest(limit=5), status=AssessmentStatus.draft).items
    found = instruments.page(db, PageRequest(limit=100)).items
    shown = [{**one, "questions": _questions(instruments.form(db, InstrumentId(one["id"])))} for one in found]
    return page(request, "assessments/new.html", case=case, begun=begun, instruments=shown)


def _questions(form: CompiledForm) -> int:
    return sum(item.is_answered_by_people for item in form.items)


@router.post("/cases/{case_id}/assessments/new")
def start(actor: AssessmentWriter, db: CreateDb, case: CaseToWrite, form: PageForm) -> Response:
    assessment = service.start(db, actor, case, form.read(AssessmentCreate))
    return see(f"/assessments/{assessment.id}")


@router.get("/assessments/{assessment_id}")
def show_assessment(
    request: Request, actor: AssessmentReader, db: ReadDb, assessment: AssessmentSeen, form: PageForm
) -> Response:
    definition, older = drawing.form_of(db, assessment), queries.previous(db, assessment)
    case = cases.read(db, actor, assessment["case_id"])
    known: dict[str, Any] = {
        "assessment": assessment,
        "case": case,
        "title": drawing.text_of(definition, definition.titles),
        "older": older,
        "figure": drawing.figure,
    }
    if assessment["status"] is AssessmentStatus.draft:
        rows = drafts.rows(db, assessment, older, drawing.sent(form), windows.today(db, case["window_id"]))
        return page(request, "assessments/form.html", **known, **rows)
    results = drawing.results(definition, assessment, older)
    return page(
        request,
        "assessments/result.html",
        **known,
        results=results,
        most=_most(definition, {one.parts for one in results}),
        answers=drawing.answered(definition, assessment),
        band=drawing.band_of(definition, assessment["band"]),
        older_band=older and drawing.band_of(drawing.form_of(db, older), older["band"]),
        needs=terms.words(db, "need"),
        revealed=revealed_needs.offered(db, case, [assessment]),
    )


def _most(definition: CompiledForm, parts: set[int]) -> int | None:
    """What a total can come to: a mean of domains that are all counted alike has their own bound."""
    return parts.pop() if definition.total == "mean" and len(parts) == 1 else None


@router.get("/cases/{case_id}/assessments")
def compare(
    request: Request, actor: AssessmentReader, case: CaseOpenedToRead, db: ReadDb, wanted: PageQuery
) -> Response:
    """All assessments of a case, and what the completed ones came to side by side."""
    listed = queries.page(db, actor, case["id"], wanted)
    return page(
        request,
        "assessments/list.html",
        case=case,
        assessments=[{**one, "title": _title(db, one)} for one in listed.items],
        next=listed.next,
        tables=_tables(db, queries.scored(db, case["id"], 2 * COMPARED)),
        figure=drawing.figure,
    )


def _title(db: ReadSession, assessment: dict[str, Any]) -> str:
    definition = drawing.form_of(db, assessment)
    return drawing.text_of(definition, definition.titles)


def _tables(db: ReadSession, scored: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One table for each instrument: domains down, the last assessments across, oldest first."""

    def by_code(one: dict[str, Any]) -> str:
        return str(one["instrument_code"])

    return [
        _table(db, list(found)[-COMPARED:]) for _, found in groupby(sorted(scored, key=by_code), key=by_code)
    ]


def _table(db: ReadSession, columns: list[dict[str, Any]]) -> dict[str, Any]:
    latest = drawing.form_of(db, columns[-1])
    return {
        "title": drawing.text_of(latest, latest.titles),
        "columns": columns,
        "bands": [drawing.band_of(drawing.form_of(db, one), one["band"]) for one in columns],
        "rows": [
            (drawing.text_of(latest, domain.labels), [one["scores"].get(domain.code) for one in columns])
            for domain in latest.domains
        ],
    }
