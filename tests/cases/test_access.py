"""Who sees which case, and what it leaves in the trail."""

from uuid import UUID

import pytest

from app.audit.models import AuditEntry
from app.cases.models import Case
from app.core.actor import Actor
from app.core.db import WriteSession
from app.core.ids import uuid7
from tests.factories import cases as make
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

NOBODYS = "01920000-0000-7000-8000-00000000dead"  # the same in every worker: it is part of tests' names
READS = ["", "/plan", "/assignments", "/reviews", "/timeline"]


@pytest.fixture
def case(world: World, db: WriteSession) -> Case:
    made = make.case(db, world.worker)
    db.commit()
    return made


@pytest.mark.parametrize("who", ["worker", "colleague", "supervisor"])
@pytest.mark.parametrize("what", READS)
def test_a_case_is_read_by_who_serves_at_its_window(
    client: CheckedClient, world: World, case: Case, who: str, what: str
) -> None:
    response = client.get(f"/api/v1/cases/{case.id}{what}", headers=headers(getattr(world, who)))
    assert response.status_code == 200, response.text


@pytest.mark.parametrize("what", READS)
def test_a_case_of_another_window_is_as_unknown_as_no_case(
    client: CheckedClient, world: World, case: Case, what: str
) -> None:
    foreign = client.get(f"/api/v1/cases/{case.id}{what}", headers=headers(world.stranger))
    unknown = client.get(f"/api/v1/cases/{uuid7()}{what}", headers=headers(world.stranger))
    assert (foreign.status_code, foreign.json()["code"]) == (404, "not_found")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("who", ["agent", "administrator", "auditor"])
@pytest.mark.parametrize("what", READS)
def test_nobody_else_reads_cases(
    client: CheckedClient, world: World, case: Case, who: str, what: str
) -> None:
    actor = getattr(world, who)
    assert client.get(f"/api/v1/cases/{case.id}{what}", headers=headers(actor)).status_code == 403
    assert client.get("/api/v1/cases", headers=headers(actor)).status_code == 403
    assert client.get(f"/api/v1/cases/by-number/{case.number}", headers=headers(actor)).status_code == 403


@pytest.mark.parametrize(
    ("method", "what", "body"),
    [
        ("PATCH", "", {"summary": "x"}),
        ("POST", "/assign", {"user_id": NOBODYS, "reason": "Another worker."}),
        ("POST", "/suspend", {"reason": "other"}),
        ("POST", "/resume", None),
        ("POST", "/close", {"reason": "other"}),
        ("POST", "/closure-request", {"reason": "other"}),
        ("DELETE", "/closure-request", None),
        ("POST", "/reopen", {"reason": "The person came back."}),
        ("POST", "/reviews", {"summary": "x"}),
        ("POST", "/goals", {"words": "x"}),
        ("PATCH", f"/goals/{NOBODYS}", {"words": "x"}),
        ("POST", f"/goals/{NOBODYS}/actions", {"words": "x"}),
        ("PATCH", f"/goals/{NOBODYS}/actions/{NOBODYS}", {"words": "x"}),
    ],
)
def test_nobody_writes_on_a_case_of_another_window(
    client: CheckedClient, world: World, case: Case, method: str, what: str, body: object
) -> None:
    foreign = world.user(world.supervisor.role, world.elsewhere)
    world.db.commit()
    url = f"/api/v1/cases/{case.id}{what}"
    for actor, status in ((foreign, 404), (world.agent, 403), (world.auditor, 403)):
        sent = headers(actor, **{"If-Match": '"1"'})
        assert client.request(method, url, json=body, headers=sent).status_code == status


def test_a_partner_opens_no_case(client: CheckedClient, world: World) -> None:
    body = {"person_id": str(uuid7()), "window_id": str(world.here)}
    assert client.post("/api/v1/cases", json=body, headers=headers(world.agent)).status_code == 403


def test_opening_a_file_leaves_a_trace_and_not_finding_it_none(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    def traces() -> list[tuple[str, object, object]]:
        found = db.query(AuditEntry).filter(AuditEntry.action.in_(["case:read", "case:list"]))
        return [(e.action, e.subject_id, e.person_id) for e in found.order_by(AuditEntry.id)]

    client.get(f"/api/v1/cases/{case.id}", headers=headers(world.stranger))
    assert traces() == []
    client.get(f"/api/v1/cases/{case.id}", headers=headers(world.worker))
    client.get(f"/api/v1/cases/by-number/{case.number}", headers=headers(world.worker))
    client.get(f"/api/v1/cases/{case.id}/plan", headers=headers(world.worker))
    client.get("/api/v1/cases", headers=headers(world.worker))
    assert traces() == [("case:read", case.id, case.person_id)] * 3 + [("case:list", None, None)]


def test_a_list_of_one_persons_cases_is_a_look_into_that_persons_file(
    client: CheckedClient, world: World, db: WriteSession, case: Case
) -> None:
    def ask(actor: Actor, person_id: UUID) -> tuple[int, object]:
        response = client.get(f"/api/v1/cases?person_id={person_id}", headers=headers(actor))
        return response.status_code, response.json().get("code")

    assert ask(world.stranger, case.person_id) == ask(world.worker, uuid7()) == (404, "not_found")
    assert db.query(AuditEntry).filter_by(action="case:list").all() == []
    assert ask(world.worker, case.person_id) == (200, None)
    (entry,) = db.query(AuditEntry).filter_by(action="case:list")
    assert (entry.subject_id, entry.person_id) == (None, case.person_id)


def test_a_case_is_found_by_the_number_that_is_said(client: CheckedClient, world: World, case: Case) -> None:
    for said in (case.number, case.number.lower().replace("-", " "), case.number.replace("-", "")):
        found = client.get(f"/api/v1/cases/by-number/{said}", headers=headers(world.worker))
        assert (found.status_code, found.json()["id"]) == (200, str(case.id))
    by_id = client.get(f"/api/v1/cases/{case.id}", headers=headers(world.worker))
    assert (found.json(), found.headers["etag"]) == (by_id.json(), by_id.headers["etag"])
    for said, actor in ((case.number, world.stranger), ("nothing", world.worker)):
        missed = client.get(f"/api/v1/cases/by-number/{said}", headers=headers(actor))
        assert missed.status_code == 404
