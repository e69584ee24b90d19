"""A notice whose matter is settled is read: by whoever acted, and by all who were asked when a closing is decided."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.cases import closure, day_to_day, notices
from app.cases.events import CaseClosed, CaseClosureRequested
from app.cases.models import Case
from app.cases.schemas import CaseAssign, CaseClose, CaseReopen, CaseSuspend, CaseUpdate
from app.cases.states import ClosingReason, Priority, SuspensionReason
from app.core.actor import Actor, Role
from app.core.db import Database, WriteSession
from app.core.ids import uuid7
from app.notifications.models import Notification
from app.outbox import service as outbox
from tests.factories import cases as make
from tests.factories.world import World

ASKED = {"case.closure_requested"}
CLOSE = CaseClose(reason=ClosingReason.goals_met)


@pytest.fixture
def other_supervisor(world: World) -> Actor:
    return world.user(Role.supervisor, world.here)


@pytest.fixture
def case(db: WriteSession, world: World) -> Case:
    """Handed by a supervisor from the worker to the colleague."""
    case = make.case(db, world.worker)
    give(db, world.supervisor, case, world.colleague)
    return case


def give(db: WriteSession, by: Actor, case: Case, to: Actor) -> None:
    day_to_day.assign(db, by, case, CaseAssign(user_id=to.user, reason="On leave (example)."))


def unread(db: WriteSession, database: Database, actor: Actor) -> set[str]:
    """The kinds of the actor's unread notices, when everything was delivered."""
    db.commit()
    outbox.deliver_all(database.write_session)
    return set(
        db.scalars(
            select(Notification.kind).where(
                Notification.user_id == actor.user, Notification.read_at.is_(None)
            )
        )
    )


ACTS: dict[str, Callable[[WriteSession, Actor, Case], object]] = {
    "priority": lambda db, actor, case: day_to_day.change(
        db, actor, case, CaseUpdate(priority=Priority.high)
    ),
    "closing": lambda db, actor, case: closure.close(db, actor, case, CLOSE),
    "asking": lambda db, actor, case: closure.request_closure(db, actor, case, CLOSE),
}


@pytest.mark.parametrize("act", ACTS)
def test_who_acts_has_read_what_they_were_told_of_the_case(
    db: WriteSession, database: Database, world: World, case: Case, act: str
) -> None:
    assert unread(db, database, world.colleague) == {"case.assigned"}
    ACTS[act](db, world.colleague, case)
    assert unread(db, database, world.colleague) == set()
    assert unread(db, database, world.worker) == {"case.handed_on"}  # who did nothing has read nothing


def test_pausing_and_going_on_are_steps_too(
    db: WriteSession, database: Database, world: World, case: Case
) -> None:
    make.goal(db, world.supervisor, case)  # which activates it
    day_to_day.suspend(db, world.worker, case, CaseSuspend(reason=SuspensionReason.travelling))
    assert unread(db, database, world.worker) == set()
    assert unread(db, database, world.colleague) == {"case.assigned"}
    day_to_day.resume(db, world.colleague, case)
    assert unread(db, database, world.colleague) == set()


def test_reopening_is_a_step_too(db: WriteSession, database: Database, world: World, case: Case) -> None:
    closure.close(db, world.supervisor, case, CLOSE)
    assert unread(db, database, world.colleague) == {"case.assigned"}
    closure.reopen(db, world.colleague, case, CaseReopen(reason="They came back (example)."))
    assert unread(db, database, world.colleague) == set()


def test_a_notice_of_another_case_stays_unread(
    db: WriteSession, database: Database, world: World, case: Case
) -> None:
    other = make.case(db, world.worker)
    give(db, world.supervisor, other, world.colleague)
    closure.close(db, world.colleague, case, CLOSE)
    assert unread(db, database, world.colleague) == {"case.assigned"}


DECISIONS: dict[str, Callable[[WriteSession, World, Case], object]] = {
    "approved": lambda db, world, case: closure.approve_request(db, world.supervisor, case),
    "closed by a worker": lambda db, world, case: closure.close(db, world.worker, case, CLOSE),
    "declined": lambda db, world, case: closure.decline_request(db, world.supervisor, case, "It goes on."),
    "taken back": lambda db, world, case: closure.set_aside_request(db, world.worker, case),
}


@pytest.mark.parametrize("decision", DECISIONS)
def test_when_a_closing_is_decided_nobody_is_asked_any_more(
    db: WriteSession, database: Database, world: World, case: Case, other_supervisor: Actor, decision: str
) -> None:
    closure.request_closure(db, world.worker, case, CLOSE)
    assert unread(db, database, other_supervisor) == ASKED
    DECISIONS[decision](db, world, case)
    assert unread(db, database, other_supervisor) == set()
    assert unread(db, database, world.supervisor) == set()


def test_what_asks_for_a_decision_stays_until_it_is_made(
    db: WriteSession, database: Database, world: World, case: Case
) -> None:
    closure.request_closure(db, world.colleague, case, CLOSE)
    give(db, world.supervisor, case, world.worker)
    assert unread(db, database, world.supervisor) == ASKED


@pytest.mark.parametrize("told", ["again", "late"])
def test_what_came_after_a_step_is_not_settled_by_it(
    db: WriteSession, database: Database, world: World, case: Case, told: str
) -> None:
    closed = CaseClosed(step_id=uuid7(), case_id=case.id, by=world.supervisor.user, reason="goals_met")
    asked = CaseClosureRequested(
        step_id=uuid7(), case_id=case.id, by=world.worker.user, window_id=case.window_id
    )
    if told == "again":
        settle(db, closed)
    notices.tell_supervisors(db, asked)
    settle(db, closed)
    assert unread(db, database, world.supervisor) == ASKED


def test_a_fact_of_an_earlier_version_names_no_step_and_settles_nothing(
    db: WriteSession, database: Database, world: World, case: Case
) -> None:
    closure.request_closure(db, world.worker, case, CLOSE)
    assert unread(db, database, world.supervisor) == ASKED
    settle(db, CaseClosed.load({"case_id": str(case.id), "reason": "goals_met"}))
    assert unread(db, database, world.supervisor) == ASKED


def settle(db: WriteSession, event: CaseClosed) -> None:
    notices.settle_own(db, event)
    notices.settle_closing(db, event)
