"""Of whom a draft tells: somebody new, somebody registered, and who was not the one."""

from uuid import uuid4

import pytest

from app.auth.models import UserWindow
from tests.factories.world import World, headers
from tests.intake.test_drafts import URL, known, problems, save, start
from tests.support.client import CheckedClient


def test_the_new_person_is_kept_as_far_as_known(client: CheckedClient, office: World) -> None:
    half = {"given_name_ar": "مثالية", "birth": {"precision": "about"}, "phones": [{"number": ""}]}
    draft = start(client, office.worker, office, new_person=half).json()
    assert draft["new_person"] == half
    emptied = save(client, office.worker, draft, new_person=None)
    assert emptied.json()["new_person"] is None


@pytest.mark.parametrize("member", ["window_id", "duplicate_override", "shoe_size"])
def test_the_new_person_has_only_the_members_that_a_draft_holds(
    client: CheckedClient, office: World, member: str
) -> None:
    response = start(client, office.worker, office, new_person={member: "x"})
    assert problems(response) == [("/new_person", "unknown_field")]


def test_what_was_told_of_a_registered_person_stays_beside_them_until_it_is_taken_out(
    client: CheckedClient, office: World
) -> None:
    person = known(office, office.worker, office.here)
    told = {"phones": [{"number": "0600000099"}]}
    both = start(client, office.worker, office, person_id=str(person.id), new_person=told)
    assert (both.status_code, both.json()["new_person"]) == (201, told)
    draft = start(client, office.worker, office, new_person=told).json()
    named = save(client, office.worker, draft, person_id=str(person.id)).json()
    assert (named["person_id"], named["new_person"]) == (str(person.id), told)
    taken = save(client, office.worker, named, new_person=None).json()
    assert (taken["person_id"], taken["new_person"]) == (str(person.id), None)


def test_people_who_are_not_the_one_are_kept_with_the_draft_alone(
    client: CheckedClient, office: World
) -> None:
    person = str(known(office, office.worker, office.here).id)
    draft = start(client, office.worker, office, set_aside=[person, person]).json()
    assert draft["set_aside"] == [person]
    assert problems(save(client, office.worker, draft, set_aside=["nobody"])) == [
        ("/set_aside/0", "bad_format")
    ]
    place = f"{URL}/{draft['id']}/abandon"
    ended = client.post(place, headers=headers(office.worker), json={"reason": "Left early (example)."})
    assert ended.json()["set_aside"] == []


def test_a_person_of_another_window_is_not_found(client: CheckedClient, office: World) -> None:
    person = known(office, office.stranger, office.elsewhere)
    for person_id in (person.id, uuid4()):
        assert start(client, office.worker, office, person_id=str(person_id)).status_code == 404


def test_a_person_of_ones_other_window_is_received_here_first(client: CheckedClient, office: World) -> None:
    person = known(office, office.stranger, office.elsewhere)
    office.db.add(UserWindow(user_id=office.worker.user, window_id=office.elsewhere))
    office.db.commit()
    response = start(client, office.worker, office, person_id=str(person.id))
    assert problems(response) == [("/person_id", "not_received_here")]
