from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core.ids import InstitutionId
from app.partners import queries
from app.partners.policy import visible_to
from app.partners.schemas import InstitutionUpdate
from tests.factories import partners
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

URL = "/api/v1/institutions"


def described(**values: Any) -> dict[str, Any]:
    return {
        "kind": "charity",
        "name_ar": "جمعية المثال",
        "name_fr": "Association Exemple",
        "territory_code": "02.411",
        **values,
    }


@pytest.fixture(autouse=True)
def terms(world: World) -> None:
    partners.define_terms(world.db)
    world.db.commit()


def test_an_institution_is_added_with_its_contacts_in_order(client: CheckedClient, world: World) -> None:
    contacts = [
        {"name": "نادية مثال", "phone": "٠٥٣٦ ٠٠ ٠٠ ٠٠", "function": "Accueil"},
        {"name": "Karim Exemple", "email": "Karim@Partenaire.Example"},
    ]
    response = client.post(URL, json=described(contacts=contacts), headers=headers(world.administrator))
    assert response.status_code == 201, response.text
    assert response.headers["ETag"] == '"1"'
    shown = client.get(response.headers["Location"], headers=headers(world.worker)).json()
    assert [c["name"] for c in shown["contacts"]] == ["نادية مثال", "Karim Exemple"]
    assert shown["contacts"][0]["phone"] == "0536 00 00 00"
    assert shown["contacts"][1]["email"] == "karim@partenaire.example"
    listed = queries.contacts(world.db, InstitutionId(UUID(response.json()["id"])))
    assert [c.position for c in listed] == [0, 1]


@pytest.mark.parametrize(
    ("values", "pointer", "code"),
    [
        ({"kind": "castle"}, "/kind", "unknown_code"),
        ({"territory_code": "09.999"}, "/territory_code", "unknown"),
        ({"territory_code": "Oujda"}, "/territory_code", "bad_format"),
        ({"contacts": [{"name": "X"}]}, "/contacts/0", "contact_unreachable"),
        ({"contacts": [{"name": "X", "phone": "12"}]}, "/contacts/0/phone", "bad_format"),
        ({"contacts": [{"name": "X", "phone": "call 123"}]}, "/contacts/0/phone", "bad_format"),
        ({"contacts": [{"name": "X", "email": "nowhere"}]}, "/contacts/0/email", "bad_format"),
        ({"contacts": [{"name": "X", "email": "a b@c.example"}]}, "/contacts/0/email", "bad_format"),
        ({"contacts": [{"name": "X", "email": "a\u200bb@c.example"}]}, "/contacts/0/email", "bad_format"),
        ({"name_ar": ""}, "/name_ar", "too_short"),
        ({"colour": "blue"}, "/colour", "unknown_field"),
    ],
)
def test_what_means_nothing_is_refused_at_its_field(
    client: CheckedClient, world: World, values: dict[str, Any], pointer: str, code: str
) -> None:
    response = client.post(URL, json=described(**values), headers=headers(world.administrator))
    assert response.status_code == 422
    assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [(pointer, code)]


def test_only_an_administrator_keeps_the_network(client: CheckedClient, world: World) -> None:
    for actor in (world.worker, world.supervisor, world.auditor, world.agent):
        assert client.post(URL, json=described(), headers=headers(actor)).status_code == 403
    for actor in (world.worker, world.supervisor, world.auditor, world.administrator):
        assert client.get(URL, headers=headers(actor)).status_code == 200
    assert client.get(URL, headers=headers(world.agent)).status_code == 403


def test_an_agent_has_no_row_of_the_network(world: World) -> None:
    assert str(visible_to(world.agent)) == "false"
    assert str(visible_to(world.worker)) == "true"


def test_an_unknown_institution_is_not_found(client: CheckedClient, world: World) -> None:
    url = f"{URL}/{uuid4()}"
    assert client.get(url, headers=headers(world.worker)).status_code == 404
    at = headers(world.administrator, **{"If-Match": '"1"'})
    assert client.patch(url, json={"address": None}, headers=at).status_code == 404


def test_a_change_needs_the_version_that_was_read(client: CheckedClient, world: World) -> None:
    url = f"{URL}/{world.ours}"
    assert client.patch(url, json={}, headers=headers(world.administrator)).status_code == 428
    stale = headers(world.administrator, **{"If-Match": '"7"'})
    assert client.patch(url, json={"name_fr": "Autre"}, headers=stale).status_code == 412
    assert client.put(f"{url}/contacts", json={"contacts": []}, headers=stale).status_code == 412


def test_fields_are_changed_one_by_one_and_never_emptied_by_accident(
    client: CheckedClient, world: World
) -> None:
    url = f"{URL}/{world.ours}"
    at = headers(world.administrator, **{"If-Match": '"1"'})
    assert client.patch(url, json={"name_fr": None}, headers=at).status_code == 422
    assert client.patch(url, json={"kind": "castle"}, headers=at).status_code == 422
    response = client.patch(
        url, json={"name_fr": "Chambre", "kind": "charity", "territory_code": "02"}, headers=at
    )
    assert response.status_code == 200, response.text
    assert (response.headers["ETag"], response.json()["name_fr"]) == ('"2"', "Chambre")
    assert response.json()["territory_code"] == "02"


def test_the_documentation_promises_no_default_for_what_may_be_left_out() -> None:
    schema = InstitutionUpdate.model_json_schema()
    assert "default" not in schema["properties"]["name_fr"]
    assert "required" not in schema


def test_replacing_the_contacts_is_a_new_version(client: CheckedClient, world: World) -> None:
    url = f"{URL}/{world.ours}/contacts"
    first = {"contacts": [{"name": "Un", "phone": "5757"}, {"name": "Deux", "phone": "141"}]}
    one = client.put(url, json=first, headers=headers(world.administrator, **{"If-Match": '"1"'}))
    assert (one.status_code, one.headers["ETag"]) == (200, '"2"')
    second = {"contacts": [{"name": "Deux", "phone": "141"}]}
    two = client.put(url, json=second, headers=headers(world.administrator, **{"If-Match": '"2"'}))
    assert [c["name"] for c in two.json()["contacts"]] == ["Deux"]
    actions = world.db.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == world.ours)).all()
    assert actions == ["institution:contacts"] * 2


def test_institutions_are_listed_by_name_page_after_page(client: CheckedClient, world: World) -> None:
    for name in ("Caritas Exemple", "Aide Exemple", "Bonté Exemple"):
        partners.institution(world.db, world.administrator, name_fr=name)
    world.db.commit()
    first = client.get(f"{URL}?kind=charity&limit=2", headers=headers(world.worker)).json()
    assert [i["name_fr"] for i in first["items"]] == ["Aide Exemple", "Bonté Exemple"]
    rest = client.get(
        f"{URL}?kind=charity&limit=2&cursor={first['next']}", headers=headers(world.worker)
    ).json()
    assert ([i["name_fr"] for i in rest["items"]], rest["next"]) == (["Caritas Exemple"], None)


def test_institutions_are_found_by_a_need_or_its_theme_and_by_being_active(
    client: CheckedClient, world: World
) -> None:
    partners.offered(world.db, world.administrator, world.ours, need_code="housing.rent")
    partners.institution(world.db, world.administrator, name_fr="Fermée")
    world.db.commit()

    def found(query: str) -> list[str]:
        items = client.get(f"{URL}?{query}", headers=headers(world.worker)).json()["items"]
        return [i["id"] for i in items]

    assert found("need=housing") == found("need=housing.rent") == [str(world.ours)]
    assert found("need=housing.eviction") == []
    at = headers(world.administrator, **{"If-Match": '"1"'})
    client.patch(f"{URL}/{world.ours}", json={"is_active": False}, headers=at)
    assert found("active=false") == [str(world.ours)]
    assert str(world.ours) not in found("active=true")
