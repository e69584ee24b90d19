"""What the tests of people ask over HTTP, of whom, and what they read of the trail."""

from typing import Any

from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core.db import WriteSession
from app.core.ids import PersonId
from tests.factories import people
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

PEOPLE = "/api/v1/people"
FATIMA = {
    "given_name_ar": "فاطمة",
    "family_name_ar": "المثالية",
    "given_name_latin": "Fatima",
    "family_name_latin": "El Mitalia",
    "sex": "female",
    "birth": {"precision": "exact", "on": "1985-04-12"},
}
KARIM = {
    "given_name_ar": "كريم",
    "family_name_ar": "التجريبي",
    "sex": "male",
    "birth": {"precision": "year", "year": 1990},
    "phones": [{"number": "0612345678"}],
    "identifiers": [{"kind": "cin", "value": "ZZ1234"}],
}


def register(client: CheckedClient, office: World, **values: Any) -> Any:
    return client.post(PEOPLE, json=people.told(office.here, **values), headers=headers(office.worker))


def trail(db: WriteSession, action: str) -> list[AuditEntry]:
    return list(db.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)))


def registered(office: World, **values: Any) -> PersonId:
    person = people.person(office.db, office.worker, office.here, **values)
    office.db.commit()
    return person.id
