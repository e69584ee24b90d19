from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.assessments import filling, queries, service
from app.assessments.comparison import AssessmentNotCompleted, NothingToCompare, comparison
from app.assessments.deps import AssessmentReader, AssessmentSeen, AssessmentToWrite, AssessmentWriter
from app.assessments.models import Assessment
from app.assessments.schemas import (
    AssessmentCreate,
    AssessmentOut,
    AssessmentPage,
    AssessmentUpdate,
    ComparisonOut,
)
from app.assessments.states import AssessmentStatus
from app.auth.deps import CreateDb
from app.cases.deps import CaseSeen, CaseToWrite
from app.cases.service import CaseIsClosed
from app.core.deps import ExpectedVersion, PageQuery, ReadDb, WriteDb, check_version
from app.core.errors import ChangedMeanwhile, IllegalMove, InvalidInput, NotFound
from app.core.http import ApiRoute, answer, page_answer, refuses
from app.core.ids import AssessmentId

router = APIRouter(route_class=ApiRoute, tags=["assessments"])


def _one(db: WriteDb, actor: AssessmentWriter, assessment: Assessment, status: int = 200) -> Response:
    location = f"/api/v1/assessments/{assessment.id}" if status == 201 else None
    content = queries.read(db, actor, assessment.id)
    return answer(content, status, version=content["version"], location=location)


@router.post("/cases/{case_id}/assessments", response_model=AssessmentOut, status_code=201)
@refuses(CaseIsClosed, service.InstrumentRetired, filling.AssessmentIncomplete, IllegalMove, ChangedMeanwhile)
def start_assessment(
    actor: AssessmentWriter, db: CreateDb, case: CaseToWrite, data: AssessmentCreate
) -> Response:
    """Begin an assessment with an instrument, and save what was answered so far as a draft.

    Answers to questions that the draft does not ask at present are kept until it is completed. With
    `complete: true` the answers are final at once, under the rules of completing; if that is refused, nothing
    is kept.
    """
    return _one(db, actor, service.start(db, actor, case, data), 201)


@router.get("/cases/{case_id}/assessments", response_model=AssessmentPage)
def list_assessments(
    request: Request,
    actor: AssessmentReader,
    db: ReadDb,
    case: CaseSeen,
    page: PageQuery,
    status: AssessmentStatus | None = None,
) -> Response:
    """The assessments of a case, newest first, without their answers."""
    return page_answer(request, queries.page(db, actor, case.case_id, page, status=status))


@router.get("/assessments/{assessment_id}", response_model=AssessmentOut)
def get_assessment(_: AssessmentReader, assessment: AssessmentSeen) -> Response:
    """One assessment with its answers and what follows from them. Opening it leaves a trace."""
    return answer(assessment, version=assessment["version"])


@router.patch("/assessments/{assessment_id}", response_model=AssessmentOut)
@refuses(InvalidInput, CaseIsClosed, service.AssessmentNotDraft)
def save_assessment(
    actor: AssessmentWriter,
    expected: ExpectedVersion,
    db: WriteDb,
    assessment: AssessmentToWrite,
    data: AssessmentUpdate,
) -> Response:
    """Save answers of a draft: those sent take the place of earlier ones, the others stay, `null` takes one back.

    Blank required questions and unmet constraints do not stand in the way of saving.
    """
    check_version(assessment.version, expected)
    return _one(db, actor, service.save(db, actor, assessment, data))


@router.post("/assessments/{assessment_id}/complete", response_model=AssessmentOut)
@refuses(CaseIsClosed, filling.AssessmentIncomplete, filling.AnswersDoNotHold, IllegalMove, ChangedMeanwhile)
def complete_assessment(actor: AssessmentWriter, db: WriteDb, assessment: AssessmentToWrite) -> Response:
    """Make the answers final. The server computes scores, total, band and the needs that they reveal.

    Refused while an answer does not meet its constraint or a required question is blank; the draft stays as it is.
    """
    return _one(db, actor, service.complete(db, actor, assessment))


@router.post("/assessments/{assessment_id}/discard", response_model=AssessmentOut)
@refuses(IllegalMove, ChangedMeanwhile)
def discard_assessment(actor: AssessmentWriter, db: WriteDb, assessment: AssessmentToWrite) -> Response:
    """Give up a draft. It stays in the history of the case and counts for nothing."""
    return _one(db, actor, service.discard(db, actor, assessment))


@router.get("/assessments/{assessment_id}/comparison", response_model=ComparisonOut)
@refuses(NotFound, InvalidInput, AssessmentNotCompleted, NothingToCompare)
def compare_assessments(
    actor: AssessmentReader,
    db: ReadDb,
    assessment: AssessmentSeen,
    older_id: Annotated[
        AssessmentId | None,
        Query(alias="with", description="An older one; by default the one completed just before."),
    ] = None,
) -> Response:
    """What changed since an older completed assessment of the case with the same instrument, domain by domain."""
    return answer(comparison(db, actor, assessment, older_id))
