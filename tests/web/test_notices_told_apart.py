"""Two notices of one kind are told apart: by the number of what each is about, and by no name."""

import pytest
from fastapi import FastAPI
from sqlalchemy import delete

from app.auth.models import UserWindow
from app.cases import closure, day_to_day
from app.cases.models import Case
from app.cases.schemas import CaseAssign, CaseClose
from app.cases.states import ClosingReason
from app.core.actor import Actor
from app.core.db import Database, WriteSession
from app.core.ids import uuid7
from app.notifications import service as notifications
from app.outbox import service as outbox
from app.referrals.naming import reference
from tests.factories import cases as make
from tests.factories.referrals import Ready
from tests.factories.world import World
from tests.support.pages import Browser, Page
from tests.support.statements import listening

WHY = "عطلة طويلة (مثال)"
PAGES = ("/notices", "/desk")


@pytest.fixture
def colleague(app: FastAPI, db: WriteSession, world: World) -> Browser:
    return Browser(app).sign_in_as(db, world.colleague)


@pytest.fixture
def two(db: WriteSession, world: World, case_terms: None) -> list[Case]:
    return [make.case(db, world.worker) for _ in range(2)]


def give(db: WriteSession, database: Database, by: Actor, to: Actor, *held: Case, reason: str = WHY) -> None:
    for case in held:
        day_to_day.assign(db, by, case, CaseAssign(user_id=to.user, reason=reason))
    db.commit()
    outbox.deliver_all(database.write_session)


def lines(page: Page) -> list[str]:
    """The notices of a page, as they are read."""
    return [row.text_content() for row in page.find("//main//li[.//form[starts-with(@action, '/notices/')]]")]


@pytest.mark.parametrize("where", PAGES)
def test_each_of_several_cases_is_told_with_its_number_and_why(
    colleague: Browser, db: WriteSession, database: Database, world: World, two: list[Case], where: str
) -> None:
    give(db, database, world.supervisor, world.colleague, *two)
    page = colleague.open(where)
    told = lines(page)
    assert len(told) == 2
    for case in two:
        (line,) = [line for line in told if case.number in line]
        assert WHY in line
        assert "المثالية" not in line  # whose case it is stands on its page
        assert page.find("//bdi[@dir='ltr'][text()=$number]", number=case.number)


@pytest.mark.parametrize("where", PAGES)
def test_who_had_a_case_is_told_which_one_was_handed_on_and_not_why(
    worker: Browser, db: WriteSession, database: Database, world: World, two: list[Case], where: str
) -> None:
    give(db, database, world.supervisor, world.colleague, two[0])
    (line,) = lines(worker.open(where))
    assert "أسند ملف كنت تواكبه" in line
    assert two[0].number in line
    assert WHY not in line


def test_a_supervisor_sees_which_closing_waits(
    supervisor: Browser, db: WriteSession, database: Database, world: World, two: list[Case]
) -> None:
    for case in two:
        closure.request_closure(db, world.worker, case, CaseClose(reason=ClosingReason.goals_met))
    db.commit()
    outbox.deliver_all(database.write_session)
    told = lines(supervisor.open("/notices"))
    assert [any(case.number in line for line in told) for case in two] == [True, True]


def test_the_reason_is_the_readers_own_and_the_last_one(
    colleague: Browser, db: WriteSession, database: Database, world: World, two: list[Case]
) -> None:
    """Whoever has the case again is not told with the new reason of the time before."""
    case = two[0]
    give(db, database, world.supervisor, world.colleague, case, reason="المرة الأولى (مثال)")
    give(db, database, world.supervisor, world.worker, case, reason="رجع (مثال)")
    page = colleague.open("/notices")
    assert not [line for line in lines(page) if "(مثال)" in line]
    give(db, database, world.supervisor, world.colleague, case)
    newest, *older = lines(colleague.open("/notices"))
    assert WHY in newest
    assert not [line for line in older if "(مثال)" in line]


def test_of_a_case_that_may_not_be_seen_nothing_is_told(
    colleague: Browser, db: WriteSession, database: Database, world: World, two: list[Case]
) -> None:
    give(db, database, world.supervisor, world.colleague, *two)
    db.execute(delete(UserWindow).where(UserWindow.user_id == world.colleague.user))
    db.commit()
    told = lines(colleague.open("/notices"))
    assert len(told) == 2
    assert not [line for line in told if two[0].number in line or two[1].number in line or WHY in line]


def test_the_desk_says_which_referral_it_is(
    worker: Browser, db: WriteSession, world: World, ready: Ready
) -> None:
    sent = ready.sent()
    notifications.notify(db, [world.worker.user], "referral.message", "referral", sent.id, uuid7())
    db.commit()
    page = worker.open("/desk")
    (line,) = lines(page)
    assert reference(sent.id) in line
    assert ready.service.name_ar in line
    assert page.find("//bdi[@dir='ltr'][text()=$number]", number=reference(sent.id))


def test_many_notices_ask_for_no_more_than_one(
    colleague: Browser, db: WriteSession, database: Database, world: World, two: list[Case]
) -> None:
    asked = []
    for held in ([two[0]], [two[1], make.case(db, world.worker)]):
        give(db, database, world.supervisor, world.colleague, *held)
        with listening() as said:
            colleague.open("/notices")
        asked.append(len(said))
    assert asked[0] == asked[1]
