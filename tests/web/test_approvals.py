"""Closings that were asked for: decided upon with what is to know, with a reason where the case goes on."""

from fastapi import FastAPI

from app.audit.models import AuditEntry
from app.auth.models import User
from app.cases import closure
from app.cases.models import Case
from app.cases.schemas import CaseClose, CaseReopen
from app.cases.states import CaseStatus, ClosingReason
from app.core.actor import Role
from app.core.db import WriteSession
from tests.factories import cases
from tests.factories.world import World
from tests.support.pages import Browser


def test_a_closing_is_decided_upon_with_what_is_to_know(
    db: WriteSession, world: World, asked: Case, supervisor: Browser
) -> None:
    page = supervisor.open("/approvals").follow(asked.number)
    for told in ("غرفة قبل الشتاء (مثال)", "انتقلت إلى سكن جديد (مثال)", "تحققت الأهداف", asked.number):
        assert told in page.text
    opened = db.query(AuditEntry).filter_by(action="case:read", subject_id=asked.id).all()
    assert [entry.actor_id for entry in opened] == [world.supervisor.user]


def test_the_list_of_closings_opens_no_file(
    db: WriteSession, world: World, asked: Case, supervisor: Browser
) -> None:
    page = supervisor.open("/approvals")
    assert "انتقلت إلى سكن جديد (مثال)" not in page.text
    assert not page.find("//main//form")
    assert db.query(AuditEntry).filter_by(action="case:read").count() == 0
    assert db.query(AuditEntry).filter_by(action="case:list", actor_id=world.supervisor.user).count() == 1


def test_what_stands_against_a_closing_is_told_instead_of_the_button(
    db: WriteSession, world: World, asked: Case, supervisor: Browser
) -> None:
    cases.goal(db, world.worker, asked, "عمل قار (مثال)")
    db.commit()
    page = supervisor.open(f"/approvals/{asked.id}")
    assert page.find("//*[contains(@class, 'banner--waiting')]//li")
    assert not page.find(f"//form[@action='/approvals/{asked.id}/approve']")


def test_an_approved_closing_closes_the_case_with_the_reason_given(
    db: WriteSession, asked: Case, supervisor: Browser
) -> None:
    page = supervisor.open(f"/approvals/{asked.id}").send(f"/approvals/{asked.id}/approve")
    assert (page.path, page.status) == ("/approvals", 200)
    (told,) = page.find("//*[@role='status']")
    assert told.xpath(f".//a[@href='/cases/{asked.id}'][contains(., '{asked.number}')]")
    assert not page.find(f"//a[@href='/approvals/{asked.id}']")
    db.expire_all()
    closed = db.get_one(Case, asked.id)
    assert (closed.status, closed.closing_reason) == (CaseStatus.closed, ClosingReason.goals_met)


def test_a_closing_that_is_declined_leaves_the_case_open_with_the_reason(
    db: WriteSession, asked: Case, supervisor: Browser, worker: Browser
) -> None:
    page = supervisor.open(f"/approvals/{asked.id}")
    page = page.send(f"/approvals/{asked.id}/decline", reason="السكن مؤقت فقط (مثال)")
    assert page.find(f"//*[@role='status']//a[@href='/cases/{asked.id}'][contains(., '{asked.number}')]")
    db.expire_all()
    kept = db.get_one(Case, asked.id)
    assert (kept.status, kept.closure_requested_at) == (CaseStatus.active, None)
    assert "السكن مؤقت فقط (مثال)" in worker.open(f"/cases/{asked.id}").text


def _asked_again(db: WriteSession, world: World, case: Case) -> None:
    again = CaseClose.model_validate({"reason": ClosingReason.goals_met})
    closure.request_closure(db, world.worker, case, again)
    db.commit()


def test_a_closing_that_is_asked_for_again_shows_why_it_was_declined_before(
    db: WriteSession, world: World, asked: Case, supervisor: Browser
) -> None:
    assert "طلب سابق مرفوض" not in supervisor.open(f"/approvals/{asked.id}").text
    for reason in ("السكن مؤقت فقط (مثال)", "ينتظر جواب المدرسة (مثال)"):
        closure.decline_request(db, world.supervisor, asked, reason)
        _asked_again(db, world, asked)
    page = supervisor.open(f"/approvals/{asked.id}")
    (told,) = page.find("//main//*[contains(@class, 'banner--waiting')]")
    assert "ينتظر جواب المدرسة (مثال)" in told.text_content()  # the last one
    assert "السكن مؤقت فقط (مثال)" not in page.text
    assert db.get_one(User, world.supervisor.user).name in told.text_content()
    assert told.xpath(".//time")


def test_what_was_declined_before_a_case_was_closed_and_taken_up_again_is_over(
    db: WriteSession, world: World, asked: Case, supervisor: Browser
) -> None:
    closure.decline_request(db, world.supervisor, asked, "السكن مؤقت فقط (مثال)")
    _asked_again(db, world, asked)
    closure.approve_request(db, world.supervisor, asked)
    closure.reopen(db, world.supervisor, asked, CaseReopen(reason="عادت (مثال)"))
    _asked_again(db, world, asked)
    assert "طلب سابق مرفوض" not in supervisor.open(f"/approvals/{asked.id}").text


def test_the_number_of_a_case_that_was_decided_upon_is_told_to_its_window_alone(
    app: FastAPI, db: WriteSession, world: World, asked: Case
) -> None:
    other = Browser(app).sign_in_as(db, world.user(Role.supervisor, world.elsewhere))
    page = other.open(f"/approvals?case_id={asked.id}&done=closure_approved")
    assert "تم إغلاق الملف" in page.text
    assert asked.number not in page.text


def test_a_closing_is_not_declined_without_a_reason(
    db: WriteSession, asked: Case, supervisor: Browser
) -> None:
    page = supervisor.open(f"/approvals/{asked.id}").send(f"/approvals/{asked.id}/decline", reason="")
    assert (page.status, bool(page.find("//*[@id='f-reason-error']"))) == (422, True)
    db.expire_all()
    assert db.get_one(Case, asked.id).closure_requested_at is not None


def test_a_closing_that_was_decided_meanwhile_leads_back_to_the_others(
    db: WriteSession, world: World, asked: Case, supervisor: Browser
) -> None:
    closure.approve_request(db, world.supervisor, asked)
    db.commit()
    assert supervisor.open(f"/approvals/{asked.id}").path == "/approvals"


def test_a_case_that_changed_meanwhile_is_not_closed_unread(
    db: WriteSession, asked: Case, supervisor: Browser
) -> None:
    page = supervisor.open(f"/approvals/{asked.id}")
    asked.summary = "something new"
    db.commit()
    assert page.send(f"/approvals/{asked.id}/approve").status == 412
    db.expire_all()
    assert db.get_one(Case, asked.id).status is CaseStatus.active


def test_an_approval_after_a_refusal_is_told_that_nothing_is_left_to_confirm(
    db: WriteSession, asked: Case, supervisor: Browser
) -> None:
    old = supervisor.open(f"/approvals/{asked.id}")
    supervisor.open(old.path).send(f"/approvals/{asked.id}/decline", reason="Not yet (example).")
    page = old.send(f"/approvals/{asked.id}/approve")
    assert page.status == 412
    told = page.find("//*[@role='alert']")[0].text_content()
    assert "لم يبق ما تؤكده" in told
    assert "من جديد" not in told
