"""The list of cases, the page of one, its timeline and its documents."""

import pytest
from fastapi import FastAPI

from app.cases.models import Case
from app.cases.states import Priority
from app.core.db import WriteSession
from tests.factories import cases, files
from tests.factories.world import World
from tests.support.pages import ORIGIN, Browser

pytestmark = pytest.mark.usefixtures("case_terms")


def path_of(case: Case, page: str = "") -> str:
    return f"/cases/{case.id}{page}"


# --- in every language ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "fr", "en", "fa"])
def test_every_page_of_a_case_opens_in_every_language(
    app: FastAPI, db: WriteSession, world: World, case: Case, language: str
) -> None:
    goal = cases.goal(db, world.worker, case)
    action = cases.action(db, world.worker, case, goal)
    db.commit()
    browser = Browser(app).sign_in_as(db, world.supervisor, language)
    pages = [
        *("", "/timeline", "/edit", "/assign", "/suspend", "/resume", "/review", "/close", "/reopen"),
        *("/plan", "/contacts/new", "/contacts", "/follow-ups/new"),
        *(f"/goals/{goal.id}{page}" for page in ("", "/outcome", "/actions/new", f"/actions/{action.id}")),
    ]
    for path in ("/cases", *(path_of(case, page) for page in pages)):
        assert browser.open(path).document.get("lang") == language, path


# --- the list -------------------------------------------------------------------------------------------------


def test_the_list_names_the_cases_of_ones_windows_and_no_others(
    db: WriteSession, world: World, worker: Browser, case: Case
) -> None:
    foreign = cases.case(db, world.stranger)
    db.commit()
    page = worker.open("/cases")
    assert case.number in page.text
    assert foreign.number not in page.text


def test_a_supervisor_lists_the_cases_of_one_worker_from_the_caseloads(
    db: WriteSession, world: World, worker: Browser, supervisor: Browser, case: Case
) -> None:
    others = cases.case(db, world.colleague)
    db.commit()
    board = supervisor.open("/board")
    theirs = f"/cases?referent_id={world.worker.user}&living=true"  # as many as the caseload counts
    assert theirs in board.find("//li[contains(@class, 'load')]//a/@href")
    assert board.find("//*[@class='length__mark']")  # what a caseload is held against
    assert "عالية 1.5" in board.text or "عالية 1,5" in board.text
    page = supervisor.open(theirs)
    assert case.number in page.text
    assert others.number not in page.text
    chosen = page.find("//select[@name='referent_id']/option[@selected]")
    assert [option.get("value") for option in chosen] == [str(world.worker.user)]
    assert not worker.open("/cases").find("//select[@name='referent_id']")


def test_blank_filters_are_no_filters_and_chosen_ones_stay_chosen(
    db: WriteSession, world: World, worker: Browser, case: Case
) -> None:
    urgent = cases.case(db, world.colleague, priority=Priority.urgent)
    db.commit()
    everything = worker.open("/cases?priority=&status=&window_id=&sort=")
    assert case.number in everything.text
    assert urgent.number in everything.text
    pressing = worker.open("/cases?priority=urgent&status=")
    assert urgent.number in pressing.text
    assert case.number not in pressing.text
    assert pressing.find("//select[@name='priority']/option[@selected]")[0].get("value") == "urgent"
    mine = worker.open("/cases?mine=true")
    assert case.number in mine.text
    assert urgent.number not in mine.text
    assert mine.find("//input[@name='mine'][@checked]")


def test_an_empty_list_says_what_will_stand_there(worker: Browser) -> None:
    assert worker.open("/cases").find("//div[@class='empty']")
    assert worker.open("/cases?overdue=true").find("//div[@class='empty']")


def test_a_long_list_goes_on_behind_its_cursor_with_the_same_filters(
    db: WriteSession, world: World, worker: Browser
) -> None:
    made = [cases.case(db, world.worker) for _ in range(3)]
    db.commit()
    first = worker.open("/cases?mine=true&limit=2")
    onward = first.find("//p[@class='more']/a")[0].get("href")
    assert "mine=true" in onward
    second = worker.open(onward)
    assert made[0].number in second.text
    assert made[2].number not in second.text


# --- one case -------------------------------------------------------------------------------------------------


def test_a_case_shows_who_it_is_about_and_how_to_reach_them(
    db: WriteSession, world: World, worker: Browser
) -> None:
    person = cases.person(db, world.worker, phones=[{"number": "+212612345678"}])
    case = cases.case(db, world.worker, whose=person)
    db.commit()
    page = worker.open(path_of(case))
    assert page.find("//h1")[0].text_content() == "فاطمة (مثال) المثالية"
    assert page.find("//a[@href='tel:+212612345678']")[0].text_content() == "06 12 34 56 78"
    assert case.number in page.text


def test_there_is_one_next_step_with_one_button(worker: Browser, case: Case) -> None:
    panel = worker.open(path_of(case)).find("//section[@aria-labelledby='next-title']")
    assert len(panel) == 1
    assert [link.get("href") for link in panel[0].xpath(".//a")] == [path_of(case, "/assessments/new")]


def test_another_windows_case_is_not_found_and_a_partner_may_not_look(
    db: WriteSession, world: World, worker: Browser, agent: Browser, auditor: Browser, case: Case
) -> None:
    foreign = cases.case(db, world.stranger)
    db.commit()
    worker.open(path_of(foreign), status=404)
    agent.open(path_of(case), status=403)
    auditor.open("/cases", status=403)


def test_the_timeline_tells_everything_or_one_kind(
    db: WriteSession, world: World, worker: Browser, case: Case
) -> None:
    cases.goal(db, world.worker, case, words="أريد عملا (مثال)")
    db.commit()
    everything = worker.open(path_of(case))
    assert "أريد عملا" in everything.text
    assert "فتح الملف" in everything.text
    only_plan = worker.open(path_of(case, "/timeline?kind=plan"))
    assert "أريد عملا" in only_plan.text
    assert "فتح الملف" not in only_plan.text


def test_the_timeline_goes_on_where_the_page_before_ended(
    db: WriteSession, world: World, worker: Browser, case: Case
) -> None:
    for number in range(3):
        cases.goal(db, world.worker, case, words=f"هدف {number} (مثال)")
    db.commit()
    first = worker.open(path_of(case, "/timeline?kind=plan&limit=2"))
    second = worker.open(first.find("//p[@class='more']/a")[0].get("href"))
    assert "هدف 2" in first.text
    assert "هدف 0" not in first.text
    assert "هدف 0" in second.text
    assert "هدف 2" not in second.text


# --- documents ------------------------------------------------------------------------------------------------


def send_file(browser: Browser, case: Case, name: str, content: bytes) -> tuple[int, str]:
    page = browser.open(path_of(case))
    (form,) = page.find(f"//form[@action='{path_of(case, '/attachments')}']")
    fields = dict(form.form_values())
    answer = browser.client.post(
        path_of(case, "/attachments"),
        data=fields,
        files={"file": (name, content)},
        headers={"Origin": ORIGIN},
    )
    return answer.status_code, answer.text


def test_a_document_whose_name_promised_another_kind_is_said_to_be_renamed(
    worker: Browser, case: Case
) -> None:
    page = worker.open(path_of(case)).attach(path_of(case, "/attachments"), "bad.exe", b"words (example)")
    assert "bad.txt" in page.text
    assert "امتداد" in page.find("//*[@role='status']")[0].text_content()
    page = worker.open(path_of(case)).attach(path_of(case, "/attachments"), "Notes.TXT", b"words (example)")
    assert "امتداد" not in page.find("//*[@role='status']")[0].text_content()


def test_until_a_contact_is_planned_the_case_says_when_the_rhythm_asks_for_one(
    worker: Browser, case: Case
) -> None:
    (contacts,) = worker.open(path_of(case)).find("//section[@aria-labelledby='contacts-title']")
    assert "حسب وتيرة المواكبة" in contacts.text_content()


def test_a_document_is_kept_downloaded_and_removed(worker: Browser, case: Case) -> None:
    status, text = send_file(worker, case, "شهادة.pdf", files.PDF)
    assert status == 200
    assert "شهادة.pdf" in text
    page = worker.open(path_of(case))
    answer = worker.client.get(page.link("شهادة.pdf"))
    assert answer.content == files.PDF
    assert answer.headers["content-disposition"].startswith("attachment;")
    (form,) = page.find("//form[contains(@action, '/remove')]")
    assert "شهادة.pdf" not in page.send(form.get("action")).text


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00 a program"])
def test_what_is_no_document_is_refused_on_the_page_of_the_case(
    worker: Browser, case: Case, content: bytes
) -> None:
    status, text = send_file(worker, case, "x.pdf", content)
    assert status in {415, 422}
    assert 'role="alert"' in text
    assert case.number in text
