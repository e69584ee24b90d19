"""An interview without scripts, from its first word to its case: on one page, or question by question."""

from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.cases.models import Case
from app.consents.models import Consent, ConsentDecision, ConsentForm, ConsentPurpose
from app.core.db import WriteSession
from app.intake import queries
from app.intake.models import Interview
from app.intake.states import InterviewStatus
from app.people.models import Person
from app.web import answers
from tests.factories import cases, intake, people
from tests.factories.world import World
from tests.support.pages import ORIGIN, Browser, Page


@pytest.fixture(autouse=True)
def terms(db: WriteSession, world: World) -> None:
    intake.define_terms(db)
    people.define_terms(db)
    db.commit()


@pytest.fixture
def draft(db: WriteSession, world: World) -> Interview:
    """An interview that was just begun."""
    begun = intake.draft(db, world.worker, world.here)
    db.commit()
    return begun


def fresh(db: WriteSession, row: Any) -> Any:
    """A row as it stands now."""
    db.expire_all()
    return db.get_one(type(row), row.id)


WHOLE = {
    "narrative": "تبحث عن سكن (مثال).",
    "new_person__given_name_ar": "مثالية",
    "new_person__family_name_ar": "الاختبار",
    "needs": ["housing", "income"],
    "urgency": "urgent",
    "channel": "walk_in",
    "conclusion": "case_opened",
}


def write(browser: Browser, draft: Interview, **fields: Any) -> Page:
    """Fill in the dense form and press its button."""
    return browser.open(f"/interviews/{draft.id}").send(f"/interviews/{draft.id}", **fields)


def known_elsewhere(db: WriteSession, world: World) -> Person:
    found = people.person(
        db, world.stranger, world.elsewhere, given_name_latin="Exemple", family_name_latin="Ailleurs"
    )
    db.commit()
    return found


# --- the interview -------------------------------------------------------------------------------------------------


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
        ("31/02/1984", {"precision": "exact", "on": "31/02/1984"}, "31/02/1984"),
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


def test_a_consent_without_its_form_is_refused_and_nothing_is_lost(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    page = write(worker, draft, consent__referral="given", narrative="مثال")
    assert page.status == 422
    assert page.find("//*[@id='f-sharing-form-error']")
    assert page.find("//input[@name='consent.referral'][@value='given'][@checked]")
    assert "مثال" in page.find("//textarea[@name='narrative']")[0].text
    assert fresh(db, draft).narrative is None


def autosaved(browser: Browser, draft: Interview, version: int, **fields: str) -> Any:
    proof = browser.open(f"/interviews/{draft.id}").find("//input[@name='_proof']")[0].get("value")
    told = {"_proof": proof, "_version": str(version), "_page": f"/interviews/{draft.id}", **fields}
    return browser.client.post(f"/interviews/{draft.id}/autosave", data=told, headers={"Origin": ORIGIN})


def test_what_is_being_written_is_saved_and_the_new_version_told(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    answer = autosaved(worker, draft, 1, narrative="مثال")
    assert answer.status_code == 200
    assert f'data-version="{fresh(db, draft).version}"' in answer.text
    assert fresh(db, draft).narrative == "مثال"


def test_a_consent_that_is_being_written_waits_for_its_form_and_holds_up_nothing(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    answer = autosaved(worker, draft, 1, narrative="مثال", **{"consent.referral": "given"})
    assert "ما عدا الموافقات" in answer.text
    assert (fresh(db, draft).narrative, fresh(db, draft).consents) == ("مثال", [])


def test_who_comes_second_keeps_their_text_and_may_replace_the_first(
    app: FastAPI, db: WriteSession, world: World, draft: Interview, worker: Browser
) -> None:
    mine = worker.open(f"/interviews/{draft.id}")
    write(Browser(app).sign_in_as(db, world.colleague), draft, narrative="الزميلة (مثال)")
    assert autosaved(worker, draft, 1, narrative="أنا (مثال)").status_code == 412
    page = mine.send(f"/interviews/{draft.id}", narrative="أنا (مثال)")
    assert page.status == 412
    assert "أنا (مثال)" in page.find("//textarea[@name='narrative']")[0].text
    assert "الزميلة (مثال)" in page.text
    assert fresh(db, draft).narrative == "الزميلة (مثال)"
    page.send(f"/interviews/{draft.id}")
    assert fresh(db, draft).narrative == "أنا (مثال)"


# --- whoever is known already ---------------------------------------------------------------------------------------


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


def test_a_draft_is_given_up_with_a_reason(worker: Browser, db: WriteSession, draft: Interview) -> None:
    page = worker.open(f"/interviews/{draft.id}/check")
    assert page.send(f"/interviews/{draft.id}/abandon").status == 422
    page = page.send(f"/interviews/{draft.id}/abandon", reason="غادرت (مثال)")
    assert page.path == "/desk"
    assert fresh(db, draft).status is InterviewStatus.abandoned


# --- one question a page ---------------------------------------------------------------------------------------------


def test_the_guided_way_leads_through_the_same_draft_to_the_check(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    given: dict[str, dict[str, Any]] = {
        "narrative": {"narrative": "مثال"},
        "name": {"new_person__given_name_ar": "مثالية"},
        "birth": {"new_person__birth": "40"},
        "document": {"document__kind": "none", "document__reason": "lost"},
        "needs": {"needs": ["housing"]},
        "urgency": {"urgency": "normal"},
        "channel": {"channel": "walk_in"},
        "conclusion": {"conclusion": "one_off_help"},
    }
    page = worker.open(f"/interviews/{draft.id}/guided")
    for question in answers.QUESTIONS:
        page = page.send(page.path, **given.get(question, {}))
    assert page.path == f"/interviews/{draft.id}/check"
    page.send(f"/interviews/{draft.id}/complete")
    assert fresh(db, draft).status is InterviewStatus.completed
    person = db.scalars(select(Person)).one()
    assert (person.birth_age, person.no_document_reason) == (40, "lost")


def test_the_guided_way_goes_back_and_keeps_the_answer(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    page = worker.open(f"/interviews/{draft.id}/guided/2")
    page = page.send(page.path, new_person__given_name_ar="مثالية", next="back")
    assert page.path == f"/interviews/{draft.id}/guided/1"
    assert fresh(db, draft).new_person == {"given_name_ar": "مثالية"}


def test_of_somebody_known_nothing_is_asked_that_stands_in_the_file(
    worker: Browser, db: WriteSession, world: World
) -> None:
    person = people.person(db, world.worker, world.here)
    begun = intake.draft(db, world.worker, world.here, person_id=person.id)
    db.commit()
    asked = answers.asked(queries.read(db, world.worker, begun.id))
    assert not set(asked) & set(answers.WHO)
    worker.open(f"/interviews/{begun.id}/guided/{len(asked)}")
    worker.open(f"/interviews/{begun.id}/guided/{len(asked) + 1}", status=404)
