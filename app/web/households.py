"""Who lives with a person: beginning a household, adding people to it, what each is to the head, leaving it."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.auth.deps import CreateDb
from app.core.actor import Actor
from app.core.db import ReadSession
from app.core.deps import ExpectedVersion, ReadDb, WriteDb, check_version
from app.core.ids import PersonId
from app.people import households, queries, service
from app.people.deps import HouseholdSeen, PeopleSearcher, PersonReader, PersonToWrite, PersonWriter
from app.people.household_schemas import HouseholdChange, HouseholdJoin, NewMember
from app.people.schemas import PersonSearch
from app.web import face, terms
from app.web.face import PageForm, see
from app.web.rendering import page

router = face.router()


def _shown(
    request: Request, db: ReadSession, actor: Actor, person_id: PersonId, found: list[Any] | None
) -> Response:
    person = queries.read(db, actor, person_id)
    household = queries.household(db, actor, person_id)[1]
    present = {member["person_id"] for member in household["members"]} | {person_id}
    visible = [one for one in found or () if one["is_visible"] and one["person_id"] not in present]
    return page(
        request,
        "people/household.html",
        who=person,
        household=household,
        head=next((m for m in household["members"] if m["is_head"]), None),
        found=None if found is None else visible,
        relationships=terms.words(db, "relationship"),
        relationship_options=terms.options(db, "relationship"),
    )


@router.get("/people/{person_id}/household/search")
@router.get("/people/{person_id}/household")
def show_household(request: Request, actor: PersonReader, seen: HouseholdSeen, db: ReadDb) -> Response:
    return _shown(request, db, actor, seen, None)


@router.post("/people/{person_id}/household/search")
def search_people(
    request: Request, actor: PeopleSearcher, seen: HouseholdSeen, db: ReadDb, form: PageForm
) -> Response:
    """Look for somebody whom one's windows know; what is typed stays out of the address."""
    return _shown(request, db, actor, seen, service.search(db, actor, form.read(PersonSearch)))


@router.post("/people/{person_id}/household")
def begin(actor: PersonWriter, db: CreateDb, person: PersonToWrite) -> Response:
    """Begin a household with the person as its head."""
    households.settle(db, actor, person, HouseholdJoin())
    return see(f"/people/{person.id}/household", done="household_saved")


@router.post("/people/{person_id}/household/join")
def join(actor: PersonWriter, db: CreateDb, person: PersonToWrite, form: PageForm) -> Response:
    """Let the person move into the household in which somebody else lives."""
    households.settle(db, actor, person, form.read(HouseholdJoin))
    return see(f"/people/{person.id}/household", done="household_saved")


@router.post("/people/{person_id}/household/members")
def add_member(actor: PersonWriter, db: CreateDb, person: PersonToWrite, form: PageForm) -> Response:
    """Let somebody else move into the household in which this person lives."""
    households.take_in(db, actor, person, form.read(NewMember))
    return see(f"/people/{person.id}/household", done="household_saved")


@router.post("/people/{person_id}/household/change")
def change_place(
    actor: PersonWriter, expected: ExpectedVersion, db: WriteDb, person: PersonToWrite, form: PageForm
) -> Response:
    check_version(person.version, expected)
    households.change(db, actor, person, form.read(HouseholdChange))
    return see(f"/people/{person.id}/household", done="household_saved")


@router.post("/people/{person_id}/household/leave")
def leave_household(
    actor: PersonWriter, expected: ExpectedVersion, db: WriteDb, person: PersonToWrite
) -> Response:
    check_version(person.version, expected)
    households.leave(db, actor, person)
    return see(f"/people/{person.id}/household", done="household_left")
