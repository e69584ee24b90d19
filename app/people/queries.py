from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Select, Uuid, bindparam, case, select, union

from app.core.actor import WINDOW_ROLES, Actor
from app.core.clock import today
from app.core.db import ReadSession, row, rows
from app.core.errors import NotFound
from app.core.ids import HouseholdId, PersonId, WindowId
from app.core.pagination import Page, PageRequest, binds, cut
from app.core.sharing import DataCategory
from app.people import identifiers, phones
from app.people.birth import Birth, BirthPrecision
from app.people.matching import Profile
from app.people.models import ContactPreference, Person, PersonIdentifier, PersonPhone, PersonWindow
from app.people.policy import visible_to
from app.windows.models import Territory, TerritoryLevel

_p, _w = Person.__table__.c, PersonWindow.__table__.c
_i, _t = PersonIdentifier.__table__.c, PersonPhone.__table__.c
_of_these: BindParameter[Any] = bindparam("people", expanding=True)

NAMES = ("given_name_ar", "family_name_ar", "given_name_latin", "family_name_latin")
_names = [_p[name] for name in NAMES]
_birth = [_p.birth_precision, _p.birth_on, _p.birth_year, _p.birth_age, _p.birth_stated_on]
_brief = [_p.id, *_names, _p.sex, *_birth, _p.contact_preference, _p.commune_code, _p.version]

_PEOPLE: Select[Any] = select(
    *_brief,
    _p.no_document_reason,
    _p.language,
    _p.address,
    _p.notes,
    _p.household_id,
    _p.is_head,
    _p.relationship_to_head,
    _p.duplicate_override,
    _p.created_at,
    _p.updated_at,
)
_PERSON = _PEOPLE.where(_p.id == bindparam("person"))
_FACTS = select(_p.id, *_names, _p.sex, *_birth).where(_p.id.in_(_of_these)).order_by(_p.id)
_IDENTIFIERS = (
    select(_i.person_id, _i.kind, _i.value, _i.raw).where(_i.person_id.in_(_of_these)).order_by(_i.id)
)
_PHONES = select(_t.person_id, _t.raw, _t.e164, _t.label).where(_t.person_id.in_(_of_these)).order_by(_t.id)
_WINDOWS = select(_w.window_id).where(_w.person_id == bindparam("person")).order_by(_w.window_id)
_HOUSEHOLD = select(*_birth).where(_p.household_id == bindparam("household")).order_by(_p.id)


def get(db: ReadSession, actor: Actor, person_id: PersonId) -> Person:
    """A visible person's row for changing it, or `NotFound`."""
    statement = select(Person).where(Person.id == bindparam("person"), visible_to(actor))
    person = db.execute(statement, {**actor.binds, "person": person_id}).scalar_one_or_none()
    if person is None:
        raise NotFound()
    return person


def check_visible(db: ReadSession, actor: Actor, person_id: PersonId) -> PersonId:
    """The id again, or `NotFound`."""
    statement = select(_p.id).where(_p.id == bindparam("person"), visible_to(actor))
    if row(db, statement, actor.binds, person=person_id) is None:
        raise NotFound()
    return person_id


def read(db: ReadSession, actor: Actor, person_id: PersonId) -> dict[str, Any]:
    """One visible person with everything that is known, or `NotFound`."""
    found = row(db, _PERSON.where(visible_to(actor)), actor.binds, person=person_id)
    if found is None:
        raise NotFound()
    numbers = _identifiers_of(db, person_id)
    telephones = phones_of(db, person_id)
    return {
        **_shown(found),
        "age": _age(birth_of(found)),
        "identifiers": numbers,
        "phones": telephones,
        "window_ids": windows_of(db, person_id),
        "warnings": [*_doubts_of_identifiers(numbers), *_doubts_of_phones(telephones)],
    }


def doubts(db: ReadSession, person_id: PersonId) -> list[dict[str, str]]:
    """What is unusual about the numbers of a person who was found visible; they are kept all the same."""
    numbers, telephones = _identifiers_of(db, person_id), phones_of(db, person_id)
    return [*_doubts_of_identifiers(numbers), *_doubts_of_phones(telephones)]


def windows_of(db: ReadSession, person_id: PersonId) -> list[WindowId]:
    """The windows that have received a person."""
    return list(db.scalars(_WINDOWS, {"person": person_id}))


def _shown(found: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in found.items() if not name.startswith("birth_")}
    return {**shown, "birth": _birth_shown(birth_of(found))}


def birth_of(found: Mapping[str, Any]) -> Birth:
    """The value behind the five columns; `birth_year` is kept for sorting whatever the precision."""
    precision = found["birth_precision"]
    year = found["birth_year"] if precision is BirthPrecision.YEAR else None
    return Birth(precision, found["birth_on"], year, found["birth_age"], found["birth_stated_on"])


def _birth_shown(birth: Birth) -> dict[str, Any]:
    return {name: getattr(birth, name) for name in ("precision", "on", "year", "about_age", "stated_on")}


def _age(birth: Birth) -> dict[str, int] | None:
    age = birth.age_on(today())
    return None if age is None else {"least": age[0], "most": age[1]}


def _identifiers_of(db: ReadSession, person_id: PersonId) -> list[dict[str, Any]]:
    found = rows(db, _IDENTIFIERS, people=[person_id])
    return [{"kind": n.kind, "value": n.value, "raw": n.raw} for n in found]


def phones_of(db: ReadSession, person_id: PersonId) -> list[dict[str, Any]]:
    return [
        {"number": t.raw, "e164": t.e164, "local": t.e164 and phones.local(t.e164), "label": t.label}
        for t in rows(db, _PHONES, people=[person_id])
    ]


def _doubts_of_identifiers(numbers: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Nothing about a doubt is stored: the same number raises the same doubt whenever it is looked at."""
    return [
        {"pointer": f"/identifiers/{place}", "code": code}
        for place, number in enumerate(numbers)
        for code in identifiers.normalise(number["kind"], number["raw"]).warnings
    ]


def _doubts_of_phones(telephones: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [
        {"pointer": f"/phones/{place}", "code": code}
        for place, telephone in enumerate(telephones)
        for code in phones.normalise(telephone["number"]).warnings
    ]


def page(db: ReadSession, actor: Actor, wanted: PageRequest) -> Page:
    """The people of the actor's windows, newest first."""
    if actor.role not in WINDOW_ROLES or not actor.window_ids:
        return Page([], None)
    windows = {f"window_{place}": window_id for place, window_id in enumerate(sorted(actor.window_ids))}
    statement = _newest(len(windows), wanted.cursor is not None)
    found = rows(db, statement, windows, **binds(wanted, UUID))
    result = cut(found, wanted, "id")
    return Page([_shown(item) for item in result.items], result.next)


@cache
def _newest(windows: int, continued: bool) -> Select[Any]:
    """Each window's newest ids come off its index, one page of each; so a page costs the same in a large register."""
    newest = []
    for place in range(windows):
        ids = select(_w.person_id).where(_w.window_id == bindparam(f"window_{place}", type_=Uuid()))
        if continued:
            ids = ids.where(_w.person_id < bindparam("after_0", type_=Uuid()))
        ids = ids.order_by(_w.person_id.desc()).limit(bindparam("page_limit"))
        newest.append(select(ids.subquery().c.person_id))
    known = newest[0] if windows == 1 else union(*newest)
    return select(*_brief).where(_p.id.in_(known)).order_by(_p.id.desc()).limit(bindparam("page_limit"))


def profiles(db: ReadSession, people: Iterable[PersonId]) -> list[tuple[Mapping[str, Any], Profile]]:
    """What the duplicate check compares, of people whoever knows them: not to be shown as it is."""
    ids = list(people)
    if not ids:
        return []
    numbers: dict[PersonId, list[tuple[identifiers.IdentifierKind, str]]] = {}
    for n in rows(db, _IDENTIFIERS, people=ids):
        numbers.setdefault(n.person_id, []).append((n.kind, n.value))
    telephones: dict[PersonId, list[str | None]] = {}
    for t in rows(db, _PHONES, people=ids):
        telephones.setdefault(t.person_id, []).append(t.e164)
    return [
        (
            person,
            profile(
                person,
                birth_of(person),
                numbers.get(person["id"], ()),
                telephones.get(person["id"], ()),
            ),
        )
        for person in rows(db, _FACTS, people=ids)
    ]


def profile(
    person: Mapping[str, Any],
    birth: Birth,
    numbers: Iterable[tuple[identifiers.IdentifierKind, str]],
    telephones: Iterable[str | None],
) -> Profile:
    """Name columns and sex of a person, with what stands beside them, as the matcher wants it."""
    return Profile(
        given_ar=person["given_name_ar"] or "",
        family_ar=person["family_name_ar"] or "",
        given_latin=person["given_name_latin"] or "",
        family_latin=person["family_name_latin"] or "",
        sex=person["sex"],
        birth=birth,
        phones=frozenset(e164 for e164 in telephones if e164),
        identifiers=frozenset(numbers),
    )


def kinds(db: ReadSession, person_id: PersonId) -> list[identifiers.IdentifierKind]:
    """The kinds of document that are recorded of a person."""
    return [number.kind for number in rows(db, _IDENTIFIERS, people=[person_id])]


def commune_exists(db: ReadSession, code: str) -> bool:
    found = select(Territory.code).where(Territory.code == code, Territory.level == TerritoryLevel.commune)
    return db.scalar(found) is not None


def exists(db: ReadSession, person_id: PersonId) -> bool:
    """Whether anybody is registered under an id, at whichever window."""
    return db.scalar(select(_p.id).where(_p.id == person_id)) is not None


def household(db: ReadSession, actor: Actor, person_id: PersonId) -> tuple[int, dict[str, Any]]:
    """A visible person's version, and who lives with them, the head first.

    Of people unknown to the actor's windows it is told only how many they are.
    """
    found = row(db, _PERSON.where(visible_to(actor)), actor.binds, person=person_id)
    if found is None:
        raise NotFound()
    if found.household_id is None:
        return found.version, {"id": None, "members": [], "others": 0}
    statement = (
        select(
            *(_p.id.label("person_id"), *_names, _p.sex, _p.birth_year, _p.is_head, _p.relationship_to_head),
            case((visible_to(actor), 1), else_=0).label("is_visible"),
        )
        .where(_p.household_id == bindparam("household"))
        .order_by(_p.is_head.desc(), _p.id)
    )
    living = rows(db, statement, actor.binds, household=found.household_id)
    shown = [{k: v for k, v in m.items() if k != "is_visible"} for m in living if m.is_visible]
    return found.version, {
        "id": found.household_id,
        "members": shown,
        "others": len(living) - len(shown),
    }


def has_head(db: ReadSession, household_id: HouseholdId) -> bool:
    return db.scalar(select(_p.id).where(_p.household_id == household_id, _p.is_head)) is not None


def shared(db: ReadSession, person_id: PersonId, categories: frozenset[str]) -> dict[str, Any]:
    """What a partner may be shown of a person, one member for each of the categories that are about the person.

    Of the household only numbers are told: the others have not been asked. Raises `NotFound`.
    """
    found = row(db, _PERSON, person=person_id)
    if found is None:
        raise NotFound()
    told: dict[DataCategory, Callable[[], Any]] = {
        DataCategory.identity: lambda: {name: found[name] for name in (*NAMES, "sex")},
        DataCategory.birth: lambda: _birth_shown(birth_of(found)),
        DataCategory.contact: lambda: _contact(db, found),
        DataCategory.identifiers: lambda: _identifiers_of(db, person_id),
        DataCategory.household: lambda: _composition(db, found),
    }
    return {str(category): tell() for category, tell in told.items() if category in categories}


def _contact(db: ReadSession, found: Mapping[str, Any]) -> dict[str, Any]:
    """The telephones of somebody who is not to be contacted are not handed on: the wish is."""
    told = {name: found[name] for name in ("address", "commune_code", "language", "contact_preference")}
    is_reachable = found["contact_preference"] is not ContactPreference.do_not_contact
    return {"phones": phones_of(db, found["id"]) if is_reachable else [], **told}


def _composition(db: ReadSession, found: Mapping[str, Any]) -> dict[str, Any]:
    """How many live together and who of them is of age, as far as births are known; `size` None: nothing is recorded."""
    living = rows(db, _HOUSEHOLD, household=found["household_id"]) if found["household_id"] else []
    of_age = Counter(birth_of(member).is_of_age(today()) for member in living)
    return {
        "size": len(living) or None,
        "adults": of_age[True],
        "minors": of_age[False],
        "unknown": of_age[None],
    }
