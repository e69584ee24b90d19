from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core.ids import uuid7
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

API = "/api/v1"
NADOR: dict[str, Any] = {
    "code": "NAD1",
    "name_ar": "شباك الناظور (مثال)",
    "name_fr": "Guichet de Nador (exemple)",
    "territory_code": "02",
    "phone": "+212 536 00 00 00",
}


def actions(world: World) -> list[str]:
    return list(
        world.db.scalars(
            select(AuditEntry.action)
            .where(AuditEntry.subject_type.in_(["window", "holiday"]))
            .order_by(AuditEntry.id)
        )
    )


def codes_of(response: Any) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]


def test_an_administrator_opens_a_window(client: CheckedClient, world: World) -> None:
    response = client.post(f"{API}/windows", json=NADOR, headers=headers(world.administrator))
    assert response.status_code == 201
    assert response.headers["ETag"] == '"1"'
    made = response.json()
    assert made == {
        **NADOR,
        "id": made["id"],
        "time_zone": "Africa/Casablanca",
        "working_days": [0, 1, 2, 3, 4],
        "address": None,
        "version": 1,
    }
    found = client.get(response.headers["Location"], headers=headers(world.agent))
    assert (found.json(), found.headers["ETag"]) == (made, '"1"')
    assert actions(world) == ["window:open"]


def test_opening_a_window_twice_under_one_key_opens_one(client: CheckedClient, world: World) -> None:
    sent = headers(world.administrator, **{"Idempotency-Key": "nador-window-1"})
    first, second = (client.post(f"{API}/windows", json=NADOR, headers=sent) for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["Idempotent-Replay"] == "true"


def test_a_code_belongs_to_one_window(client: CheckedClient, world: World) -> None:
    taken = {**NADOR, "code": "OUJ1"}
    response = client.post(f"{API}/windows", json=taken, headers=headers(world.administrator))
    assert (response.status_code, response.json()["code"]) == (409, "window_code_taken")


@pytest.mark.parametrize("code", ["N", "nad1", "NAD-1", "NADOR1234", "ناظور", "NAD１", "NAD1\n2", ""])
def test_a_code_is_of_two_to_eight_latin_capitals_and_digits(
    client: CheckedClient, world: World, code: str
) -> None:
    response = client.post(
        f"{API}/windows", json={**NADOR, "code": code}, headers=headers(world.administrator)
    )
    assert (response.status_code, codes_of(response)) == (422, [("/code", "bad_format")])


@pytest.mark.parametrize(
    ("field", "value", "pointer", "code"),
    [
        ("territory_code", "02.999", "/territory_code", "unknown"),
        ("time_zone", "Oujda/Centre", "/time_zone", "unknown"),
        ("time_zone", "../../etc/passwd", "/time_zone", "unknown"),
        ("working_days", [], "/working_days", "too_short"),
        ("working_days", [0, 7], "/working_days/1", "too_large"),
        ("working_days", [True], "/working_days/0", "wrong_type"),
        ("working_days", ["0"], "/working_days/0", "wrong_type"),
        ("name_ar", "", "/name_ar", "too_short"),
        ("address", "a" * 501, "/address", "too_long"),
        ("manager", "somebody", "/manager", "unknown_field"),
    ],
)
def test_a_field_that_means_nothing_is_pointed_at(
    client: CheckedClient, world: World, field: str, value: object, pointer: str, code: str
) -> None:
    response = client.post(
        f"{API}/windows", json={**NADOR, field: value}, headers=headers(world.administrator)
    )
    assert (response.status_code, codes_of(response)) == (422, [(pointer, code)])


def test_only_administrators_open_change_and_close_windows(client: CheckedClient, world: World) -> None:
    for actor in (world.worker, world.supervisor, world.agent, world.auditor):
        sent = headers(actor, **{"If-Match": '"1"'})
        answers = [
            client.post(f"{API}/windows", json=NADOR, headers=sent),
            client.patch(f"{API}/windows/{world.here}", json={"phone": None}, headers=sent),
            client.post(f"{API}/windows/{world.here}/holidays", json={}, headers=sent),
            client.post(f"{API}/holidays", json={}, headers=sent),
            client.delete(f"{API}/windows/{world.here}/holidays/{uuid7()}", headers=sent),
            client.delete(f"{API}/holidays/{uuid7()}", headers=sent),
        ]
        assert {found.status_code for found in answers} == {403}


def test_only_what_is_sent_changes(client: CheckedClient, world: World) -> None:
    path, sent = f"{API}/windows/{world.here}", headers(world.administrator, **{"If-Match": '"1"'})
    change = {"address": "12, boulevard Exemple", "working_days": [5, 0, 5], "name_fr": None}
    response = client.patch(path, json=change, headers=sent)
    assert (response.status_code, response.headers["ETag"]) == (200, '"2"')
    changed = response.json()
    assert (changed["address"], changed["working_days"]) == ("12, boulevard Exemple", [0, 5])
    assert (changed["name_fr"], changed["code"]) == ("Guichet OUJ1", "OUJ1")
    cleared = client.patch(
        path, json={"address": None}, headers=headers(world.administrator, **{"If-Match": '"2"'})
    )
    assert cleared.json()["address"] is None
    assert actions(world) == ["window:change", "window:change"]


def test_a_window_moves_to_another_territory_that_exists(client: CheckedClient, world: World) -> None:
    path, sent = f"{API}/windows/{world.here}", headers(world.administrator, **{"If-Match": '"1"'})
    refused = client.patch(path, json={"territory_code": "99"}, headers=sent)
    assert codes_of(refused) == [("/territory_code", "unknown")]
    change = {"territory_code": "02.411.01.23", "time_zone": "Africa/El_Aaiun"}
    moved = client.patch(path, json=change, headers=sent).json()
    assert {name: moved[name] for name in change} == change


def test_a_code_never_changes(client: CheckedClient, world: World) -> None:
    sent = headers(world.administrator, **{"If-Match": '"1"'})
    response = client.patch(f"{API}/windows/{world.here}", json={"code": "OUJ2"}, headers=sent)
    assert (response.status_code, codes_of(response)) == (422, [("/code", "unknown_field")])


def test_a_change_names_the_version_it_was_made_upon(client: CheckedClient, world: World) -> None:
    path = f"{API}/windows/{world.here}"
    blind = client.patch(path, json={"phone": None}, headers=headers(world.administrator))
    assert blind.status_code == 428
    stale = client.patch(
        path, json={"phone": None}, headers=headers(world.administrator, **{"If-Match": '"7"'})
    )
    assert (stale.status_code, stale.json()["current"]) == (412, 1)


def test_everybody_reads_every_window_by_code(client: CheckedClient, world: World) -> None:
    for actor in (world.worker, world.stranger, world.agent, world.auditor, world.administrator):
        items = client.get(f"{API}/windows", headers=headers(actor)).json()["items"]
        assert [item["code"] for item in items] == ["BRK1", "OUJ1"]
    one = client.get(f"{API}/windows?territory_code=02.411", headers=headers(world.worker)).json()
    assert [item["code"] for item in one["items"]] == ["OUJ1"]


def test_windows_come_in_pages(client: CheckedClient, world: World) -> None:
    first = client.get(f"{API}/windows?limit=1", headers=headers(world.worker))
    assert [item["code"] for item in first.json()["items"]] == ["BRK1"]
    link = first.headers["Link"].removeprefix("<").split(">")[0]
    second = client.get(link, headers=headers(world.worker)).json()
    assert ([item["code"] for item in second["items"]], second["next"]) == (["OUJ1"], None)


def test_an_unknown_window_is_not_found(client: CheckedClient, world: World) -> None:
    nowhere = f"{API}/windows/{uuid7()}"
    sent = headers(world.administrator, **{"If-Match": '"1"'})
    day = {"on": "2027-11-18", "name_ar": "عيد", "name_fr": "Fête"}
    answers = [
        client.get(nowhere, headers=sent),
        client.patch(nowhere, json={}, headers=sent),
        client.get(f"{nowhere}/holidays", headers=sent),
        client.post(f"{nowhere}/holidays", json=day, headers=sent),
    ]
    assert [found.json()["code"] for found in answers] == ["not_found"] * 4


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["02", "02.113", "02.411", "02.411.01.23"]),
        ("?level=province", ["02.113", "02.411"]),
        ("?parent_code=02.411", ["02.411.01.23"]),
        ("?parent_code=02&level=commune", []),
        ("?parent_code=99", []),
    ],
)
def test_territories_come_by_code_under_one_or_of_one_level(
    client: CheckedClient, world: World, query: str, found: list[str]
) -> None:
    items = client.get(f"{API}/territories{query}", headers=headers(world.agent)).json()["items"]
    assert [item["code"] for item in items] == found


def test_territories_come_in_pages(client: CheckedClient, world: World) -> None:
    codes: list[str] = []
    url: str | None = f"{API}/territories?limit=3"
    while url:
        response = client.get(url, headers=headers(world.worker))
        codes += [item["code"] for item in response.json()["items"]]
        url = response.headers.get("Link", "").removeprefix("<").split(">")[0]
    assert codes == ["02", "02.113", "02.411", "02.411.01.23"]
