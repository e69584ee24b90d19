"""Who was called: what a draft knows of somebody from the ticket, and what becomes of it."""

from typing import Any

import pytest
from sqlalchemy import select

from app.intake import completion, queries, service
from app.intake.models import Arrival, Interview
from app.intake.schemas import InterviewCompletion, InterviewUpdate
from app.people.models import Person
from tests.factories import intake, people
from tests.factories.world import World


def waiting(office: World) -> Arrival:
    return intake.arrival(office.db, office.worker, office.here)


def call(office: World, arrival: Arrival) -> Interview:
    service.call(office.db, office.worker, arrival)
    office.db.flush()
    return office.db.scalars(select(Interview)).one()


@pytest.mark.parametrize(
    ("first_name", "member"),
    [("فاطمة (مثال)", "given_name_ar"), ("Fatima (exemple)", "given_name_latin")],
)
def test_the_draft_begins_with_the_first_name_on_the_ticket(
    office: World, first_name: str, member: str
) -> None:
    arrival = intake.arrival(office.db, office.worker, office.here, first_name=first_name)
    draft = call(office, arrival)
    assert draft.new_person == {member: first_name}
    told = queries.called(office.db, office.worker, [draft.id])
    assert told == {
        draft.id: {
            "interview_id": draft.id,
            "ticket": arrival.ticket,
            "first_name": first_name,
            "reason": arrival.reason,
        }
    }
    assert queries.called(office.db, office.stranger, [draft.id]) == {}


def test_who_is_registered_takes_the_place_of_the_name_on_the_ticket(office: World) -> None:
    draft = call(office, waiting(office))
    person = people.person(office.db, office.worker, office.here)
    service.save(office.db, office.worker, draft, InterviewUpdate(person_id=person.id))
    assert (draft.person_id, draft.new_person) == (person.id, None)


@pytest.mark.parametrize(
    ("more", "registered"),
    [
        ({}, 0),
        ({"family_name_ar": "المثالية"}, 1),
        ({"consents": True}, 1),
        ({"conclusion": "one_off_help"}, 1),
    ],
)
def test_nobody_is_registered_by_a_ticket_for_having_asked_something(
    office: World, more: dict[str, Any], registered: int
) -> None:
    draft = call(office, waiting(office))
    told = {**intake.told(**{"conclusion": "information_only", **more}), "new_person": draft.new_person}
    if name := told.pop("family_name_ar", None):
        told["new_person"] = {**(draft.new_person or {}), "family_name_ar": name}
    if told.pop("consents", None):
        told["consents"] = [{"decision": "refused", "form": "signature"}]
    service.save(office.db, office.worker, draft, InterviewUpdate(**told))
    completion.complete(office.db, office.worker, draft, InterviewCompletion())
    assert len(office.db.scalars(select(Person)).all()) == registered
    assert (draft.person_id is not None) == bool(registered)
