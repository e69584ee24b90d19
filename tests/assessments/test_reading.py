"""Reading assessments: who sees them, the latest, the timeline, and how one compares with an older one."""

from datetime import timedelta
from typing import Any

import pytest

from app.assessments import queries, service
from app.assessments.comparison import AssessmentNotCompleted, NothingToCompare, comparison
from app.assessments.models import Assessment
from app.assessments.schemas import AssessmentCreate
from app.assessments.states import AssessmentStatus
from app.cases.models import Case
from app.core.errors import InvalidInput, NotFound
from app.core.ids import AssessmentId, uuid7
from app.core.pagination import PageRequest
from tests.factories.assessments import COMPLETE, case, completed, draft, publish
from tests.factories.world import World


@pytest.fixture
def assessed(world: World) -> Case:
    """An open case, and an instrument to assess it with."""
    publish(world.db, world.administrator)
    return case(world.db, world.worker)


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
