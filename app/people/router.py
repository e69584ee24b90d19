from fastapi import APIRouter, Request, Response

from app.auth.deps import CreateDb
from app.core.deps import ExpectedVersion, PageQuery, ReadDb, WriteDb, check_version
from app.core.errors import Conflict, NotFound
from app.core.http import ApiRoute, answer, page_answer, refuses
from app.core.ids import PersonId
from app.people import households, queries, service
from app.people.deps import (
    CandidatesTold,
    HouseholdSeen,
    PeopleLister,
    PeopleSearcher,
    PersonReader,
    PersonSeen,
    PersonToWrite,
    PersonWriter,
)
from app.people.household_schemas import HouseholdChange, HouseholdJoin, HouseholdOut
from app.people.schemas import (
    CandidateList,
    PersonCreate,
    PersonOut,
    PersonPage,
    PersonSearch,
    PersonUpdate,
    ReceptionCreate,
)

router = APIRouter(route_class=ApiRoute, tags=["people"])


@router.get("/people", response_model=PersonPage)
def list_people(request: Request, actor: PeopleLister, db: ReadDb, page: PageQuery) -> Response:
    """The people whom my windows have received, the last registered first."""
    return page_answer(request, queries.page(db, actor, page))


@router.post("/people", response_model=PersonOut, status_code=201)
@refuses(NotFound)
def register_person(actor: PersonWriter, _: CandidatesTold, db: CreateDb, data: PersonCreate) -> Response:
    """Register a person at one of my windows.

    The duplicate check always runs. When somebody registered anywhere may be this person, the answer is a 409
    `possible_duplicates` with the `candidates` and the reasons. Then either receive that person
    (`POST /people/{person_id}/receptions`) or send the registration again with a `duplicate_override` that says why
    this is another one. Unusual numbers are kept, and told in `warnings`.
    """
    person = service.register(db, actor, data)
    return _person(db, actor, person.id, 201)


@router.post("/people/search", response_model=CandidateList)
def search_people(actor: PeopleSearcher, db: ReadDb, data: PersonSearch) -> Response:
    """Look for somebody who may be registered already, at any window, the likeliest first and with the reasons.

    What is asked stands in the body, so that no name is ever part of an address. Of people known to other windows
    only the initials, the year of birth, the sex and the windows to ask are told.
    """
    return answer({"items": service.search(db, actor, data)})


@router.get("/people/{person_id}", response_model=PersonOut)
def get_person(actor: PersonReader, seen: PersonSeen, db: ReadDb) -> Response:
    """One person with everything that is known. Opening it is recorded."""
    return _person(db, actor, seen)


@router.patch("/people/{person_id}", response_model=PersonOut)
def change_person(
    actor: PersonWriter,
    _: CandidatesTold,
    expected: ExpectedVersion,
    db: WriteDb,
    person: PersonToWrite,
    data: PersonUpdate,
) -> Response:
    """Change what is known of a person. Identifiers and telephones are replaced as whole lists.

    When the change makes somebody registered anywhere a likely or certain duplicate who was none before, the answer
    is a 409 `possible_duplicates`, and a `duplicate_override` sets them aside, as when a person is registered.
    """
    check_version(person.version, expected)
    service.change(db, actor, person, data)
    return _person(db, actor, person.id)


@router.post("/people/{person_id}/receptions", response_model=PersonOut, status_code=201)
@refuses(service.AlreadyReceived, Conflict)
def receive_person(actor: PersonWriter, db: CreateDb, person_id: PersonId, data: ReceptionCreate) -> Response:
    """Receive at my window a person who is known elsewhere, for a reason that is kept and can be asked about.

    The id comes from the candidates of a search or of the duplicate check.
    """
    service.receive(db, actor, person_id, data.window_id, data.reason)
    return _person(db, actor, person_id, 201)


@router.get("/people/{person_id}/household", response_model=HouseholdOut)
def get_household(actor: PersonReader, seen: HouseholdSeen, db: ReadDb) -> Response:
    """Who lives with the person, and what each is to the head. The `ETag` is the person's."""
    return _household(db, actor, seen)


@router.post("/people/{person_id}/household", response_model=HouseholdOut, status_code=201)
@refuses(households.AlreadyInHousehold, households.NoHousehold)
def settle_in_household(
    actor: PersonWriter, db: CreateDb, person: PersonToWrite, data: HouseholdJoin
) -> Response:
    """Begin a household with this person as its head, or join the one in which another person lives."""
    households.settle(db, actor, person, data)
    return _household(db, actor, person.id, 201)


@router.patch("/people/{person_id}/household", response_model=HouseholdOut)
@refuses(households.NoHousehold, households.IsHead, households.HouseholdHasHead, Conflict)
def change_place_in_household(
    actor: PersonWriter, expected: ExpectedVersion, db: WriteDb, person: PersonToWrite, data: HouseholdChange
) -> Response:
    """Tell the relationship to the head anew, or name this person the head where the household has lost its own."""
    check_version(person.version, expected)
    households.change(db, actor, person, data)
    return _household(db, actor, person.id)


@router.delete("/people/{person_id}/household", status_code=204)
@refuses(households.NoHousehold)
def leave_household(
    actor: PersonWriter, expected: ExpectedVersion, db: WriteDb, person: PersonToWrite
) -> None:
    """Take the person out of the household; when it was the head, the others' relationships are emptied."""
    check_version(person.version, expected)
    households.leave(db, actor, person)


def _person(db: ReadDb, actor: PersonReader, person_id: PersonId, status: int = 200) -> Response:
    person = queries.read(db, actor, person_id)
    return answer(person, status, version=person["version"], location=_at(person_id, status))


def _household(db: ReadDb, actor: PersonReader, person_id: PersonId, status: int = 200) -> Response:
    version, household = queries.household(db, actor, person_id)
    return answer(household, status, version=version, location=_at(person_id, status, "/household"))


def _at(person_id: PersonId, status: int, below: str = "") -> str | None:
    return f"/api/v1/people/{person_id}{below}" if status == 201 else None
