from typing import Any

import pytest
from sqlalchemy import select

from app.core.clock import today
from app.core.db import WriteSession
from app.core.errors import InvalidInput
from app.people import households, queries, service
from app.people.household_schemas import HouseholdChange, HouseholdJoin, NewMember
from app.people.models import Household, Person
from app.people.schemas import PersonUpdate
from tests.factories import people
from tests.factories.world import World, headers
from tests.people.asking import PEOPLE
from tests.support.client import CheckedClient
from tests.support.problems import code


class Family:
    """A mother at the head, her child, and a grandparent whom only another window knows."""

    def __init__(self, office: World) -> None:
        self.office, self.db = office, office.db
        self.mother = people.person(self.db, office.worker, office.here)
        self.child = people.person(self.db, office.worker, office.here, sex="male")
        self.alone = people.person(self.db, office.worker, office.here)
        people.household(self.db, office.worker, self.mother, child=self.child)
        self.hidden = people.person(self.db, office.stranger, office.elsewhere)
        self.hidden.household_id = self.mother.household_id
        self.hidden.relationship_to_head = "parent"
        self.db.commit()


@pytest.fixture
def family(office: World) -> Family:
    return Family(office)


def _ask(
    client: CheckedClient, family: Family, method: str, person: Person, version: Any = None, **body: Any
) -> Any:
    more = {"If-Match": f'"{version or person.version}"'} if method in {"PATCH", "DELETE"} else {}
    sent = {} if method in {"GET", "DELETE"} else {"json": body}
    return client.request(
        method, f"{PEOPLE}/{person.id}/household", headers=headers(family.office.worker, **more), **sent
    )


def test_the_head_stands_first_and_people_of_other_windows_are_only_counted(
    client: CheckedClient, family: Family
) -> None:
    response = _ask(client, family, "GET", family.child)
    household = response.json()
    assert household["id"] == str(family.mother.household_id)
    assert [(m["person_id"], m["is_head"], m["relationship_to_head"]) for m in household["members"]] == [
        (str(family.mother.id), True, None),
        (str(family.child.id), False, "child"),
    ]
    assert household["others"] == 1
    assert response.headers["etag"] == f'"{family.child.version}"'
    assert str(family.hidden.id) not in response.text


def test_who_has_no_household_recorded_has_none(client: CheckedClient, family: Family) -> None:
    assert _ask(client, family, "GET", family.alone).json() == {"id": None, "members": [], "others": 0}


def test_a_household_begins_with_its_head(client: CheckedClient, family: Family) -> None:
    response = _ask(client, family, "POST", family.alone)
    assert response.status_code == 201, response.text
    assert response.headers["location"] == f"{PEOPLE}/{family.alone.id}/household"
    assert [m["is_head"] for m in response.json()["members"]] == [True]


def test_a_person_joins_the_household_of_another_with_a_relationship(
    client: CheckedClient, family: Family
) -> None:
    body = {"with_person_id": str(family.child.id), "relationship": "spouse"}
    response = _ask(client, family, "POST", family.alone, **body)
    assert response.json()["members"][-1]["relationship_to_head"] == "spouse"


def test_nobody_lives_in_two_households(client: CheckedClient, family: Family) -> None:
    assert code(_ask(client, family, "POST", family.child)) == (409, "already_in_household")


def test_one_joins_only_where_there_is_a_household(client: CheckedClient, family: Family) -> None:
    other = people.person(family.db, family.office.worker, family.office.here)
    family.db.commit()
    body = {"with_person_id": str(other.id), "relationship": "child"}
    assert code(_ask(client, family, "POST", family.alone, **body)) == (409, "no_household")


@pytest.mark.parametrize(
    ("member", "relationship", "refusal"),
    [
        ("hidden", "child", ("/with_person_id", "unknown")),
        ("alone", "child", ("/with_person_id", "oneself")),
        ("mother", "best_friend", ("/relationship", "unknown_code")),
        ("mother", None, ("body", "join_incomplete")),
        (None, "child", ("body", "join_incomplete")),
    ],
)
def test_joining_names_somebody_visible_and_a_known_relationship(
    client: CheckedClient,
    family: Family,
    member: str | None,
    relationship: str | None,
    refusal: tuple[str, str],
) -> None:
    body = {"with_person_id": member and str(getattr(family, member).id), "relationship": relationship}
    (error,) = _ask(client, family, "POST", family.alone, **body).json()["errors"]
    assert (error["pointer"], error["code"]) == refusal


def test_somebody_is_taken_in_by_a_member_but_nobody_by_themselves(family: Family) -> None:
    db, worker = family.db, family.office.worker
    data = NewMember(member_id=family.alone.id, relationship="spouse")
    household_id = households.take_in(db, worker, family.child, data)
    assert (family.alone.household_id, family.alone.relationship_to_head) == (household_id, "spouse")
    assert household_id == family.child.household_id
    oneself = NewMember(member_id=family.child.id, relationship="spouse")
    with pytest.raises(InvalidInput) as refused:
        households.take_in(db, worker, family.child, oneself)
    assert refused.value.details["errors"] == [{"pointer": "/member_id", "code": "oneself"}]


def test_a_relationship_is_told_anew(client: CheckedClient, family: Family) -> None:
    response = _ask(client, family, "PATCH", family.child, relationship="spouse")
    assert response.json()["members"][1]["relationship_to_head"] == "spouse"
    assert response.headers["etag"] == f'"{family.child.version + 1}"'


def test_a_stale_version_changes_no_household(client: CheckedClient, family: Family) -> None:
    assert _ask(client, family, "PATCH", family.child, version=99, relationship="spouse").status_code == 412
    assert _ask(client, family, "DELETE", family.child, version=99).status_code == 412


def test_the_head_has_no_relationship_and_there_is_one_head(client: CheckedClient, family: Family) -> None:
    assert code(_ask(client, family, "PATCH", family.mother, relationship="spouse")) == (409, "is_head")
    assert code(_ask(client, family, "PATCH", family.child, is_head=True)) == (409, "household_has_head")


def test_who_lives_in_no_household_has_no_place_in_it(client: CheckedClient, family: Family) -> None:
    assert code(_ask(client, family, "PATCH", family.alone, is_head=True)) == (409, "no_household")
    assert code(_ask(client, family, "DELETE", family.alone)) == (409, "no_household")


@pytest.mark.parametrize("body", [{}, {"is_head": True, "relationship": "child"}])
def test_a_change_of_place_is_one_of_two(client: CheckedClient, family: Family, body: dict[str, Any]) -> None:
    (error,) = _ask(client, family, "PATCH", family.child, **body).json()["errors"]
    assert error["code"] == "one_of_two"


def test_a_member_leaves_and_the_others_stay_what_they_were(client: CheckedClient, family: Family) -> None:
    assert _ask(client, family, "DELETE", family.child).status_code == 204
    assert _ask(client, family, "GET", family.child).json()["id"] is None
    assert len(_ask(client, family, "GET", family.mother).json()["members"]) == 1


def test_when_the_head_leaves_relationships_are_emptied_and_another_may_head(
    client: CheckedClient, family: Family, db: WriteSession
) -> None:
    assert _ask(client, family, "DELETE", family.mother).status_code == 204
    left = _ask(client, family, "GET", family.child)
    assert [m["relationship_to_head"] for m in left.json()["members"]] == [None]
    db.refresh(family.hidden)
    assert family.hidden.relationship_to_head is None
    version = int(left.headers["etag"].strip('"'))
    assert version == family.child.version + 1
    headed = _ask(client, family, "PATCH", family.child, version=version, is_head=True)
    assert headed.json()["members"][0]["is_head"] is True


def test_a_household_ends_with_its_last_member(office: World) -> None:
    person = people.person(office.db, office.worker, office.here)
    households.settle(office.db, office.worker, person, HouseholdJoin())
    households.leave(office.db, office.worker, person)
    assert office.db.scalars(select(Household)).all() == []
    assert (person.is_head, person.household_id) == (False, None)


def test_a_household_shared_with_a_partner_names_nobody_else(family: Family) -> None:
    births = (
        (family.child, {"precision": "year", "year": today().year - 9}),
        (family.mother, {"precision": "about", "about_age": 40, "stated_on": today()}),
    )
    for person, birth in births:
        change = PersonUpdate.model_validate({"birth": birth, "duplicate_override": "A test."})
        service.change(family.db, family.office.worker, person, change)
    shown = queries.shared(family.db, family.child.id, frozenset({"household"}))["household"]
    assert shown == {"size": 3, "adults": 1, "minors": 1, "unknown": 1}


def test_every_change_of_a_household_makes_a_new_version_of_the_person(family: Family) -> None:
    before = family.child.version
    households.change(family.db, family.office.worker, family.child, HouseholdChange(relationship="parent"))
    assert family.child.version == before + 1
