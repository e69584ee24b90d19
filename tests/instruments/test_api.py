"""Instruments over HTTP: publishing, drawing, trying answers."""

from typing import Any

import pytest

from app.core.actor import Actor
from tests.factories.assessments import define_terms, publish, source
from tests.factories.world import World, headers
from tests.support.client import CheckedClient
from tests.support.xlsforms import markdown, question, workbook

API = "/api/v1/instruments"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sheets(version: str = "1") -> dict[str, str]:
    return {"kind": "markdown", "source": source(version=version).decode()}


@pytest.fixture
def instrument(world: World) -> str:
    published = publish(world.db, world.administrator)
    world.db.commit()
    return str(published.id)


def test_an_administrator_publishes_and_a_worker_draws_the_form(client: CheckedClient, world: World) -> None:
    define_terms(world.db)
    world.db.commit()
    response = client.post(API, json=sheets(), headers=headers(world.administrator))
    assert response.status_code == 201, response.text
    drawn = client.get(response.headers["location"], headers=headers(world.worker)).json()
    assert drawn == response.json()
    assert (drawn["code"], drawn["version"], drawn["languages"]) == ("situation", "1", ["fr", "ar"])
    hours = next(item for item in drawn["items"] if item["name"] == "hours")
    assert hours["relevant"] == "${works} = 'yes'"
    assert hours["labels"] == {"fr": "hours", "ar": "hours ع"}
    assert [choice["code"] for choice in drawn["items"][0]["choices"]] == ["1", "3", "5", "silent"]


def test_the_same_version_is_refused(client: CheckedClient, world: World, instrument: str) -> None:
    response = client.post(API, json=sheets(), headers=headers(world.administrator))
    assert (response.status_code, response.json()["code"]) == (409, "instrument_version_exists")


def test_a_publication_sent_twice_happens_once(client: CheckedClient, world: World) -> None:
    define_terms(world.db)
    world.db.commit()
    sent = headers(world.administrator, **{"Idempotency-Key": "publish-once"})
    first, second = (client.post(API, json=sheets(), headers=sent) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json()["id"] == first.json()["id"]


def test_a_workbook_is_published_from_a_form(client: CheckedClient, world: World) -> None:
    files = {"file": ("essai.xlsx", workbook(), XLSX)}
    response = client.post(f"{API}/workbooks", files=files, headers=headers(world.administrator))
    assert response.status_code == 201, response.text
    assert (response.json()["code"], response.json()["version"]) == ("essai", "2")


def test_what_is_no_workbook_is_refused(client: CheckedClient, world: World) -> None:
    files = {"file": ("essai.xlsx", b"PK, but not really", XLSX)}
    response = client.post(f"{API}/workbooks", files=files, headers=headers(world.administrator))
    assert (response.status_code, response.json()["code"]) == (422, "instrument_unreadable")


def test_a_workbook_route_without_a_file_says_so(client: CheckedClient, world: World) -> None:
    response = client.post(f"{API}/workbooks", files={"other": b"x"}, headers=headers(world.administrator))
    assert response.status_code == 422
    assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [("/file", "missing")]


def test_problems_of_a_source_point_at_sheet_and_row(client: CheckedClient, world: World) -> None:
    broken = markdown([question("text", "a"), question("geopoint", "where")])
    body = {"kind": "markdown", "source": broken}
    response = client.post(API, json=body, headers=headers(world.administrator))
    assert (response.status_code, response.json()["code"]) == (422, "instrument_invalid")
    assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [
        ("/survey/3", "type_unsupported")
    ]


@pytest.mark.parametrize("role", ["worker", "supervisor", "agent", "auditor"])
def test_only_an_administrator_publishes_or_retires(
    client: CheckedClient, world: World, instrument: str, role: str
) -> None:
    actor: Actor = getattr(world, role)
    publication = client.post(API, json=sheets("2"), headers=headers(actor))
    files = {"file": ("essai.xlsx", workbook(), XLSX)}
    upload = client.post(f"{API}/workbooks", files=files, headers=headers(actor))
    retirement = client.post(f"{API}/{instrument}/retire", headers=headers(actor))
    assert [r.status_code for r in (publication, upload, retirement)] == [403, 403, 403]


def test_a_retired_version_leaves_the_list_and_can_still_be_drawn(
    client: CheckedClient, world: World, instrument: str
) -> None:
    listed = client.get(API, headers=headers(world.worker)).json()["items"]
    assert [item["id"] for item in listed] == [instrument]
    retired = client.post(f"{API}/{instrument}/retire", headers=headers(world.administrator))
    assert retired.status_code == 200, retired.text
    assert retired.json()["retired_at"] is not None
    assert client.get(API, headers=headers(world.worker)).json()["items"] == []
    everything = client.get(f"{API}?every_version=true&code=situation", headers=headers(world.worker))
    assert [item["id"] for item in everything.json()["items"]] == [instrument]
    assert client.get(f"{API}/{instrument}", headers=headers(world.worker)).json() == retired.json()


def try_out(
    client: CheckedClient, world: World, instrument: str, answers: dict[str, Any], language: str = "en"
) -> Any:
    sent = headers(world.worker, **{"Accept-Language": language})
    response = client.post(f"{API}/{instrument}/evaluations", json={"answers": answers}, headers=sent)
    assert response.status_code == 200, response.text
    return response.json()


def test_trying_answers_says_what_is_asked_missing_and_revealed(
    client: CheckedClient, world: World, instrument: str
) -> None:
    blank = try_out(client, world, instrument, {"hours": 3})
    assert blank["missing"] == ["home"]
    assert blank["dropped"] == ["hours"]
    assert "hours" not in blank["relevant"]
    assert (blank["total"], blank["band"], blank["needs"]) == (None, None, [])
    filled = try_out(client, world, instrument, {"home": "1", "works": "yes", "hours": "٣٠"})
    assert filled["relevant"][:4] == ["home", "money", "works", "hours"]
    assert filled["answers"]["hours"] == 30
    assert filled["calculated"]["month"] == 120
    assert (filled["scores"], filled["total"]) == ({"housing": 1.0, "income": None}, 1.0)
    assert (filled["band"], filled["needs"]) == ("fragile", ["housing"])


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("ar", "ستون ساعة على الأكثر."), ("fr", "Au plus 60 heures."), ("en", "Au plus 60 heures.")],
)
def test_a_violated_constraint_speaks_with_the_authors_words_in_the_language_of_the_request(
    client: CheckedClient, world: World, instrument: str, language: str, sentence: str
) -> None:
    tried = try_out(client, world, instrument, {"works": "yes", "hours": 61}, language)
    assert tried["violations"] == [{"question": "hours", "code": "constraint", "message": sentence}]


def test_violations_without_authored_words_have_general_ones(
    client: CheckedClient, world: World, instrument: str
) -> None:
    answers = {"children": 20, "home": "9", "no such": 1, "nothing": 2}
    found = try_out(client, world, instrument, answers)["violations"]
    assert [(v["question"], v["code"]) for v in found] == [
        ("", "unknown_question"),
        ("nothing", "unknown_question"),
        ("home", "unknown_choice"),
        ("children", "constraint"),
    ]
    assert all(v["message"] for v in found)


def test_a_product_beyond_whole_numbers_is_answered_as_a_number(client: CheckedClient, world: World) -> None:
    rows = [
        question("integer", "a"),
        {"type": "calculate", "name": "square", "calculation": "${a} * ${a} * ${a}"},
    ]
    body = {"kind": "markdown", "source": markdown(rows)}
    published = client.post(API, json=body, headers=headers(world.administrator)).json()
    tried = try_out(client, world, published["id"], {"a": 10**12})
    assert tried["calculated"] == {"square": 1e36}


def test_an_unknown_instrument_is_not_found(client: CheckedClient, world: World) -> None:
    unknown = f"{API}/01920000-0000-7000-8000-000000000000"
    drawn = client.get(unknown, headers=headers(world.worker))
    tried = client.post(f"{unknown}/evaluations", json={"answers": {}}, headers=headers(world.worker))
    retired = client.post(f"{unknown}/retire", headers=headers(world.administrator))
    assert [r.status_code for r in (drawn, tried, retired)] == [404, 404, 404]
