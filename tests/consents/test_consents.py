from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select, update

from app.audit.models import AuditEntry
from app.consents import queries, service
from app.consents.models import Consent, ConsentDecision, ConsentPurpose
from app.consents.schemas import Narrowing
from app.consents.states import ConsentState
from app.core.clock import today
from app.core.db import Database
from app.core.errors import InvalidInput, NotFound
from app.core.sharing import DataCategory
from app.people.models import Person
from tests.consents.asking import path, record, shown, tomorrow
from tests.factories import consents, people
from tests.factories.world import World, headers
from tests.support.client import CheckedClient
from tests.support.problems import code, refusals

# --- recording ------------------------------------------------------------------------------------------------


def test_a_consent_is_recorded_as_it_was_given(client: CheckedClient, office: World, person: Person) -> None:
    response = record(
        client,
        office,
        person,
        institution_id=office.ours,
        categories=["contact", "identity", "contact"],
        valid_until=tomorrow().isoformat(),
        form="oral_with_witness",
        witness="Témoin (exemple)",
        language="ary",
    )
    assert response.status_code == 201, response.text
    consent = response.json()
    assert (consent["state"], consent["purpose"]) == ("given", "referral")
    assert consent["categories"] == ["identity", "contact"]
    assert (consent["valid_until"], consent["language"]) == (tomorrow().isoformat(), "ary")
    assert consent["recorded_by"] == str(office.worker.user_id)
    assert response.headers["location"] == path(person)


def test_a_refusal_is_an_answer_too(client: CheckedClient, office: World, person: Person) -> None:
    response = record(client, office, person, decision="refused", categories=[], need_code="housing")
    assert (response.status_code, response.json()["state"]) == (201, "refused")


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"categories": []}, ("/categories", "none_ticked")),
        ({"categories": ["shoe_size"]}, ("/categories/0", "unknown_choice")),
        ({"form": "oral_with_witness"}, ("/witness", "missing")),
        ({"need_code": "sorcery"}, ("/need_code", "unknown_code")),
        ({"language": "klingon"}, ("/language", "unknown_code")),
        ({"institution_id": UUID(int=1)}, ("/institution_id", "unknown")),
        ({"purpose": "statistics", "categories": ["identity"]}, ("/categories", "nothing_shared")),
        ({"purpose": "contact", "need_code": "housing"}, ("/need_code", "nothing_shared")),
        (
            {"purpose": "contact", "decision": "refused", "categories": ["identity"]},
            ("/categories", "nothing_shared"),
        ),
        ({"valid_until": "2026-01-01"}, ("/valid_until", "in_the_past")),
        ({"valid_until": "2999-01-01"}, ("/valid_until", "too_far")),
        ({"valid_until": "soon"}, ("/valid_until", "bad_format")),
    ],
)
def test_what_means_nothing_is_refused_at_its_place(
    client: CheckedClient, office: World, person: Person, values: dict[str, Any], refusal: tuple[str, str]
) -> None:
    assert refusals(record(client, office, person, **values)) == [refusal]


def test_a_refusal_has_no_end(client: CheckedClient, office: World, person: Person) -> None:
    refused = record(client, office, person, decision="refused", valid_until=tomorrow().isoformat())
    assert refusals(refused) == [("/valid_until", "refusal_has_no_end")]


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"need_code": "sorcery"}, "“need”"),
        ({"language": "klingon"}, "“language”"),
        ({"decision": "perhaps"}, "given · refused"),
        ({"categories": ["shoe_size"]}, "identity · birth · contact"),
    ],
)
def test_an_unknown_code_is_told_where_it_was_looked_for(
    client: CheckedClient, office: World, person: Person, values: dict[str, Any], named: str
) -> None:
    told = record(client, office, person, **values).json()["errors"][0]["message"]
    assert named in told
    assert not any(str(sent) in told for sent in ("sorcery", "klingon", "perhaps", "shoe_size"))


@pytest.mark.parametrize("purpose", list(ConsentPurpose))
@pytest.mark.parametrize("decision", list(ConsentDecision))
def test_the_purpose_decides_whether_it_is_told_what_is_shared_and_with_whom(
    client: CheckedClient, office: World, person: Person, purpose: ConsentPurpose, decision: ConsentDecision
) -> None:
    shared = purpose in {ConsentPurpose.referral, ConsentPurpose.service_coordination}
    told = {"categories": ["identity"], "institution_id": office.ours} if shared else {}
    response = record(client, office, person, purpose=purpose, decision=decision, **told)
    assert response.status_code == 201, response.text
    assert response.json()["categories"] == (["identity"] if shared else [])
    for name in ("categories", "institution_id"):
        value = ["identity"] if name == "categories" else office.ours
        refused = record(client, office, person, purpose=purpose, decision=decision, **{name: value})
        if not shared:
            assert refusals(refused) == [(f"/{name}", "nothing_shared")]


def test_what_shares_nothing_is_narrowed_to_an_earlier_day_alone(office: World, person: Person) -> None:
    consent = consents.consent(office.db, office.worker, person, purpose="contact")
    with pytest.raises(InvalidInput) as refused:
        service.narrow(office.db, office.worker, consent, Narrowing(categories=[DataCategory.identity]))
    assert "nothing_shared" in str(refused.value.details)
    with pytest.raises(InvalidInput) as refused:
        service.narrow(office.db, office.worker, consent, Narrowing())
    assert "not_narrower" in str(refused.value.details)
    remaining = service.narrow(office.db, office.worker, consent, Narrowing(valid_until=tomorrow()))
    assert (remaining.categories, remaining.valid_until) == ([], tomorrow())


def test_an_answer_has_one_recipient(client: CheckedClient, office: World, person: Person) -> None:
    response = record(client, office, person, institution_id=office.ours, need_code="housing")
    assert refusals(response) == [("/need_code", "one_recipient")]


@pytest.mark.parametrize(
    ("day", "latest"),
    [(date(2026, 3, 2), date(2031, 3, 2)), (date(2028, 2, 29), date(2033, 3, 1))],
)
def test_a_consent_lasts_five_years_at_most(day: date, latest: date) -> None:
    assert service.latest_end(day) == latest


def test_a_consent_may_last_until_the_very_day(office: World, person: Person) -> None:
    for day in (today(), service.latest_end(today())):
        assert consents.consent(office.db, office.worker, person, valid_until=day).valid_until == day


def test_the_answers_of_people_of_others_are_neither_read_nor_recorded(
    client: CheckedClient, office: World, person: Person
) -> None:
    consent = consents.consent(office.db, office.worker, person)
    office.db.commit()
    stranger = headers(office.stranger)
    assert client.get(path(person), headers=stranger).status_code == 404
    assert client.post(path(person), json=consents.told(), headers=stranger).status_code == 404
    below = f"/{consent.id}/withdraw"
    response = client.post(path(person, below), json={"reason": "not mine"}, headers=stranger)
    assert code(response) == (404, "not_found")


# --- listing --------------------------------------------------------------------------------------------------


def test_every_answer_stays_on_the_list_with_what_became_of_it(
    client: CheckedClient, office: World, person: Person
) -> None:
    db, worker = office.db, office.worker
    consents.consent(db, worker, person)
    consents.refusal(db, worker, person, institution_id=office.theirs)
    service.withdraw(db, worker, consents.consent(db, worker, person), "no longer wanted")
    expired = consents.consent(db, worker, person)
    db.execute(
        update(Consent).where(Consent.id == expired.id).values(valid_until=today() - timedelta(days=1))
    )
    wide = consents.consent(db, worker, person)
    service.narrow(db, worker, wide, Narrowing(categories=[DataCategory.identity]))
    db.commit()
    listed = client.get(path(person), headers=headers(worker)).json()["items"]
    assert [item["state"] for item in listed] == [
        "given",
        "narrowed",
        "expired",
        "withdrawn",
        "refused",
        "given",
    ]
    first = client.get(path(person), params={"limit": 4}, headers=headers(worker)).json()
    rest = client.get(path(person), params={"cursor": first["next"]}, headers=headers(worker)).json()
    assert [*first["items"], *rest["items"]] == listed


def test_how_a_person_stands_to_being_referred(office: World, person: Person) -> None:
    """Any answer that holds, else the latest; what was answered for another purpose says nothing."""
    db, worker = office.db, office.worker
    consents.consent(db, worker, person, purpose="statistics")
    assert queries.standing(db, person.id) is None
    given = consents.consent(db, worker, person)
    consents.refusal(db, worker, person, institution_id=office.theirs)
    assert queries.standing(db, person.id) is ConsentState.given
    service.withdraw(db, worker, given, "no longer wanted")
    assert queries.standing(db, person.id) is ConsentState.refused
    assert queries.standing(db, person.id, ConsentPurpose.statistics) is ConsentState.given


def test_reading_the_answers_is_recorded(client: CheckedClient, office: World, person: Person) -> None:
    client.get(path(person), headers=headers(office.colleague))
    entries = select(AuditEntry).where(AuditEntry.action == "consent:list")
    assert office.db.scalars(entries).one().person_id == person.id


def test_of_another_person_there_is_no_such_consent(office: World, person: Person) -> None:
    consent = consents.consent(office.db, office.worker, person)
    other = people.person(office.db, office.worker, office.here)
    for ask in (queries.get, queries.read):
        with pytest.raises(NotFound):
            ask(office.db, other.id, consent.id)


# --- what may be shared now -----------------------------------------------------------------------------------


def test_what_may_be_shared_takes_one_query(office: World, person: Person, database: Database) -> None:
    for _ in range(3):
        consents.consent(office.db, office.worker, person, need_code="housing")
    office.db.commit()
    asked: list[str] = []
    event.listen(database.writer, "before_cursor_execute", lambda *a: asked.append(a[2]))
    assert shown(office, person) == {"identity", "contact"}
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 1


def test_the_rule_holds_over_stored_answers(office: World, person: Person) -> None:
    db, worker = office.db, office.worker
    wide = consents.consent(db, worker, person, categories=["identity", "contact", "birth"])
    consents.refusal(db, worker, person, institution_id=office.ours, categories=["contact"])
    assert shown(office, person) == {"identity", "birth"}
    service.narrow(db, worker, wide, Narrowing(categories=[DataCategory.identity, DataCategory.contact]))
    assert shown(office, person) == {"identity"}
    permitted = queries.permitted(db, person.id, office.theirs, ["housing"], on=today())
    assert permitted.categories == {DataCategory.identity, DataCategory.contact}
    assert not permitted.refused


def test_an_answer_for_another_purpose_says_nothing(office: World, person: Person) -> None:
    consents.consent(office.db, office.worker, person, purpose="statistics")
    assert shown(office, person) == set()


def test_a_stored_consent_ends_with_its_last_day(office: World, person: Person) -> None:
    consents.consent(office.db, office.worker, person, valid_until=tomorrow())
    assert shown(office, person, on=tomorrow()) == {"identity", "contact"}
    assert shown(office, person, on=tomorrow() + timedelta(days=1)) == set()
