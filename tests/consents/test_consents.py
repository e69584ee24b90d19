from datetime import date, timedelta
from typing import Any
from uuid import uuid4

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
from tests.factories import consents, people
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

TOMORROW = today() + timedelta(days=1)


@pytest.fixture
def person(office: World) -> Person:
    registered = people.person(office.db, office.worker, office.here)
    office.db.commit()
    return registered


def _path(person: Person, below: str = "") -> str:
    return f"/api/v1/people/{person.id}/consents{below}"


def _post(client: CheckedClient, office: World, person: Person, below: str = "", **body: Any) -> Any:
    return client.post(_path(person, below), json=body, headers=headers(office.worker))


def _record(client: CheckedClient, office: World, person: Person, **values: Any) -> Any:
    return _post(client, office, person, **consents.told(**values))


def _code(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def _refusals(response: Any) -> list[tuple[str, str]]:
    assert response.status_code == 422, response.text
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]


def _shown(office: World, person: Person, *needs: str, on: date | None = None) -> set[str]:
    permitted = queries.permitted(
        office.db, person.id, office.ours, needs or ("housing.rent",), on=on or today()
    )
    office.db.commit()  # an open savepoint would hold back what the client writes next
    return {str(category) for category in permitted.categories}


# --- recording ------------------------------------------------------------------------------------------------


def test_a_consent_is_recorded_as_it_was_given(client: CheckedClient, office: World, person: Person) -> None:
    response = _record(
        client,
        office,
        person,
        institution_id=office.ours,
        categories=["contact", "identity", "contact"],
        valid_until=TOMORROW.isoformat(),
        form="oral_with_witness",
        witness="Témoin (exemple)",
        language="ary",
    )
    assert response.status_code == 201, response.text
    consent = response.json()
    assert (consent["state"], consent["purpose"]) == ("given", "referral")
    assert consent["categories"] == ["identity", "contact"]
    assert (consent["valid_until"], consent["language"]) == (TOMORROW.isoformat(), "ary")
    assert consent["recorded_by"] == str(office.worker.user_id)
    assert response.headers["location"] == _path(person)


def test_a_refusal_is_an_answer_too(client: CheckedClient, office: World, person: Person) -> None:
    response = _record(client, office, person, decision="refused", categories=[], need_code="housing")
    assert (response.status_code, response.json()["state"]) == (201, "refused")


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"categories": []}, ("/categories", "none_ticked")),
        ({"categories": ["shoe_size"]}, ("/categories/0", "unknown_choice")),
        ({"form": "oral_with_witness"}, ("/witness", "missing")),
        ({"need_code": "sorcery"}, ("/need_code", "unknown_code")),
        ({"language": "klingon"}, ("/language", "unknown_code")),
        ({"institution_id": uuid4()}, ("/institution_id", "unknown")),
        ({"purpose": "statistics", "categories": ["identity"]}, ("/categories", "nothing_shared")),
        ({"purpose": "contact", "need_code": "housing"}, ("/need_code", "nothing_shared")),
        (
            {"purpose": "contact", "decision": "refused", "categories": ["identity"]},
            ("/categories", "nothing_shared"),
        ),
        ({"valid_until": (today() - timedelta(days=1)).isoformat()}, ("/valid_until", "in_the_past")),
        ({"valid_until": "2999-01-01"}, ("/valid_until", "too_far")),
        ({"valid_until": "soon"}, ("/valid_until", "bad_format")),
        (
            {"decision": "refused", "valid_until": TOMORROW.isoformat()},
            ("/valid_until", "refusal_has_no_end"),
        ),
    ],
)
def test_what_means_nothing_is_refused_at_its_place(
    client: CheckedClient, office: World, person: Person, values: dict[str, Any], refusal: tuple[str, str]
) -> None:
    assert _refusals(_record(client, office, person, **values)) == [refusal]


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
    told = _record(client, office, person, **values).json()["errors"][0]["message"]
    assert named in told
    assert not any(str(sent) in told for sent in ("sorcery", "klingon", "perhaps", "shoe_size"))


@pytest.mark.parametrize("purpose", list(ConsentPurpose))
@pytest.mark.parametrize("decision", list(ConsentDecision))
def test_the_purpose_decides_whether_it_is_told_what_is_shared_and_with_whom(
    client: CheckedClient, office: World, person: Person, purpose: ConsentPurpose, decision: ConsentDecision
) -> None:
    shared = purpose in {ConsentPurpose.referral, ConsentPurpose.service_coordination}
    told = {"categories": ["identity"], "institution_id": office.ours} if shared else {}
    response = _record(client, office, person, purpose=purpose, decision=decision, **told)
    assert response.status_code == 201, response.text
    assert response.json()["categories"] == (["identity"] if shared else [])
    for name in ("categories", "institution_id"):
        value = ["identity"] if name == "categories" else office.ours
        refused = _record(client, office, person, purpose=purpose, decision=decision, **{name: value})
        if not shared:
            assert _refusals(refused) == [(f"/{name}", "nothing_shared")]


def test_what_shares_nothing_is_narrowed_to_an_earlier_day_alone(office: World, person: Person) -> None:
    consent = consents.consent(office.db, office.worker, person, purpose="contact")
    with pytest.raises(InvalidInput) as refused:
        service.narrow(office.db, office.worker, consent, Narrowing(categories=[DataCategory.identity]))
    assert "nothing_shared" in str(refused.value.details)
    with pytest.raises(InvalidInput) as refused:
        service.narrow(office.db, office.worker, consent, Narrowing())
    assert "not_narrower" in str(refused.value.details)
    remaining = service.narrow(office.db, office.worker, consent, Narrowing(valid_until=TOMORROW))
    assert (remaining.categories, remaining.valid_until) == ([], TOMORROW)


def test_an_answer_has_one_recipient(client: CheckedClient, office: World, person: Person) -> None:
    response = _record(client, office, person, institution_id=office.ours, need_code="housing")
    assert _refusals(response) == [("/need_code", "one_recipient")]


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
    assert client.get(_path(person), headers=stranger).status_code == 404
    assert client.post(_path(person), json=consents.told(), headers=stranger).status_code == 404
    below = f"/{consent.id}/withdraw"
    response = client.post(_path(person, below), json={"reason": "not mine"}, headers=stranger)
    assert _code(response) == (404, "not_found")


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
    listed = client.get(_path(person), headers=headers(worker)).json()["items"]
    assert [item["state"] for item in listed] == [
        "given",
        "narrowed",
        "expired",
        "withdrawn",
        "refused",
        "given",
    ]
    first = client.get(_path(person), params={"limit": 4}, headers=headers(worker)).json()
    rest = client.get(_path(person), params={"cursor": first["next"]}, headers=headers(worker)).json()
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
    client.get(_path(person), headers=headers(office.colleague))
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
    assert _shown(office, person) == {"identity", "contact"}
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 1


def test_the_rule_holds_over_stored_answers(office: World, person: Person) -> None:
    db, worker = office.db, office.worker
    wide = consents.consent(db, worker, person, categories=["identity", "contact", "birth"])
    consents.refusal(db, worker, person, institution_id=office.ours, categories=["contact"])
    assert _shown(office, person) == {"identity", "birth"}
    service.narrow(db, worker, wide, Narrowing(categories=[DataCategory.identity, DataCategory.contact]))
    assert _shown(office, person) == {"identity"}
    permitted = queries.permitted(db, person.id, office.theirs, ["housing"], on=today())
    assert permitted.categories == {DataCategory.identity, DataCategory.contact}
    assert not permitted.refused


def test_an_answer_for_another_purpose_says_nothing(office: World, person: Person) -> None:
    consents.consent(office.db, office.worker, person, purpose="statistics")
    assert _shown(office, person) == set()


def test_a_stored_consent_ends_with_its_last_day(office: World, person: Person) -> None:
    consents.consent(office.db, office.worker, person, valid_until=TOMORROW)
    assert _shown(office, person, on=TOMORROW) == {"identity", "contact"}
    assert _shown(office, person, on=TOMORROW + timedelta(days=1)) == set()
