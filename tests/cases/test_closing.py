"""Closing: what has to be settled, who may, and how a closed case comes back."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest

from app.cases import closure, service
from app.cases.models import Case, CaseDue, CaseTransition
from app.cases.states import CaseStatus, Priority
from app.core.actor import Actor
from app.core.clock import today
from app.core.db import ReadSession, WriteSession
from app.core.ids import CaseId, uuid7
from app.outbox.models import OutboxMessage
from app.people.models import Person
from tests.factories import cases as make
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

REASON = {"reason": "goals_met"}


@pytest.fixture
def case(world: World, db: WriteSession) -> Case:
    made = make.case(db, world.worker)
    db.commit()
    return made


def ask(client: CheckedClient, actor: Any, case: Case, what: str, **body: Any) -> Any:
    return client.post(f"/api/v1/cases/{case.id}/{what}", json=body, headers=headers(actor))


def names_told(db: WriteSession) -> list[str]:
    db.expire_all()
    return [m.name for m in db.query(OutboxMessage).order_by(OutboxMessage.id)]


def dues(db: WriteSession, case: Case) -> dict[str, date]:
    return {due.source: due.due_on for due in db.query(CaseDue).filter_by(case_id=case.id)}


def test_a_closed_case_has_its_reason_and_nothing_due(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    response = ask(client, world.worker, case, "close", **REASON, note="كل شيء بخير (مثال)")
    assert response.status_code == 200, response.text
    closed = response.json()
    assert (closed["status"], closed["stage"], closed["next_due_on"]) == ("closed", "outcome", None)
    assert (closed["closing_reason"], closed["closing_note"]) == ("goals_met", "كل شيء بخير (مثال)")
    assert closed["closed_at"] is not None
    assert (closed["actions"], closed["is_silent"], closed["is_overdue"]) == (["reopen"], False, False)
    assert db.query(CaseDue).filter_by(case_id=case.id).all() == []
    assert "case.closed" in names_told(db)


def test_nothing_becomes_due_on_a_closed_case(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    ask(client, world.worker, case, "close", **REASON)
    service.set_due(db, case.id, "follow_up", today())
    db.refresh(case)
    assert case.next_due_on is None


def test_every_open_goal_needs_an_outcome(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    met, left = make.goal(db, world.worker, case), make.goal(db, world.worker, case)
    db.commit()
    outcomes: dict[str, Any] = {str(met.id): {"status": "met", "note": "وجد عملا (مثال)"}}
    refused = ask(client, world.worker, case, "close", **REASON, outcomes=outcomes)
    assert (refused.status_code, refused.json()["code"]) == (409, "case_not_ready_to_close")
    assert refused.json()["blockers"] == [f"goal_without_outcome:{left.id}"]
    db.refresh(met)
    assert met.status == "open", "a refusal keeps nothing"
    outcomes[str(left.id)] = {"status": "abandoned"}
    assert ask(client, world.worker, case, "close", **REASON, outcomes=outcomes).status_code == 200
    db.refresh(met)
    db.refresh(left)
    assert (met.status, met.outcome_note, left.status) == ("met", "وجد عملا (مثال)", "abandoned")


def test_an_outcome_is_one_and_of_an_open_goal_of_this_case(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    goal = make.goal(db, world.worker, case)
    foreign = make.goal(db, world.worker, make.case(db, world.worker))
    db.commit()
    for goal_id, status, pointer in (
        (uuid7(), "met", ""),
        (foreign.id, "met", ""),
        (goal.id, "open", "/status"),
    ):
        refused = ask(
            client, world.worker, case, "close", **REASON, outcomes={str(goal_id): {"status": status}}
        )
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == f"/outcomes/{goal_id}{pointer}"


def test_an_outcome_that_is_no_object_is_pointed_at_by_its_goal(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    goal = make.goal(db, world.worker, case)
    db.commit()
    for outcome, pointer, told in (("met", "", "{ … }"), ({"status": "open"}, "/status", "partly_met")):
        body = {**REASON, "outcomes": {str(goal.id): outcome}}
        refused = ask(client, world.worker, case, "close", **body)
        assert refused.status_code == 422
        (error,) = refused.json()["errors"]
        assert error["pointer"] == f"/outcomes/{goal.id}{pointer}"
        assert told in error["message"]
        assert "open" not in error["message"]


def test_what_the_modules_above_wait_for_stands_in_the_way(
    client: CheckedClient, world: World, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unanswered(_: ReadSession, case_id: CaseId) -> Iterable[str]:
        yield f"referral_unanswered:{case_id}"

    monkeypatch.setattr(closure, "checks", [unanswered])
    refused = ask(client, world.worker, case, "close", **REASON)
    assert (refused.status_code, refused.json()["blockers"]) == (409, [f"referral_unanswered:{case.id}"])
    assert ask(client, world.worker, case, "closure-request", **REASON).status_code == 409


# --- approval -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("priority", Priority)
def test_a_worker_closes_what_is_not_pressing(
    client: CheckedClient, world: World, db: WriteSession, priority: Priority
) -> None:
    case = make.case(db, world.worker, priority=priority)
    db.commit()
    is_pressing = priority in {Priority.high, Priority.urgent}
    page = client.get(f"/api/v1/cases/{case.id}", headers=headers(world.worker)).json()
    assert (page["closing_needs_approval"], "close" in page["actions"]) == (is_pressing, not is_pressing)
    response = ask(client, world.worker, case, "close", **REASON)
    assert response.status_code == (409 if is_pressing else 200)
    if is_pressing:
        assert response.json()["code"] == "closure_needs_approval"
        page = client.get(f"/api/v1/cases/{case.id}", headers=headers(world.supervisor)).json()
        assert (page["closing_needs_approval"], page["actions"]) == (False, ["close"])


def test_a_worker_asks_and_a_supervisor_closes(client: CheckedClient, world: World, db: WriteSession) -> None:
    case = make.case(db, world.worker, priority=Priority.urgent)
    goal = make.goal(db, world.worker, case)
    make.action(db, world.worker, case, goal, due_on=str(today() + timedelta(days=2)))
    db.commit()
    assert ask(client, world.worker, case, "closure-request", **REASON).status_code == 409
    outcomes = {str(goal.id): {"status": "met"}}
    asked = ask(
        client, world.worker, case, "closure-request", reason="moved_away", note="مثال", outcomes=outcomes
    )
    assert asked.status_code == 200, asked.text
    page = asked.json()
    assert (page["status"], page["closing_reason"], page["closing_note"]) == ("active", "moved_away", "مثال")
    assert page["closure_requested_by"] == str(world.worker.user_id)
    assert page["closure_requested_at"] is not None
    assert dues(db, case).keys() == {"follow_up", "review"}, "the goal's action is over"
    closed = ask(client, world.supervisor, case, "close", reason="moved_away").json()
    assert (closed["status"], closed["closure_requested_by"]) == ("closed", str(world.worker.user_id))
    assert [n for n in names_told(db) if n.startswith("case.clos")] == [
        "case.closure_requested",
        "case.closed",
    ]


def test_what_was_asked_with_stands_unless_the_supervisor_gives_another(
    client: CheckedClient, world: World, db: WriteSession
) -> None:
    for given, kept in (
        ({}, ("moved_away", "مثال")),
        ({"reason": "goals_met"}, ("goals_met", "مثال")),
        ({"note": "توضيح (مثال)"}, ("moved_away", "توضيح (مثال)")),
        ({"note": None}, ("moved_away", None)),
    ):
        case = make.case(db, world.worker, priority=Priority.urgent)
        db.commit()
        ask(client, world.worker, case, "closure-request", reason="moved_away", note="مثال")
        closed = ask(client, world.supervisor, case, "close", **given).json()
        assert (closed["status"], closed["closing_reason"], closed["closing_note"]) == ("closed", *kept)
        url = f"/api/v1/cases/{case.id}/timeline"
        told = client.get(url, headers=headers(world.worker)).json()["items"]
        assert [(e["code"], e["reason_code"], e["text"]) for e in told if e["kind"] == "case"][:2] == [
            ("close", *kept),
            ("request_closure", "moved_away", "مثال"),
        ]


@pytest.mark.parametrize("what", ["close", "closure-request"])
def test_a_closing_has_a_reason(client: CheckedClient, world: World, case: Case, what: str) -> None:
    refused = ask(client, world.worker, case, what)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/reason")


def test_a_request_can_be_set_aside(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    version = ask(client, world.worker, case, "closure-request", **REASON).json()["version"]
    url = f"/api/v1/cases/{case.id}/closure-request"

    def set_aside(version: int) -> Any:
        return client.delete(url, headers=headers(world.colleague, **{"If-Match": f'"{version}"'}))

    assert set_aside(version - 1).status_code == 412
    page = set_aside(version).json()
    assert (page["closure_requested_by"], page["closure_requested_at"]) == (None, None)
    assert (page["closing_reason"], page["closing_note"]) == (None, None)
    timeline = client.get(f"/api/v1/cases/{case.id}/timeline", headers=headers(world.worker)).json()
    told = [entry["code"] for entry in timeline["items"] if entry["kind"] == "case"]
    assert told[:2] == ["take_back_closure", "request_closure"]
    refused = set_aside(page["version"])
    assert (refused.status_code, refused.json()["code"]) == (409, "no_closure_requested")


def test_a_supervisor_sets_aside_no_request_but_the_own(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    url = f"/api/v1/cases/{case.id}/closure-request"

    def set_aside(version: int) -> Any:
        return client.delete(url, headers=headers(world.supervisor, **{"If-Match": f'"{version}"'}))

    asked = ask(client, world.worker, case, "closure-request", **REASON).json()
    refused = set_aside(asked["version"])
    assert (refused.status_code, refused.json()["code"]) == (409, "closure_is_declined")
    kept = client.get(f"/api/v1/cases/{case.id}", headers=headers(world.worker)).json()
    assert (kept["closure_requested_by"], kept["version"]) == (str(world.worker.user), asked["version"])
    timeline = client.get(f"/api/v1/cases/{case.id}/timeline", headers=headers(world.worker)).json()
    assert "take_back_closure" not in [entry["code"] for entry in timeline["items"]]

    client.delete(url, headers=headers(world.worker, **{"If-Match": f'"{asked["version"]}"'}))
    own = ask(client, world.supervisor, case, "closure-request", **REASON).json()
    assert set_aside(own["version"]).status_code == 200


def test_a_supervisor_declines_a_request_with_a_reason_that_stays_in_the_history(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    version = ask(client, world.worker, case, "closure-request", **REASON).json()["version"]
    url = f"/api/v1/cases/{case.id}/closure-request/decline"
    body = {"reason": "The flat is for a month only (example)."}

    def decline(actor: Actor, version: int) -> Any:
        return client.post(url, json=body, headers=headers(actor, **{"If-Match": f'"{version}"'}))

    assert decline(world.worker, version).status_code == 403
    assert decline(world.supervisor, version - 1).status_code == 412
    page = decline(world.supervisor, version).json()
    assert (page["status"], page["closure_requested_by"], page["closing_reason"]) == ("open", None, None)
    timeline = client.get(f"/api/v1/cases/{case.id}/timeline", headers=headers(world.worker)).json()
    (told,) = [entry for entry in timeline["items"] if entry["code"] == "decline_closure"]
    assert (told["text"], told["actor_id"]) == (body["reason"], str(world.supervisor.user_id))
    refused = decline(world.supervisor, page["version"])
    assert (refused.status_code, refused.json()["code"]) == (409, "no_closure_requested")


def test_what_nobody_asked_for_is_not_approved(db: WriteSession, world: World, case: Case) -> None:
    with pytest.raises(closure.NoClosureRequested):
        closure.approve_request(db, world.supervisor, case)


def test_a_request_is_not_replaced_by_another(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    """Not by a colleague's, nor by the same sent again; once it is set aside, it may be asked anew."""
    goal = make.goal(db, world.worker, case)
    db.commit()
    outcomes = {str(goal.id): {"status": "met"}}
    first = ask(client, world.worker, case, "closure-request", **REASON, outcomes=outcomes).json()
    told = names_told(db)
    late = make.goal(db, world.worker, case)
    db.commit()
    for actor, outcome in ((world.worker, {}), (world.colleague, {}), (world.supervisor, {late.id: "met"})):
        body = {"reason": "moved_away", "outcomes": {str(k): {"status": v} for k, v in outcome.items()}}
        refused = ask(client, actor, case, "closure-request", **body)
        assert (refused.status_code, refused.json()["code"]) == (409, "closure_already_requested")
        assert refused.json()["requested_by"] == str(world.worker.user_id)
    db.refresh(late)
    assert (late.status, names_told(db)) == ("open", told), "a refusal keeps nothing"
    url = f"/api/v1/cases/{case.id}"
    present = client.get(url, headers=headers(world.worker)).json()
    kept = ("closing_reason", "closure_requested_by", "closure_requested_at", "version")
    assert [present[name] for name in kept] == [first[name] for name in kept]
    sent = headers(world.colleague, **{"If-Match": f'"{first["version"]}"'})
    assert client.delete(f"{url}/closure-request", headers=sent).status_code == 200
    outcomes = {str(late.id): {"status": "abandoned"}}
    again = ask(
        client, world.colleague, case, "closure-request", reason="moved_away", outcomes=outcomes
    ).json()
    assert (again["closing_reason"], again["closure_requested_by"]) == (
        "moved_away",
        str(world.colleague.user_id),
    )


# --- closed, and back -----------------------------------------------------------------------------------------


def test_nothing_is_changed_on_a_closed_case(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    goal = make.goal(db, world.worker, case)
    action = make.action(db, world.worker, case, goal)
    db.commit()
    ask(client, world.worker, case, "close", **REASON, outcomes={str(goal.id): {"status": "met"}})
    db.expire_all()
    url = f"/api/v1/cases/{case.id}"
    somebody = {"user_id": str(world.colleague.user_id), "reason": "Another worker."}
    plan_url = f"{url}/goals/{goal.id}"
    asked = [
        ("PATCH", url, {"summary": "x"}, case.version),
        ("POST", f"{url}/assign", somebody, 0),
        ("POST", f"{url}/close", REASON, 0),
        ("POST", f"{url}/closure-request", REASON, 0),
        ("DELETE", f"{url}/closure-request", None, case.version),
        ("POST", f"{url}/reviews", {"summary": "x"}, 0),
        ("POST", f"{url}/goals", {"words": "x"}, 0),
        ("PATCH", plan_url, {"words": "x"}, goal.version),
        ("POST", f"{plan_url}/actions", {"words": "x"}, 0),
        ("PATCH", f"{plan_url}/actions/{action.id}", {"words": "x"}, action.version),
    ]
    for method, where, body, version in asked:
        sent = headers(world.supervisor, **{"If-Match": f'"{version}"'})
        response = client.request(method, where, json=body, headers=sent)
        assert (response.status_code, response.json()["code"]) == (409, "case_closed"), where


def test_a_reopened_case_keeps_its_history(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    goal = make.goal(db, world.worker, case)
    db.commit()
    ask(client, world.worker, case, "close", **REASON, outcomes={str(goal.id): {"status": "met"}})
    reopened = ask(client, world.colleague, case, "reopen", reason="The person came back.")
    assert reopened.status_code == 200, reopened.text
    page = reopened.json()
    assert (page["status"], page["stage"], page["closed_at"]) == ("active", "accompaniment", None)
    assert (page["closing_reason"], page["closure_requested_at"]) == (None, None)
    assert dues(db, case)["review"] == service.review_after(today())
    assert page["next_due_on"] == dues(db, case)["follow_up"].isoformat()
    steps = db.query(CaseTransition).filter_by(case_id=case.id).order_by(CaseTransition.id).all()
    assert [(s.action, s.reason_code, s.note) for s in steps] == [
        ("open", None, None),
        ("activate", None, None),
        ("close", "goals_met", None),
        ("reopen", None, "The person came back."),
    ]
    assert names_told(db)[-1] == "case.reopened"
    assert ask(client, world.worker, case, "reopen", reason="Once more.").json()["code"] == "illegal_move"


def test_a_case_is_not_reopened_beside_a_living_one(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    ask(client, world.worker, case, "close", **REASON)
    second = make.case(db, world.worker, whose=db.get_one(Person, case.person_id))
    db.commit()
    assert second.status is CaseStatus.open
    refused = ask(client, world.worker, case, "reopen", reason="The person came back.")
    assert (refused.status_code, refused.json()["code"]) == (409, "case_already_open")
    assert refused.json()["case_id"] == str(second.id)
