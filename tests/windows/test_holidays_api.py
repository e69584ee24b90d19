from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core.ids import uuid7
from tests.factories.windows import day_off
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

API = "/api/v1"
FEAST: dict[str, Any] = {"on": "2027-05-16", "name_ar": "عيد الأضحى", "name_fr": "Aïd al-Adha"}


def dates(client: CheckedClient, world: World, path: str) -> list[str]:
    items = client.get(f"{API}{path}", headers=headers(world.worker)).json()["items"]
    return [item["on"] for item in items]


def test_a_general_holiday_is_off_at_every_window(client: CheckedClient, world: World) -> None:
    sent = headers(world.administrator)
    response = client.post(f"{API}/holidays", json={**FEAST, "is_certain": False}, headers=sent)
    assert response.status_code == 201
    made = response.json()
    assert made == {**FEAST, "id": made["id"], "window_id": None, "is_certain": False}
    assert client.get(response.headers["Location"], headers=headers(world.agent)).json() == made
    for path in ("/holidays", f"/windows/{world.here}/holidays", f"/windows/{world.elsewhere}/holidays"):
        assert dates(client, world, path) == ["2027-05-16"]


def test_a_windows_own_day_off_is_off_there_only(client: CheckedClient, world: World) -> None:
    response = client.post(
        f"{API}/windows/{world.here}/holidays", json=FEAST, headers=headers(world.administrator)
    )
    assert (response.status_code, response.json()["window_id"]) == (201, str(world.here))
    assert response.json()["is_certain"] is True
    assert dates(client, world, f"/windows/{world.here}/holidays") == ["2027-05-16"]
    assert dates(client, world, f"/windows/{world.elsewhere}/holidays") == []
    assert dates(client, world, "/holidays") == []


def test_a_day_is_off_once(client: CheckedClient, world: World) -> None:
    day_off(world.db, world.administrator, date(2027, 5, 16))
    day_off(world.db, world.administrator, date(2027, 5, 17), world.here)
    world.db.commit()
    sent = headers(world.administrator)
    for path, on in (
        ("/holidays", "2027-05-16"),
        (f"/windows/{world.here}/holidays", "2027-05-16"),
        (f"/windows/{world.here}/holidays", "2027-05-17"),
    ):
        refused = client.post(f"{API}{path}", json={**FEAST, "on": on}, headers=sent)
        assert (refused.status_code, refused.json()["code"]) == (409, "day_already_off")
    # What one window has off already, the others may still be given.
    assert client.post(f"{API}/holidays", json={**FEAST, "on": "2027-05-17"}, headers=sent).status_code == 201


def test_a_feast_announced_for_another_day_is_taken_back(client: CheckedClient, world: World) -> None:
    general = day_off(world.db, world.administrator, date(2027, 5, 16))
    own = day_off(world.db, world.administrator, date(2027, 5, 18), world.here)
    world.db.commit()
    sent = headers(world.administrator)
    assert client.delete(f"{API}/holidays/{general}", headers=sent).status_code == 204
    assert client.delete(f"{API}/windows/{world.here}/holidays/{own}", headers=sent).status_code == 204
    assert dates(client, world, f"/windows/{world.here}/holidays") == []
    trail = world.db.scalars(
        select(AuditEntry.action).where(AuditEntry.subject_type == "holiday").order_by(AuditEntry.id)
    )
    assert list(trail) == ["holiday:add", "holiday:add", "holiday:remove", "holiday:remove"]


def test_a_day_off_is_taken_back_only_where_it_was_given(client: CheckedClient, world: World) -> None:
    general = day_off(world.db, world.administrator, date(2027, 5, 16))
    own = day_off(world.db, world.administrator, date(2027, 5, 18), world.here)
    world.db.commit()
    for path in (
        f"/windows/{world.here}/holidays/{general}",
        f"/windows/{world.elsewhere}/holidays/{own}",
        f"/holidays/{own}",
        f"/holidays/{uuid7()}",
    ):
        refused = client.delete(f"{API}{path}", headers=headers(world.administrator))
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert len(dates(client, world, f"/windows/{world.here}/holidays")) == 2


def test_an_unknown_day_off_is_not_found(client: CheckedClient, world: World) -> None:
    assert client.get(f"{API}/holidays/{uuid7()}", headers=headers(world.worker)).status_code == 404


def test_days_off_come_by_date_of_one_year_and_in_pages(client: CheckedClient, world: World) -> None:
    for on in (date(2027, 1, 1), date(2026, 12, 31), date(2027, 12, 31), date(2027, 6, 1), date(2028, 1, 1)):
        day_off(world.db, world.administrator, on)
    world.db.commit()
    path = f"/windows/{world.here}/holidays"
    assert dates(client, world, f"{path}?year=2027") == ["2027-01-01", "2027-06-01", "2027-12-31"]
    assert dates(client, world, "/holidays?year=2028") == ["2028-01-01"]
    first = client.get(f"{API}{path}?limit=3", headers=headers(world.worker))
    rest = client.get(
        f"{API}{path}?limit=3&cursor={first.json()['next']}", headers=headers(world.worker)
    ).json()
    assert [item["on"] for item in rest["items"]] == ["2027-12-31", "2028-01-01"]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("on", "2027-02-30", "no_such_day"),
        ("on", "tomorrow", "bad_format"),
        ("on", "1066-01-01", "year_unlikely"),
        ("is_certain", "yes", "wrong_type"),
        ("name_fr", "", "too_short"),
    ],
)
def test_a_day_off_has_a_date_and_names(
    client: CheckedClient, world: World, field: str, value: object, code: str
) -> None:
    response = client.post(
        f"{API}/holidays", json={**FEAST, field: value}, headers=headers(world.administrator)
    )
    assert response.status_code == 422
    errors = response.json()["errors"]
    assert [(error["pointer"], error["code"]) for error in errors] == [(f"/{field}", code)]
