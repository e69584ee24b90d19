from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core.clock import today
from app.core.db import WriteSession
from app.core.errors import InvalidInput, NotFound
from app.core.ids import PersonId, WindowId
from app.people import queries, service
from app.people.models import Person
from app.people.schemas import PersonCreate
from tests.factories import people
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

PEOPLE = "/api/v1/people"
FATIMA = {
    "given_name_ar": "فاطمة",
    "family_name_ar": "المثالية",
    "given_name_latin": "Fatima",
    "family_name_latin": "El Mitalia",
    "sex": "female",
    "birth": {"precision": "exact", "on": "1985-04-12"},
}


def _register(client: CheckedClient, office: World, **values: Any) -> Any:
    return client.post(PEOPLE, json=people.told(office.here, **values), headers=headers(office.worker))


def _trail(db: WriteSession, action: str) -> list[AuditEntry]:
    return list(db.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)))


def _refusals(response: Any) -> list[tuple[str, str]]:
    assert response.status_code == 422, response.text
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]


def test_a_person_is_registered_with_everything_that_is_known(client: CheckedClient, office: World) -> None:
    response = _register(
        client,
        office,
        **FATIMA,
        identifiers=[{"kind": "cin", "value": "zz 99-9999"}],
        phones=[{"number": "06 12 34 56 78", "label": "neighbour"}],
        language="ary",
        contact_preference="do_not_contact",
        address="12, rue de l'Exemple",
        commune_code="02.411.01.23",
        notes="Parle aussi français.\nVient le matin.",
    )
    assert response.status_code == 201, response.text
    person = response.json()
    assert response.headers["location"] == f"{PEOPLE}/{person['id']}"
    assert response.headers["etag"] == '"1"'
    assert person["identifiers"] == [{"kind": "cin", "value": "ZZ999999", "raw": "zz 99-9999"}]
    assert person["phones"] == [
        {
            "number": "06 12 34 56 78",
            "e164": "+212612345678",
            "local": "06 12 34 56 78",
            "label": "neighbour",
        }
    ]
    assert person["birth"] == {
        "precision": "exact",
        "on": "1985-04-12",
        "year": None,
        "about_age": None,
        "stated_on": None,
    }
    assert person["age"]["least"] == person["age"]["most"]
    assert person["contact_preference"] == "do_not_contact"
    assert person["notes"] == "Parle aussi français.\nVient le matin."
    assert person["window_ids"] == [str(office.here)]
    assert person["warnings"] == []


@pytest.mark.parametrize(
    ("birth", "age"),
    [
        ({"precision": "year", "year": 1980}, True),
        ({"precision": "about", "about_age": 40, "stated_on": "2026-01-05"}, True),
        ({"precision": "unknown"}, False),
    ],
)
def test_a_birth_comes_back_as_it_was_told(
    client: CheckedClient, office: World, birth: dict[str, Any], age: bool
) -> None:
    person = _register(client, office, birth=birth).json()
    assert {name: value for name, value in person["birth"].items() if value is not None} == birth
    assert (person["age"] is not None) is age


def test_one_name_in_one_script_is_enough_and_none_is_not(client: CheckedClient, office: World) -> None:
    assert _register(client, office, given_name_ar="فاطمة").status_code == 201
    nameless = _register(client, office, given_name_ar=" \u200f ", family_name_latin="")
    assert _refusals(nameless) == [("/given_name_ar", "name_missing")]


def test_unusual_numbers_are_kept_and_doubted(client: CheckedClient, office: World) -> None:
    response = _register(
        client,
        office,
        identifiers=[{"kind": "passport", "value": "XY1234567"}, {"kind": "cin", "value": "12"}],
        phones=[{"number": "123"}],
    )
    assert response.status_code == 201, response.text
    assert response.json()["warnings"] == [
        {"pointer": "/identifiers/1", "code": "cin_unusual"},
        {"pointer": "/phones/0", "code": "phone_unusual"},
    ]
    assert response.json()["phones"][0] == {"number": "123", "e164": None, "local": None, "label": None}


def test_the_same_number_told_twice_is_kept_once(client: CheckedClient, office: World) -> None:
    person = _register(
        client,
        office,
        identifiers=[{"kind": "cin", "value": "ZZ99"}, {"kind": "cin", "value": "zz 99"}],
        phones=[{"number": "0612345678"}, {"number": "+212 612 345 678"}],
    ).json()
    assert [number["raw"] for number in person["identifiers"]] == ["ZZ99"]
    assert [telephone["number"] for telephone in person["phones"]] == ["0612345678"]


def test_a_number_that_grows_when_it_is_written_out_is_cut_not_refused(
    client: CheckedClient, office: World
) -> None:
    response = _register(client, office, identifiers=[{"kind": "cin", "value": "\ufdfa" * 100}])
    assert response.status_code == 201, response.text
    assert len(response.json()["identifiers"][0]["value"]) == 100


def test_having_no_document_is_an_answer_with_a_reason(client: CheckedClient, office: World) -> None:
    none = {"identifiers": [{"kind": "none"}]}
    assert _refusals(_register(client, office, **none)) == [("/no_document_reason", "missing")]
    person = _register(client, office, **none, no_document_reason="lost").json()
    assert person["no_document_reason"] == "lost"
    assert person["identifiers"] == [{"kind": "none", "value": "", "raw": ""}]


def test_having_no_document_stands_alone(client: CheckedClient, office: World) -> None:
    card = {"kind": "cin", "value": "ZZ1"}
    among = _register(client, office, identifiers=[{"kind": "none"}, card], no_document_reason="lost")
    assert _refusals(among) == [("/identifiers", "none_among_others")]
    without = _register(client, office, identifiers=[card], no_document_reason="lost")
    assert _refusals(without) == [("/no_document_reason", "without_none")]


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"birth": {"precision": "exact"}}, ("/birth", "birth_incoherent")),
        (
            {"birth": {"precision": "about", "about_age": 140, "stated_on": "2026-01-05"}},
            ("/birth", "birth_age_out_of_range"),
        ),
        ({"birth": {"precision": "exact", "on": 86400}}, ("/birth/on", "bad_format")),
        ({"birth": {"precision": "exact", "on": "2001-02-30"}}, ("/birth/on", "wrong_type")),
        ({"birth": {"precision": "exact", "on": "1800-01-01"}}, ("/birth", "birth_too_old")),
        ({"birth": {"precision": "year", "year": True}}, ("/birth/year", "wrong_type")),
        ({"identifiers": [{"kind": "cin", "value": " \u200f"}]}, ("/identifiers/0", "missing")),
        ({"phones": [{"number": "\u200f"}]}, ("/phones/0/number", "too_short")),
        ({"phones": [{"number": "\u0958" * 26}]}, ("/phones/0/number", "too_long")),
        ({"address": "\u0958" * 251}, ("/address", "too_long")),
        ({"language": "klingon"}, ("/language", "unknown_code")),
        (
            {"no_document_reason": "nobody_asked", "identifiers": [{"kind": "none"}]},
            ("/no_document_reason", "unknown_code"),
        ),
        ({"commune_code": "02.411"}, ("/commune_code", "unknown_code")),
        ({"commune_code": "99.9"}, ("/commune_code", "unknown_code")),
        ({"nickname": "x"}, ("/nickname", "unknown_field")),
    ],
)
def test_what_means_nothing_is_refused_at_its_place(
    client: CheckedClient, office: World, values: dict[str, Any], refusal: tuple[str, str]
) -> None:
    assert _refusals(_register(client, office, **values)) == [refusal]


def test_nobody_is_born_tomorrow(client: CheckedClient, office: World) -> None:
    tomorrow = (today() + timedelta(days=1)).isoformat()
    response = _register(client, office, birth={"precision": "exact", "on": tomorrow})
    assert _refusals(response) == [("/birth", "birth_in_future")]


@pytest.mark.parametrize("written", ["١٩٨٥-٠٤-١٢", "۱۹۸۵-۰۴-۱۲"])
def test_a_day_may_be_written_in_other_digits(client: CheckedClient, office: World, written: str) -> None:
    person = _register(client, office, birth={"precision": "exact", "on": written}).json()
    assert person["birth"]["on"] == "1985-04-12"


def test_a_window_of_others_receives_nobody_for_me(office: World) -> None:
    for window_id in (office.elsewhere, WindowId(uuid4())):
        with pytest.raises(NotFound):
            people.person(office.db, office.worker, window_id)


def test_the_trail_tells_of_the_registration_but_no_name(
    client: CheckedClient, office: World, db: WriteSession
) -> None:
    person = _register(client, office, **FATIMA).json()
    (entry,) = _trail(db, "person:register")
    assert (str(entry.person_id), entry.details["window_id"]) == (person["id"], str(office.here))
    assert "Fatima" not in str(entry.details)


# --- the duplicate check --------------------------------------------------------------------------------------


def test_who_is_registered_already_is_told_with_the_reasons(client: CheckedClient, office: World) -> None:
    first = _register(client, office, **FATIMA).json()
    again = _register(client, office, **FATIMA)
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
    response = _register(client, office, **FATIMA)
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
    _register(client, office, **FATIMA)
    _register(client, office, **FATIMA)
    assert len(db.scalars(select(Person)).all()) == 1
    assert len(_trail(db, "person:candidates")) == 1


def test_setting_the_candidates_aside_needs_a_reason_that_is_kept(
    client: CheckedClient, office: World, db: WriteSession
) -> None:
    first = _register(client, office, **FATIMA).json()
    second = _register(client, office, **FATIMA, duplicate_override="Cousins with the same name")
    assert second.status_code == 201, second.text
    assert second.json()["duplicate_override"] == "Cousins with the same name"
    assert _trail(db, "person:register")[1].details["set_aside"] == [first["id"]]


def test_a_reason_that_set_nobody_aside_is_not_kept(client: CheckedClient, office: World) -> None:
    person = _register(client, office, **FATIMA, duplicate_override="just in case").json()
    assert person["duplicate_override"] is None


def test_a_misspelt_name_in_the_other_script_is_found_by_its_year(
    client: CheckedClient, office: World
) -> None:
    _register(
        client,
        office,
        given_name_ar="محمد",
        family_name_ar="العلوي",
        birth={"precision": "year", "year": 1970},
    )
    response = _register(
        client,
        office,
        given_name_latin="Mohammed",
        family_name_latin="Alaoui",
        birth={"precision": "exact", "on": "1970-05-05"},
    )
    assert response.status_code == 409, response.text


def test_strangers_are_not_candidates(client: CheckedClient, office: World) -> None:
    assert _register(client, office, **FATIMA).status_code == 201
    assert _register(client, office, given_name_ar="كريم", family_name_ar="التجريبي").status_code == 201


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
    (entry,) = _trail(db, "person:receive")
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


def test_a_written_day_is_a_day_already(office: World) -> None:
    birth = {"precision": "exact", "on": today()}
    person = people.person(office.db, office.worker, office.here, birth=birth)
    assert queries.read(office.db, office.worker, person.id)["birth"]["on"] == today()


def test_a_name_is_required_of_the_service_too(office: World) -> None:
    with pytest.raises(InvalidInput):
        service.register(office.db, office.worker, PersonCreate(window_id=office.here))
