"""Who saw what: for the auditor, and for the person who asks."""

from datetime import timedelta
from typing import Any

from app.core.clock import now
from app.core.db import WriteSession
from app.people.models import Person
from tests.factories import cases
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

ENTRIES = "/api/v1/audit/entries"


def known(db: WriteSession, world: World) -> Person:
    cases.define_terms(db)
    person = cases.person(db, world.worker)
    db.commit()
    return person


def test_the_auditor_sees_who_opened_a_file_and_not_what_it_says(
    client: CheckedClient, db: WriteSession, world: World
) -> None:
    person = known(db, world)
    auditor = headers(world.auditor)
    client.get(f"/api/v1/people/{person.id}", headers=headers(world.colleague))

    def listed(**params: Any) -> list[dict[str, Any]]:
        response = client.get(ENTRIES, params=params, headers=auditor)
        assert response.status_code == 200, response.text
        assert "فاطمة" not in response.text
        items: list[dict[str, Any]] = response.json()["items"]
        return items

    assert [e["action"] for e in listed(person_id=str(person.id))] == ["person:read", "person:register"]
    (read,) = listed(person_id=str(person.id), actor_id=str(world.colleague.user))
    assert (read["action"], read["subject_id"]) == ("person:read", str(person.id))
    assert listed(action="person:read", subject_id=str(person.id)) == [read]
    assert listed(person_id=str(person.id), since=(now() + timedelta(hours=1)).isoformat()) == []
    assert len(listed(person_id=str(person.id), until=(now() + timedelta(hours=1)).isoformat())) == 2
    assert listed(limit=1)[0]["action"] == "audit:read"  # who watches is watched


def test_pages_of_the_trail_follow_each_other(client: CheckedClient, db: WriteSession, world: World) -> None:
    person = known(db, world)
    auditor = headers(world.auditor)
    first = client.get(ENTRIES, params={"limit": 1, "person_id": str(person.id)}, headers=auditor)
    assert first.json()["next"] is None
    more = client.get(
        ENTRIES, params={"limit": 2, "subject_id": str(world.worker.user)}, headers=auditor
    ).json()
    assert more["next"] is not None or len(more["items"]) <= 2


def test_the_chain_is_walked_on_request(client: CheckedClient, db: WriteSession, world: World) -> None:
    known(db, world)
    verdict = client.get("/api/v1/audit/chain", headers=headers(world.auditor)).json()
    assert (verdict["holds"], verdict["broken_at"]) == (True, None)
    assert verdict["sealed"] + verdict["unsealed"] > 0


def test_a_person_may_be_told_who_saw_the_file(client: CheckedClient, db: WriteSession, world: World) -> None:
    person = known(db, world)
    url = f"/api/v1/people/{person.id}/accesses"
    client.get(f"/api/v1/people/{person.id}", headers=headers(world.colleague))
    page = client.get(url, params={"limit": 2}, headers=headers(world.worker)).json()
    assert [access["action"] for access in page["items"]] == ["person:accesses", "person:read"]
    rest = client.get(url, params={"cursor": page["next"]}, headers=headers(world.worker)).json()
    assert rest["items"][-1]["action"] == "person:register"
    assert client.get(url, headers=headers(world.stranger)).status_code == 404
    for actor in (world.auditor, world.administrator, world.agent):
        assert client.get(url, headers=headers(actor)).status_code == 403


def test_a_file_number_leads_to_the_entries_about_it_and_tells_nothing_else(
    client: CheckedClient, db: WriteSession, world: World
) -> None:
    cases.define_terms(db)
    case = cases.case(db, world.worker)
    db.commit()
    said = case.number.lower().replace("-", " ")
    found = client.get(f"/api/v1/audit/files/{said}", headers=headers(world.auditor)).json()
    assert found == {"number": case.number, "case_id": str(case.id), "person_id": str(case.person_id)}
    told = client.get(ENTRIES, params={"subject_id": found["case_id"]}, headers=headers(world.auditor)).json()
    assert [entry["action"] for entry in told["items"]] == ["audit:find", "case:open"]


def test_a_look_up_that_finds_nothing_is_in_the_trail_too(client: CheckedClient, world: World) -> None:
    auditor = headers(world.auditor)
    assert client.get("/api/v1/audit/files/OUJ1-2026-09999", headers=auditor).status_code == 404
    (entry,) = client.get(ENTRIES, params={"action": "audit:find"}, headers=auditor).json()["items"]
    assert (entry["subject_id"], entry["person_id"]) == (None, None)
