"""The rules of assessing: who is assessed with what, and what completing does."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.assessments import queries, service
from app.assessments.events import AssessmentCompleted
from app.assessments.filling import AssessmentIncomplete
from app.assessments.models import Assessment, AssessmentTransition
from app.assessments.schemas import AssessmentCreate, AssessmentUpdate
from app.assessments.states import ASSESSMENT_LIFECYCLE, AssessmentStatus
from app.audit.models import AuditEntry
from app.cases.models import Case
from app.cases.service import CaseIsClosed
from app.cases.states import CaseStatus, Stage
from app.core.actor import SYSTEM
from app.core.errors import Forbidden, IllegalMove, InvalidInput
from app.core.ids import InstrumentId
from app.instruments import service as instruments
from app.outbox.models import OutboxMessage
from app.windows import queries as windows
from tests.factories.assessments import COMPLETE, case, close, completed, draft, publish
from tests.factories.world import World


@pytest.fixture
def assessed(world: World) -> Case:
    """An open case, and an instrument to assess it with."""
    publish(world.db, world.administrator)
    return case(world.db, world.worker)


def actions(world: World, assessment: Assessment) -> list[str]:
    world.db.flush()
    statement = select(AuditEntry.action).where(AuditEntry.subject_id == assessment.id)
    return list(world.db.scalars(statement.order_by(AuditEntry.id)))


def step(world: World, assessment: Assessment) -> list[tuple[str, str | None, str]]:
    statement = select(AssessmentTransition).where(AssessmentTransition.assessment_id == assessment.id)
    found = world.db.scalars(statement.order_by(AssessmentTransition.id))
    return [(row.action, row.from_status, row.to_status) for row in found]


# --- beginning ------------------------------------------------------------------------------------------------


def test_an_assessment_begins_as_a_draft_of_the_current_version(world: World, assessed: Case) -> None:
    second = publish(world.db, world.administrator, version="2")
    assessment = draft(world.db, world.worker, assessed, home="3")
    assert (assessment.status, assessment.instrument_id) == (AssessmentStatus.draft, second.id)
    assert assessment.assessed_by == world.worker.user_id
    assert assessment.answers == {"home": "3"}
    assert assessment.calculated["begun_on"] == windows.today(world.db, world.here).isoformat()
    assert (assessment.scores, assessment.total, assessment.band) == ({}, None, None)
    assert step(world, assessment) == [("start", None, "draft")]
    assert actions(world, assessment) == ["assessment:start"]


def test_a_version_may_be_chosen(world: World, assessed: Case) -> None:
    first = publish(world.db, world.administrator, version="0")
    publish(world.db, world.administrator, version="2")
    data = AssessmentCreate(instrument_id=first.id)
    assert service.start(world.db, world.worker, assessed, data).instrument_id == first.id


def test_a_retired_version_begins_no_assessment_and_lets_drafts_be_completed(
    world: World, assessed: Case
) -> None:
    instrument = publish(world.db, world.administrator, version="2")
    begun = draft(world.db, world.worker, assessed, **COMPLETE)
    instruments.retire(world.db, world.administrator, instrument)
    world.db.flush()
    with pytest.raises(service.InstrumentRetired) as refused:
        service.start(world.db, world.worker, assessed, AssessmentCreate(instrument_id=instrument.id))
    assert refused.value.details == {"instrument_code": "situation"}
    assert service.complete(world.db, world.worker, begun).status is AssessmentStatus.completed


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"instrument_code": "unheard_of"}, "/instrument_code"),
        ({"instrument_id": InstrumentId(UUID(int=1))}, "/instrument_id"),
    ],
)
def test_an_unknown_instrument_is_refused(
    world: World, assessed: Case, asked: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        service.start(world.db, world.worker, assessed, AssessmentCreate(**asked))
    assert refused.value.details["errors"] == [{"pointer": pointer, "code": "unknown"}]


def test_a_closed_case_is_not_assessed(world: World, assessed: Case) -> None:
    begun = draft(world.db, world.worker, assessed, **COMPLETE)
    close(world.db, world.worker, assessed)
    with pytest.raises(CaseIsClosed):
        draft(world.db, world.worker, assessed)
    with pytest.raises(CaseIsClosed):
        service.save(world.db, world.worker, begun, AssessmentUpdate(answers={"home": "3"}))
    with pytest.raises(CaseIsClosed):
        service.complete(world.db, world.worker, begun)
    assert service.discard(world.db, world.worker, begun).status is AssessmentStatus.discarded


# --- filling --------------------------------------------------------------------------------------------------


def test_a_draft_is_saved_again_and_again_by_whoever_serves_at_the_window(
    world: World, assessed: Case
) -> None:
    assessment = draft(world.db, world.worker, assessed, home="3")
    version = assessment.version
    service.save(
        world.db, world.colleague, assessment, AssessmentUpdate(answers={"works": "yes", "hours": 10})
    )
    assert assessment.answers == {"home": "3", "works": "yes", "hours": 10}
    assert assessment.calculated["month"] == 40
    assert assessment.version == version + 1
    assert actions(world, assessment) == ["assessment:start", "assessment:save"]


def test_the_trail_tells_ids_only(world: World, assessed: Case) -> None:
    """It cannot be corrected or forgotten: what an assessment came to must not stand there."""
    assessment = draft(world.db, world.worker, assessed)
    service.save(world.db, world.worker, assessment, AssessmentUpdate(answers=COMPLETE))
    service.complete(world.db, world.worker, assessment)
    world.db.flush()
    entries = world.db.scalars(select(AuditEntry).where(AuditEntry.subject_id == assessment.id))
    assert {e.action: e.details for e in entries} == {
        "assessment:start": {"instrument_id": str(assessment.instrument_id)},
        "assessment:save": {},
        "assessment:complete": {},
    }


def test_what_was_completed_is_not_edited(world: World, assessed: Case) -> None:
    assessment = completed(world.db, world.worker, assessed)
    with pytest.raises(service.AssessmentNotDraft) as refused:
        service.save(world.db, world.worker, assessment, AssessmentUpdate(answers={"home": "5"}))
    assert refused.value.details == {"current": AssessmentStatus.completed}


# --- completing -----------------------------------------------------------------------------------------------


def test_completing_keeps_what_follows_from_the_answers(world: World, assessed: Case) -> None:
    assessment = draft(world.db, world.worker, assessed, **COMPLETE)
    service.complete(world.db, world.supervisor, assessment)
    assert assessment.status is AssessmentStatus.completed
    assert assessment.completed_at is not None
    assert assessment.answers == COMPLETE
    assert assessment.calculated["month"] == 120
    assert assessment.scores == {"housing": 1.0, "income": 3.0}
    assert (assessment.total, assessment.band, assessment.needs) == (2.0, "fragile", ["housing"])
    assert step(world, assessment)[-1] == ("complete", "draft", "completed")
    assert actions(world, assessment) == ["assessment:start", "assessment:complete"]


def test_completing_moves_the_case_on_and_counts_as_a_contact(world: World, assessed: Case) -> None:
    today = windows.today(world.db, world.here)
    assessed.last_contact_on = today - timedelta(days=40)
    completed(world.db, world.worker, assessed)
    world.db.refresh(assessed)
    assert (assessed.stage, assessed.status) == (Stage.assessment, CaseStatus.active)
    assert assessed.last_contact_on == today


def test_completing_is_told_once(world: World, assessed: Case) -> None:
    assessment = completed(world.db, world.worker, assessed)
    world.db.flush()
    told = world.db.scalars(select(OutboxMessage).where(OutboxMessage.name == "assessment.completed")).all()
    assert [AssessmentCompleted.load(message.payload) for message in told] == [
        AssessmentCompleted(assessment_id=assessment.id, case_id=assessed.id)
    ]


def test_an_incomplete_draft_is_not_completed(world: World, assessed: Case) -> None:
    assessment = draft(world.db, world.worker, assessed, money="1")
    with pytest.raises(AssessmentIncomplete):
        service.complete(world.db, world.worker, assessment)
    assert assessment.status is AssessmentStatus.draft


def test_completing_or_discarding_twice_is_illegal(world: World, assessed: Case) -> None:
    assessment = completed(world.db, world.worker, assessed)
    for again in (service.complete, service.discard):
        with pytest.raises(IllegalMove) as refused:
            again(world.db, world.worker, assessment)
        assert refused.value.details["allowed"] == []


def test_discarding_keeps_the_answers_and_counts_for_nothing(world: World, assessed: Case) -> None:
    assessment = draft(world.db, world.worker, assessed, home="1")
    service.discard(world.db, world.worker, assessment)
    assert (assessment.status, assessment.answers) == (AssessmentStatus.discarded, {"home": "1"})
    assert queries.latest(world.db, assessed.id) is None
    assert actions(world, assessment) == ["assessment:start", "assessment:discard"]


def test_nobody_but_the_window_completes(world: World, assessed: Case) -> None:
    assessment = draft(world.db, world.worker, assessed, **COMPLETE)
    with pytest.raises(Forbidden):
        service.complete(world.db, SYSTEM, assessment)


def test_what_was_completed_or_discarded_is_final() -> None:
    final = {status for status in AssessmentStatus if ASSESSMENT_LIFECYCLE.is_final(status)}
    assert final == {AssessmentStatus.completed, AssessmentStatus.discarded}
