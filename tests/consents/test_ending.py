from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from app.audit.models import AuditEntry
from app.consents import service
from app.consents.models import Consent
from app.consents.schemas import Narrowing
from app.core.clock import today
from app.core.db import Database
from app.core.ids import ConsentId
from app.core.sharing import DataCategory
from app.outbox.models import OutboxMessage
from app.people.models import Person
from tests.consents.asking import path, post, record, shown, tomorrow
from tests.factories import consents
from tests.factories.world import World, headers
from tests.support.client import CheckedClient
from tests.support.problems import code, refusals


def test_a_withdrawal_counts_at_once_and_keeps_its_reason(
    client: CheckedClient, office: World, person: Person
) -> None:
    consent_id = record(client, office, person).json()["id"]
    assert shown(office, person) == {"identity", "contact"}
    response = post(client, office, person, f"/{consent_id}/withdraw", reason="changed her mind")
    assert response.status_code == 200, response.text
    ended = response.json()
    assert (ended["state"], ended["end_reason"]) == ("withdrawn", "changed her mind")
    assert ended["ended_by"] == str(office.worker.user_id)
    assert shown(office, person) == set()


def test_narrowing_ends_the_consent_and_records_what_remains(
    client: CheckedClient, office: World, person: Person
) -> None:
    old = record(client, office, person, form="thumbprint", language="fr", institution_id=office.ours).json()
    response = post(
        client,
        office,
        person,
        f"/{old['id']}/narrow",
        categories=["identity"],
        valid_until=tomorrow().isoformat(),
    )
    assert response.status_code == 201, response.text
    new = response.json()
    assert (new["state"], new["categories"], new["valid_until"]) == (
        "given",
        ["identity"],
        tomorrow().isoformat(),
    )
    kept = ("purpose", "institution_id", "need_code", "form", "language")
    assert [new[name] for name in kept] == [old[name] for name in kept]
    listed = client.get(path(person), headers=headers(office.worker)).json()["items"]
    assert [(item["state"], item["replaced_by"]) for item in listed] == [
        ("given", None),
        ("narrowed", new["id"]),
    ]
    assert shown(office, person) == {"identity"}


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"categories": ["identity", "health"]}, ("/categories", "wider")),
        ({"categories": ["identity", "contact"]}, ("/categories", "not_narrower")),
        ({"categories": []}, ("/categories", "none_ticked")),
        ({"categories": ["identity"], "valid_until": "2999-01-01"}, ("/valid_until", "too_far")),
        (
            {"categories": ["identity"], "valid_until": (tomorrow() + timedelta(days=9)).isoformat()},
            ("/valid_until", "wider"),
        ),
    ],
)
def test_narrowing_only_takes_away(
    client: CheckedClient, office: World, person: Person, body: dict[str, Any], refusal: tuple[str, str]
) -> None:
    consent_id = record(client, office, person, valid_until=tomorrow().isoformat()).json()["id"]
    assert refusals(post(client, office, person, f"/{consent_id}/narrow", **body)) == [refusal]


def test_an_earlier_end_alone_is_narrower(office: World, person: Person) -> None:
    consent = consents.consent(office.db, office.worker, person)
    same = Narrowing(categories=[DataCategory.identity, DataCategory.contact], valid_until=today())
    assert service.narrow(office.db, office.worker, consent, same).valid_until == today()


def test_a_refusal_is_not_taken_back_but_answered_anew(
    client: CheckedClient, office: World, person: Person
) -> None:
    refusal_id = record(client, office, person, decision="refused").json()["id"]
    for below, body in (("withdraw", {"reason": "changed mind"}), ("narrow", {"categories": ["identity"]})):
        response = post(client, office, person, f"/{refusal_id}/{below}", **body)
        assert code(response) == (409, "consent_not_given")


def test_what_has_ended_is_not_ended_again(client: CheckedClient, office: World, person: Person) -> None:
    consent_id = record(client, office, person).json()["id"]
    post(client, office, person, f"/{consent_id}/withdraw", reason="first time")
    for below, body in (("withdraw", {"reason": "second"}), ("narrow", {"categories": ["identity"]})):
        response = post(client, office, person, f"/{consent_id}/{below}", **body)
        assert code(response) == (409, "consent_ended")


def test_an_expired_consent_is_over(office: World, person: Person) -> None:
    consent = consents.consent(office.db, office.worker, person)
    consent.valid_until = today() - timedelta(days=1)
    with pytest.raises(service.ConsentEndedBefore):
        service.withdraw(office.db, office.worker, consent, "too late")


def test_of_two_who_end_a_consent_the_second_is_told(
    office: World, person: Person, database: Database
) -> None:
    consent = consents.consent(office.db, office.worker, person)
    office.db.flush()
    table = Consent.__table__
    office.db.connection().execute(
        update(table).where(table.c.id == consent.id).values(ended_at=consent.recorded_at)  # type: ignore[arg-type]
    )
    with pytest.raises(service.ConsentEndedBefore):
        service.withdraw(office.db, office.worker, consent, "the other was faster")


def test_an_unknown_consent_is_not_found(client: CheckedClient, office: World, person: Person) -> None:
    response = post(client, office, person, f"/{ConsentId(uuid4())}/withdraw", reason="which one?")
    assert code(response) == (404, "not_found")


def test_the_end_of_a_consent_is_published_and_audited(office: World, person: Person) -> None:
    db, worker = office.db, office.worker
    service.withdraw(db, worker, consents.consent(db, worker, person), "a reason")
    remaining = service.narrow(
        db, worker, consents.consent(db, worker, person), Narrowing(categories=[DataCategory.identity])
    )
    db.flush()
    told = db.scalars(
        select(OutboxMessage).where(OutboxMessage.name == "consent.ended").order_by(OutboxMessage.id)
    )
    assert [message.payload["replaced_by"] for message in told] == [None, str(remaining.id)]
    entries = db.scalars(
        select(AuditEntry).where(AuditEntry.subject_type == "consent").order_by(AuditEntry.id)
    ).all()
    assert [e.action for e in entries] == [
        "consent:record",
        "consent:withdraw",
        "consent:record",
        "consent:narrow",
    ]
    assert [e.details for e in entries][:3] == [{}, {}, {}]  # the trail outlives the answers: ids only
    assert entries[3].details.keys() == {"replaces"}
