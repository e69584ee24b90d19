"""An interview without scripts, on one page, from its first word to its case."""

from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.cases.models import Case
from app.consents.models import Consent, ConsentDecision, ConsentForm, ConsentPurpose
from app.core.db import WriteSession
from app.intake import service
from app.intake.models import Interview
from app.intake.states import InterviewStatus
from app.people.models import Person
from app.web import answers
from tests.factories import intake
from tests.factories.world import World
from tests.support.interviews import WHOLE, fresh, write
from tests.support.pages import ORIGIN, Browser

pytestmark = pytest.mark.usefixtures("intake_terms")


def test_an_interview_is_written_checked_and_completed(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    page = write(worker, draft, next="check", **WHOLE)
    assert page.path == f"/interviews/{draft.id}/check"
    assert "تبحث عن سكن" in page.text
    fields = dict(page.find(f"//form[@action='/interviews/{draft.id}/complete']")[0].form_values())
    answer = worker.client.post(
        f"/interviews/{draft.id}/complete", data=fields, headers={"Origin": ORIGIN}, follow_redirects=False
    )
    case = db.scalars(select(Case)).one()
    assert answer.headers["location"] == f"/cases/{case.id}?done=interview_completed"
    assert fresh(db, draft).status is InterviewStatus.completed
    assert sorted(case.needs) == ["housing", "income"]


def test_a_draft_is_taken_up_by_a_colleague(
    app: FastAPI, db: WriteSession, world: World, draft: Interview, worker: Browser
) -> None:
    write(worker, draft, narrative="بداية (مثال)")
    colleague = Browser(app).sign_in_as(db, world.colleague)
    page = write(colleague, draft, urgency="urgent")
    assert "بداية (مثال)" in page.find("//textarea[@name='narrative']")[0].text
    assert fresh(db, draft).worker_id == world.colleague.user_id


@pytest.mark.parametrize(
    ("said", "kept", "shown"),
    [
        ("1984", {"precision": "year", "year": 1984}, "1984"),
        ("١٩٨٤", {"precision": "year", "year": 1984}, "1984"),
        ("12/3/1984", {"precision": "exact", "on": "1984-03-12"}, "12/03/1984"),
        ("1984-03-12", {"precision": "exact", "on": "1984-03-12"}, "12/03/1984"),
        ("31/02/1984", {"precision": "exact", "on": "1984-02-31"}, "31/02/1984"),
        ("in spring", {"precision": "exact", "on": "in spring"}, "in spring"),
    ],
)
def test_a_birth_is_understood_as_it_is_said(said: str, kept: dict[str, Any], shown: str) -> None:
    assert answers.birth(said) == kept
    assert answers.shown_birth(kept) == shown


def test_an_age_keeps_the_day_on_which_it_was_stated(worker: Browser, db: WriteSession, world: World) -> None:
    stated = {"precision": "about", "about_age": 40, "stated_on": "2026-01-05"}
    begun = intake.draft(db, world.worker, world.here, new_person={"birth": stated})
    db.commit()
    write(worker, begun, narrative="مثال")
    assert fresh(db, begun).new_person == {"birth": stated}
    write(worker, begun, new_person__birth="41")
    assert fresh(db, begun).new_person["birth"]["about_age"] == 41


def test_nothing_known_of_somebody_is_an_answer(worker: Browser, db: WriteSession, draft: Interview) -> None:
    write(
        worker,
        draft,
        narrative="سؤال (مثال)",
        urgency="normal",
        channel="phone",
        conclusion="information_only",
    )
    page = worker.open(f"/interviews/{draft.id}/check").send(f"/interviews/{draft.id}/complete")
    assert fresh(db, draft).status is InterviewStatus.completed
    assert page.path == f"/interviews/{draft.id}"
    assert db.scalars(select(Person)).all() == []


def test_what_lacks_stands_beside_the_answers(worker: Browser, db: WriteSession, draft: Interview) -> None:
    write(worker, draft, narrative="مثال", conclusion="case_opened", new_person__birth="someday")
    page = worker.open(f"/interviews/{draft.id}/check").send(f"/interviews/{draft.id}/complete")
    assert page.status == 409
    assert page.find("//*[@id='f-urgency']")
    assert page.find("//*[@id='f-needs']")
    assert fresh(db, draft).status is InterviewStatus.draft


def test_a_birth_that_nobody_understands_is_refused_at_the_end_and_kept(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    page = write(worker, draft, next="check", new_person__birth="31/02/1984", **WHOLE)
    page = page.send(f"/interviews/{draft.id}/complete")
    assert page.status == 409
    assert page.find("//*[@id='f-new_person-birth-on']")
    assert "31/02/1984" in page.text


def test_consents_are_recorded_as_they_were_answered(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    shared = {
        "consent__referral": "given",
        "consent__statistics": "refused",
        "sharing__categories": ["identity", "needs"],
        "sharing__form": "oral_with_witness",
        "sharing__witness": "شاهدة (مثال)",
        "sharing__language": "ary",
    }
    page = write(worker, draft, next="check", **WHOLE, **shared)
    page.send(f"/interviews/{draft.id}/complete")
    told = {c.purpose: c for c in db.scalars(select(Consent))}
    assert {purpose: c.decision for purpose, c in told.items()} == {
        ConsentPurpose.referral: ConsentDecision.given,
        ConsentPurpose.statistics: ConsentDecision.refused,
    }
    given = told[ConsentPurpose.referral]
    assert (given.categories, given.form, given.witness, given.language, given.interview_id) == (
        ["identity", "needs"],
        ConsentForm.oral_with_witness,
        "شاهدة (مثال)",
        "ary",
        draft.id,
    )


def test_nothing_is_shared_but_what_was_ticked(worker: Browser, db: WriteSession, draft: Interview) -> None:
    page = worker.open(f"/interviews/{draft.id}")
    assert not page.find("//input[@name='sharing.categories[]'][@checked] | //input[@data-all][@checked]")
    page = page.send(page.path, next="check", consent__referral="given", sharing__form="signature")
    assert page.status == 422
    assert page.find("//*[@id='f-sharing-categories-error']")
    assert fresh(db, draft).consents[0]["categories"] == []
    page = page.send(page.path, sharing__categories=["birth", "contact"])
    assert fresh(db, draft).consents[0]["categories"] == ["birth", "contact"]
    page.send(page.path, sharing__usual="1")
    assert fresh(db, draft).consents[0]["categories"] == ["identity", "birth", "contact", "needs"]


def test_what_shares_nothing_is_answered_without_telling_what(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    page = worker.open(f"/interviews/{draft.id}")
    page = page.send(page.path, consent__contact="given", sharing__form="signature")
    assert fresh(db, draft).consents[0]["categories"] == []
    page.send(page.path, consent__referral="given", sharing__categories=["identity"])
    told = {consent["purpose"]: consent["categories"] for consent in fresh(db, draft).consents}
    assert told == {"referral": ["identity"], "contact": []}


def test_a_draft_is_given_up_with_a_reason(worker: Browser, db: WriteSession, draft: Interview) -> None:
    page = worker.open(f"/interviews/{draft.id}/check")
    assert page.send(f"/interviews/{draft.id}/abandon").status == 422
    page = page.send(f"/interviews/{draft.id}/abandon", reason="غادرت (مثال)")
    assert page.path == "/desk"
    assert fresh(db, draft).status is InterviewStatus.abandoned


def test_what_cannot_be_is_told_when_the_answers_are_checked(worker: Browser, draft: Interview) -> None:
    page = write(worker, draft, next="check", **WHOLE, new_person__birth="31/02/1990", phone="12")
    assert page.path == f"/interviews/{draft.id}/check"
    assert page.find("//*[@id='f-new_person-birth-on'][contains(@class, 'field__error')]")
    assert page.find("//*[@id='f-new_person-phones-0-number'][contains(@class, 'field__error')]")


# --- who was called ----------------------------------------------------------------------------------------------


@pytest.fixture
def called(db: WriteSession, world: World) -> Interview:
    """An interview to which somebody was called from the queue."""
    arrival = intake.arrival(db, world.worker, world.here, first_name="مثالي الأول")
    service.call(db, world.worker, arrival)
    db.commit()
    return db.scalars(select(Interview)).one()


@pytest.mark.parametrize("page", ["", "/guided/narrative", "/guided/name", "/check"])
def test_who_was_called_stands_at_the_top(worker: Browser, called: Interview, page: str) -> None:
    line = worker.open(f"/interviews/{called.id}{page}").find("//p[@class='called']")
    told = " ".join(line[0].text_content().split())
    assert "مثالي الأول" in told
    assert "التذكرة 1" in told
    assert "first_visit ع" in told


def test_the_first_name_is_written_down_already(worker: Browser, db: WriteSession, called: Interview) -> None:
    field = worker.open(f"/interviews/{called.id}").find("//input[@name='new_person.given_name_ar']")[0]
    assert field.get("value") == "مثالي الأول"
    page = write(worker, called, new_person__given_name_ar="")
    assert not page.find("//input[@name='new_person.given_name_ar']")[0].get("value")
    assert fresh(db, called).new_person is None


def test_an_unfinished_interview_is_listed_by_the_ticket(worker: Browser, called: Interview) -> None:
    write(worker, called, new_person__given_name_ar="")
    desk = worker.open("/desk")
    assert desk.link("مثالي الأول") == f"/interviews/{called.id}"
    assert "التذكرة 1 · first_visit ع" in desk.text


def test_who_began_without_a_ticket_was_not_called(worker: Browser, draft: Interview) -> None:
    assert not worker.open(f"/interviews/{draft.id}").find("//p[@class='called']")


@pytest.mark.parametrize(
    ("said", "told", "shown"),
    [
        ("٠٣/١٩٩٠", {"precision": "year", "year": 1990}, "1990"),
        ("۱۹۹۰", {"precision": "year", "year": 1990}, "1990"),
        ("15/03/1990", {"precision": "exact", "on": "1990-03-15"}, "15/03/1990"),
    ],
)
def test_a_birth_is_told_as_people_tell_it_and_shown_as_it_was_kept(
    worker: Browser, db: WriteSession, draft: Interview, said: str, told: dict[str, Any], shown: str
) -> None:
    page = write(worker, draft, new_person__birth=said)
    assert fresh(db, draft).new_person == {"birth": told}
    assert page.find("//input[@name='new_person.birth']")[0].get("value") == shown


def test_a_birth_that_nobody_understands_is_kept_and_told_with_what_is_understood(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    page = write(worker, draft, new_person__birth="في الربيع", next="check")
    assert "أو «40 سنة»" in page.text
    page = worker.open(f"/interviews/{draft.id}")
    assert page.find("//input[@name='new_person.birth']")[0].get("value") == "في الربيع"


def test_what_is_wrong_leads_from_the_check_to_its_field(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    typed = {**WHOLE, "phone": "12", "new_person__birth": "2999"}
    typed |= {"consent__referral": "refused", "sharing__form": "oral_with_witness"}
    write(worker, draft, **typed)
    page = worker.open(f"/interviews/{draft.id}/check").send(f"/interviews/{draft.id}/complete")
    leads = page.find("//*[@id='refusal']//a/@href")
    fields = ("new_person-birth", "phone", "sharing-witness")
    assert sorted(leads) == [f"/interviews/{draft.id}#f-{field}" for field in fields]
    form = worker.open(f"/interviews/{draft.id}")
    assert all(form.find(f"//*[@id='f-{field}'][self::input or self::select]") for field in fields)


def test_whoever_said_about_a_year_finds_the_year_wherever_the_age_is_told(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    page = write(worker, draft, next="check", **WHOLE, new_person__birth="حوالي 1990")
    assert "حوالي 1990" in page.text
    (field,) = worker.open(f"/interviews/{draft.id}").find("//input[@name='new_person.birth']")
    assert "1990" in field.get("value")
    case = page.send(f"/interviews/{draft.id}/complete")
    db.expire_all()
    whose = db.scalars(select(Case)).one().person_id
    for path in (case.path, f"/people/{whose}", f"/people/{whose}/edit", f"{case.path}/print"):
        assert "حوالي 1990" in worker.open(path).text, path


def test_the_check_begins_with_what_is_wrong_and_what_lacks(worker: Browser, draft: Interview) -> None:
    page = write(worker, draft, next="check", narrative="مثال", phone="12", conclusion="case_opened")
    (summary,) = page.find("//*[@id='refusal'][@autofocus]")
    leads = [str(lead) for lead in summary.xpath(".//a/@href")]
    assert f"/interviews/{draft.id}#f-phone" in leads
    assert f"/interviews/{draft.id}#f-needs" in leads
    assert not page.find("//form[@id='complete']//button[@autofocus]")
    page = write(worker, draft, next="check", **WHOLE, phone="")
    assert page.find("//form[@id='complete']//button[@autofocus]")
    assert not page.find("//*[@id='refusal']")
