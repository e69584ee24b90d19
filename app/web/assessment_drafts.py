"""Filling in an assessment: what is asked now, saved while somebody answers, completed once."""

from datetime import date
from http import HTTPStatus
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
from app.assessments.schemas import AssessmentUpdate
from app.assessments.states import AssessmentStatus
from app.cases import queries as cases
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import ReadSession
from app.core.deps import ExpectedVersion, ReadDb, WriteDb, check_version
from app.instruments import queries as instruments
from app.instruments.evaluation import evaluate
from app.web import drawing, face
from app.web.drawing import Before
from app.web.face import PageForm, see
from app.web.forms import Form
from app.web.rendering import fragment
from app.windows import queries as windows

router = face.router()


def rows(
    db: ReadSession,
    assessment: dict[str, Any],
    older: dict[str, Any] | None,
    typed: dict[str, Any],
    today: date,
) -> dict[str, Any]:
    """The questions asked now; a form that is shown again asks by what was typed in it."""
    definition, answers = drawing.form_of(db, assessment), {**assessment["answers"], **typed}
    state = evaluate(definition, answers, today=today, complete=False, earlier=assessment["calculated"])
    before = Before(drawing.form_of(db, older), older["answers"]) if older else None
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
    asked = rows(db, assessment, older, drawing.sent(form), today)
    return fragment(request, "assessments/asked.html", older=older, **asked)


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
    completes = form.value("then") == "complete"
    keep = service.save_to_complete if completes else service.save
    keep(db, actor, assessment, AssessmentUpdate(answers=drawing.sent(form)))
    here = f"/assessments/{assessment.id}"
    if form.value("then") == "later":
        return see(f"/cases/{assessment.case_id}", done="assessment_kept")
    if not completes:
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


@router.post("/assessments/{assessment_id}/autosave")
def autosave(
    request: Request,
    actor: AssessmentWriter,
    expected: ExpectedVersion,
    db: WriteDb,
    assessment: AssessmentToWrite,
    form: PageForm,
) -> Response:
    """Save what can stand of a form while somebody goes on answering; the answer says what could not.

    Where somebody else was faster it says so beside the form, which stays as it is: who answers decides.
    """
    is_over = assessment.status is not AssessmentStatus.draft
    told = {"assessment": assessment, "version": assessment.version, "is_over": is_over}
    if is_over or assessment.version != expected:
        return fragment(request, "assessments/elsewhere.html", status=HTTPStatus.PRECONDITION_FAILED, **told)
    answers = AssessmentUpdate(answers=drawing.sent(form))
    unfit = service.save_fitting(db, actor, assessment, answers)
    definition = instruments.form(db, assessment.instrument_id)
    labels = [drawing.text_of(definition, item.labels) for item in definition.items if item.name in unfit]
    return fragment(request, "assessments/saved.html", at=now(), version=assessment.version, unfit=labels)


@router.post("/assessments/{assessment_id}/other")
def show_other(request: Request, _: AssessmentWriter, db: ReadDb, assessment: AssessmentSeen) -> Response:
    """What somebody else has saved, beside the form of whoever was about to save something else."""
    answers = drawing.answered(drawing.form_of(db, assessment), assessment)
    return fragment(request, "assessments/other.html", assessment=assessment, answers=answers)


@router.post("/assessments/{assessment_id}/discard")
def discard(actor: AssessmentWriter, db: WriteDb, assessment: AssessmentToWrite) -> Response:
    service.discard(db, actor, assessment)
    return see(f"/cases/{assessment.case_id}/assessments", done="assessment_discarded")
