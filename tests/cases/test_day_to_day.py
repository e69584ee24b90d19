"""What is done with a case from day to day: changed, handed over, paused, reviewed."""

from datetime import timedelta
from typing import Any

import pytest

from app.cases import queries, service
from app.cases.models import Case, CaseTransition
from app.cases.states import Priority, Stage
from app.core.clock import today
from app.core.db import WriteSession
from app.outbox.models import OutboxMessage
from app.vocabularies import service as vocabularies
from tests.factories import cases as make
from tests.factories.world import World, headers
from tests.support.client import CheckedClient


@pytest.fixture
def case(world: World, db: WriteSession) -> Case:
    """An active case of the worker's."""
    made = make.case(db, world.worker, summary="مثال")
    service.reach(db, world.worker, made, Stage.assessment)
    db.commit()
    return made


def told(db: WriteSession, name: str) -> list[dict[str, Any]]:
    db.expire_all()
    return [m.payload for m in db.query(OutboxMessage).filter_by(name=name).order_by(OutboxMessage.id)]


# --- changing -------------------------------------------------------------------------------------------------


def test_another_priority_is_told(client: CheckedClient, world: World, db: WriteSession, case: Case) -> None:
    response = client.patch(
        f"/api/v1/cases/{case.id}",
        json={"priority": "urgent", "needs": ["income"]},
        headers=headers(world.colleague, **{"If-Match": f'"{case.version}"'}),
    )
    assert response.status_code == 200, response.text
    changed = response.json()
    assert (changed["priority"], changed["needs"], changed["summary"]) == ("urgent", ["income"], "مثال")
    assert changed["version"] == case.version + 1
    (event,) = told(db, "case.priority_changed")
    assert (event["case_id"], event["by"]) == (str(case.id), str(world.colleague.user))
    assert (event["priority"], event["former"]) == ("urgent", "medium")


@pytest.mark.parametrize("pressing", [Priority.urgent, Priority.high])
@pytest.mark.parametrize("calm", ["medium", "low"])
def test_a_supervisor_only_makes_a_pressing_case_a_calm_one(
    client: CheckedClient, world: World, db: WriteSession, case: Case, pressing: Priority, calm: str
) -> None:
    case.priority = pressing
    db.commit()
    url, read = f"/api/v1/cases/{case.id}", {"If-Match": f'"{case.version}"'}
    refused = client.patch(url, json={"priority": calm}, headers=headers(world.worker, **read))
    assert (refused.status_code, refused.json()["code"]) == (409, "priority_needs_approval")
    changed = client.patch(url, json={"priority": calm}, headers=headers(world.supervisor, **read))
    assert changed.json()["priority"] == calm


def test_a_worker_moves_a_case_among_the_pressing_priorities(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    case.priority = Priority.urgent
    db.commit()
    url, read = f"/api/v1/cases/{case.id}", {"If-Match": f'"{case.version}"'}
    changed = client.patch(url, json={"priority": "high"}, headers=headers(world.worker, **read))
    assert changed.json()["priority"] == "high"


def test_null_takes_the_summary_away_and_leaves_the_rest(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    response = client.patch(
        f"/api/v1/cases/{case.id}",
        json={"summary": None, "priority": None, "needs": None},
        headers=headers(world.worker, **{"If-Match": f'"{case.version}"'}),
    )
    changed = response.json()
    assert (changed["priority"], changed["needs"], changed["summary"]) == ("medium", ["housing"], None)
    assert told(db, "case.priority_changed") == []


def test_nobody_overwrites_what_they_have_not_read(client: CheckedClient, world: World, case: Case) -> None:
    url, body = f"/api/v1/cases/{case.id}", {"summary": "مثال آخر"}
    assert client.patch(url, json=body, headers=headers(world.worker)).status_code == 428
    stale = client.patch(url, json=body, headers=headers(world.worker, **{"If-Match": '"0"'}))
    assert (stale.status_code, stale.json()["current"]) == (412, case.version)


def test_a_need_that_was_retired_since_may_stay_but_not_come(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    vocabularies.retire(db, "need", "housing")
    vocabularies.retire(db, "need", "income")
    db.commit()
    url, read = f"/api/v1/cases/{case.id}", {"If-Match": f'"{case.version}"'}
    refused = client.patch(url, json={"needs": ["housing", "income"]}, headers=headers(world.worker, **read))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/needs")
    kept = client.patch(url, json={"needs": ["training", "housing"]}, headers=headers(world.worker, **read))
    assert kept.json()["needs"] == ["training", "housing"]


def test_what_is_derived_does_not_stand_in_the_way_of_a_change(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    read = case.version
    service.contacted(db, case.id, today() + timedelta(days=1))
    service.set_due(db, case.id, "follow_up", today())
    db.commit()
    response = client.patch(
        f"/api/v1/cases/{case.id}",
        json={"summary": None},
        headers=headers(world.worker, **{"If-Match": f'"{read}"'}),
    )
    assert response.status_code == 200, response.text


# --- handing over ---------------------------------------------------------------------------------------------


def test_a_supervisor_hands_a_case_over_and_the_history_stays(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    url = f"/api/v1/cases/{case.id}"
    body = {"user_id": str(world.colleague.user_id), "reason": "The worker is on leave."}
    response = client.post(f"{url}/assign", json=body, headers=headers(world.supervisor))
    assert response.status_code == 200, response.text
    assert response.json()["referent_id"] == str(world.colleague.user_id)
    latest, first = client.get(f"{url}/assignments", headers=headers(world.worker)).json()["items"]
    assert (latest["user_id"], latest["assigned_by"], latest["until"]) == (
        str(world.colleague.user_id),
        str(world.supervisor.user_id),
        None,
    )
    assert (first["user_id"], first["until"] <= latest["since"]) == (str(world.worker.user_id), True)
    (event,) = told(db, "case.assigned")
    assert (event["user_id"], event["former_id"]) == (
        str(world.colleague.user_id),
        str(world.worker.user_id),
    )


def test_a_worker_hands_nothing_over(client: CheckedClient, world: World, case: Case) -> None:
    body = {"user_id": str(world.colleague.user_id), "reason": "I am on leave."}
    response = client.post(f"/api/v1/cases/{case.id}/assign", json=body, headers=headers(world.worker))
    assert (response.status_code, response.json()["permission"]) == (403, "case:assign")


@pytest.mark.parametrize(
    ("to", "why"),
    [("stranger", "not_serving_there"), ("agent", "not_serving_there"), ("worker", "already_referent")],
)
def test_a_case_goes_to_somebody_else_of_its_window(
    client: CheckedClient, world: World, case: Case, to: str, why: str
) -> None:
    body = {"user_id": str(getattr(world, to).user_id), "reason": "Another worker is needed."}
    response = client.post(f"/api/v1/cases/{case.id}/assign", json=body, headers=headers(world.supervisor))
    assert response.status_code == 422
    assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [("/user_id", why)]


# --- pausing --------------------------------------------------------------------------------------------------


def test_a_paused_case_is_due_again_on_its_day_until_it_is_resumed(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    url, day = f"/api/v1/cases/{case.id}", today().isoformat()
    body = {"reason": "travelling", "note": "إلى العائلة (مثال)", "until": day}
    paused = client.post(f"{url}/suspend", json=body, headers=headers(world.worker)).json()
    assert (paused["status"], paused["next_due_on"]) == ("suspended", day)
    assert paused["actions"] == ["resume", "close"]
    resumed = client.post(f"{url}/resume", headers=headers(world.worker)).json()
    assert (resumed["status"], resumed["next_due_on"] > day) == ("active", True)
    steps = db.query(CaseTransition).filter_by(case_id=case.id).order_by(CaseTransition.id).all()
    assert [(s.action, s.reason_code, s.note) for s in steps[2:]] == [
        ("suspend", "travelling", "إلى العائلة (مثال)"),
        ("resume", None, None),
    ]
    assert (len(told(db, "case.suspended")), len(told(db, "case.resumed"))) == (1, 1)


def test_a_case_is_not_paused_until_a_day_that_is_past(
    client: CheckedClient, world: World, case: Case
) -> None:
    body = {"reason": "travelling", "until": (today() - timedelta(days=2)).isoformat()}
    response = client.post(f"/api/v1/cases/{case.id}/suspend", json=body, headers=headers(world.worker))
    assert (response.status_code, response.json()["errors"][0]["code"]) == (422, "in_the_past")


@pytest.mark.parametrize("day", [0, 1e9, "2026-01-01T10:00:00", "tomorrow"])
def test_only_a_written_day_is_a_day(client: CheckedClient, world: World, case: Case, day: object) -> None:
    body = {"reason": "travelling", "until": day}
    response = client.post(f"/api/v1/cases/{case.id}/suspend", json=body, headers=headers(world.worker))
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "/until")


def test_a_move_that_the_life_cycle_does_not_have_names_those_it_has(
    client: CheckedClient, world: World, case: Case
) -> None:
    response = client.post(f"/api/v1/cases/{case.id}/resume", headers=headers(world.worker))
    assert (response.status_code, response.json()["code"]) == (409, "illegal_move")
    assert response.json()["allowed"] == ["suspend", "close"]


# --- reviewing ------------------------------------------------------------------------------------------------


def test_after_a_review_the_next_one_is_due_months_later(
    client: CheckedClient, world: World, db: WriteSession
) -> None:
    case = make.case(db, world.worker, opened_on=today() - timedelta(days=100))
    service.set_due(db, case.id, "follow_up", None)
    db.commit()
    url = f"/api/v1/cases/{case.id}"
    assert queries.read(db, world.worker, case.id)["is_overdue"] is True
    for summary in ("الأولى (مثال)", "الثانية (مثال)"):
        made = client.post(f"{url}/reviews", json={"summary": summary}, headers=headers(world.worker))
        assert made.status_code == 201, made.text
    first = client.get(f"{url}/reviews?limit=1", headers=headers(world.worker)).json()
    assert [r["summary"] for r in first["items"]] == ["الثانية (مثال)"]
    rest = client.get(f"{url}/reviews?cursor={first['next']}", headers=headers(world.worker)).json()
    assert [r["summary"] for r in rest["items"]] == ["الأولى (مثال)"]
    case_now = client.get(url, headers=headers(world.worker)).json()
    assert case_now["next_due_on"] == service.review_after(today()).isoformat()
