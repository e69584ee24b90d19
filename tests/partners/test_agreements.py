from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core import clock
from app.core.db import WriteSession
from app.partners import queries, service
from app.partners.models import Agreement, Service
from app.partners.schemas import InstitutionUpdate
from app.partners.states import AgreementStatus
from tests.factories import partners
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

URL = "/api/v1/agreements"
OUJDA = ("02.411.01.23", "02.411", "02")


@pytest.fixture(autouse=True)
def terms(world: World) -> None:
    partners.define_terms(world.db)
    world.db.commit()


@pytest.fixture
def offer(world: World) -> Service:
    made = partners.offered(world.db, world.administrator, world.ours)
    world.db.commit()
    return made


def signed(world: World, *services: Service, **values: Any) -> Agreement:
    made = partners.agreement(world.db, world.administrator, *services, **values)
    world.db.commit()
    return made


def body(**values: Any) -> dict[str, Any]:
    return {
        "reference": "CONV-2026-01",
        "title": "Convention exemple",
        "parties": ["Réseau", "Chambre"],
        "territory_code": "02.411",
        "starts_on": "2026-01-01",
        **values,
    }


def test_an_agreement_is_drafted_signed_suspended_resumed_and_ended(
    client: CheckedClient, world: World, offer: Service
) -> None:
    as_admin = headers(world.administrator)
    url = f"/api/v1/institutions/{world.ours}/agreements"
    data = body(
        starts_on="2020-01-01",
        quota=10,
        quota_period="month",
        data_categories=["identity", "needs", "identity"],
        service_ids=[str(offer.id)],
    )
    drafted = client.post(url, json=data, headers=as_admin)
    assert drafted.status_code == 201, drafted.text
    assert (drafted.json()["status"], drafted.json()["is_in_force"]) == ("draft", False)
    assert drafted.json()["data_categories"] == ["identity", "needs"]
    mine = drafted.headers["Location"]

    states = []
    for act, reason in (("sign", None), ("suspend", "Travaux"), ("resume", None), ("end", "Fin du projet")):
        sent = {"reason": reason} if reason else None
        moved = client.post(f"{mine}/{act}", headers=as_admin, json=sent)
        assert moved.status_code == 200, moved.text
        states.append((moved.json()["status"], moved.json()["is_in_force"]))
    assert states == [("in_force", True), ("suspended", False), ("in_force", True), ("ended", False)]

    shown = client.get(mine, headers=headers(world.worker)).json()
    assert [(s["action"], s["reason"]) for s in shown["history"]] == [
        ("draft", None),
        ("sign", None),
        ("suspend", "Travaux"),
        ("resume", None),
        ("end", "Fin du projet"),
    ]
    assert shown["service_ids"] == [str(offer.id)]
    told = world.db.scalars(
        select(AuditEntry.action).where(AuditEntry.subject_type == "agreement").order_by(AuditEntry.id)
    ).all()
    assert told == [f"agreement:{act}" for act in ("draft", "sign", "suspend", "resume", "end")]


def test_a_move_that_does_not_follow_is_refused_and_told_what_does(
    client: CheckedClient, world: World, offer: Service
) -> None:
    made = signed(world, offer)
    refused = client.post(f"{URL}/{made.id}/sign", headers=headers(world.administrator))
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_move")
    assert refused.json()["allowed"] == ["suspend", "end"]
    resumed = client.post(f"{URL}/{made.id}/resume", headers=headers(world.administrator))
    assert resumed.json()["code"] == "illegal_move"
    empty = client.post(f"{URL}/{made.id}/end", json={}, headers=headers(world.administrator))
    assert empty.status_code == 422
    assert client.post(f"{URL}/{made.id}/resume", headers=headers(world.supervisor)).status_code == 403


def test_an_agreement_over_nothing_or_over_already_is_not_signed(
    client: CheckedClient, world: World, offer: Service
) -> None:
    db, admin = world.db, world.administrator
    late = partners.draft(db, admin, offer, ends_on=date(2021, 1, 1), service_ids=[])
    service.change_institution(
        db, admin, queries.institution(db, world.ours), InstitutionUpdate(is_active=False)
    )
    db.commit()
    refused = client.post(f"{URL}/{late.id}/sign", headers=headers(admin))
    assert (refused.status_code, refused.json()["code"]) == (409, "agreement_not_ready")
    assert refused.json()["blockers"] == ["institution_inactive", "no_service", "already_over"]


@pytest.mark.parametrize(
    ("values", "pointer", "code"),
    [
        ({"ends_on": "2025-12-31"}, "/ends_on", "dates_in_order"),
        ({"quota": 5}, "/quota_period", "quota_and_period"),
        ({"quota_period": "month"}, "/quota_period", "quota_and_period"),
        ({"territory_code": "77"}, "/territory_code", "unknown"),
        ({"service_ids": [str(UUID(int=1))]}, "/service_ids", "unknown"),
        ({"data_categories": ["shoe_size"]}, "/data_categories/0", "unknown_choice"),
        ({"parties": []}, "/parties", "too_short"),
    ],
)
def test_terms_that_mean_nothing_are_refused(
    client: CheckedClient, world: World, values: dict[str, Any], pointer: str, code: str
) -> None:
    url = f"/api/v1/institutions/{world.ours}/agreements"
    response = client.post(url, json=body(**values), headers=headers(world.administrator))
    assert response.status_code == 422
    assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [(pointer, code)]


def test_an_agreement_covers_services_of_its_own_institution_only(
    client: CheckedClient, world: World, offer: Service
) -> None:
    url = f"/api/v1/institutions/{world.theirs}/agreements"
    data = body(service_ids=[str(offer.id)])
    response = client.post(url, json=data, headers=headers(world.administrator))
    assert response.json()["errors"][0]["pointer"] == "/service_ids"


def test_a_reference_names_one_agreement(client: CheckedClient, world: World, offer: Service) -> None:
    taken = signed(world, offer)
    url = f"/api/v1/institutions/{world.theirs}/agreements"
    as_admin = headers(world.administrator)
    again = client.post(url, json=body(reference=taken.reference), headers=as_admin)
    assert (again.status_code, again.json()["code"]) == (409, "reference_taken")
    other = client.post(url, json=body(), headers=as_admin)
    at = headers(world.administrator, **{"If-Match": '"1"'})
    mine = other.headers["Location"]
    assert client.patch(mine, json={"reference": taken.reference}, headers=at).status_code == 409
    assert client.patch(mine, json={"reference": "CONV-2026-01"}, headers=at).status_code == 200


def test_a_draft_is_changed_and_what_was_signed_is_not(
    client: CheckedClient, world: World, offer: Service
) -> None:
    draft = partners.draft(world.db, world.administrator, offer)
    world.db.commit()
    url, at = f"{URL}/{draft.id}", headers(world.administrator, **{"If-Match": '"1"'})
    refused = client.patch(url, json={"ends_on": "2019-12-31"}, headers=at)
    assert refused.json()["errors"][0]["code"] == "dates_in_order"
    assert client.patch(url, json={"parties": None}, headers=at).status_code == 422
    changed = client.patch(url, json={"title": "Titre", "ends_on": "2039-12-31"}, headers=at)
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert changed.json()["service_ids"] == [str(offer.id)]
    assert client.patch(url, json={"title": "Perdu"}, headers=at).status_code == 412

    at = headers(world.administrator, **{"If-Match": '"2"'})
    emptied = client.patch(url, json={"service_ids": []}, headers=at)
    assert (emptied.headers["ETag"], emptied.json()["service_ids"]) == ('"3"', [])

    other = signed(world, offer)
    at = headers(world.administrator, **{"If-Match": f'"{other.version}"'})
    refused = client.patch(f"{URL}/{other.id}", json={"ends_on": "2039-12-31"}, headers=at)
    assert (refused.status_code, refused.json()["code"]) == (409, "agreement_not_draft")
    assert refused.json()["current"] == "in_force"


def test_agreements_are_filtered_and_come_latest_first(
    client: CheckedClient, world: World, offer: Service
) -> None:
    other = partners.offered(world.db, world.administrator, world.theirs)
    old = signed(world, offer, starts_on=date(2020, 1, 1))
    new = signed(world, offer, starts_on=date(2021, 1, 1))
    foreign = signed(world, other, starts_on=date(2019, 1, 1))
    future = signed(world, offer, starts_on=clock.today() + timedelta(days=2))
    world.db.commit()

    def found(query: str) -> list[str]:
        items = client.get(f"{URL}?{query}", headers=headers(world.auditor)).json()["items"]
        return [item["reference"] for item in items]

    assert found("") == [future.reference, new.reference, old.reference, foreign.reference]
    assert found(f"institution={world.theirs}") == [foreign.reference]
    assert found(f"covering={other.id}") == [foreign.reference]
    assert found("in_force=false") == [future.reference]
    assert found(f"in_force=true&institution={world.ours}") == [new.reference, old.reference]
    assert found("status=draft") == []
    first = client.get(f"{URL}?limit=1", headers=headers(world.auditor)).json()
    assert found(f"limit=1&cursor={first['next']}") == [new.reference]


def test_an_unknown_agreement_is_not_found(client: CheckedClient, world: World) -> None:
    url = f"{URL}/{uuid4()}"
    assert client.get(url, headers=headers(world.worker)).status_code == 404
    assert client.post(f"{url}/sign", headers=headers(world.administrator)).status_code == 404


def test_an_agreement_covers_between_its_dates_both_counted(world: World, offer: Service) -> None:
    db = world.db
    made = signed(world, offer, starts_on=date(2099, 3, 1), ends_on=date(2099, 3, 31))
    for day, covers in {(2, 28): False, (3, 1): True, (3, 31): True, (4, 1): False}.items():
        found = queries.agreement_covering(db, offer.id, OUJDA, date(2099, *day))
        assert (found is made) is covers, day


def test_an_agreement_covers_what_lies_in_its_territory(world: World, offer: Service) -> None:
    db, on = world.db, date(2026, 3, 1)
    signed(world, offer, territory_code="02.113")
    assert queries.agreement_covering(db, offer.id, OUJDA, on) is None
    assert queries.agreement_covering(db, offer.id, (), on) is None
    regional = signed(world, offer, territory_code="02")
    assert queries.agreement_covering(db, offer.id, OUJDA, on) is regional
    nearer = signed(world, offer, territory_code="02.411", starts_on=date(2019, 1, 1))
    assert queries.agreement_covering(db, offer.id, OUJDA, on) is nearer
    later = signed(world, offer, territory_code="02.411", starts_on=date(2020, 1, 1))
    assert queries.agreement_covering(db, offer.id, OUJDA, on) is later


def test_only_a_signed_agreement_that_is_not_suspended_covers(world: World, offer: Service) -> None:
    db, admin, on = world.db, world.administrator, date(2026, 3, 1)
    made = partners.draft(db, admin, offer)
    assert queries.agreement_covering(db, offer.id, OUJDA, on) is None
    service.sign(db, admin, made)
    assert queries.agreement_covering(db, offer.id, OUJDA, on) is made
    service.suspend(db, admin, made, "Travaux")
    assert made.status is AgreementStatus.suspended
    assert queries.agreement_covering(db, offer.id, OUJDA, on) is None


@pytest.mark.parametrize(
    ("period", "on", "first", "after"),
    [
        ("month", date(2026, 2, 28), date(2026, 2, 1), date(2026, 3, 1)),
        ("month", date(2026, 12, 31), date(2026, 12, 1), date(2027, 1, 1)),
        ("quarter", date(2026, 3, 31), date(2026, 1, 1), date(2026, 4, 1)),
        ("quarter", date(2026, 10, 1), date(2026, 10, 1), date(2027, 1, 1)),
        ("year", date(2026, 7, 14), date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_a_quota_counts_by_calendar_period(
    db: WriteSession, world: World, offer: Service, period: str, on: date, first: date, after: date
) -> None:
    made = partners.draft(db, world.administrator, offer, quota=3, quota_period=period)
    assert queries.quota_window(made, on) == (first, after)


def test_without_a_quota_there_is_no_period(world: World, offer: Service) -> None:
    made = partners.draft(world.db, world.administrator, offer)
    assert queries.quota_window(made, date(2026, 1, 1)) is None


@given(
    on=st.dates(date(2000, 1, 1), date(2099, 12, 31)), period=st.sampled_from(["month", "quarter", "year"])
)
def test_periods_follow_one_another_without_a_gap(on: date, period: str) -> None:
    made = Agreement(
        institution_id=None,  # type: ignore[arg-type]
        reference="R",
        title="T",
        parties=[],
        territory_code="02",
        starts_on=date(2000, 1, 1),
        quota=1,
        quota_period=period,
    )
    window = queries.quota_window(made, on)
    assert window is not None
    first, after = window
    assert first <= on < after
    following = queries.quota_window(made, after)
    assert following is not None
    assert following[0] == after
