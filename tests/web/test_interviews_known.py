"""Whoever is heard may be known already: here, elsewhere, with an open case."""

import pytest
from sqlalchemy import select

from app.core.db import WriteSession
from app.intake.models import Interview
from app.intake.states import InterviewStatus
from app.people.models import Person
from tests.factories import cases, intake, people
from tests.factories.world import World
from tests.support.interviews import WHOLE, fresh, write
from tests.support.pages import ORIGIN, Browser

pytestmark = pytest.mark.usefixtures("intake_terms")


def known_elsewhere(db: WriteSession, world: World) -> Person:
    found = people.person(
        db, world.stranger, world.elsewhere, given_name_latin="Exemple", family_name_latin="Ailleurs"
    )
    db.commit()
    return found


def test_while_a_name_is_typed_known_people_come_up_and_can_be_chosen(
    worker: Browser, db: WriteSession, world: World, draft: Interview
) -> None:
    person = people.person(db, world.worker, world.here, given_name_ar="مثالية", family_name_ar="الاختبار")
    db.commit()
    fields = dict(worker.open(f"/interviews/{draft.id}").find("//form[@id='intake']")[0].form_values())
    fields |= {"new_person.given_name_ar": "مثالية", "new_person.family_name_ar": "الاختبار"}
    answer = worker.client.post("/search/known", data=fields, headers={"Origin": ORIGIN})
    assert f'name="chosen" value="{person.id}"' in answer.text
    page = write(worker, draft, chosen=person.id, narrative="مثال")
    now = fresh(db, draft)
    assert (now.person_id, now.new_person, now.narrative) == (person.id, None, "مثال")
    assert page.link("مثالية الاختبار") == f"/people/{person.id}"
    write(worker, draft, next="other")
    assert fresh(db, draft).person_id is None


def test_possible_duplicates_are_shown_and_one_can_be_taken(
    worker: Browser, db: WriteSession, world: World, draft: Interview
) -> None:
    person = people.person(db, world.worker, world.here, given_name_ar="مثالية", family_name_ar="الاختبار")
    db.commit()
    page = write(worker, draft, next="check", **WHOLE).send(f"/interviews/{draft.id}/complete")
    assert page.status == 409
    page = page.send(f"/interviews/{draft.id}/person", person_id=person.id)
    assert page.path == f"/interviews/{draft.id}/check"
    assert fresh(db, draft).person_id == person.id


def test_possible_duplicates_are_set_aside_with_a_reason(
    worker: Browser, db: WriteSession, world: World, draft: Interview
) -> None:
    people.person(db, world.worker, world.here, given_name_ar="مثالية", family_name_ar="الاختبار")
    db.commit()
    page = write(worker, draft, next="check", **WHOLE).send(f"/interviews/{draft.id}/complete")
    page.send(f"/interviews/{draft.id}/complete", duplicate_override="ابنة عمها (مثال)")
    assert fresh(db, draft).status is InterviewStatus.completed
    assert len(db.scalars(select(Person)).all()) == 2


def test_who_is_known_elsewhere_is_received_here_for_a_reason(
    worker: Browser, db: WriteSession, world: World
) -> None:
    person = known_elsewhere(db, world)
    named = {"given_name_latin": "Exemple", "family_name_latin": "Ailleurs"}
    begun = intake.draft(db, world.worker, world.here, new_person=named)
    db.commit()
    page = worker.open(f"/interviews/{begun.id}/people")
    assert page.send(f"/interviews/{begun.id}/person").status == 422
    page.send(f"/interviews/{begun.id}/person", reason="Sent by them.")
    assert fresh(db, begun).person_id == person.id


def test_an_interview_joins_the_case_that_is_open(worker: Browser, db: WriteSession, world: World) -> None:
    case = cases.case(db, world.worker)
    told = {**intake.told(person_id=case.person_id), "new_person": None}
    begun = intake.draft(db, world.worker, world.here, **told)
    db.commit()
    page = worker.open(f"/interviews/{begun.id}/check").send(f"/interviews/{begun.id}/complete")
    assert page.status == 409
    assert page.link("فتح الملف") == f"/cases/{case.id}"
    page.send(f"/interviews/{begun.id}/complete")
    assert fresh(db, begun).case_id == case.id
