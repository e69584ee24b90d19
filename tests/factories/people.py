"""People for tests, built through the service. Each is another person to the duplicate check unless told."""

from itertools import count
from typing import Any

from app.core.actor import Actor
from app.core.db import WriteSession
from app.core.ids import WindowId
from app.people import households, service
from app.people.household_schemas import HouseholdJoin
from app.people.models import Person
from app.people.schemas import PersonCreate
from app.vocabularies import service as vocabularies
from tests.factories.vocabularies import term

TERMS = {
    "language": ("ar", "ary", "fr"),
    "no_document_reason": ("lost", "never_had"),
    "relationship": ("spouse", "child", "parent"),
}

_number = count(1)


def define_terms(db: WriteSession) -> None:
    """The codes that registering needs."""
    for vocabulary, codes in TERMS.items():
        vocabularies.define(db, vocabulary, [term(code) for code in codes])


def told(window_id: WindowId, **values: Any) -> dict[str, Any]:
    """What is told of an invented person, as JSON; a name unlike anybody else's unless one is given."""
    names = {"given_name_latin": "Exemple", "family_name_latin": f"Numero{next(_number)}"}
    if any("_name_" in name for name in values):
        names = {}
    return {"window_id": str(window_id), **names, **values}


def person(db: WriteSession, actor: Actor, window_id: WindowId, **values: Any) -> Person:
    """Somebody registered at a window; whoever looks alike is set aside."""
    data = told(window_id, duplicate_override="another one, for the test", **values)
    return service.register(db, actor, PersonCreate.model_validate(data))


def household(db: WriteSession, actor: Actor, head: Person, **members: Person) -> None:
    """People living together, named by what they are to the head."""
    households.settle(db, actor, head, HouseholdJoin())
    for relationship, member in members.items():
        data = HouseholdJoin(with_person_id=head.id, relationship=relationship)
        households.settle(db, actor, member, data)
