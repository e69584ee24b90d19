"""Assessing a person's situation: a draft is filled as often as needed, then completed or discarded."""

from typing import Any, cast

from app.assessments import filling
from app.assessments.events import AssessmentCompleted
from app.assessments.models import Assessment, AssessmentTransition
from app.assessments.schemas import AssessmentCreate, AssessmentUpdate
from app.assessments.states import ASSESSMENT_LIFECYCLE, AssessmentAction, AssessmentStatus
from app.audit import service as audit
from app.cases import queries as case_queries
from app.cases import service as cases
from app.cases.models import Case
from app.cases.states import Stage
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import ReadSession, WriteSession
from app.core.errors import DomainError, InvalidInput
from app.core.ids import InstrumentId
from app.core.moves import begin, move
from app.instruments import queries as instruments
from app.outbox import service as outbox
from app.windows import queries as windows


class AssessmentNotDraft(DomainError):
    """What was completed or discarded is not edited: assess anew."""

    code = "assessment_not_draft"


class InstrumentRetired(DomainError):
    """This version is out of use; the current one is found under the instrument's code."""

    code = "instrument_retired"


def start(db: WriteSession, actor: Actor, case: Case, data: AssessmentCreate) -> Assessment:
    """Begin an assessment of a case and, if asked, complete it at once.

    Raises `cases.CaseIsClosed`, `InstrumentRetired`, `InvalidInput` for an unknown instrument,
    `filling.AnswersRefused`, and what else `complete` raises.
    """
    cases.refuse_closed(case)
    instrument_id = _instrument(db, data)
    today = windows.today(db, case.window_id)
    filled = filling.fill(instruments.form(db, instrument_id), {}, data.answers, today=today, earlier={})
    assessment = Assessment(
        case_id=case.id,
        instrument_id=instrument_id,
        assessed_by=actor.user,
        answers=filled.answers,
        calculated=filled.calculated,
    )
    db.add(assessment)
    db.flush()
    begin(
        db, actor, assessment, "start", lambda **row: AssessmentTransition(assessment_id=assessment.id, **row)
    )
    _record(db, actor, "assessment:start", assessment, case, instrument_id=instrument_id)
    if data.complete:
        try:
            _complete(db, actor, assessment)
        except filling.AssessmentIncomplete as refusal:
            raise refusal.without_draft() from None
    return assessment


def _instrument(db: ReadSession, data: AssessmentCreate) -> InstrumentId:
    """The version that was asked for, or the current one of the code."""
    if data.instrument_id is not None:
        found, pointer = instruments.one(db, data.instrument_id), "/instrument_id"
    else:
        found, pointer = instruments.current(db, data.instrument_code or ""), "/instrument_code"
    if found is None:
        raise InvalidInput(pointer, "unknown")
    if found["retired_at"] is not None:
        raise InstrumentRetired(instrument_code=found["code"])
    return InstrumentId(found["id"])


def save(db: WriteSession, actor: Actor, assessment: Assessment, data: AssessmentUpdate) -> Assessment:
    """Keep the answers that were sent beside those the draft already has.

    Raises `AssessmentNotDraft`, `cases.CaseIsClosed` or `filling.AnswersRefused`.
    """
    if assessment.status is not AssessmentStatus.draft:
        raise AssessmentNotDraft(current=assessment.status)
    case = _open_case(db, actor, assessment)
    filled = filling.fill(
        instruments.form(db, assessment.instrument_id),
        assessment.answers,
        data.answers,
        today=windows.today(db, case.window_id),
        earlier=assessment.calculated,
    )
    assessment.answers, assessment.calculated = filled.answers, filled.calculated
    db.flush()
    _record(db, actor, "assessment:save", assessment, case)
    return assessment


def save_to_complete(
    db: WriteSession, actor: Actor, assessment: Assessment, data: AssessmentUpdate
) -> Assessment:
    """Save what is completed with the same press: what cannot stand is refused together with what lacks.

    Raises as `save` does.
    """
    try:
        return save(db, actor, assessment, data)
    except filling.AnswersRefused as refusal:
        wrong = cast(list[dict[str, Any]], refusal.details["errors"])
        refusal.details["errors"] = wrong + filling.lacking(
            instruments.form(db, assessment.instrument_id),
            assessment.answers,
            data.answers,
            today=windows.today(db, _open_case(db, actor, assessment).window_id),
            earlier=assessment.calculated,
            refused=refusal.names,
        )
        raise


def save_fitting(
    db: WriteSession, actor: Actor, assessment: Assessment, data: AssessmentUpdate
) -> frozenset[str]:
    """Save what can stand of answers that somebody is still writing. Returns the names of those that were left out.

    A number half typed holds up nothing: the answer that its question had before stays. Raises as `save` does.
    """
    try:
        save(db, actor, assessment, data)
    except filling.AnswersRefused as refusal:
        unfit = refusal.names & data.answers.keys()
        fitting = {name: answer for name, answer in data.answers.items() if name not in unfit}
        save(db, actor, assessment, AssessmentUpdate(answers=fitting))
        return frozenset(unfit)
    return frozenset()


def complete(db: WriteSession, actor: Actor, assessment: Assessment) -> Assessment:
    """Make the answers final and keep what follows from them; the person was met today, by the window's calendar.

    Raises `IllegalMove`, `cases.CaseIsClosed`, `filling.AnswersDoNotHold` or `filling.AssessmentIncomplete`.
    """
    try:
        return _complete(db, actor, assessment)
    except filling.AnswersRefused as refusal:  # nobody has just sent them: they stand in the draft
        raise filling.AnswersDoNotHold(errors=refusal.details["errors"]) from None


def _complete(db: WriteSession, actor: Actor, assessment: Assessment) -> Assessment:
    ASSESSMENT_LIFECYCLE.move(assessment.status, AssessmentAction.complete, actor.role)
    case = _open_case(db, actor, assessment)
    form = instruments.form(db, assessment.instrument_id)
    today = windows.today(db, case.window_id)
    final = filling.finish(form, assessment.answers, today=today, earlier=assessment.calculated)
    _move(
        db,
        actor,
        assessment,
        AssessmentAction.complete,
        answers=final.answers,
        calculated=final.calculated,
        scores=final.scores,
        total=final.total,
        band=final.band,
        needs=list(final.needs),
        completed_at=now(),
    )
    cases.reach(db, actor, case, Stage.assessment)
    cases.contacted(db, case.id, today)
    _record(db, actor, "assessment:complete", assessment, case)
    outbox.publish(db, AssessmentCompleted(assessment_id=assessment.id, case_id=case.id))
    return assessment


def discard(db: WriteSession, actor: Actor, assessment: Assessment) -> Assessment:
    """Give up a draft; its answers stay for the record, and count for nothing. Raises `IllegalMove`."""
    _move(db, actor, assessment, AssessmentAction.discard)
    case = case_queries.get(db, actor, assessment.case_id)
    _record(db, actor, "assessment:discard", assessment, case)
    return assessment


def _open_case(db: WriteSession, actor: Actor, assessment: Assessment) -> Case:
    """The case, held against being closed meanwhile."""
    case = case_queries.get(db, actor, assessment.case_id, lock=True)
    cases.refuse_closed(case)
    return case


def _move(
    db: WriteSession, actor: Actor, assessment: Assessment, action: AssessmentAction, **columns: Any
) -> None:
    move(
        db,
        actor,
        assessment,
        ASSESSMENT_LIFECYCLE,
        action,
        lambda **row: AssessmentTransition(assessment_id=assessment.id, **row),
        **columns,
    )


def _record(
    db: WriteSession, actor: Actor, action: str, assessment: Assessment, case: Case, **details: InstrumentId
) -> None:
    """Ids only: what an assessment came to must not outlive it in the trail."""
    audit.record(db, actor, action, "assessment", assessment.id, person_id=case.person_id, **details)
