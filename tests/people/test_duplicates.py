from uuid import uuid4

import pytest
from sqlalchemy import select

from app.core.db import WriteSession
from app.core.errors import NotFound
from app.core.ids import PersonId
from app.people import service
from app.people.models import Person
from app.people.schemas import PersonCreate
from tests.factories import people
from tests.factories.world import World, headers
from tests.people.asking import FATIMA, PEOPLE, register, trail
from tests.support.client import CheckedClient


def test_who_is_registered_already_is_told_with_the_reasons(client: CheckedClient, office: World) -> None:
    first = register(client, office, **FATIMA).json()
    again = register(client, office, **FATIMA)
    assert (again.status_code, again.json()["code"]) == (409, "possible_duplicates")
    (candidate,) = again.json()["candidates"]
    assert candidate["person_id"] == first["id"]
    assert candidate["verdict"] == "likely"
    assert {"same_name", "same_birth"} <= set(candidate["reasons"])
    assert candidate["family_name_ar"] == "المثالية"
    assert (candidate["is_visible"], candidate["initials"]) == (True, None)
    assert [window["code"] for window in candidate["windows"]] == ["OUJ1"]


def test_of_people_known_elsewhere_no_name_is_told(client: CheckedClient, office: World) -> None:
    people.person(office.db, office.stranger, office.elsewhere, **FATIMA)
    office.db.commit()
    response = register(client, office, **FATIMA)
    (candidate,) = response.json()["candidates"]
    assert (candidate["is_visible"], candidate["initials"]) == (False, "ف. ا.")
    assert (candidate["birth_year"], candidate["sex"]) == (1985, "female")
    assert [window["code"] for window in candidate["windows"]] == ["BRK1"]
    for written in ("فاطمة", "المثالية", "Fatima", "Mitalia", "1985-04-12"):
        assert written not in response.text


def test_initials_are_those_of_one_script(office: World) -> None:
    latin = {name: value for name, value in FATIMA.items() if not name.endswith("_ar")}
    people.person(office.db, office.stranger, office.elsewhere, **latin)
    data = PersonCreate.model_validate(people.told(office.here, **FATIMA))
    assert [c["initials"] for c in service.candidates(office.db, office.worker, data)] == ["F. E."]


def test_the_check_refuses_without_a_trace_but_the_look_is_recorded(
    client: CheckedClient, office: World, db: WriteSession
) -> None:
    register(client, office, **FATIMA)
    register(client, office, **FATIMA)
    assert len(db.scalars(select(Person)).all()) == 1
    assert len(trail(db, "person:candidates")) == 1


def test_setting_the_candidates_aside_needs_a_reason_that_is_kept(
    client: CheckedClient, office: World, db: WriteSession
) -> None:
    first = register(client, office, **FATIMA).json()
    second = register(client, office, **FATIMA, duplicate_override="Cousins with the same name")
    assert second.status_code == 201, second.text
    assert second.json()["duplicate_override"] == "Cousins with the same name"
    assert trail(db, "person:register")[1].details["set_aside"] == [first["id"]]


def test_a_reason_that_set_nobody_aside_is_not_kept(client: CheckedClient, office: World) -> None:
    person = register(client, office, **FATIMA, duplicate_override="just in case").json()
    assert person["duplicate_override"] is None


def test_a_misspelt_name_in_the_other_script_is_found_by_its_year(
    client: CheckedClient, office: World
) -> None:
    register(
        client,
        office,
        given_name_ar="محمد",
        family_name_ar="العلوي",
        birth={"precision": "year", "year": 1970},
    )
    response = register(
        client,
        office,
        given_name_latin="Mohammed",
        family_name_latin="Alaoui",
        birth={"precision": "exact", "on": "1970-05-05"},
    )
    assert response.status_code == 409, response.text


def test_strangers_are_not_candidates(client: CheckedClient, office: World) -> None:
    assert register(client, office, **FATIMA).status_code == 201
    assert register(client, office, given_name_ar="كريم", family_name_ar="التجريبي").status_code == 201


def test_the_same_request_sent_twice_registers_one_person(
    client: CheckedClient, office: World, db: WriteSession
) -> None:
    data = people.told(office.here, **FATIMA)
    sent = [
        client.post(
            PEOPLE, json=data, headers=headers(office.worker, **{"Idempotency-Key": "registration-1"})
        )
        for _ in range(2)
    ]
    assert [response.status_code for response in sent] == [201, 201]
    assert sent[0].json() == sent[1].json()
    assert len(db.scalars(select(Person)).all()) == 1


# --- reception ------------------------------------------------------------------------------------------------


def test_a_person_known_elsewhere_becomes_visible_by_a_reception(
    client: CheckedClient, office: World, db: WriteSession
) -> None:
    person = people.person(office.db, office.stranger, office.elsewhere, **FATIMA)
    office.db.commit()
    where, who = f"{PEOPLE}/{person.id}", headers(office.worker)
    assert client.get(where, headers=who).status_code == 404
    data = {"window_id": str(office.here), "reason": "Moved to Oujda"}
    response = client.post(f"{where}/receptions", json=data, headers=who)
    assert response.status_code == 201, response.text
    assert set(response.json()["window_ids"]) == {str(office.here), str(office.elsewhere)}
    assert client.get(where, headers=who).status_code == 200
    (entry,) = trail(db, "person:receive")
    assert (entry.person_id, entry.details) == (person.id, {"window_id": str(office.here)})


def test_a_window_receives_a_person_once(client: CheckedClient, office: World) -> None:
    person = people.person(office.db, office.worker, office.here)
    office.db.commit()
    data = {"window_id": str(office.here), "reason": "came again"}
    response = client.post(f"{PEOPLE}/{person.id}/receptions", json=data, headers=headers(office.worker))
    assert (response.status_code, response.json()["code"]) == (409, "already_received")


def test_nobody_and_foreign_windows_are_not_received(office: World) -> None:
    person = people.person(office.db, office.stranger, office.elsewhere)
    with pytest.raises(NotFound):
        service.receive(office.db, office.worker, person.id, office.elsewhere, "no window of mine")
    with pytest.raises(NotFound):
        service.receive(office.db, office.worker, PersonId(uuid4()), office.here, "nobody")
