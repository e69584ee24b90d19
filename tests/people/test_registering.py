from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.core.clock import today
from app.core.db import WriteSession
from app.core.errors import InvalidInput, NotFound
from app.core.ids import WindowId
from app.people import queries, service
from app.people.schemas import PersonCreate
from tests.factories import people
from tests.factories.world import World
from tests.people.asking import FATIMA, PEOPLE, register, trail
from tests.support.client import CheckedClient
from tests.support.problems import refusals


def test_a_person_is_registered_with_everything_that_is_known(client: CheckedClient, office: World) -> None:
    response = register(
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
    person = register(client, office, birth=birth).json()
    assert {name: value for name, value in person["birth"].items() if value is not None} == birth
    assert (person["age"] is not None) is age


def test_one_name_in_one_script_is_enough_and_none_is_not(client: CheckedClient, office: World) -> None:
    assert register(client, office, given_name_ar="فاطمة").status_code == 201
    nameless = register(client, office, given_name_ar=" \u200f ", family_name_latin="")
    assert refusals(nameless) == [("/given_name_ar", "name_missing")]


def test_unusual_numbers_are_kept_and_doubted(client: CheckedClient, office: World) -> None:
    response = register(
        client,
        office,
        identifiers=[{"kind": "passport", "value": "XY1234567"}, {"kind": "cin", "value": "12"}],
        phones=[{"number": "0999999999"}],
    )
    assert response.status_code == 201, response.text
    assert response.json()["warnings"] == [
        {"pointer": "/identifiers/1", "code": "cin_unusual"},
        {"pointer": "/phones/0", "code": "phone_unusual"},
    ]
    assert response.json()["phones"][0] == {
        "number": "0999999999",
        "e164": None,
        "local": None,
        "label": None,
    }


def test_the_same_number_told_twice_is_kept_once(client: CheckedClient, office: World) -> None:
    person = register(
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
    response = register(client, office, identifiers=[{"kind": "cin", "value": "\ufdfa" * 100}])
    assert response.status_code == 201, response.text
    assert len(response.json()["identifiers"][0]["value"]) == 100


def test_having_no_document_is_an_answer_with_a_reason(client: CheckedClient, office: World) -> None:
    none = {"identifiers": [{"kind": "none"}]}
    assert refusals(register(client, office, **none)) == [("/no_document_reason", "missing")]
    person = register(client, office, **none, no_document_reason="lost").json()
    assert person["no_document_reason"] == "lost"
    assert person["identifiers"] == [{"kind": "none", "value": "", "raw": ""}]


def test_having_no_document_stands_alone(client: CheckedClient, office: World) -> None:
    card = {"kind": "cin", "value": "ZZ1"}
    among = register(client, office, identifiers=[{"kind": "none"}, card], no_document_reason="lost")
    assert refusals(among) == [("/identifiers", "none_among_others")]
    without = register(client, office, identifiers=[card], no_document_reason="lost")
    assert refusals(without) == [("/no_document_reason", "without_none")]


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"birth": {"precision": "exact"}}, ("/birth", "birth_incoherent")),
        (
            {"birth": {"precision": "about", "about_age": 140, "stated_on": "2026-01-05"}},
            ("/birth", "birth_age_out_of_range"),
        ),
        ({"birth": {"precision": "exact", "on": 86400}}, ("/birth/on", "bad_format")),
        ({"birth": {"precision": "exact", "on": "2001-02-30"}}, ("/birth/on", "no_such_day")),
        ({"birth": {"precision": "exact", "on": "1800-01-01"}}, ("/birth", "birth_too_old")),
        ({"birth": {"precision": "year", "year": True}}, ("/birth/year", "wrong_type")),
        ({"identifiers": [{"kind": "cin", "value": " \u200f"}]}, ("/identifiers/0", "missing")),
        ({"phones": [{"number": "\u200f"}]}, ("/phones/0/number", "too_short")),
        ({"phones": [{"number": "\u0958" * 26}]}, ("/phones/0/number", "too_long")),
        ({"phones": [{"number": "12"}]}, ("/phones/0/number", "phone_implausible")),
        ({"phones": [{"number": "ask the guard"}]}, ("/phones/0/number", "phone_implausible")),
        ({"phones": [{"number": "066123456"}]}, ("/phones/0/number", "phone_not_moroccan")),
        ({"phones": [{"number": "+212 6 12 34 56 7"}]}, ("/phones/0/number", "phone_not_moroccan")),
        ({"phones": [{"number": "0" * 16}]}, ("/phones/0/number", "phone_implausible")),
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
    assert refusals(register(client, office, **values)) == [refusal]


def test_nobody_is_born_tomorrow(client: CheckedClient, office: World) -> None:
    tomorrow = (today() + timedelta(days=1)).isoformat()
    response = register(client, office, birth={"precision": "exact", "on": tomorrow})
    assert refusals(response) == [("/birth", "birth_in_future")]


@pytest.mark.parametrize("written", ["١٩٨٥-٠٤-١٢", "۱۹۸۵-۰۴-۱۲"])
def test_a_day_may_be_written_in_other_digits(client: CheckedClient, office: World, written: str) -> None:
    person = register(client, office, birth={"precision": "exact", "on": written}).json()
    assert person["birth"]["on"] == "1985-04-12"


def test_a_window_of_others_receives_nobody_for_me(office: World) -> None:
    for window_id in (office.elsewhere, WindowId(uuid4())):
        with pytest.raises(NotFound):
            people.person(office.db, office.worker, window_id)


def test_the_trail_tells_of_the_registration_but_no_name(
    client: CheckedClient, office: World, db: WriteSession
) -> None:
    person = register(client, office, **FATIMA).json()
    (entry,) = trail(db, "person:register")
    assert (str(entry.person_id), entry.details["window_id"]) == (person["id"], str(office.here))
    assert "Fatima" not in str(entry.details)


def test_a_written_day_is_a_day_already(office: World) -> None:
    birth = {"precision": "exact", "on": today()}
    person = people.person(office.db, office.worker, office.here, birth=birth)
    assert queries.read(office.db, office.worker, person.id)["birth"]["on"] == today()


def test_a_name_is_required_of_the_service_too(office: World) -> None:
    with pytest.raises(InvalidInput):
        service.register(office.db, office.worker, PersonCreate(window_id=office.here))
