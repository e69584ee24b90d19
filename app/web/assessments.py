"""Assessing a case: choosing the instrument, filling it in, reading what it came to, comparing over time."""

from datetime import date
from itertools import groupby
from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.assessments import queries, service
from app.assessments.deps import (
    AssessmentAsked,
    AssessmentReader,
    AssessmentSeen,
    AssessmentToWrite,
    AssessmentWriter,
)
from app.assessments.models import Assessment
from app.assessments.schemas import AssessmentCreate, AssessmentUpdate
from app.assessments.states import AssessmentStatus
from app.auth.deps import CreateDb
from app.cases import queries as cases
from app.cases.deps import CaseOpenedToRead, CaseToWrite
from app.core.actor import Actor
from app.core.db import ReadSession
from app.core.deps import ExpectedVersion, PageQuery, ReadDb, WriteDb, check_version
from app.core.ids import InstrumentId
from app.core.pagination import PageRequest
from app.instruments import queries as instruments
from app.instruments.evaluation import evaluate
from app.instruments.form import CompiledForm
from app.web import drawing, face, terms
from app.web.drawing import Before
from app.web.face import PageForm, see
from app.web.forms import Form
from app.web.rendering import fragment, page
from app.windows import queries as windows

router = face.router()

COMPARED = 6  # assessments side by side; more do not fit a page and tell nothing more


@router.get("/cases/{case_id}/assessments/new")
def new_page(request: Request, _: AssessmentWriter, case: CaseOpenedToRead, db: ReadDb) -> Response:
    found = instruments.page(db, PageRequest(limit=100)).items
    shown = [{**one, "questions": _questions(instruments.form(db, InstrumentId(one["id"])))} for one in found]
    return page(request, "assessments/new.html", case=case, instruments=shown)


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
    definition, older = _form_of(db, assessment), queries.previous(db, assessment)
    case = cases.read(db, actor, assessment["case_id"])
    known: dict[str, Any] = {
        "assessment": assessment,
        "case": case,
        "title": drawing.text_of(definition, definition.titles),
        "older": older,
        "figure": drawing.figure,
    }
    if assessment["status"] is AssessmentStatus.draft:
        rows = _rows(db, assessment, older, drawing.sent(form), windows.today(db, case["window_id"]))
        return page(request, "assessments/form.html", **known, **rows)
    results = drawing.results(definition, assessment, older)
    return page(
        request,
        "assessments/result.html",
        **known,
        results=results,
        most=_most(definition, {one.parts for one in results}),
        answers=_answered(definition, assessment),
        band=drawing.band_of(definition, assessment["band"]),
        older_band=older and drawing.band_of(_form_of(db, older), older["band"]),
        needs=terms.words(db, "need"),
    )


def _most(definition: CompiledForm, parts: set[int]) -> int | None:
    """What a total can come to: a mean of domains that are all counted alike has their own bound."""
    return parts.pop() if definition.total == "mean" and len(parts) == 1 else None


def _form_of(db: ReadSession, assessment: dict[str, Any]) -> CompiledForm:
    return instruments.form(db, assessment["instrument_id"])


def _rows(
    db: ReadSession,
    assessment: dict[str, Any],
    older: dict[str, Any] | None,
    typed: dict[str, Any],
    today: date,
) -> dict[str, Any]:
    """The questions asked now; a form that is shown again asks by what was typed in it."""
    definition, answers = _form_of(db, assessment), {**assessment["answers"], **typed}
    state = evaluate(definition, answers, today=today, complete=False, earlier=assessment["calculated"])
    before = Before(_form_of(db, older), older["answers"]) if older else None
    return {
        "rows": list(drawing.drawn(definition, state, answers, before)),
        "missing": len(state.missing),
    }


@router.post("/assessments/{assessment_id}/questions")
def ask(
    request: Request, actor: AssessmentReader, db: ReadDb, assessment: AssessmentAsked, form: PageForm
) -> Response:
    """The questions that the answers typed so far ask for; nothing is kept."""
    older = queries.previous(db, assessment)
    today = windows.today(db, cases.read(db, actor, assessment["case_id"])["window_id"])
    rows = _rows(db, assessment, older, drawing.sent(form), today)
    return fragment(request, "assessments/asked.html", older=older, **rows)


def _answered(definition: CompiledForm, assessment: dict[str, Any]) -> list[tuple[str, str]]:
    """Question and answer, both in words, in the order of the form."""
    return [
        (
            drawing.text_of(definition, item.labels),
            drawing.in_words(definition, item, assessment["answers"][item.name]),
        )
        for item in definition.items
        if item.name in assessment["answers"]
    ]


@router.post("/assessments/{assessment_id}")
def save(
    actor: AssessmentWriter,
    expected: ExpectedVersion,
    db: WriteDb,
    assessment: AssessmentToWrite,
    form: PageForm,
) -> Response:
    """Keep what was typed; the same form completes the assessment when that button was pressed.

    Nobody completes past a question that did not stand in the form: it is shown first.
    """
    check_version(assessment.version, expected)
    service.save(db, actor, assessment, AssessmentUpdate(answers=drawing.sent(form)))
    here = f"/assessments/{assessment.id}"
    if form.value("then") != "complete":
        return see(here, done="assessment_saved")
    if new := _unasked(db, actor, assessment, form):
        return see(here, done="assessment_grew", at=f"f-answers-{new[0]}")
    service.complete(db, actor, assessment)
    return see(here, done="assessment_completed")


def _unasked(db: ReadSession, actor: Actor, assessment: Assessment, form: Form) -> list[str]:
    """The questions that the answers ask for and that the form did not show, in the order of the sheet.

    Where a required answer lacks nothing is completed anyway, and the refusal shows them all.
    """
    definition, asked = instruments.form(db, assessment.instrument_id), form.values("asked")
    today = windows.today(db, cases.read(db, actor, assessment.case_id)["window_id"])
    earlier = assessment.calculated
    state = evaluate(definition, assessment.answers, today=today, complete=False, earlier=earlier)
    if state.missing:
        return []
    unseen = state.relevant - set(asked)
    return [item.name for item in definition.items if item.is_answered_by_people and item.name in unseen]


@router.post("/assessments/{assessment_id}/discard")
def discard(actor: AssessmentWriter, db: WriteDb, assessment: AssessmentToWrite) -> Response:
    service.discard(db, actor, assessment)
    return see(f"/cases/{assessment.case_id}/assessments", done="assessment_discarded")


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
    definition = _form_of(db, assessment)
    return drawing.text_of(definition, definition.titles)


def _tables(db: ReadSession, scored: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One table for each instrument: domains down, the last assessments across, oldest first."""

    def by_code(one: dict[str, Any]) -> str:
        return str(one["instrument_code"])

    return [
        _table(db, list(found)[-COMPARED:]) for _, found in groupby(sorted(scored, key=by_code), key=by_code)
    ]


def _table(db: ReadSession, columns: list[dict[str, Any]]) -> dict[str, Any]:
    latest = _form_of(db, columns[-1])
    return {
        "title": drawing.text_of(latest, latest.titles),
        "columns": columns,
        "bands": [drawing.band_of(_form_of(db, one), one["band"]) for one in columns],
        "rows": [
            (drawing.text_of(latest, domain.labels), [one["scores"].get(domain.code) for one in columns])
            for domain in latest.domains
        ],
    }
