"""The worker's day without scripts: the desk, the queue, the search, the ways into an interview."""

from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core.db import WriteSession
from app.core.settings import LANGUAGES
from app.intake.models import Arrival, Interview
from app.intake.states import ArrivalStatus
from app.people.models import Person
from app.web.desk import FEW
from app.web.questions import QUESTIONS
from tests.factories import cases, intake, people
from tests.factories.world import World
from tests.support.pages import ORIGIN, Browser


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


# --- every page, every language ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_day_speaks_every_language(
    app: FastAPI, db: WriteSession, world: World, language: str
) -> None:
    intake.arrival(db, world.worker, world.here)
    case = cases.case(db, world.worker)
    written = intake.draft(db, world.worker, world.here, new_person={"given_name_ar": "مثالية"})
    over = intake.completed(db, world.worker, world.here)
    browser = Browser(app).sign_in_as(db, world.worker, language)
    for path in (
        "/desk",
        "/search",
        f"/reception/{world.here}",
        f"/reception/{world.here}/day",
        f"/interviews/{written.id}",
        f"/interviews/{written.id}/people",
        f"/interviews/{written.id}/check",
        f"/interviews/{over.id}",
        *(f"/interviews/{written.id}/guided/{question}" for question in QUESTIONS),
    ):
        page = browser.open(path)
        assert page.document.get("lang") == language
        assert "%" not in page.text, path  # a date that was not written out
    assert case.number in browser.open("/desk").text


@pytest.mark.parametrize(
    "path", ["/desk", "/search", "/reception", "/reception/{here}", "/interviews/{draft}"]
)
def test_who_does_not_work_at_a_window_is_refused(
    agent: Browser, administrator: Browser, world: World, draft: Interview, path: str
) -> None:
    for browser in (agent, administrator):
        browser.open(path.format(here=world.here, draft=draft.id), status=403)


def test_another_windows_queue_and_drafts_are_not_there(
    app: FastAPI, db: WriteSession, world: World, draft: Interview
) -> None:
    stranger = Browser(app).sign_in_as(db, world.stranger)
    for path in (f"/reception/{world.here}", f"/interviews/{draft.id}", f"/interviews/{draft.id}/check"):
        stranger.open(path, status=404)


# --- the desk -----------------------------------------------------------------------------------------------------


def test_the_desk_shows_who_waits_and_what_was_begun(worker: Browser, db: WriteSession, world: World) -> None:
    intake.arrival(db, world.worker, world.here, first_name="مثالي الأول")
    begun = intake.draft(db, world.worker, world.here, new_person={"given_name_ar": "مثالية"})
    theirs = intake.draft(db, world.colleague, world.here, new_person={"given_name_ar": "زميلة"})
    db.commit()
    page = worker.open("/desk")
    assert "مثالي الأول" in page.text
    assert page.link("مثالية") == f"/interviews/{begun.id}"
    assert str(theirs.id) not in page.response.text


def test_whoever_has_begun_many_interviews_finds_each_of_them(
    worker: Browser, db: WriteSession, world: World
) -> None:
    begun = [intake.draft(db, world.worker, world.here) for _ in range(FEW.limit + 1)]
    theirs = intake.draft(db, world.colleague, world.here)
    db.commit()
    listed = worker.open("/desk").follow("كل ما بدأته").find("//main//a/@href")
    assert {f"/interviews/{one.id}" for one in begun} <= set(listed)
    assert f"/interviews/{theirs.id}" not in listed


def test_opening_the_desk_is_on_record_as_the_lists_that_it_shows(
    worker: Browser, db: WriteSession, world: World
) -> None:
    worker.open("/desk")
    told = set(db.scalars(select(AuditEntry.action).where(AuditEntry.actor_id == world.worker.user_id)))
    assert told >= {"arrival:list", "interview:list", "follow_up:list", "case:list"}


def test_an_interview_begins_without_a_ticket(worker: Browser, db: WriteSession, world: World) -> None:
    page = worker.open("/desk").send("/interviews", window_id=world.here)
    begun = db.scalars(select(Interview)).one()
    assert page.path == f"/interviews/{begun.id}"


# --- reception ----------------------------------------------------------------------------------------------------


def test_somebody_comes_in_is_called_and_heard(worker: Browser, db: WriteSession, world: World) -> None:
    page = worker.open("/reception")
    assert page.path == f"/reception/{world.here}"
    page = page.send(page.path, first_name="مثالي", reason="first_visit")
    assert page.find("//*[@role='status']")[0].text_content() == "أعطيت التذكرة 1 باسم مثالي."
    arrival = db.scalars(select(Arrival)).one()
    page = page.send(f"/arrivals/{arrival.id}/call")
    assert page.path == f"/interviews/{fresh(db, arrival).interview_id}"
    page = worker.open(f"/reception/{world.here}").send(f"/arrivals/{arrival.id}/put-back")
    assert page.find("//*[@role='status']")[0].text_content().startswith("التذكرة 1، مثالي:")
    assert fresh(db, arrival).status is ArrivalStatus.waiting


def test_a_ticket_of_another_window_is_named_by_no_address(
    worker: Browser, db: WriteSession, world: World
) -> None:
    theirs = intake.arrival(db, world.stranger, world.elsewhere, first_name="غريبة")
    db.commit()
    page = worker.open(f"/reception/{world.here}?ticket={theirs.id}&done=put_back")
    assert "غريبة" not in page.text


def test_an_arrival_without_a_name_is_refused_beside_the_field(
    worker: Browser, db: WriteSession, world: World
) -> None:
    page = worker.open(f"/reception/{world.here}").send(f"/reception/{world.here}", reason="first_visit")
    assert page.status == 422
    assert page.find("//*[@id='f-first_name-error']")
    assert page.find("//input[@name='reason'][@value='first_visit'][@checked]")
    assert db.scalars(select(Arrival)).all() == []


def test_a_button_pressed_twice_gives_out_one_ticket(worker: Browser, db: WriteSession, world: World) -> None:
    page = worker.open(f"/reception/{world.here}")
    for _ in range(2):
        page.send(f"/reception/{world.here}", first_name="مثالي", reason="first_visit")
    assert len(db.scalars(select(Arrival)).all()) == 1


def test_a_ticket_given_by_mistake_is_taken_back_after_asking_once_more(
    worker: Browser, db: WriteSession, world: World
) -> None:
    arrival = intake.arrival(db, world.worker, world.here, first_name="مثالي")
    db.commit()
    page = worker.open(f"/reception/{world.here}")
    (button,) = page.find(f"//form[@action='/arrivals/{arrival.id}/cancel']//button")
    assert [step.tag for step in button.iterancestors("details")] == ["details", "details"]
    asked = " ".join(next(button.iterancestors("details")).text_content().split())
    assert "هل تلغي التذكرة 1 باسم مثالي؟" in asked
    page = page.send(f"/arrivals/{arrival.id}/cancel")
    told = page.find("//*[@role='status']")[0]
    assert told.text_content() == "التذكرة 1، مثالي: ألغيت التذكرة ولم تعد محسوبة."
    assert page.response.request.url.query == f"ticket={arrival.id}&done=ticket_cancelled".encode()
    assert page.find("//dl[@class='figures']//dt[text()='تذكرة ملغاة']/following-sibling::dd")[0].text == "1"
    assert "مثالي" not in page.text.replace(told.text_content(), "")
    assert fresh(db, arrival).status is ArrivalStatus.cancelled
    assert "تذكرة ملغاة" in worker.open(f"/reception/{world.here}/day").text


def test_who_is_answered_at_the_counter_is_counted_under_the_topic(
    worker: Browser, db: WriteSession, world: World
) -> None:
    arrival = intake.arrival(db, world.worker, world.here)
    db.commit()
    page = worker.open(f"/reception/{world.here}").send(f"/arrivals/{arrival.id}/answer", topic="documents")
    assert fresh(db, arrival).topic == "documents"
    assert "documents ع" in page.text
    assert "documents ع" in worker.open(f"/reception/{world.here}/day").text


def test_who_leaves_waits_no_longer(worker: Browser, db: WriteSession, world: World) -> None:
    arrival = intake.arrival(db, world.worker, world.here)
    db.commit()
    page = worker.open(f"/reception/{world.here}").send(f"/arrivals/{arrival.id}/leave")
    assert fresh(db, arrival).status is ArrivalStatus.left
    assert not page.find(f"//form[@action='/arrivals/{arrival.id}/call']")


# --- is this person known? ----------------------------------------------------------------------------------------


def known_elsewhere(db: WriteSession, world: World) -> Person:
    found = people.person(
        db, world.stranger, world.elsewhere, given_name_latin="Exemple", family_name_latin="Ailleurs"
    )
    db.commit()
    return found


def test_a_search_names_who_is_known_here_and_says_why(
    worker: Browser, db: WriteSession, world: World
) -> None:
    person = people.person(db, world.worker, world.here, given_name_ar="مثالية", family_name_ar="المعروفة")
    db.commit()
    page = worker.open("/search").send("/search", name="مثالية المعروفة")
    assert page.link("مثالية المعروفة") == f"/people/{person.id}"
    assert "الاسم الكامل نفسه" in page.text
    assert "مثالية" not in page.response.request.url.query.decode()
    page = page.send("/interviews", person_id=person.id, window_id=world.here)
    assert db.scalars(select(Interview)).one().person_id == person.id


def test_of_people_known_elsewhere_only_initials_are_told(
    worker: Browser, db: WriteSession, world: World
) -> None:
    person = known_elsewhere(db, world)
    page = worker.open("/search").send("/search", name="Exemple Ailleurs")
    assert "E. A." in page.text
    assert "Ailleurs" not in page.document.xpath("string(//div[@id='found'])")
    page = page.send("/interviews", person_id=person.id, window_id=world.here, reason="Sent by them.")
    assert db.scalars(select(Interview)).one().person_id == person.id


def test_a_new_person_takes_along_what_was_searched_for(
    worker: Browser, db: WriteSession, world: World
) -> None:
    page = worker.open("/search").send("/search", name="Nouvelle Exemple", phone="0600000000", year="1984")
    page = page.send("/interviews", window_id=world.here)
    assert db.scalars(select(Interview)).one().new_person == {
        "given_name_latin": "Nouvelle",
        "family_name_latin": "Exemple",
        "phones": [{"number": "0600000000"}],
        "birth": {"precision": "year", "year": 1984},
    }
    assert page.find("//input[@name='new_person.birth']")[0].get("value") == "1984"


def test_a_search_for_too_little_says_what_lacks(worker: Browser) -> None:
    page = worker.open("/search").send("/search", name="وحيدة")
    assert page.status == 422
    assert page.find("//*[@role='alert']")
    assert page.find("//input[@name='name']")[0].get("value") == "وحيدة"


def test_while_somebody_types_a_part_of_the_page_comes(
    worker: Browser, db: WriteSession, world: World
) -> None:
    people.person(db, world.worker, world.here, given_name_ar="مثالية", family_name_ar="المعروفة")
    db.commit()
    proof = worker.open("/search").find("//input[@name='_proof']")[0].get("value")

    def typed(name: str) -> str:
        told = {"_proof": proof, "name": name}
        answer = worker.client.post("/search", data=told, headers={"Origin": ORIGIN, "HX-Request": "true"})
        assert answer.status_code == 200
        assert "<html" not in answer.text
        return answer.text

    assert "المعروفة" in typed("مثالية المعروفة")
    assert "المعروفة" not in typed(
        "مثالية"
    )  # not enough to search by: nobody is refused in the middle of a name
