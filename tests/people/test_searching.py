from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core.db import WriteSession
from app.people import service
from app.people.models import PersonKey
from app.people.schemas import PersonSearch
from tests.factories.world import World, headers
from tests.people.asking import KARIM, PEOPLE, registered
from tests.support.client import CheckedClient


@pytest.mark.parametrize(
    ("asked", "reasons"),
    [
        ({"phone": "+212 612-345678"}, {"same_phone"}),
        ({"identifier": {"kind": "cin", "value": "zz 1234"}}, {"same_identifier"}),
        ({"name": "كريم التجريبي"}, {"same_name"}),
        ({"name": "Karim Tajribi", "birth": {"precision": "year", "year": 1990}}, {"compatible_birth"}),
        (
            {"name": "كريم", "birth": {"precision": "year", "year": 1990}},
            {"partial_name", "compatible_birth"},
        ),
    ],
)
def test_a_person_is_found_by_any_of_what_is_known(
    client: CheckedClient, office: World, asked: dict[str, Any], reasons: set[str]
) -> None:
    person_id = registered(office, **KARIM)
    registered(office)
    response = client.post(f"{PEOPLE}/search", json=asked, headers=headers(office.worker))
    assert response.status_code == 200, response.text
    (candidate,) = response.json()["items"]
    assert candidate["person_id"] == str(person_id)
    assert reasons <= set(candidate["reasons"])


def test_the_likeliest_stands_first(client: CheckedClient, office: World) -> None:
    brother = registered(office, **KARIM | {"given_name_ar": "رشيد", "identifiers": []})
    karim = registered(office, **KARIM)
    asked = {"name": "كريم التجريبي", "phone": "0612345678"}
    response = client.post(f"{PEOPLE}/search", json=asked, headers=headers(office.worker))
    assert [item["person_id"] for item in response.json()["items"]] == [str(karim), str(brother)]


def test_of_people_elsewhere_a_search_tells_initials_only(client: CheckedClient, office: World) -> None:
    registered(office, **KARIM)
    response = client.post(f"{PEOPLE}/search", json={"phone": "0612345678"}, headers=headers(office.stranger))
    (candidate,) = response.json()["items"]
    assert (candidate["given_name_ar"], candidate["initials"]) == (None, "ك. ا.")


@pytest.mark.parametrize(
    "asked",
    [
        {"phone": "12"},
        {"phone": "0600000000"},
        {"identifier": {"kind": "none"}},
    ],
)
def test_too_little_finds_nobody(client: CheckedClient, office: World, asked: dict[str, Any]) -> None:
    registered(office, **KARIM)
    response = client.post(f"{PEOPLE}/search", json=asked, headers=headers(office.worker))
    assert (response.status_code, response.json()) == (200, {"items": []})


@pytest.mark.parametrize("asked", [{"name": "كريم"}, {"birth": {"precision": "year", "year": 1990}}])
def test_what_could_find_nobody_is_refused_with_what_is_missing(
    client: CheckedClient, office: World, asked: dict[str, Any]
) -> None:
    """An empty answer would read as "not registered", and make a second file."""
    response = client.post(f"{PEOPLE}/search", json=asked, headers=headers(office.worker))
    assert [error["code"] for error in response.json()["errors"]] == ["search_incomplete"]


@pytest.mark.parametrize("asked", [{}, {"name": " "}])
def test_a_search_asks_something(client: CheckedClient, office: World, asked: dict[str, Any]) -> None:
    response = client.post(f"{PEOPLE}/search", json=asked, headers=headers(office.worker))
    assert [error["code"] for error in response.json()["errors"]] == ["nothing_to_search"]


def test_equal_keys_of_other_names_are_no_candidates(office: World) -> None:
    person_id = registered(office, given_name_latin="Exemple", family_name_latin="Alpha")
    asked = PersonSearch(name="Zineb Beta", phone="0600000001")
    office.db.add(PersonKey(key="p:+212600000001", person_id=person_id))
    office.db.flush()
    assert service.search(office.db, office.worker, asked) == []


def test_a_search_is_recorded(client: CheckedClient, office: World, db: WriteSession) -> None:
    client.post(f"{PEOPLE}/search", json={"phone": "0612345678"}, headers=headers(office.worker))
    entry = db.scalars(select(AuditEntry).where(AuditEntry.action == "person:search")).one()
    assert (entry.actor_id, entry.details) == (office.worker.user_id, {})
