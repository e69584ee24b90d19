"""The rules of assessing: who is assessed with what, and what completing does."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.assessments import queries, service
from app.assessments.comparison import AssessmentNotCompleted, NothingToCompare, comparison
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
from app.core.errors import Forbidden, IllegalMove, InvalidInput, NotFound
from app.core.ids import AssessmentId, InstrumentId, uuid7
from app.core.pagination import PageRequest
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
        ({"instrument_id": InstrumentId(uuid7())}, "/instrument_id"),
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


# --- reading --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["stranger", "agent", "administrator", "auditor"])
def test_an_assessment_is_seen_at_its_window_only(world: World, assessed: Case, role: str) -> None:
    assessment = completed(world.db, world.worker, assessed)
    actor = getattr(world, role)
    for ask in (queries.get, queries.read):
        with pytest.raises(NotFound):
            ask(world.db, actor, assessment.id)
    assert queries.page(world.db, actor, assessed.id, PageRequest()).items == []
    assert queries.get(world.db, world.colleague, assessment.id) is assessment
    assert queries.read(world.db, world.supervisor, assessment.id)["person_id"] == assessed.person_id


def test_the_list_is_newest_first_and_filtered_by_status(world: World, assessed: Case) -> None:
    first, second = (completed(world.db, world.worker, assessed) for _ in range(2))
    third = draft(world.db, world.worker, assessed)
    completed(world.db, world.worker, case(world.db, world.worker, "أخرى"))
    page = queries.page(world.db, world.worker, assessed.id, PageRequest(2))
    assert [item["id"] for item in page.items] == [third.id, second.id]
    assert [item["is_valid"] for item in page.items] == [False, True]
    rest = queries.page(world.db, world.worker, assessed.id, PageRequest(2, page.next))
    assert ([item["id"] for item in rest.items], rest.next) == ([first.id], None)
    drafts = queries.page(world.db, world.worker, assessed.id, PageRequest(), status=AssessmentStatus.draft)
    assert [item["id"] for item in drafts.items] == [third.id]


def test_an_assessment_ages(world: World, assessed: Case) -> None:
    assessment = completed(world.db, world.worker, assessed)
    assert queries.read(world.db, world.worker, assessment.id)["is_valid"]
    assessment.completed_at = _completed_at(assessment) - timedelta(days=31 * 6)
    world.db.flush()
    assert not queries.read(world.db, world.worker, assessment.id)["is_valid"]


def test_the_latest_tells_what_was_completed_last_without_the_answers(world: World, assessed: Case) -> None:
    assert queries.latest(world.db, assessed.id) is None
    completed(world.db, world.worker, assessed)
    last = completed(world.db, world.worker, assessed, home="5", money="5")
    draft(world.db, world.worker, assessed)
    assert queries.latest(world.db, assessed.id) == {
        "instrument_code": "situation",
        "completed_at": last.completed_at,
        "scores": {"housing": 5.0, "income": 5.0},
        "total": 5.0,
        "band": "good",
        "needs": [],
    }


def test_the_timeline_tells_each_step_newest_first(world: World, assessed: Case) -> None:
    assessment = draft(world.db, world.worker, assessed, **COMPLETE)
    service.complete(world.db, world.colleague, assessment)
    world.db.flush()
    told = queries.timeline(world.db, assessed.id, None, 10)
    assert [(entry["kind"], entry["code"]) for entry in told] == [
        ("assessment", "complete"),
        ("assessment", "start"),
    ]
    assert [entry["actor_id"] for entry in told] == [world.colleague.user_id, world.worker.user_id]
    assert {entry["subject_id"] for entry in told} == {assessment.id}
    assert queries.timeline(world.db, assessed.id, None, 1) == told[:1]
    assert queries.timeline(world.db, assessed.id, told[1]["at"], 10) == told[1:]


# --- comparing ------------------------------------------------------------------------------------------------


def _completed_at(assessment: Assessment) -> Any:
    assert assessment.completed_at is not None
    return assessment.completed_at


def compared(world: World, newer: Assessment, older: Assessment | None = None) -> dict[str, Any]:
    columns = queries.read(world.db, world.worker, newer.id)
    return comparison(world.db, world.worker, columns, older.id if older else None)


def test_an_assessment_is_compared_with_the_one_before_it(world: World, assessed: Case) -> None:
    completed(world.db, world.worker, assessed, home="5")
    older = completed(world.db, world.worker, assessed, home="1", money="silent")
    draft(world.db, world.worker, assessed)
    newer = completed(world.db, world.worker, assessed, home="3", money="5")
    told = compared(world, newer)
    assert (told["older"]["id"], told["newer"]["id"]) == (older.id, newer.id)
    assert told["domains"] == [
        {"domain": "housing", "older": 1.0, "newer": 3.0, "difference": 2.0},
        {"domain": "income", "older": None, "newer": 5.0, "difference": None},
    ]
    assert (told["older"]["total"], told["newer"]["total"], told["total"]) == (1.0, 4.0, 3.0)
    assert (told["older"]["needs"], told["newer"]["needs"]) == (["housing"], [])


def test_any_older_one_may_be_chosen_also_of_another_version(world: World, assessed: Case) -> None:
    oldest = completed(world.db, world.worker, assessed, home="5")
    completed(world.db, world.worker, assessed, home="1")
    publish(world.db, world.administrator, version="2")
    newest = completed(world.db, world.worker, assessed, home="3")
    told = compared(world, newest, oldest)
    assert told["older"]["instrument_version"] == "1"
    assert told["domains"][0]["difference"] == -2.0


def test_the_first_one_has_nothing_to_be_compared_with(world: World, assessed: Case) -> None:
    publish(world.db, world.administrator, "other")
    data = AssessmentCreate(instrument_code="other", answers=COMPLETE, complete=True)
    service.start(world.db, world.worker, assessed, data)
    completed(world.db, world.worker, case(world.db, world.worker, "أخرى"))
    with pytest.raises(NothingToCompare):
        compared(world, completed(world.db, world.worker, assessed))


def test_a_draft_has_no_scores_to_compare(world: World, assessed: Case) -> None:
    completed(world.db, world.worker, assessed)
    with pytest.raises(AssessmentNotCompleted):
        compared(world, draft(world.db, world.worker, assessed))


def test_what_is_not_an_older_one_of_the_same_kind_is_refused(world: World, assessed: Case) -> None:
    of_another = completed(world.db, world.worker, case(world.db, world.worker, "أخرى"))
    unfinished = draft(world.db, world.worker, assessed)
    present = completed(world.db, world.worker, assessed)
    later = completed(world.db, world.worker, assessed)
    for wrong in (of_another, unfinished, present, later):
        with pytest.raises(InvalidInput) as refused:
            compared(world, present, wrong)
        assert refused.value.details["errors"] == [{"pointer": "query/with", "code": "not_comparable"}]


def test_what_may_not_be_seen_is_not_compared_with(world: World, assessed: Case) -> None:
    foreign = completed(world.db, world.stranger, case(world.db, world.stranger, "أخرى"))
    present = completed(world.db, world.worker, assessed)
    columns = queries.read(world.db, world.worker, present.id)
    for unseen in (foreign.id, AssessmentId(uuid7())):
        with pytest.raises(NotFound):
            comparison(world.db, world.worker, columns, unseen)
