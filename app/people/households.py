"""Who lives with whom. Relationships are to the head; a household that loses its head keeps its members."""

from sqlalchemy import delete, exists, select, update

from app.audit import service as audit
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import WriteSession
from app.core.errors import DomainError, InvalidInput, NotFound
from app.core.ids import HouseholdId, PersonId
from app.people import queries
from app.people.household_schemas import HouseholdChange, HouseholdJoin, NewMember
from app.people.models import Household, Person
from app.vocabularies import service as vocabularies


class AlreadyInHousehold(DomainError):
    """The person lives in a household: leave that one first."""

    code = "already_in_household"


class NoHousehold(DomainError):
    """No household is recorded of the person."""

    code = "no_household"


class HouseholdHasHead(DomainError):
    """Another person is the head; relationships are told to that one, so it has to leave before another heads."""

    code = "household_has_head"


class IsHead(DomainError):
    """The head has no relationship to itself."""

    code = "is_head"


def settle(db: WriteSession, actor: Actor, person: Person, data: HouseholdJoin) -> HouseholdId:
    """Begin a household with the person as its head, or let the person join the one of somebody visible.

    Raises `AlreadyInHousehold`, `NoHousehold` when that other has none, `InvalidInput`.
    """
    _check_another(person.id, data.with_person_id, "/with_person_id")
    if person.household_id is not None:
        raise AlreadyInHousehold()
    if data.with_person_id is None:
        household = Household()
        db.add(household)
        db.flush()
        household_id, person.is_head = household.id, True
    else:
        household_id = _household_of(db, actor, data.with_person_id)
        person.relationship_to_head = _relationship(db, data.relationship)
    person.household_id = household_id
    _kept(db, actor, person, "household:settle", household_id)
    return household_id


def take_in(db: WriteSession, actor: Actor, person: Person, data: NewMember) -> HouseholdId:
    """Let somebody else move into the household in which a person lives. Raises what `settle` does, and `NotFound`."""
    _check_another(person.id, data.member_id, "/member_id")
    member = queries.get(db, actor, data.member_id)
    joined = HouseholdJoin(with_person_id=person.id, relationship=data.relationship)
    return settle(db, actor, member, joined)


def _check_another(person_id: PersonId, other_id: PersonId | None, pointer: str) -> None:
    if other_id == person_id:
        raise InvalidInput(pointer, "oneself")


def _household_of(db: WriteSession, actor: Actor, person_id: PersonId) -> HouseholdId:
    try:
        other = queries.get(db, actor, person_id)
    except NotFound:
        raise InvalidInput("/with_person_id", "unknown") from None
    if other.household_id is None:
        raise NoHousehold()
    return other.household_id


def _relationship(db: WriteSession, code: str | None) -> str | None:
    vocabularies.check(db, "/relationship", "relationship", [code] if code else [])
    return code


def change(db: WriteSession, actor: Actor, person: Person, data: HouseholdChange) -> None:
    """Tell the relationship to the head anew, or make the person the head where there is none.

    Raises `NoHousehold`, `IsHead`, `HouseholdHasHead`, `InvalidInput`.
    """
    household_id = _own(person)
    if person.is_head:
        raise IsHead()
    if data.is_head and queries.has_head(db, household_id):
        raise HouseholdHasHead()
    person.is_head = data.is_head
    person.relationship_to_head = _relationship(db, data.relationship)
    _kept(db, actor, person, "household:change", household_id)


def leave(db: WriteSession, actor: Actor, person: Person) -> None:
    """Take the person out. When the head leaves, what the others are to it no longer tells anything and is emptied.

    Raises `NoHousehold`.
    """
    household_id = _own(person)
    if person.is_head:
        _forget_relationships(db, household_id, person.id)
    person.household_id = person.relationship_to_head = None
    person.is_head = False
    _kept(db, actor, person, "household:leave", household_id)
    db.execute(
        delete(Household).where(
            Household.id == household_id,
            ~exists(select(Person.id).where(Person.household_id == household_id)),
        )
    )


def _forget_relationships(db: WriteSession, household_id: HouseholdId, head: PersonId) -> None:
    db.execute(
        update(Person)
        .where(Person.household_id == household_id, Person.id != head)
        .values(relationship_to_head=None, version=Person.version + 1, updated_at=now())
    )


def _own(person: Person) -> HouseholdId:
    if person.household_id is None:
        raise NoHousehold()
    return person.household_id


def _kept(db: WriteSession, actor: Actor, person: Person, action: str, household_id: HouseholdId) -> None:
    person.updated_at = now()
    db.flush()
    audit.record(db, actor, action, "household", household_id, person_id=person.id)
