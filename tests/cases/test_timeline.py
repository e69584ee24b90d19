from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.cases import closure, day_to_day, plan, timeline
from app.cases.models import Case
from app.cases.schemas import CaseAssign, CaseClose
from app.cases.states import ClosingReason, GoalStatus
from app.core.db import ReadSession, WriteSession
from app.core.ids import CaseId, uuid7
from tests.factories import cases as make
from tests.factories.world import World, headers
from tests.support.client import CheckedClient


@pytest.fixture
def case(world: World, db: WriteSession) -> Case:
    """A case with something of everything, closed."""
    case = make.case(db, world.worker)
    goal = make.goal(db, world.worker, case, "أريد غرفة (مثال)")
    make.action(db, world.worker, case, goal, words="زيارة (مثال)")
    day_to_day.assign(
        db, world.supervisor, case, CaseAssign(user_id=world.colleague.user, reason="On leave.")
    )
    day_to_day.review(db, world.colleague, case, "مراجعة (مثال)")
    plan.settle(db, world.colleague, goal, GoalStatus.met, "وجدت غرفة (مثال)")
    closure.close(db, world.colleague, case, CaseClose(reason=ClosingReason.goals_met, note="انتهى (مثال)"))
    db.commit()
    return case


def entries(client: CheckedClient, world: World, case: Case, limit: int = 100) -> list[dict[str, Any]]:
    """The whole timeline, page by page."""
    found: list[dict[str, Any]] = []
    url: str | None = f"/api/v1/cases/{case.id}/timeline?limit={limit}"
    while url:
        response = client.get(url, headers=headers(world.worker))
        assert response.status_code == 200, response.text
        page = response.json()
        assert len(page["items"]) <= limit
        found += page["items"]
        cursor = page["next"]
        url = cursor and f"/api/v1/cases/{case.id}/timeline?limit={limit}&cursor={cursor}"
    return found


def test_everything_that_happened_is_told_latest_first(
    client: CheckedClient, world: World, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "sources", [])
    told = entries(client, world, case)
    assert [(e["kind"], e["code"], e["reason_code"], e["text"]) for e in told] == [
        ("case", "close", "goals_met", "انتهى (مثال)"),
        ("goal", "meet", None, "وجدت غرفة (مثال)"),
        ("review", "review", None, "مراجعة (مثال)"),
        ("assignment", "assign", None, "On leave."),
        ("action", "plan", None, "زيارة (مثال)"),
        ("case", "activate", None, None),
        ("goal", "set", None, "أريد غرفة (مثال)"),
        ("assignment", "assign", None, None),
        ("case", "open", None, None),
    ]
    assert {e["actor_id"] for e in told[:3]} == {str(world.colleague.user_id)}
    assert told[3]["subject_id"] == str(world.colleague.user_id)


@pytest.mark.parametrize("limit", [1, 2, 3, 8, 9])
def test_pages_cut_the_timeline_nowhere(
    client: CheckedClient, world: World, case: Case, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(timeline, "sources", [])
    assert entries(client, world, case, limit) == entries(client, world, case)


def test_the_modules_above_tell_their_part_even_of_one_moment(
    client: CheckedClient, world: World, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = datetime.now(UTC) + timedelta(days=1)
    of_one_moment: list[dict[str, Any]] = [
        {
            "at": moment,
            "kind": "referral",
            "id": uuid7(),
            "subject_id": None,
            "actor_id": None,
            "code": "send",
        }
        for _ in range(7)
    ]

    def source(_: ReadSession, case_id: CaseId, until: datetime | None, most: int) -> list[dict[str, Any]]:
        assert case_id == case.id
        return [e for e in reversed(of_one_moment) if until is None or e["at"] <= until][:most]

    monkeypatch.setattr(timeline, "sources", [source])
    whole = entries(client, world, case)
    assert [e["id"] for e in whole[:7]] == [str(e["id"]) for e in reversed(of_one_moment)]
    assert len(whole) == 16
    for limit in (1, 2, 3):
        assert entries(client, world, case, limit) == whole


def test_a_cursor_of_another_list_is_refused(client: CheckedClient, world: World, case: Case) -> None:
    response = client.get(f"/api/v1/cases/{case.id}/timeline?cursor=WzFd", headers=headers(world.worker))
    assert (response.status_code, response.json()["code"]) == (400, "invalid_cursor")
