"""The same draft, one question a page."""

from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core.db import WriteSession
from app.intake import queries, service
from app.intake.models import Interview
from app.intake.schemas import InterviewUpdate
from app.intake.states import InterviewStatus
from app.people.models import Person
from app.web.questions import QUESTIONS, WHO, asked
from tests.factories import intake, people
from tests.factories.world import World
from tests.support.interviews import autosaved, fresh
from tests.support.pages import Browser

pytestmark = pytest.mark.usefixtures("intake_terms")


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
    for question in QUESTIONS:
        page = page.send(page.path, **given.get(question, {}))
    assert page.path == f"/interviews/{draft.id}/check"
    page.send(f"/interviews/{draft.id}/complete")
    assert fresh(db, draft).status is InterviewStatus.completed
    person = db.scalars(select(Person)).one()
    assert (person.birth_age, person.no_document_reason) == (40, "lost")


def test_the_guided_way_goes_back_and_keeps_the_answer(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    page = worker.open(f"/interviews/{draft.id}/guided/name")
    page = page.send(page.path, new_person__given_name_ar="مثالية", next="back")
    assert page.path == f"/interviews/{draft.id}/guided/narrative"
    assert fresh(db, draft).new_person == {"given_name_ar": "مثالية"}


def test_of_somebody_known_nothing_is_asked_that_stands_in_the_file(
    worker: Browser, db: WriteSession, world: World
) -> None:
    person = people.person(db, world.worker, world.here)
    begun = intake.draft(db, world.worker, world.here, person_id=person.id)
    db.commit()
    wanted = asked(queries.read(db, world.worker, begun.id))
    assert not set(wanted) & set(WHO)
    assert worker.open(f"/interviews/{begun.id}/guided/urgency").find("//input[@name='urgency']")
    assert worker.open(f"/interviews/{begun.id}/guided/sex").path == f"/interviews/{begun.id}"


def test_the_answer_that_is_being_written_is_saved_and_the_others_stay(
    worker: Browser, db: WriteSession, world: World
) -> None:
    begun = intake.draft(db, world.worker, world.here, narrative="مثال", urgency="normal")
    db.commit()
    page = worker.open(f"/interviews/{begun.id}/guided/phone")
    assert page.find(f"//form[@id='intake'][@data-autosave='/interviews/{begun.id}/autosave']")
    answer = autosaved(worker, begun, begun.version, "/guided/phone", phone="0600000000")
    assert answer.status_code == 200
    now = fresh(db, begun)
    assert f'data-version="{now.version}"' in answer.text
    assert (now.narrative, now.urgency) == ("مثال", "normal")
    assert now.new_person == {"phones": [{"number": "0600000000"}]}
    assert autosaved(worker, begun, 1, "/guided/phone", phone="").status_code == 412


def test_there_is_no_page_for_what_is_no_question(worker: Browser, draft: Interview) -> None:
    worker.open(f"/interviews/{draft.id}/guided/hobbies", status=404)
    page = worker.open(f"/interviews/{draft.id}/guided/sex")
    assert (
        worker.post(
            f"{page.path[:-3]}hobbies", dict(page.find("//form[@id='intake']")[0].form_values())
        ).status
        == 404
    )


@pytest.mark.parametrize(
    ("question", "typed", "field"),
    [
        ("phone", {"phone": "12"}, "phone"),
        ("birth", {"new_person__birth": "في الربيع"}, "new_person-birth"),
        ("birth", {"new_person__birth": "2999"}, "new_person-birth"),
        ("birth", {"new_person__birth": "31/02/1990"}, "new_person-birth"),
        ("document", {"document__kind": "none"}, "document-reason"),
        (
            "consents",
            {"consent__referral": "refused", "sharing__form": "oral_with_witness"},
            "sharing-witness",
        ),
    ],
)
def test_what_cannot_be_is_told_where_it_is_asked(
    worker: Browser, db: WriteSession, draft: Interview, question: str, typed: dict[str, str], field: str
) -> None:
    here = f"/interviews/{draft.id}/guided/{question}"
    page = worker.open(here).send(here, next="on", **typed)
    assert (page.status, page.path) == (422, here)
    assert page.find(f"//*[@id='f-{field}-error']")
    assert page.find(f"//*[@id='refusal']//a[@href='#f-{field}']")
    for name, value in typed.items():
        path = name.replace("__", ".")
        shown = page.find(f"//*[@name='{path}'][@value='{value}'] | //*[@name='{path}']/option[@selected]")
        assert shown, f"{path} is not shown as it was typed"


def test_who_goes_back_may_leave_it_for_later(worker: Browser, db: WriteSession, draft: Interview) -> None:
    here = f"/interviews/{draft.id}/guided/phone"
    page = worker.open(here).send(here, next="back", phone="12")
    assert page.path == f"/interviews/{draft.id}/guided/document"
    assert fresh(db, draft).new_person == {"phones": [{"number": "12"}]}


def test_what_is_wrong_at_another_question_does_not_stand_in_the_way(
    worker: Browser, db: WriteSession, world: World
) -> None:
    begun = intake.draft(db, world.worker, world.here, new_person={"phones": [{"number": "12"}]})
    db.commit()
    page = worker.open(f"/interviews/{begun.id}/guided/urgency")
    page = page.send(page.path, next="on", urgency="normal")
    assert page.path == f"/interviews/{begun.id}/guided/channel"


def test_the_check_leads_to_the_question_and_from_there_back_to_the_check(
    worker: Browser, db: WriteSession, world: World
) -> None:
    begun = intake.draft(db, world.worker, world.here, new_person={"phones": [{"number": "12"}]})
    db.commit()
    page = worker.open(f"/interviews/{begun.id}/guided/conclusion")
    page = page.send(page.path, next="on", conclusion="information_only")
    assert page.response.request.url.query == b"by=guided"
    (wrong,) = page.find("//*[contains(@class, 'answers__row--wrong')]//a/@href")
    assert wrong == f"/interviews/{begun.id}/guided/phone?then=check#f-phone"
    page = page.send(f"/interviews/{begun.id}/complete")
    assert wrong in page.find("//*[@id='refusal']//a/@href")
    page = worker.open(wrong)
    page = page.send(f"/interviews/{begun.id}/guided/phone", next="on", phone="0600000099")
    assert page.path == f"/interviews/{begun.id}/check"
    assert not page.find("//*[contains(@class, 'answers__row--wrong')]")


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_question_is_begun_at_its_first_field(worker: Browser, draft: Interview, question: str) -> None:
    page = worker.open(f"/interviews/{draft.id}/guided/{question}")
    (first, *others) = page.find("//*[@autofocus]")
    assert first.get("type") != "hidden"
    assert not others or question == "needs"  # without scripts nothing is searched


def test_somebody_else_can_be_heard_on_the_guided_way_too(
    worker: Browser, db: WriteSession, world: World, draft: Interview
) -> None:
    draft.person_id = people.person(db, world.worker, world.here).id
    db.commit()
    check = worker.open(f"/interviews/{draft.id}/check?by=guided")
    rows = check.find("//div[dt='الشخص']//a[contains(@href, 'guided')]/@href")
    page = worker.open(rows[0])
    page = page.send(page.path.partition("?")[0], next="other")
    assert page.path == f"/interviews/{draft.id}/guided/name"
    assert fresh(db, draft).person_id is None


def test_the_name_on_a_ticket_gives_way_to_whoever_it_is(
    worker: Browser, db: WriteSession, world: World, intake_terms: None
) -> None:
    arrival = intake.arrival(db, world.worker, world.here, first_name="مثالي الأول")
    service.call(db, world.worker, arrival)
    begun = db.scalars(select(Interview)).one()
    begun.person_id = people.person(db, world.worker, world.here, given_name_ar="مثالية").id
    db.commit()
    for path in ("", "/guided/narrative", "/check"):
        told = worker.open(f"/interviews/{begun.id}{path}").find("//p[@class='called']")[0].text_content()
        assert "مثالية" in told
        assert "مثالي الأول" not in told


def test_only_questions_about_the_person_search_for_them(
    worker: Browser, db: WriteSession, world: World, draft: Interview
) -> None:
    told = {"given_name_ar": "المثالية", "family_name_ar": "الاختبار"}
    service.save(db, world.worker, fresh(db, draft), InterviewUpdate(new_person=told))
    db.commit()
    for question in QUESTIONS:
        worker.open(f"/interviews/{draft.id}/guided/{question}")
    searches = select(AuditEntry).where(AuditEntry.action == "person:search")
    assert len(db.scalars(searches).all()) == len(WHO)
