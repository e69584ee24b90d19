from collections.abc import Iterator
from enum import StrEnum

import pytest

from app.audit.models import AuditEntry
from app.core.settings import LANGUAGES
from app.vocabularies import service
from tests.factories.vocabularies import define_needs
from tests.factories.world import World, headers
from tests.support.client import CheckedClient


class Colour(StrEnum):
    green = "green"
    red = "red"


@pytest.fixture(autouse=True)
def _colours() -> Iterator[None]:
    """One closed list more, whatever the wiring has filled in."""
    service.closed_lists["colour"] = Colour
    yield
    del service.closed_lists["colour"]


def test_every_list_is_named_open_or_closed(client: CheckedClient, world: World) -> None:
    define_needs(world.db)
    world.db.commit()
    items = client.get("/api/v1/vocabularies", headers=headers(world.agent)).json()["items"]
    assert {"name": "need", "is_closed": False} in items
    assert {"name": "colour", "is_closed": True} in items
    assert items == sorted(items, key=lambda item: item["name"])


def test_an_open_list_has_its_words_in_every_language(client: CheckedClient, world: World) -> None:
    define_needs(world.db)
    world.db.commit()
    body = client.get("/api/v1/vocabularies/need", headers=headers(world.worker)).json()
    assert (body["name"], body["is_closed"], len(body["terms"])) == ("need", False, 5)
    assert body["terms"][1] == {
        "code": "training.craft",
        "parent_code": "training",
        "labels": {
            "ar": "training.craft ع",
            "fr": "training.craft fr",
            "en": "training.craft en",
            "fa": "training.craft ف",
        },
        "is_retired": False,
    }


def test_a_closed_list_has_the_codes_of_the_software_in_its_order(
    client: CheckedClient, world: World
) -> None:
    body = client.get("/api/v1/vocabularies/colour", headers=headers(world.auditor)).json()
    assert body["is_closed"] is True
    assert [found["code"] for found in body["terms"]] == ["green", "red"]
    assert body["terms"][0]["labels"] == dict.fromkeys(LANGUAGES, "enum.Colour.green")


@pytest.mark.parametrize("name", ["unheard_of", "NEED", "need%20", "a" * 300])
def test_an_unknown_list_is_not_found(client: CheckedClient, world: World, name: str) -> None:
    define_needs(world.db)
    world.db.commit()
    response = client.get(f"/api/v1/vocabularies/{name}", headers=headers(world.worker))
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/vocabularies", "/vocabularies/need"])
def test_the_lists_are_for_those_who_are_signed_in(client: CheckedClient, world: World, path: str) -> None:
    assert client.get(f"/api/v1{path}").status_code == 401


WORDS = {"name_ar": "السكن", "name_fr": "Logement", "name_en": "Housing", "name_fa": "مسکن"}
HOUSING = "/api/v1/vocabularies/need/terms/housing"


def reading(client: CheckedClient, world: World) -> dict[str, str]:
    """The headers of an administrator who has just read the term."""
    read = client.get(HOUSING, headers=headers(world.administrator))
    assert read.status_code == 200
    assert read.headers["ETag"] == f'"{read.json()["version"]}"'
    return {**headers(world.administrator), "If-Match": read.headers["ETag"]}


def test_an_administrator_corrects_the_words_of_a_term(client: CheckedClient, world: World) -> None:
    define_needs(world.db)
    world.db.commit()
    told = client.post(f"{HOUSING}/reword", json=WORDS, headers=reading(client, world))
    assert told.status_code == 204
    wanted = {code: WORDS[f"name_{code}"] for code in LANGUAGES}
    terms = client.get("/api/v1/vocabularies/need", headers=headers(world.worker)).json()["terms"]
    assert next(term["labels"] for term in terms if term["code"] == "housing") == wanted
    assert client.get(HOUSING, headers=headers(world.worker)).json()["labels"] == wanted
    (entry,) = world.db.query(AuditEntry).filter_by(action="term:reword").all()
    assert entry.details == {"vocabulary": "need", "code": "housing"}


def test_words_that_are_left_out_are_read_in_the_language_beside(client: CheckedClient, world: World) -> None:
    define_needs(world.db)
    world.db.commit()
    two = {name: WORDS[name] for name in ("name_ar", "name_fr")}
    assert client.post(f"{HOUSING}/reword", json=two, headers=reading(client, world)).status_code == 204
    terms = client.get("/api/v1/vocabularies/need", headers=headers(world.worker)).json()["terms"]
    read = next(term["labels"] for term in terms if term["code"] == "housing")
    assert (read["en"], read["fa"]) == (WORDS["name_fr"], WORDS["name_ar"])
    now = client.get(HOUSING, headers=headers(world.worker)).json()["labels"]
    assert (now["en"], now["fa"]) == ("", "")


def test_of_two_who_correct_the_same_words_the_second_is_told(client: CheckedClient, world: World) -> None:
    define_needs(world.db)
    world.db.commit()
    both = reading(client, world)
    assert client.post(f"{HOUSING}/reword", json=WORDS, headers=both).status_code == 204
    other = {**WORDS, "name_en": "Lodging"}
    second = client.post(f"{HOUSING}/reword", json=other, headers=both)
    assert (second.status_code, second.json()["code"]) == (412, "stale_version")
    assert client.post(f"{HOUSING}/reword", json=other, headers=reading(client, world)).status_code == 204
    blind = client.post(f"{HOUSING}/reword", json=WORDS, headers=headers(world.administrator))
    assert (blind.status_code, blind.json()["code"]) == (428, "version_required")


def test_nobody_else_corrects_them(client: CheckedClient, world: World) -> None:
    define_needs(world.db)
    world.db.commit()
    for actor in (world.worker, world.supervisor, world.agent, world.auditor):
        known = {**headers(actor), "If-Match": reading(client, world)["If-Match"]}
        assert client.post(f"{HOUSING}/reword", json=WORDS, headers=known).status_code == 403


@pytest.mark.parametrize("place", ["need/terms/unheard_of", "colour/terms/green", "unheard_of/terms/housing"])
def test_what_is_no_term_of_an_open_list_takes_no_words(
    client: CheckedClient, world: World, place: str
) -> None:
    define_needs(world.db)
    world.db.commit()
    known = {**headers(world.administrator), "If-Match": '"1"'}
    refused = client.post(f"/api/v1/vocabularies/{place}/reword", json=WORDS, headers=known)
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert client.get(f"/api/v1/vocabularies/{place}", headers=known).status_code == 404


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_term_has_words_in_the_languages_of_the_house(
    client: CheckedClient, world: World, language: str
) -> None:
    define_needs(world.db)
    world.db.commit()
    lacking = {name: words for name, words in WORDS.items() if name != f"name_{language}"}
    refused = client.post(f"{HOUSING}/reword", json=lacking, headers=reading(client, world))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"/name_{language}")
