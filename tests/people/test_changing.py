"""A change must not make a second file of one person either; nor may two who write at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core.db import Database, ReadSession, WriteSession
from app.people import service
from app.people.models import Person, PersonPhone
from app.people.schemas import PersonCreate, PersonUpdate
from app.vocabularies.models import Term
from tests.factories import people
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

CIN = {"identifiers": [{"kind": "cin", "value": "ZZ778899"}]}
LEILA = {
    "given_name_latin": "Leila",
    "family_name_latin": "Exemple",
    "birth": {"precision": "exact", "on": "1991-05-06"},
}


def change(client: CheckedClient, office: World, person: Person, **body: Any) -> Any:
    sent = headers(office.worker, **{"If-Match": f'"{person.version}"'})
    return client.patch(f"/api/v1/people/{person.id}", json=body, headers=sent)


@pytest.mark.parametrize("told", [CIN, LEILA, {**LEILA, "phones": [{"number": "0612345678"}]}])
def test_a_change_that_brings_up_somebody_is_refused_until_they_are_set_aside(
    client: CheckedClient, office: World, db: WriteSession, told: dict[str, Any]
) -> None:
    known = people.person(db, office.stranger, office.elsewhere, **{**LEILA, **told})
    person = people.person(
        db, office.worker, office.here, **({} if "phones" not in told else {"sex": "female"})
    )
    db.commit()
    if told is CIN:  # the number alone tells, whatever the name
        told = {**CIN, "given_name_latin": "Leila", "family_name_latin": "Exemple"}
    refused = change(client, office, person, **told)
    assert (refused.status_code, refused.json()["code"]) == (409, "possible_duplicates"), refused.text
    assert [c["person_id"] for c in refused.json()["candidates"]] == [str(known.id)]
    assert db.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc())).first() == "person:candidates"
    kept = change(client, office, person, **told, duplicate_override="They came together.")
    assert (kept.status_code, kept.json()["duplicate_override"]) == (200, "They came together.")
    entry = db.scalars(select(AuditEntry).where(AuditEntry.action == "person:change")).one()
    assert entry.details["set_aside"] == [str(known.id)]
    db.refresh(person)
    again = change(client, office, person, **told)  # nobody new
    assert again.status_code == 200, again.text


def test_a_telephone_that_was_kept_before_there_was_a_rule_stands_in_the_way_of_nothing(
    client: CheckedClient, office: World, db: WriteSession
) -> None:
    person = people.person(db, office.worker, office.here)
    db.add(PersonPhone(person_id=person.id, raw="5757", e164=None))
    db.commit()
    kept = change(client, office, person, phones=[{"number": " 5757"}], address="12, rue de l'Exemple")
    assert kept.status_code == 200, kept.text
    assert [phone["number"] for phone in kept.json()["phones"]] == ["5757"]
    db.refresh(person)
    refused = change(client, office, person, phones=[{"number": "5757"}, {"number": "141"}])
    assert refused.status_code == 422
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [
        ("/phones/1/number", "phone_implausible")
    ]


def test_somebody_set_aside_as_likely_is_asked_about_again_once_certain(
    client: CheckedClient, office: World, db: WriteSession
) -> None:
    names = {name: LEILA[name] for name in ("given_name_latin", "family_name_latin")}
    people.person(db, office.worker, office.here, **names, **CIN, phones=[{"number": "0612345678"}])
    person = people.person(db, office.worker, office.here, **names, phones=[{"number": "0612345678"}])
    db.commit()
    assert change(client, office, person, given_name_latin="Leïla").status_code == 200
    db.refresh(person)
    refused = change(client, office, person, **CIN)
    assert [c["verdict"] for c in refused.json()["candidates"]] == ["certain"]


def test_a_reason_that_sets_nobody_aside_is_not_kept(office: World) -> None:
    person = people.person(office.db, office.worker, office.here)
    told = PersonUpdate.model_validate({**CIN, "duplicate_override": "Just in case."})
    assert service.change(office.db, office.worker, person, told).duplicate_override is None


@pytest.mark.parametrize(
    ("name", "same", "by_change"),
    [
        ("Alpha Premier", {"identifiers": [{"kind": "cin", "value": "ZZ100001"}]}, False),
        ("Boutros Second", {"phones": [{"number": "0612000002"}]}, False),
        ("Charlotte Dernier", {"identifiers": [{"kind": "cin", "value": "ZZ300003"}]}, True),
    ],
)
def test_of_two_who_write_down_one_person_at_once_the_second_is_told(
    committed: Database, committed_world: World, name: str, same: dict[str, Any], by_change: bool
) -> None:
    given, family = name.split()
    person = {"given_name_latin": given, "family_name_latin": family, **same}
    world, gate, written = committed_world, Barrier(2), Barrier(2)
    with committed.write_session() as session:
        db = WriteSession(ReadSession(session))
        if not session.scalar(select(Term.code).where(Term.vocabulary == "language").limit(1)):
            people.define_terms(db)
        other = people.person(db, world.worker, world.here).id
        session.commit()

    def write(changes: bool) -> bool:
        gate.wait()
        with committed.write_session() as session:
            db = WriteSession(ReadSession(session))
            try:
                if changes:
                    service.change(
                        db, world.worker, db.get_one(Person, other), PersonUpdate.model_validate(person)
                    )
                else:
                    told = people.told(world.here, **person)
                    service.register(db, world.worker, PersonCreate.model_validate(told))
            except service.PossibleDuplicates:
                return False
            with suppress(BrokenBarrierError):
                written.wait(0.5)  # for the other one, who must not get as far before this is committed
            session.commit()
            return True

    with ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(write, (False, by_change)))
    assert sorted(outcomes) == [False, True]
