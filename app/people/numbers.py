"""The numbers that a person is found by: documents, telephones, and the keys of the duplicate check.

They stand in tables of their own, once each and written one way, and are replaced as whole lists.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, bindparam, delete, func, insert, select

from app.core.db import WriteSession, is_sqlite
from app.core.errors import InvalidInput
from app.core.fields import dialled
from app.core.ids import PersonId
from app.people import identifiers, phones, queries
from app.people.blocking import blocking_keys
from app.people.identifiers import IdentifierKind
from app.people.matching import Profile
from app.people.models import Person, PersonIdentifier, PersonKey, PersonPhone
from app.people.schemas import IdentifierIn, PersonCreate, PersonUpdate, PhoneTold

LONGEST = 100  # characters of a document's number; compatibility letters grow when they are written out
_LOCK = select(func.pg_advisory_xact_lock(bindparam("key", type_=BigInteger())))


# --- what must hold -------------------------------------------------------------------------------------------


def check_documents(kinds: Collection[IdentifierKind], reason: str | None) -> None:
    """That somebody has no document is an answer of its own: it stands alone and always with its reason."""
    has_none = IdentifierKind.NONE in kinds
    if has_none and len(set(kinds)) > 1:
        raise InvalidInput("/identifiers", "none_among_others")
    if has_none and reason is None:
        raise InvalidInput("/no_document_reason", "missing")
    if reason is not None and not has_none:
        raise InvalidInput("/no_document_reason", "without_none")


def check_phones(told: Iterable[PhoneTold], present: Iterable[Mapping[str, Any]]) -> None:
    """Only what is new is judged: a number that was kept before there was a rule does not stand in the way of a change."""
    known = {phone["number"] for phone in present}
    for place, phone in enumerate(told):
        if phones.normalise(phone.number).raw in known:
            continue
        try:
            dialled(phone.number)
        except ValueError as fault:
            raise InvalidInput(f"/phones/{place}/number", str(fault)) from None


# --- rows and keys --------------------------------------------------------------------------------------------


def kinds(numbers: Iterable[IdentifierIn]) -> list[IdentifierKind]:
    return [number.kind for number in numbers]


def written(numbers: Iterable[IdentifierIn]) -> dict[tuple[IdentifierKind, str], str]:
    """Each number once, as it is compared, with how it was read first."""
    once: dict[tuple[IdentifierKind, str], str] = {}
    for number in numbers:
        value = identifiers.normalise(number.kind, number.value).value[:LONGEST]
        once.setdefault((number.kind, value), number.value)
    return once


def _documents(person_id: PersonId, numbers: Iterable[IdentifierIn]) -> list[PersonIdentifier]:
    return [
        PersonIdentifier(person_id=person_id, kind=kind, value=value, raw=raw)
        for (kind, value), raw in written(numbers).items()
    ]


def _telephones(person_id: PersonId, telephones: Iterable[PhoneTold]) -> list[PersonPhone]:
    """Each telephone once."""
    once: dict[str, PersonPhone] = {}
    for told in telephones:
        phone = phones.normalise(told.number)
        row = PersonPhone(person_id=person_id, raw=phone.raw, e164=phone.e164, label=told.label)
        once.setdefault(phone.e164 or phone.raw, row)
    return list(once.values())


def add(db: WriteSession, person_id: PersonId, told: PersonCreate) -> None:
    """The numbers of somebody who is being registered."""
    db.add_all([*_documents(person_id, told.identifiers), *_telephones(person_id, told.phones)])


def replace(db: WriteSession, person: Person, data: PersonUpdate) -> list[str]:
    """The lists that are sent take the place of those that there are; return which of them are other than before."""
    told: dict[str, tuple[type[Any], Sequence[Any]]] = {}
    if data.identifiers is not None:
        told["identifiers"] = PersonIdentifier, _documents(person.id, data.identifiers)
    if data.phones is not None:
        told["phones"] = PersonPhone, _telephones(person.id, data.phones)
    db.flush()
    return [name for name, (table, rows) in told.items() if _take_place(db, person.id, table, rows)]


def _take_place(db: WriteSession, person_id: PersonId, table: type[Any], told: Sequence[Any]) -> bool:
    """Put a list in the place of the one before, unless it is the same in the same order."""
    columns = [column for column in table.__table__.columns if column.name not in {"id", "person_id"}]
    before = db.execute(select(*columns).where(table.person_id == person_id).order_by(table.id)).all()
    if [tuple(row) for row in before] == [tuple(getattr(one, c.name) for c in columns) for one in told]:
        return False
    db.execute(delete(table).where(table.person_id == person_id))
    db.add_all(told)
    db.flush()
    return True


def add_keys(db: WriteSession, person_id: PersonId, keys: Iterable[str]) -> None:
    db.flush()
    new = [{"key": key, "person_id": person_id} for key in sorted(keys)]
    if new:
        db.execute(insert(PersonKey.__table__), new)  # type: ignore[arg-type]


def renew_keys(db: WriteSession, person_id: PersonId) -> None:
    _, profile = queries.profiles(db, [person_id])[0]
    wanted = blocking_keys(profile)
    known = set(db.scalars(select(PersonKey.key).where(PersonKey.person_id == person_id)))
    db.execute(
        delete(PersonKey).where(PersonKey.person_id == person_id, PersonKey.key.in_(sorted(known - wanted)))
    )
    add_keys(db, person_id, wanted - known)


def wait_for_alike(db: WriteSession, told: PersonCreate | PersonUpdate) -> None:
    """Let whoever writes down the same number or telephone at this moment finish first, so that the check sees it.

    SQLite has one writer anyway. On PostgreSQL locks on the keys are held until the transaction ends; they are taken
    in one order, or two could wait for each other.
    """
    if is_sqlite(db):
        return
    same = Profile(
        identifiers=frozenset(written(told.identifiers or ())),
        phones=frozenset(filter(None, (phones.normalise(one.number).e164 for one in told.phones or ()))),
    )
    digests = (hashlib.sha256(key.encode()).digest()[:8] for key in blocking_keys(same))
    for lock in sorted(int.from_bytes(digest, signed=True) for digest in digests):
        db.execute(_LOCK, {"key": lock})
