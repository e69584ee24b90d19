"""The hour of a planned contact, where one was agreed on: told by the clock of its window, and shown where the day is."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.cases.models import Case
from app.core.clock import now, today
from app.core.db import WriteSession
from app.followups import service
from app.followups.models import FollowUp
from app.followups.schemas import FollowUpCreate
from app.followups.states import FollowUpKind, FollowUpStatus
from app.referrals import answering
from app.referrals.partner_schemas import Acceptance
from tests.factories import cases
from tests.factories import referrals as referral_factory
from tests.factories.world import World
from tests.support.pages import Browser


@pytest.fixture
def case(db: WriteSession, world: World) -> Case:
    cases.define_terms(db)
    made = cases.case(db, world.worker)
    db.commit()
    return made


@pytest.fixture
def planned(db: WriteSession, world: World, case: Case) -> FollowUp:
    made = service.plan(db, world.worker, case, FollowUpCreate(kind=FollowUpKind.call, due_on=today()))
    db.commit()
    return made


def hours(db: WriteSession, case: Case) -> list[tuple[date, str | None]]:
    """The days and hours of what is planned."""
    db.expire_all()
    found = db.query(FollowUp).filter_by(case_id=case.id, status=FollowUpStatus.planned)
    return [(one.due_on, one.due_time) for one in found.order_by(FollowUp.id)]


def test_a_contact_is_planned_for_an_hour_and_shown_with_it(
    db: WriteSession, worker: Browser, case: Case
) -> None:
    page = worker.open(f"/cases/{case.id}/follow-ups/new")
    tomorrow = today() + timedelta(days=1)
    page = page.send(f"/cases/{case.id}/follow-ups", due_on=tomorrow, due_time="٠٩:٣٠")
    contact = db.query(FollowUp).filter_by(case_id=case.id, due_time="09:30").one()
    assert contact.due_on == tomorrow
    places = (f"/cases/{case.id}", f"/follow-ups/{contact.id}", f"/follow-ups/{contact.id}/postpone")
    for path in (*places, f"/cases/{case.id}/contacts", f"/cases/{case.id}/print"):
        assert worker.open(path).find("//time[@datetime='09:30']"), path


def test_an_hour_that_is_none_is_refused_beside_its_field(
    db: WriteSession, worker: Browser, case: Case
) -> None:
    page = worker.open(f"/cases/{case.id}/follow-ups/new")
    page = page.send(f"/cases/{case.id}/follow-ups", due_on=today(), due_time="25:00")
    assert page.status == 422
    assert page.find("//*[@id='f-due_time-error']")
    assert "14:30" in page.text


def test_an_hour_without_a_day_is_asked_for_the_day(worker: Browser, case: Case) -> None:
    page = worker.open(f"/cases/{case.id}/contacts/new")
    page = page.send(f"/cases/{case.id}/contacts", happened="مثال", next__due_time="10:00")
    assert page.status == 422
    assert page.find("//*[@id='f-next-due_on-error']")
    assert page.find("//input[@name='next.due_time']/@value") == ["10:00"]


def test_the_next_contact_may_have_an_hour_and_another_day_has_its_own(
    db: WriteSession, worker: Browser, planned: FollowUp, case: Case
) -> None:
    at = f"/follow-ups/{planned.id}"
    worker.open(f"{at}/postpone").send(f"{at}/postpone", due_on=today(), due_time="11:15", reason="طلب ذلك")
    assert hours(db, case) == [(today(), "11:15")]
    later = today() + timedelta(days=2)
    worker.open(f"{at}/postpone").send(f"{at}/postpone", due_on=later, reason="طلب ذلك")
    assert hours(db, case) == [(later, None)]
    next_one = {"next__due_on": later, "next__due_time": "08:00"}
    worker.open(at).send(at, happened="مثال", **next_one)
    assert (later, "08:00") in hours(db, case)


def test_a_day_is_in_the_order_of_its_hours_and_what_has_none_comes_last(
    db: WriteSession, world: World, worker: Browser, case: Case
) -> None:
    for hour in (None, "14:00", "08:30"):
        data = FollowUpCreate(kind=FollowUpKind.call, due_on=today(), due_time=hour, purpose=hour or "مثال")
        service.plan(db, world.worker, case, data)
    given = referral_factory.ready(db, world).sent()
    acceptance = {"contact_name": "مينة المثالية", "appointment": {"at": f"{today()}T23:59"}}
    answering.accept(db, world.agent, given, Acceptance.model_validate(acceptance))
    given.appointment_at = now().astimezone(ZoneInfo("Africa/Casablanca")).replace(hour=10, minute=0)
    db.commit()
    page = worker.open("/appointments")
    said = [slot.text_content().strip() for slot in page.find("//*[@class='slot__at']")]
    assert said[:3] == ["08:30", "10:00", "14:00"]
    assert ":" not in "".join(said[3:])
    assert worker.open("/desk").find("//time[@datetime='08:30']")
