"""Registering, changing and receiving people. A person is registered once, whatever the window and the year."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from app.audit import service as audit
from app.core import changes
from app.core.actor import Actor
from app.core.clock import now, today
from app.core.db import ReadSession, WriteSession
from app.core.errors import DomainError, InvalidInput, NotFound
from app.core.ids import PersonId, WindowId
from app.core.text import is_arabic
from app.people import duplicates, numbers, phones, queries
from app.people.birth import Birth
from app.people.blocking import blocking_keys
from app.people.identifiers import IdentifierKind
from app.people.matching import Profile, Verdict
from app.people.models import Person, PersonWindow
from app.people.schemas import BirthIn, PersonCreate, PersonSearch, PersonUpdate
from app.vocabularies import service as vocabularies

_MAY_BE_EMPTY = frozenset({*queries.NAMES, "address", "commune_code", "notes", "no_document_reason"})
_COLUMNS = _MAY_BE_EMPTY | {"sex", "language", "contact_preference"}
_COMPARED = frozenset({*queries.NAMES, "birth", "identifiers", "phones"})  # what the duplicate check looks at
_RIVALS = frozenset({Verdict.CERTAIN, Verdict.LIKELY})
_VOCABULARIES = ("language", "no_document_reason")  # columns that hold a code of the list of the same name


class PossibleDuplicates(DomainError):
    """Somebody registered may be this person: receive that one, or say why it is another (`duplicate_override`)."""

    code = "possible_duplicates"
    example: ClassVar[Mapping[str, object]] = {
        "candidates": [
            {
                "person_id": "01920000-0000-7000-8000-000000000000",
                "score": 0.97,
                "verdict": "certain",
                "reasons": ["same_identifier", "similar_name"],
            }
        ]
    }


class AlreadyReceived(DomainError):
    """The window knows the person already."""

    code = "already_received"


# --- finding --------------------------------------------------------------------------------------------------


def candidates(db: ReadSession, actor: Actor, data: PersonCreate) -> list[dict[str, Any]]:
    """The people registered anywhere who may be this one, the likeliest first."""
    return duplicates.find(db, actor, _profile(data))


def search(db: ReadSession, actor: Actor, data: PersonSearch) -> list[dict[str, Any]]:
    """The people registered anywhere for whom something of what is asked speaks, the likeliest first."""
    documents = [] if data.identifier is None else [data.identifier]
    telephone = phones.normalise(data.phone or "").e164
    name = data.name or ""
    wanted = Profile(
        given_ar=name if is_arabic(name) else "",
        given_latin="" if is_arabic(name) else name,
        birth=Birth.unknown() if data.birth is None else data.birth.value,
        identifiers=frozenset(numbers.written(documents)),
        phones=frozenset([telephone] if telephone else []),
    )
    return duplicates.find(db, actor, wanted, unlikely_too=True)


def _profile(data: PersonCreate) -> Profile:
    return queries.profile(
        {**{name: getattr(data, name) for name in queries.NAMES}, "sex": data.sex},
        data.birth.value,
        numbers.written(data.identifiers),
        (phones.normalise(told.number).e164 for told in data.phones),
    )


# --- registering ----------------------------------------------------------------------------------------------


def register(db: WriteSession, actor: Actor, data: PersonCreate) -> Person:
    """Register a person at one of the actor's windows.

    Raises `NotFound` for a window of others, `InvalidInput`, and `PossibleDuplicates` unless the candidates were
    seen and set aside with a reason, which is kept with the person.
    """
    _check_window(actor, data.window_id)
    columns = data.model_dump(include=set(_COLUMNS)) | _birth_columns(data.birth)
    _check_columns(db, columns)
    numbers.check_documents(numbers.kinds(data.identifiers), data.no_document_reason)
    numbers.wait_for_alike(db, data)
    found = candidates(db, actor, data)
    if found and data.duplicate_override is None:
        raise PossibleDuplicates(candidates=found)
    override = data.duplicate_override if found else None
    person = Person(**columns, registered_by=actor.user_id, duplicate_override=override)
    db.add(person)
    db.flush()
    db.add(PersonWindow(person_id=person.id, window_id=data.window_id))
    numbers.add(db, person.id, data)
    numbers.add_keys(db, person.id, blocking_keys(_profile(data)))
    details = {"window_id": data.window_id, "set_aside": [other["person_id"] for other in found]}
    audit.record(db, actor, "person:register", "person", person.id, person_id=person.id, **details)
    return person


def change(db: WriteSession, actor: Actor, person: Person, data: PersonUpdate) -> Person:
    """Change what is known of a person; null empties what may be empty, and leaves alone what may not.

    Raises `InvalidInput`, and `PossibleDuplicates` when the change brings up somebody who was no likely duplicate
    before, unless a reason sets them aside; the transaction is to be rolled back then.
    """
    sent = {
        name: value for name, value in data.changes().items() if value is not None or name in _MAY_BE_EMPTY
    }
    columns = {name: value for name, value in sent.items() if name in _COLUMNS}
    if data.birth is not None:
        columns |= _birth_columns(data.birth)
    if data.identifiers is not None and IdentifierKind.NONE not in numbers.kinds(data.identifiers):
        columns.setdefault("no_document_reason", None)  # a document that was found answers why there was none
    _check_columns(db, {name: getattr(person, name) for name in queries.NAMES} | columns)
    if "identifiers" in sent or "no_document_reason" in sent:
        kinds = (
            numbers.kinds(data.identifiers) if data.identifiers is not None else queries.kinds(db, person.id)
        )
        numbers.check_documents(kinds, columns.get("no_document_reason", person.no_document_reason))
    numbers.check_phones(data.phones or (), queries.phones_of(db, person.id) if data.phones else ())
    numbers.wait_for_alike(db, data)
    earlier = _rivals(db, actor, person) if _COMPARED & sent.keys() else None
    changed = changes.apply(person, columns)
    person.updated_at = now()  # numbers stand in tables of their own, but make a new version all the same
    replaced = numbers.replace(db, person, data)
    numbers.renew_keys(db, person.id)
    details: dict[str, Any] = {"fields": _fields(changed, replaced)}
    found = [] if earlier is None else _new_rivals(earlier, _rivals(db, actor, person))
    if found:
        if data.duplicate_override is None:
            raise PossibleDuplicates(candidates=found)
        person.duplicate_override = data.duplicate_override
        details["set_aside"] = [other["person_id"] for other in found]
    audit.record(db, actor, "person:change", "person", person.id, person_id=person.id, **details)
    return person


def _rivals(db: ReadSession, actor: Actor, person: Person) -> list[dict[str, Any]]:
    """Who else is likely or certainly this person, by what stands in the database now."""
    _, profile = queries.profiles(db, [person.id])[0]
    alike = duplicates.find(db, actor, profile)
    return [other for other in alike if other["person_id"] != person.id and other["verdict"] in _RIVALS]


def _new_rivals(earlier: list[dict[str, Any]], present: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those who were not there before, and those who were only likely and have become certain."""
    known = {
        (other["person_id"], verdict) for other in earlier for verdict in (Verdict.LIKELY, other["verdict"])
    }
    return [other for other in present if (other["person_id"], other["verdict"]) not in known]


def receive(db: WriteSession, actor: Actor, person_id: PersonId, window_id: WindowId, reason: str) -> None:
    """Make a person who is known elsewhere visible at one of the actor's windows, for a reason that is kept.

    Raises `NotFound` for a window of others or nobody's id, `AlreadyReceived`.
    """
    _check_window(actor, window_id)
    if not queries.exists(db, person_id):
        raise NotFound()
    if window_id in queries.windows_of(db, person_id):
        raise AlreadyReceived()
    db.add(PersonWindow(person_id=person_id, window_id=window_id, reason=reason))
    db.flush()
    audit.record(db, actor, "person:receive", "person", person_id, person_id=person_id, window_id=window_id)


# --- what must hold -------------------------------------------------------------------------------------------


def _check_window(actor: Actor, window_id: WindowId) -> None:
    if window_id not in actor.window_ids:
        raise NotFound()


def birth_of(data: BirthIn) -> Birth:
    """A birth as it can be today. Raises `InvalidInput`."""
    try:
        return data.value.checked(today())
    except ValueError as doubt:
        raise InvalidInput("/birth", str(doubt)) from None


def _check_columns(db: ReadSession, columns: Mapping[str, Any]) -> None:
    """Only what is sent is looked up: a code that was retired since does not stand in the way of another change."""
    if not any(columns[name] for name in queries.NAMES):
        raise InvalidInput("/given_name_ar", "name_missing")
    for name in _VOCABULARIES:
        vocabularies.check(db, f"/{name}", name, [columns[name]] if columns.get(name) else [])
    commune = columns.get("commune_code")
    if commune and not queries.commune_exists(db, commune):
        raise InvalidInput("/commune_code", "unknown_code", context={"list": "territories"})


def _fields(columns: Iterable[str], lists: Iterable[str]) -> list[str]:
    """What was changed, as a form calls it: of a birth several columns tell."""
    return sorted({"birth" if name.startswith("birth_") else name for name in columns} | set(lists))


def _birth_columns(data: BirthIn) -> dict[str, Any]:
    birth = birth_of(data)
    return {
        "birth_precision": birth.precision,
        "birth_on": birth.on,
        "birth_year": birth.middle,
        "birth_age": birth.about_age,
        "birth_stated_on": birth.stated_on,
    }
