"""What was told of a registered person and does not stand in the person's file yet.

Whoever is recognised while a draft is written may have told a new telephone or shown a document before: that belongs
into the file. Where the file is silent it is supplemented; where it says something else it stays as it is.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import ReadSession, WriteSession
from app.core.errors import InvalidInput
from app.core.ids import PersonId
from app.core.text import fold
from app.people import identifiers, numbers, phones, queries, service
from app.people.birth import Birth, BirthPrecision, agreement
from app.people.identifiers import IdentifierKind
from app.people.models import Person, PersonIdentifier
from app.people.schemas import MOST_NUMBERS, BirthIn, PersonCreate, PersonUpdate

Told = Mapping[str, Any]

_PRECISION = (BirthPrecision.UNKNOWN, BirthPrecision.ABOUT, BirthPrecision.YEAR, BirthPrecision.EXACT)
_ALWAYS_KNOWN = frozenset({"language", "contact_preference"})  # they have a value before anybody was asked


@dataclass(frozen=True, slots=True, repr=False)
class Beyond:
    """Members of `PersonCreate`: what the file lacks, and where it says something else."""

    lacking: dict[str, Any] = field(default_factory=dict)
    differing: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.lacking or self.differing)


def beyond(file: Mapping[str, Any], told: Told) -> Beyond:
    """What is told beyond a person's file (as `queries.read` shows it).

    What a draft holds may have any form: it is judged when it is added. Until then it counts as lacking in the file.
    """
    found = Beyond()
    for name, value in told.items():
        if name == "no_document_reason":  # goes with the answer that there is no document
            continue
        compare = _COMPARED.get(name)
        lacks, differs = compare(file, value) if compare else _plain(name, file.get(name), value)
        if lacks:
            found.lacking[name] = lacks
        if differs:
            found.differing[name] = differs
    _keep_names_together(found)
    reason = told.get("no_document_reason")
    if reason and any(_is_none(number) for number in _members(found.lacking.get("identifiers"))):
        found.lacking["no_document_reason"] = reason
    return found


def _keep_names_together(found: Beyond) -> None:
    """A given and a family name of one script are one name: half of another person's is never put beside ours."""
    for script in ("ar", "latin"):
        pair = {f"given_name_{script}", f"family_name_{script}"}
        if pair & found.differing.keys():
            found.differing.update({name: found.lacking.pop(name) for name in pair & found.lacking.keys()})


def supplement(
    db: WriteSession, actor: Actor, person: Person, told: PersonCreate, duplicate_override: str | None
) -> None:
    """Add to the file of somebody whom the actor may see what is told and lacks there.

    Raises `InvalidInput`, with `identifier_of_another` for a document that somebody else is registered with, and
    `PossibleDuplicates` as any change of a file does.
    """
    said = told.model_dump(mode="json", exclude_unset=True, exclude={"window_id", "duplicate_override"})
    file = queries.read(db, actor, person.id)
    lacking = beyond(file, said).lacking
    _check_documents(db, person.id, told, lacking.get("identifiers", ()))
    if lacking:
        changes = PersonUpdate.model_validate(
            {**_whole_lists(file, lacking), "duplicate_override": duplicate_override}
        )
        service.change(db, actor, person, changes)


def _whole_lists(file: Mapping[str, Any], lacking: dict[str, Any]) -> dict[str, Any]:
    """A change replaces lists: what stands in the file stays, and what was told comes behind it."""
    changes = dict(lacking)
    if "identifiers" in lacking:
        kept = [{"kind": n["kind"], "value": n["raw"]} for n in file["identifiers"] if not _is_none(n)]
        changes["identifiers"] = [*kept, *lacking["identifiers"]]
    if "phones" in lacking:
        kept = [{"number": phone["number"], "label": phone["label"]} for phone in file["phones"]]
        changes["phones"] = [*kept, *lacking["phones"]]
    return changes


def _check_documents(db: ReadSession, person_id: PersonId, told: PersonCreate, new: Iterable[Told]) -> None:
    added = {_number(number) for number in new}
    for place, number in enumerate(told.identifiers):
        key = _number({"kind": number.kind, "value": number.value})
        if number.kind is not IdentifierKind.NONE and key in added and _is_of_another(db, person_id, *key):
            raise InvalidInput(f"/identifiers/{place}", "identifier_of_another")


def _is_of_another(db: ReadSession, person_id: PersonId, kind: str, value: str) -> bool:
    others = select(PersonIdentifier.id).where(
        PersonIdentifier.kind == IdentifierKind(kind),
        PersonIdentifier.value == value,
        PersonIdentifier.person_id != person_id,
    )
    return db.scalar(select(others.exists())) is True


# --- comparing: what the file lacks, and what it says otherwise ------------------------------------------------

_Sides = tuple[Any, Any]


def _plain(name: str, known: Any, value: Any) -> _Sides:
    if not value or value == "unknown" or _same(known, value):
        return None, None
    return (value, None) if known in {None, "", "unknown"} and name not in _ALWAYS_KNOWN else (None, value)


def _same(known: Any, value: Any) -> bool:
    return bool(known) and fold(str(known)) == fold(str(value))


def _birth(file: Mapping[str, Any], value: Any) -> _Sides:
    """The better known birth stays; one that is known better now, and may be the same, takes its place."""
    try:
        new = BirthIn.model_validate(value).value
    except ValidationError:
        return value, None
    known = Birth(**file["birth"])
    is_better = _PRECISION.index(new.precision) > _PRECISION.index(known.precision)
    match agreement(known, new):
        case "same":
            return None, None
        case "unknown":
            return (value, None) if is_better else (None, None)
        case "compatible" if is_better:
            return value, None
        case "compatible" if new.precision is not BirthPrecision.EXACT:
            return None, None
    return None, value


def _documents(file: Mapping[str, Any], value: Any) -> _Sides:
    known = {_number({"kind": n["kind"], "value": n["raw"]}) for n in file["identifiers"]}
    new = [number for number in _members(value) if _number(number) not in known]
    if known and any(_is_none(number) for number in new):
        return None, new  # there is a document, whatever was said
    return _within(new, MOST_NUMBERS - len(file["identifiers"]))


def _telephones(file: Mapping[str, Any], value: Any) -> _Sides:
    known = {_line(phone["number"]) for phone in file["phones"]}
    new = [phone for phone in _members(value) if _line(phone.get("number")) not in known]
    return _within(new, MOST_NUMBERS - len(file["phones"]))


def _within(new: list[Told], room: int) -> _Sides:
    """What a file has no room for stays beside it, and is told."""
    return new[:room], new[room:] or None


_COMPARED: dict[str, Callable[[Mapping[str, Any], Any], _Sides]] = {
    "birth": _birth,
    "identifiers": _documents,
    "phones": _telephones,
}


def _members(value: Any) -> list[Told]:
    return [member for member in value if isinstance(member, Mapping)] if isinstance(value, list) else []


def _is_none(number: Told) -> bool:
    return number.get("kind") == IdentifierKind.NONE


def _number(number: Told) -> tuple[str, str]:
    """A number on a document as it is compared; of no known kind, as it was told."""
    kind, value = str(number.get("kind")), str(number.get("value") or "")
    if kind not in set(IdentifierKind):
        return kind, value
    return kind, identifiers.normalise(IdentifierKind(kind), value).value[: numbers.LONGEST]


def _line(number: Any) -> str:
    told = phones.normalise(str(number or ""))
    return told.e164 or told.raw
