"""Reading, listing and changing people."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, select

from app.audit.models import AuditEntry
from app.core.db import Database, WriteSession
from app.core.errors import NotFound
from app.core.ids import PersonId
from app.core.pagination import PageRequest
from app.people import queries, service
from app.people.schemas import PersonUpdate
from app.vocabularies import service as vocabularies
from tests.factories import people
from tests.factories.world import World, headers
from tests.people.asking import KARIM, PEOPLE, registered
from tests.support.client import CheckedClient


def _actions(db: WriteSession, person_id: PersonId) -> list[str]:
    of_person = select(AuditEntry.action).where(AuditEntry.person_id == person_id)
    return list(db.scalars(of_person.order_by(AuditEntry.id)))


# --- reading --------------------------------------------------------------------------------------------------


def test_opening_a_file_is_recorded(client: CheckedClient, office: World, db: WriteSession) -> None:
    person_id = registered(office, **KARIM)
    response = client.get(f"{PEOPLE}/{person_id}", headers=headers(office.colleague))
    assert (response.status_code, response.headers["etag"]) == (200, '"1"')
    assert _actions(db, person_id) == ["person:register", "person:read"]


def test_unknown_people_and_those_of_others_are_the_same_404(
    client: CheckedClient, office: World, db: WriteSession
) -> None:
    person_id = registered(office)
    for where in (f"{PEOPLE}/{person_id}", f"{PEOPLE}/{uuid4()}"):
        for below in ("", "/household"):
            response = client.get(where + below, headers=headers(office.stranger))
            assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert _actions(db, person_id) == ["person:register"]


@pytest.mark.parametrize("role", ["agent", "administrator", "auditor"])
def test_who_serves_at_no_window_opens_no_file(client: CheckedClient, office: World, role: str) -> None:
    person_id = registered(office)
    actor = getattr(office, role)
    for path in (PEOPLE, f"{PEOPLE}/{person_id}"):
        assert client.get(path, headers=headers(actor)).status_code == 403
    with pytest.raises(NotFound):
        queries.get(office.db, actor, person_id)
    with pytest.raises(NotFound):
        queries.read(office.db, actor, person_id)
    with pytest.raises(NotFound):
        queries.household(office.db, actor, person_id)
    assert queries.page(office.db, actor, PageRequest()).items == []


# --- listing --------------------------------------------------------------------------------------------------


def test_the_list_holds_the_people_of_my_windows_newest_first(client: CheckedClient, office: World) -> None:
    mine = [str(registered(office)) for _ in range(3)]
    people.person(office.db, office.stranger, office.elsewhere)
    office.db.commit()
    first = client.get(PEOPLE, params={"limit": 2}, headers=headers(office.worker))
    assert [item["id"] for item in first.json()["items"]] == [mine[2], mine[1]]
    assert first.headers["link"].endswith('rel="next"')
    params = {"limit": 2, "cursor": first.json()["next"]}
    second = client.get(PEOPLE, params=params, headers=headers(office.worker)).json()
    assert ([item["id"] for item in second["items"]], second["next"]) == ([mine[0]], None)


def test_who_serves_at_two_windows_sees_everybody_once(office: World) -> None:
    both = office.user(office.worker.role, office.here)
    both = type(both)(
        user_id=both.user_id, role=both.role, window_ids=frozenset({office.here, office.elsewhere})
    )
    here = registered(office)
    there = people.person(office.db, office.stranger, office.elsewhere).id
    service.receive(office.db, office.worker, there, office.here, "moved here")
    one, other = [
        queries.page(office.db, both, PageRequest(limit=1, cursor=cursor))
        for cursor in (None, queries.page(office.db, both, PageRequest(limit=1)).next)
    ]
    assert [page.items[0]["id"] for page in (one, other)] == [there, here]
    assert other.next is None


def test_somebody_at_no_window_yet_lists_nobody(office: World) -> None:
    newcomer = type(office.worker)(user_id=office.worker.user_id, role=office.worker.role)
    assert queries.page(office.db, newcomer, PageRequest()).items == []


def test_a_foreign_cursor_is_refused(client: CheckedClient, office: World) -> None:
    response = client.get(PEOPLE, params={"cursor": "WyJ4Il0"}, headers=headers(office.worker))
    assert (response.status_code, response.json()["code"]) == (400, "invalid_cursor")


def test_listing_is_recorded_once(client: CheckedClient, office: World, db: WriteSession) -> None:
    registered(office)
    client.get(PEOPLE, headers=headers(office.worker))
    assert len(db.scalars(select(AuditEntry).where(AuditEntry.action == "person:list")).all()) == 1


def test_a_page_takes_one_query_however_many_people(office: World, database: Database) -> None:
    for _ in range(5):
        registered(office)
    asked: list[str] = []
    event.listen(database.writer, "before_cursor_execute", lambda *a: asked.append(a[2]))
    queries.page(office.db, office.worker, PageRequest())
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 1


# --- changing -------------------------------------------------------------------------------------------------


def _change(
    client: CheckedClient, office: World, person_id: PersonId, version: int = 1, **values: Any
) -> Any:
    sent = headers(office.worker, **{"If-Match": f'"{version}"'})
    return client.patch(f"{PEOPLE}/{person_id}", json=values, headers=sent)


def test_only_what_is_sent_changes(client: CheckedClient, office: World) -> None:
    person_id = registered(office, **KARIM, address="ancienne adresse")
    response = _change(client, office, person_id, given_name_latin="Karim", address=None, sex=None)
    assert response.status_code == 200, response.text
    person = response.json()
    assert (person["given_name_latin"], person["given_name_ar"]) == ("Karim", "كريم")
    assert (person["address"], person["sex"]) == (None, "male")
    assert (person["version"], response.headers["etag"]) == (2, '"2"')
    assert len(person["phones"]) == len(person["identifiers"]) == 1


def test_numbers_are_replaced_as_lists_and_make_a_new_version(client: CheckedClient, office: World) -> None:
    person_id = registered(office, **KARIM)
    kept = {"kind": "cin", "value": "ZZ1234"}
    person = _change(
        client, office, person_id, identifiers=[kept, {"kind": "idcs", "value": "i-7"}], phones=[]
    ).json()
    assert [number["value"] for number in person["identifiers"]] == ["ZZ1234", "i-7"]
    assert (person["phones"], person["version"]) == ([], 2)


def test_a_change_renews_the_keys_of_the_duplicate_check(client: CheckedClient, office: World) -> None:
    person_id = registered(office, **KARIM)
    birth = {"precision": "year", "year": 1975}
    assert (
        _change(client, office, person_id, phones=[{"number": "0699999999"}], birth=birth).status_code == 200
    )
    for number, found in (("0612345678", 0), ("0699999999", 1)):
        response = client.post(f"{PEOPLE}/search", json={"phone": number}, headers=headers(office.worker))
        assert len(response.json()["items"]) == found


def test_a_stale_or_missing_version_changes_nothing(client: CheckedClient, office: World) -> None:
    person_id = registered(office)
    assert _change(client, office, person_id, version=7, sex="male").status_code == 412
    response = client.patch(f"{PEOPLE}/{person_id}", json={}, headers=headers(office.worker))
    assert response.status_code == 428
    assert client.get(f"{PEOPLE}/{person_id}", headers=headers(office.worker)).json()["version"] == 1


def test_people_of_others_are_not_changed(client: CheckedClient, office: World) -> None:
    person_id = registered(office)
    sent = headers(office.stranger, **{"If-Match": '"1"'})
    assert client.patch(f"{PEOPLE}/{person_id}", json={"sex": "male"}, headers=sent).status_code == 404


def test_the_last_name_cannot_be_emptied(client: CheckedClient, office: World) -> None:
    person_id = registered(office, given_name_ar="كريم")
    response = _change(client, office, person_id, given_name_ar=None)
    assert [error["code"] for error in response.json()["errors"]] == ["name_missing"]


def test_a_found_document_answers_why_there_was_none(client: CheckedClient, office: World) -> None:
    person_id = registered(office, identifiers=[{"kind": "none"}], no_document_reason="lost")
    person = _change(client, office, person_id, identifiers=[{"kind": "cin", "value": "ZZ5"}]).json()
    assert (person["no_document_reason"], person["identifiers"][0]["value"]) == (None, "ZZ5")


def test_the_reason_for_having_none_cannot_be_emptied_alone(client: CheckedClient, office: World) -> None:
    person_id = registered(office, identifiers=[{"kind": "none"}], no_document_reason="lost")
    response = _change(client, office, person_id, no_document_reason=None)
    assert [error["code"] for error in response.json()["errors"]] == ["missing"]
    assert _change(client, office, person_id, no_document_reason="never_had").status_code == 200


def test_losing_every_document_needs_its_reason(client: CheckedClient, office: World) -> None:
    person_id = registered(office, **KARIM)
    response = _change(client, office, person_id, identifiers=[{"kind": "none"}])
    assert [error["pointer"] for error in response.json()["errors"]] == ["/no_document_reason"]


def test_a_retired_code_does_not_stand_in_the_way_of_another_change(
    client: CheckedClient, office: World
) -> None:
    person_id = registered(office, language="fr")
    vocabularies.retire(office.db, "language", "fr")
    office.db.commit()
    assert _change(client, office, person_id, sex="male").status_code == 200
    assert _change(client, office, person_id, version=2, language="fr").status_code == 422


def test_a_change_tells_the_trail_which_fields(office: World) -> None:
    person = people.person(office.db, office.worker, office.here)
    service.change(office.db, office.worker, person, PersonUpdate(notes="x", commune_code="02.411.01.23"))
    office.db.flush()
    entry = office.db.scalars(select(AuditEntry).where(AuditEntry.action == "person:change")).one()
    assert entry.details == {"fields": ["commune_code", "notes"]}


# --- what a partner is shown ----------------------------------------------------------------------------------


def test_a_partner_is_shown_the_permitted_categories_only(office: World) -> None:
    person_id = registered(office, **KARIM, address="12, rue de l'Exemple", notes="for us alone")
    every = frozenset({"identity", "birth", "contact", "identifiers", "household", "needs", "health"})
    shown = queries.shared(office.db, person_id, every)
    assert shown.keys() == {"identity", "birth", "contact", "identifiers", "household"}
    assert shown["identity"]["given_name_ar"] == "كريم"
    assert shown["birth"]["year"] == 1990
    assert shown["contact"]["address"] == "12, rue de l'Exemple"
    assert shown["contact"]["phones"][0]["e164"] == "+212612345678"
    assert shown["identifiers"][0]["value"] == "ZZ1234"
    assert shown["household"] == {"size": None, "adults": 0, "minors": 0, "unknown": 0}
    assert "for us alone" not in str(shown)
    assert queries.shared(office.db, person_id, frozenset({"birth"})).keys() == {"birth"}
    assert queries.shared(office.db, person_id, frozenset()) == {}


def test_the_telephones_of_who_is_not_to_be_contacted_are_not_handed_on(office: World) -> None:
    person_id = registered(office, **KARIM, contact_preference="do_not_contact")
    contact = queries.shared(office.db, person_id, frozenset({"contact"}))["contact"]
    assert (contact["phones"], contact["contact_preference"]) == ([], "do_not_contact")


def test_nobody_is_shared(office: World) -> None:
    with pytest.raises(NotFound):
        queries.shared(office.db, PersonId(uuid4()), frozenset({"identity"}))
