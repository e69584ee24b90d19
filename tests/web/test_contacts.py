"""Contacts noted, planned, put off and taken back on pages; the days ahead."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from fastapi import FastAPI

from app.cases.models import Case
from app.core.clock import now, today
from app.core.db import WriteSession
from app.followups import service
from app.followups.models import FollowUp
from app.followups.schemas import FollowUpCreate
from app.followups.states import FollowUpKind, FollowUpStatus
from app.vocabularies import service as vocabularies
from tests.factories import cases
from tests.factories import people as people_factory
from tests.factories.vocabularies import term
from tests.factories.world import World
from tests.support.pages import Browser


@pytest.fixture
def case(db: WriteSession, world: World) -> Case:
    cases.define_terms(db)
    people_factory.define_terms(db)
    vocabularies.define(db, "attendance_reason", [term("transport"), term("forgot")])
    made = cases.case(db, world.worker)
    db.commit()
    return made


@pytest.fixture
def planned(db: WriteSession, world: World, case: Case) -> FollowUp:
    return plan(db, world, case, today())


def plan(db: WriteSession, world: World, case: Case, on: date) -> FollowUp:
    data = FollowUpCreate(kind=FollowUpKind.call, due_on=on, purpose="الاطمئنان (مثال)")
    made = service.plan(db, world.worker, case, data)
    db.commit()
    return made


def of_case(db: WriteSession, case: Case, status: FollowUpStatus) -> list[FollowUp]:
    db.expire_all()
    return db.query(FollowUp).filter_by(case_id=case.id, status=status).order_by(FollowUp.id).all()


@pytest.mark.parametrize("language", ["ar", "fr", "en", "fa"])
def test_every_page_of_a_contact_opens_in_every_language(
    app: FastAPI, db: WriteSession, world: World, planned: FollowUp, language: str
) -> None:
    browser = Browser(app).sign_in_as(db, world.worker, language)
    for page in ("", "/postpone", "/cancel"):
        assert browser.open(f"/follow-ups/{planned.id}{page}").document.get("lang") == language
    for query in ("", "?when=week", "?mine=false", "?when=week&on=2026-03-04"):
        assert browser.open(f"/appointments{query}").document.get("lang") == language


@pytest.mark.parametrize(("language", "name"), [("ar", "سمية المثالية"), ("fr", "Soumia Exemple")])
def test_who_is_to_be_contacted_is_named_in_the_script_of_the_page(
    app: FastAPI, db: WriteSession, world: World, case: Case, language: str, name: str
) -> None:
    both = {"given_name_latin": "Soumia", "family_name_latin": "Exemple", "given_name_ar": "سمية"}
    known = cases.case(db, world.worker, whose=cases.person(db, world.worker, **both))
    plan(db, world, known, today()).due_on -= timedelta(days=1)
    db.commit()
    browser = Browser(app).sign_in_as(db, world.worker, language)
    for path, to in (("/desk", "/cases/"), ("/appointments", "/follow-ups/")):
        assert name in [a.text_content() for a in browser.open(path).find(f"//a[starts-with(@href, '{to}')]")]


def test_an_unplanned_contact_is_noted_in_three_fields(db: WriteSession, worker: Browser, case: Case) -> None:
    new, to = f"/cases/{case.id}/contacts/new", f"/cases/{case.id}/contacts"
    page = worker.open(new)
    shown = page.find(f"//form[@action='{to}']//*[self::textarea or self::input[not(@type='hidden')]]/@name")
    assert set(shown) == {"kind", "happened", "next_step", "next.due_on", "next.due_time", "held_at"}
    # Nobody has to look at the fourth: what is noted takes place now.
    assert page.find("//details[not(@open)]//input[@name='held_at']")
    assert page.find("//textarea[@name='happened'][@autofocus]")
    refused = page.send(to, next_step="تمر غدا (مثال)")
    assert refused.status == 422
    assert refused.find("//textarea[@aria-invalid='true']")
    assert refused.find("//input[@name='next_step']")[0].get("value") == "تمر غدا (مثال)"
    tomorrow = today() + timedelta(days=1)
    noted = refused.send(to, kind="visit", happened="وجدت عملا (مثال)", next__due_on=tomorrow)
    assert noted.path == f"/cases/{case.id}"
    assert "وجدت عملا" in noted.text
    (next_one,) = of_case(db, case, FollowUpStatus.planned)
    assert (next_one.kind, next_one.due_on, next_one.purpose) == (
        FollowUpKind.visit,
        tomorrow,
        "تمر غدا (مثال)",
    )


def test_a_contact_of_yesterday_is_noted_as_of_yesterday(
    db: WriteSession, world: World, worker: Browser
) -> None:
    cases.define_terms(db)
    with time_machine.travel(now() - timedelta(days=4), tick=False):
        case = cases.case(db, world.worker)
        db.commit()
    to = f"/cases/{case.id}/contacts"
    page = worker.open(f"{to}/new")
    for impossible in (now() + timedelta(hours=3), now() - timedelta(days=8)):
        refused = page.send(to, happened="زيارة (مثال)", held_at=impossible.strftime("%Y-%m-%dT%H:%M"))
        assert refused.status == 422
        assert refused.find("//details[@open]//input[@name='held_at'][@aria-invalid='true']")
    yesterday = today() - timedelta(days=1)
    refused.send(to, kind="visit", happened="زيارة (مثال)", held_at=f"{yesterday}T15:30")
    (done,) = of_case(db, case, FollowUpStatus.done)
    assert done.held_at is not None
    assert done.held_at.astimezone(ZoneInfo("Africa/Casablanca")).isoformat()[:16] == f"{yesterday}T15:30"
    assert f"{yesterday}T" in str(worker.open(to).find("//main//time/@datetime"))


def test_what_was_planned_does_not_stand_beside_what_took_its_place(
    db: WriteSession, world: World, worker: Browser, case: Case
) -> None:
    planned = plan(db, world, case, today() + timedelta(days=2))
    to = f"/cases/{case.id}/contacts"
    page = worker.open(f"{to}/new")
    assert page.send(to, happened="زيارة (مثال)", planned_id=case.id).status == 422
    page.send(to, kind="visit", happened="زيارة (مثال)", planned_id=planned.id)
    (done,) = of_case(db, case, FollowUpStatus.done)
    assert (done.id, done.kind) == (planned.id, FollowUpKind.visit)
    assert planned.id not in {contact.id for contact in of_case(db, case, FollowUpStatus.planned)}


def test_going_back_and_saving_again_leads_to_what_was_noted(
    db: WriteSession, worker: Browser, case: Case
) -> None:
    to = f"/cases/{case.id}/contacts"
    worker.open(f"{to}/new").send(to, happened="مكالمة (مثال)")
    again = worker.open(f"{to}/new").send(to, happened="مكالمة (مثال)")
    assert again.status == 409
    (done,) = of_case(db, case, FollowUpStatus.done)
    assert again.find("//*[@id='refusal']//a/@href") == [f"/follow-ups/{done.id}"]
    assert again.find("//textarea[@name='happened']")[0].text.strip() == "مكالمة (مثال)"


@pytest.mark.parametrize(("page", "asked"), [("contacts", "كيف تم"), ("follow-ups", "كيف سيتم")])
def test_what_is_to_come_is_not_asked_in_the_past(worker: Browser, case: Case, page: str, asked: str) -> None:
    legend = worker.open(f"/cases/{case.id}/{page}/new").find("//fieldset[@id='f-kind']/legend")[0]
    assert legend.text_content().startswith(f"{asked} التواصل؟")


def test_without_a_day_the_rhythm_plans_the_next_contact(
    db: WriteSession, worker: Browser, case: Case
) -> None:
    to = f"/cases/{case.id}/contacts"
    worker.open(f"{to}/new").send(to, happened="كل شيء على ما يرام (مثال)")
    assert [contact.reason for contact in of_case(db, case, FollowUpStatus.planned)] == ["rhythm"]


def test_a_planned_contact_is_noted(db: WriteSession, worker: Browser, case: Case, planned: FollowUp) -> None:
    to = f"/follow-ups/{planned.id}"
    step = worker.open(f"/cases/{case.id}").find("//section[@aria-labelledby='next-title']//a/@href")
    assert step == [to]
    refused = worker.open(to).send(to)
    assert refused.status == 422
    assert refused.find("//textarea[@aria-invalid='true']")
    refused.send(to, happened="بدأت التكوين (مثال)")
    (done,) = of_case(db, case, FollowUpStatus.done)
    assert done.happened == "بدأت التكوين (مثال)"
    assert "بدأت التكوين" in worker.open(to).text
    assert not worker.open(to).find("//main//form")


def test_a_missed_contact_says_why_and_another_try_is_planned(
    db: WriteSession, worker: Browser, case: Case, planned: FollowUp
) -> None:
    to = f"/follow-ups/{planned.id}"
    unsaid = worker.open(to).send(to, _attendance="missed")
    assert unsaid.status == 422
    assert unsaid.find("//select[@name='reason'][@aria-invalid='true']")
    assert unsaid.find("//input[@value='missed'][@checked]")
    unsaid.send(to, reason="transport", happened="لم يجب (مثال)")
    (missed,) = of_case(db, case, FollowUpStatus.missed)
    assert (missed.attendance_reason, missed.happened) == ("transport", "لم يجب (مثال)")
    assert of_case(db, case, FollowUpStatus.planned)


def test_a_contact_is_planned_put_off_and_taken_back(
    db: WriteSession, world: World, worker: Browser, case: Case
) -> None:
    new, to = f"/cases/{case.id}/follow-ups/new", f"/cases/{case.id}/follow-ups"
    past = worker.open(new).send(to, due_on="2020-01-01")
    assert past.status == 422
    assert past.find("//input[@id='f-due_on'][@aria-invalid='true']")
    day = today() + timedelta(days=3)
    past.send(to, due_on=day, kind="office", worker_id=world.colleague.user)
    (made,) = of_case(db, case, FollowUpStatus.planned)
    assert (made.worker_id, made.due_on) == (world.colleague.user, day)
    path = f"/follow-ups/{made.id}"
    worker.open(f"{path}/postpone").send(
        f"{path}/postpone", due_on=day + timedelta(days=1), reason="طلب منها (مثال)"
    )
    (moved,) = of_case(db, case, FollowUpStatus.planned)
    assert moved.due_on == day + timedelta(days=1)
    assert worker.open(f"{path}/cancel").send(f"{path}/cancel").status == 422
    worker.open(f"{path}/cancel").send(f"{path}/cancel", reason="لم يعد ضروريا (مثال)")
    assert of_case(db, case, FollowUpStatus.cancelled)


def test_all_contacts_of_a_case_stand_on_one_page(worker: Browser, case: Case, planned: FollowUp) -> None:
    page = worker.open(f"/cases/{case.id}/contacts")
    assert f"/follow-ups/{planned.id}" in page.find("//main//a/@href")


def test_a_contact_elsewhere_is_not_found(
    db: WriteSession, world: World, app: FastAPI, planned: FollowUp
) -> None:
    stranger = Browser(app).sign_in_as(db, world.stranger)
    stranger.open(f"/follow-ups/{planned.id}", status=404)
    agent = Browser(app).sign_in_as(db, world.agent)
    agent.open("/appointments", status=403)
