"""What the tests of consents ask over HTTP and of the rule, and what they read of the answers."""

from datetime import date, timedelta
from typing import Any

from app.consents import queries
from app.core.clock import today
from app.people.models import Person
from tests.factories import consents
from tests.factories.world import World, headers
from tests.support.client import CheckedClient


def tomorrow() -> date:
    return today() + timedelta(days=1)


def path(person: Person, below: str = "") -> str:
    return f"/api/v1/people/{person.id}/consents{below}"


def post(client: CheckedClient, office: World, person: Person, below: str = "", **body: Any) -> Any:
    return client.post(path(person, below), json=body, headers=headers(office.worker))


def record(client: CheckedClient, office: World, person: Person, **values: Any) -> Any:
    return post(client, office, person, **consents.told(**values))


def shown(office: World, person: Person, *needs: str, on: date | None = None) -> set[str]:
    permitted = queries.permitted(
        office.db, person.id, office.ours, needs or ("housing.rent",), on=on or today()
    )
    office.db.commit()  # an open savepoint would hold back what the client writes next
    return {str(category) for category in permitted.categories}
