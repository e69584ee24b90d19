"""Whoever is heard may be known already: here, elsewhere, with an open case."""

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.cases.models import Case
from app.core.db import WriteSession
from app.intake import service
from app.intake.models import Interview
from app.intake.states import InterviewStatus
from app.people.models import Person
from tests.factories import cases, intake, people
from tests.factories.world import World
from tests.support.interviews import WHOLE, fresh, write
from tests.support.pages import ORIGIN, Browser, Page

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


def told_of(db: WriteSession, world: World) -> tuple[Person, Interview]:
    """Somebody registered, and a draft that tells of somebody with the same name."""
    named = {"given_name_ar": "مثالية", "family_name_ar": "الاختبار"}
    person = people.person(db, world.worker, world.here, **named)
    begun = intake.draft(db, world.worker, world.here, new_person=named, channel="walk_in")
    db.commit()
    return person, begun


def chosen(page: Page) -> list[str]:
    return [str(button.get("value")) for button in page.find("//button[@name='chosen']")]


def test_who_may_be_meant_is_shown_when_a_draft_is_taken_up_elsewhere(
    app: FastAPI, db: WriteSession, world: World
) -> None:
    person, begun = told_of(db, world)
    colleague = Browser(app).sign_in_as(db, world.colleague)
    assert chosen(colleague.open(f"/interviews/{begun.id}")) == [str(person.id)]
    searches = select(AuditEntry.id).where(AuditEntry.action == "person:search")
    assert len(db.scalars(searches).all()) == 1


def test_a_ticket_and_an_interview_with_somebody_known_search_for_nobody(
    worker: Browser, db: WriteSession, world: World
) -> None:
    person, begun = told_of(db, world)
    write(worker, begun, chosen=person.id)
    arrival = intake.arrival(db, world.worker, world.here)
    service.call(db, world.worker, arrival)
    db.commit()
    before = len(db.scalars(select(AuditEntry.id).where(AuditEntry.action == "person:search")).all())
    for interview_id in (begun.id, arrival.interview_id):
        assert chosen(worker.open(f"/interviews/{interview_id}")) == []
    assert len(db.scalars(select(AuditEntry.id).where(AuditEntry.action == "person:search")).all()) == before


def test_none_of_these_closes_the_panel_wherever_the_draft_is_opened_and_the_end_asks_for_the_reason(
    worker: Browser, supervisor: Browser, db: WriteSession, world: World
) -> None:
    person, begun = told_of(db, world)
    page = write(worker, begun, next="none", **{**WHOLE, "phone": "0600000099"})
    assert (chosen(page), fresh(db, begun).set_aside) == ([], [str(person.id)])
    assert fresh(db, begun).new_person["phones"] == [{"number": "0600000099"}]
    assert chosen(supervisor.open(f"/interviews/{begun.id}")) == []
    page = worker.open(f"/interviews/{begun.id}/check").send(f"/interviews/{begun.id}/complete")
    assert page.status == 409
    page.send(f"/interviews/{begun.id}/complete", duplicate_override="ابنة عمها (مثال)")
    assert fresh(db, begun).set_aside == []
    assert fresh(db, begun).status is InterviewStatus.completed


def test_somebody_else_who_comes_up_opens_it_again(worker: Browser, db: WriteSession, world: World) -> None:
    _, begun = told_of(db, world)
    write(worker, begun, next="none")
    other = people.person(db, world.worker, world.here, phones=[{"number": "0600000099"}])
    db.commit()
    fields = dict(worker.open(f"/interviews/{begun.id}").find("//form[@id='intake']")[0].form_values())
    answer = worker.client.post(
        "/search/known", data={**fields, "phone": "0600000099"}, headers={"Origin": ORIGIN}
    )
    assert chosen(Page(worker, answer)) == [str(other.id)]


def test_without_scripts_the_page_of_candidates_offers_this_one_none_and_back(
    worker: Browser, db: WriteSession, world: World
) -> None:
    person, begun = told_of(db, world)
    page = write(worker, begun, next="people")
    assert page.path == f"/interviews/{begun.id}/people"
    assert page.find("//input[@name='person_id']/@value") == [str(person.id)]
    assert page.link("العودة دون اختيار") == f"/interviews/{begun.id}"
    page = page.send(f"/interviews/{begun.id}/none-of-these")
    assert (page.path, chosen(page)) == (f"/interviews/{begun.id}", [])
    page = write(worker, begun, next="people")  # who thinks better of it finds them again
    page = page.send(f"/interviews/{begun.id}/person")
    assert fresh(db, begun).person_id == person.id


def test_in_the_guided_form_they_come_up_once_a_name_is_told(
    worker: Browser, db: WriteSession, world: World, draft: Interview
) -> None:
    person, _ = told_of(db, world)
    page = worker.open(f"/interviews/{draft.id}/guided/name")
    assert chosen(page) == []
    page = page.send(page.path, **{name: WHOLE[name] for name in WHOLE if name.startswith("new_person")})
    assert (page.path, chosen(page)) == (f"/interviews/{draft.id}/guided/sex", [str(person.id)])
    page = page.send(page.path, new_person__sex="female", next="none")
    assert (page.path, chosen(page)) == (f"/interviews/{draft.id}/guided/sex", [])
    page = page.send(page.path, next="people")
    assert page.link("العودة دون اختيار") == f"/interviews/{draft.id}/guided/sex"
    page = page.send(f"/interviews/{draft.id}/person")
    assert page.path == f"/interviews/{draft.id}/guided/needs"
    assert fresh(db, draft).new_person["sex"] == "female"


def test_in_the_guided_form_one_is_chosen_and_what_was_told_is_kept(
    worker: Browser, db: WriteSession, world: World
) -> None:
    person, begun = told_of(db, world)
    page = worker.open(f"/interviews/{begun.id}/guided/phone")
    page = page.send(page.path, phone="0600000099", chosen=person.id)
    assert page.path == f"/interviews/{begun.id}/guided/needs"
    assert "0600000099" in page.find("//*[@id='beyond']")[0].text_content()
    page = page.send(page.path, leave_out="phone")
    assert page.path == f"/interviews/{begun.id}/guided/needs"
    assert "phones" not in (fresh(db, begun).new_person or {})


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


@pytest.fixture
def joining(db: WriteSession, world: World) -> Interview:
    """An interview with somebody who has a living case here, and concludes with a case."""
    case = cases.case(db, world.worker)
    told = {
        **intake.told(person_id=case.person_id, needs=["housing", "income", "health"]),
        "new_person": None,
    }
    begun = intake.draft(db, world.worker, world.here, **told | {"urgency": "emergency"})
    db.commit()
    return begun


def living(db: WriteSession) -> Case:
    return db.scalars(select(Case)).one()


def test_no_second_case_is_offered_to_whoever_has_one_here(
    worker: Browser, db: WriteSession, joining: Interview
) -> None:
    case = living(db)
    for path in (f"/interviews/{joining.id}", f"/interviews/{joining.id}/guided/conclusion"):
        page = worker.open(path)
        (choice,) = page.find("//label[input[@name='conclusion'][@value='case_opened']]")
        assert choice.text_content().strip() == "إضافة إلى الملف المفتوح"
        assert page.link("الاطلاع على الملف") == f"/cases/{case.id}"
    page = worker.open(f"/interviews/{joining.id}/check").send(f"/interviews/{joining.id}/complete")
    assert (page.status, page.path) == (200, f"/cases/{case.id}")
    assert fresh(db, joining).case_id == case.id


def test_a_case_that_was_opened_meanwhile_is_joined_by_a_button_in_the_refusal(
    worker: Browser, db: WriteSession, world: World
) -> None:
    whose = people.person(db, world.worker, world.here)
    told = {**intake.told(person_id=whose.id), "new_person": None}
    begun = intake.draft(db, world.worker, world.here, **told)
    db.commit()
    page = worker.open(f"/interviews/{begun.id}/check")
    case = cases.case(db, world.worker, whose=whose)
    db.commit()
    page = page.send(f"/interviews/{begun.id}/complete")
    assert page.status == 409
    assert page.find("//*[@id='refusal']/following-sibling::p/button[@form='complete']")
    page.send(f"/interviews/{begun.id}/complete")
    assert fresh(db, begun).case_id == case.id


def test_an_interview_that_was_added_is_told_as_added(
    worker: Browser, db: WriteSession, joining: Interview
) -> None:
    case = living(db)
    worker.open(f"/interviews/{joining.id}/check").send(f"/interviews/{joining.id}/complete")
    told = worker.open(f"/cases/{case.id}").find("//section[@id='timeline']")[0].text_content()
    assert "مقابلة أضيفت إلى الملف" in told
    assert "فتح ملف" not in told
    assert "إضافة إلى الملف المفتوح" in worker.open(f"/interviews/{joining.id}").text
    sheet = worker.open(f"/interviews/{joining.id}/print")
    ticked = [tick.text_content() for tick in sheet.find("//*[contains(@class, 'tick--on')]")]
    assert any("إضافة إلى الملف المفتوح" in one for one in ticked)
    assert "فتح ملف" not in sheet.text


def test_needs_told_in_an_interview_that_was_added_are_offered_to_the_case(
    worker: Browser, db: WriteSession, joining: Interview
) -> None:
    case = living(db)
    page = worker.open(f"/interviews/{joining.id}/check").send(f"/interviews/{joining.id}/complete")
    offered = "//form[@action=$to]//button/@value"
    assert page.find(offered, to=f"/cases/{case.id}/needs") == ["health", "income", "*"]
    assert "حاجيات ذكرت في مقابلة" in page.text
    assert "درجة الاستعجال «طارئة»" in page.text
    page = page.send(f"/cases/{case.id}/needs", add="*")
    assert fresh(db, case).needs == ["housing", "health", "income"]
    assert not page.find(offered, to=f"/cases/{case.id}/needs")


def test_needs_of_the_interview_that_opened_a_case_are_its_own(worker: Browser, draft: Interview) -> None:
    page = write(worker, draft, next="check", **WHOLE).send(f"/interviews/{draft.id}/complete")
    assert page.path.startswith("/cases/")
    assert not page.find("//form[contains(@action, '/needs')]")
    assert "درجة الاستعجال" not in page.text
