from typing import Any
from uuid import uuid4

import pytest

from app.core.db import WriteSession
from app.core.errors import NotFound
from app.core.ids import InstitutionId, ServiceId
from app.partners import queries
from tests.factories import partners
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

URL = "/api/v1/services"


@pytest.fixture(autouse=True)
def terms(world: World) -> None:
    partners.define_terms(world.db)
    world.db.commit()


def offer(world: World, name: str, of: InstitutionId | None = None, **values: Any) -> str:
    made = partners.offered(world.db, world.administrator, of or world.ours, name_fr=name, **values)
    world.db.commit()
    return str(made.id)


def listed(client: CheckedClient, world: World, query: str = "") -> list[str]:
    response = client.get(f"{URL}?{query}", headers=headers(world.worker))
    assert response.status_code == 200, response.text
    return [item["name_fr"] for item in response.json()["items"]]


def test_an_administrator_adds_a_service_that_workers_read(client: CheckedClient, world: World) -> None:
    data = {
        "name_ar": "ورشة",
        "name_fr": "Atelier",
        "need_code": "training.craft",
        "targets": ["women", "women"],
        "languages": ["ar", "fr"],
        "territory_codes": ["02.411"],
        "min_age": 18,
        "max_age": 30,
        "sex": "female",
        "conditions": "Sur rendez-vous.",
        "capacity": 20,
    }
    url = f"/api/v1/institutions/{world.ours}/services"
    assert client.post(url, json=data, headers=headers(world.worker)).status_code == 403
    response = client.post(url, json=data, headers=headers(world.administrator))
    assert response.status_code == 201, response.text
    shown = client.get(response.headers["Location"], headers=headers(world.worker))
    assert shown.headers["ETag"] == '"1"'
    assert {**shown.json(), **data, "targets": ["women"]} == shown.json()
    assert shown.json()["institution_name_fr"] == "Chambre d'artisanat"
    assert shown.json()["is_covered"] is False


@pytest.mark.parametrize(
    ("values", "pointer", "code"),
    [
        ({"need_code": "cooking"}, "/need_code", "unknown_code"),
        ({"targets": ["robots"]}, "/targets", "unknown_code"),
        ({"languages": ["la"]}, "/languages", "unknown_code"),
        ({"territory_codes": ["02.411", "77"]}, "/territory_codes", "unknown"),
        ({"min_age": 31}, "/max_age", "ages_in_order"),
        ({"min_age": None, "capacity": 0}, "/capacity", "too_small"),
    ],
)
def test_a_service_is_described_with_known_terms(
    client: CheckedClient, world: World, values: dict[str, Any], pointer: str, code: str
) -> None:
    given = {"name_ar": "خ", "name_fr": "S", "need_code": "housing", "max_age": 30, **values}
    url = f"/api/v1/institutions/{world.ours}/services"
    response = client.post(url, json=given, headers=headers(world.administrator))
    assert response.status_code == 422
    assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [(pointer, code)]


def test_a_change_is_judged_together_with_what_stays(client: CheckedClient, world: World) -> None:
    url = f"{URL}/{offer(world, 'Atelier', min_age=18)}"
    at = headers(world.administrator, **{"If-Match": '"1"'})
    refused = client.patch(url, json={"max_age": 12}, headers=at)
    assert refused.json()["errors"][0]["code"] == "ages_in_order"
    changed = client.patch(url, json={"min_age": None, "max_age": 12}, headers=at)
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert (changed.json()["min_age"], changed.json()["max_age"]) == (None, 12)
    assert client.patch(url, json={"max_age": 14}, headers=at).status_code == 412


def test_a_theme_lists_all_its_needs(client: CheckedClient, world: World) -> None:
    offer(world, "Loyer", need_code="housing.rent")
    offer(world, "Logement", need_code="housing")
    offer(world, "Formation", need_code="training")
    assert listed(client, world, "need=housing") == ["Logement", "Loyer"]
    assert listed(client, world, "need=housing.rent") == ["Loyer"]
    assert listed(client, world, "need=house") == []


def test_a_target_lists_services_for_it_and_for_everybody(client: CheckedClient, world: World) -> None:
    offer(world, "Femmes", targets=["women"])
    offer(world, "Jeunes", targets=["youth"])
    offer(world, "Tous", targets=["everyone"])
    offer(world, "Sans", targets=[])
    assert listed(client, world, "target=women") == ["Femmes", "Sans", "Tous"]
    assert listed(client, world, "target=w_men") == ["Sans", "Tous"]


def test_a_place_lists_what_is_named_for_it_or_brought_there_by_an_agreement(
    client: CheckedClient, world: World
) -> None:
    admin, db = world.administrator, world.db
    offer(world, "Province", territory_codes=["02.411"])
    offer(world, "Ailleurs", territory_codes=["02.113"])
    offer(world, "Sans convention")
    regional = partners.offered(db, admin, world.ours, name_fr="Région")
    partners.agreement(db, admin, regional, territory_code="02")
    away = partners.offered(db, admin, world.ours, name_fr="Berkane")
    partners.agreement(db, admin, away, territory_code="02.113")
    over = partners.offered(db, admin, world.ours, name_fr="Suspendue")
    partners.draft(db, admin, over, territory_code="02")
    db.commit()
    assert listed(client, world, "territory=02.411.01.23") == ["Province", "Région"]
    assert listed(client, world, "territory=02") == ["Région"]
    assert listed(client, world, "territory=77") == []
    assert len(listed(client, world)) == 6
    items = client.get(URL, headers=headers(world.worker)).json()["items"]
    assert [i["name_fr"] for i in items if i["is_covered"]] == ["Berkane", "Région"]


def test_only_what_is_open_is_in_the_directory(client: CheckedClient, world: World) -> None:
    closed = offer(world, "Fermé")
    offer(world, "Autre", world.theirs)
    at = headers(world.administrator, **{"If-Match": '"1"'})
    client.patch(f"{URL}/{closed}", json={"is_active": False}, headers=at)
    client.patch(f"/api/v1/institutions/{world.theirs}", json={"is_active": False}, headers=at)
    offer(world, "Ouvert")
    assert listed(client, world) == ["Ouvert"]
    assert listed(client, world, "active=false") == ["Autre", "Fermé"]
    assert listed(client, world, f"institution={world.theirs}") == []
    assert client.get(f"{URL}/{closed}", headers=headers(world.worker)).json()["is_active"] is False


def test_the_directory_goes_on_page_after_page(client: CheckedClient, world: World) -> None:
    for name in ("C", "A", "B"):
        offer(world, name)
    first = client.get(f"{URL}?limit=2&need=housing", headers=headers(world.worker))
    assert f"cursor={first.json()['next']}" in first.headers["Link"]
    assert listed(client, world, f"limit=2&cursor={first.json()['next']}") == ["C"]


def test_nobody_is_referred_to_a_closed_service(world: World, db: WriteSession) -> None:
    made = partners.offered(db, world.administrator, world.ours)
    assert queries.service_to_refer(db, made.id) is made
    queries.institution(db, world.ours).is_active = False
    with pytest.raises(NotFound):
        queries.service_to_refer(db, made.id)
    with pytest.raises(NotFound):
        queries.institution(db, InstitutionId(uuid4()))


def test_an_unknown_service_is_not_found(client: CheckedClient, world: World) -> None:
    url = f"{URL}/{ServiceId(uuid4())}"
    assert client.get(url, headers=headers(world.worker)).status_code == 404
    at = headers(world.administrator, **{"If-Match": '"1"'})
    assert client.patch(url, json={}, headers=at).status_code == 404
