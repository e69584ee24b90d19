"""Who learns of what happens to a case: once, however often it is told."""

import pytest
from sqlalchemy import delete, func, select

from app.auth import service as accounts
from app.auth.models import User, UserWindow
from app.cases import closure, day_to_day, notices
from app.cases.events import CaseAssigned, CaseClosureRequested
from app.cases.schemas import CaseAssign, CaseClose
from app.cases.states import ClosingReason
from app.core.db import Database, WriteSession
from app.core.ids import uuid7
from app.notifications.models import Notification
from app.outbox import service as outbox
from tests.factories import cases as make
from tests.factories.world import World


def told(db: WriteSession) -> list[tuple[str, object]]:
    found = select(Notification.kind, Notification.user_id).order_by(Notification.id)
    return [(kind, user_id) for kind, user_id in db.execute(found)]


def test_a_new_referent_and_the_supervisors_are_told(
    db: WriteSession, database: Database, world: World
) -> None:
    case = make.case(db, world.worker)
    day_to_day.assign(
        db, world.supervisor, case, CaseAssign(user_id=world.colleague.user, reason="On leave (example).")
    )
    closure.request_closure(db, world.colleague, case, CaseClose(reason=ClosingReason.goals_met))
    db.commit()
    outbox.deliver_all(database.write_session)
    assert told(db) == [
        ("case.assigned", world.colleague.user_id),
        ("case.handed_on", world.worker.user_id),
        ("case.closure_requested", world.supervisor.user_id),
    ]


def test_who_hands_on_their_own_case_is_not_told_of_it(
    db: WriteSession, database: Database, world: World
) -> None:
    case = make.case(db, world.worker)
    day_to_day.assign(db, world.worker, case, CaseAssign(user_id=world.colleague.user, reason="On leave."))
    day_to_day.assign(db, world.worker, case, CaseAssign(user_id=world.worker.user, reason="Back."))
    db.commit()
    outbox.deliver_all(database.write_session)
    assert told(db) == [
        ("case.assigned", world.colleague.user_id),
        ("case.handed_on", world.colleague.user_id),
    ]


def test_who_works_there_no_more_is_not_told_of_a_case_that_was_handed_on(
    db: WriteSession, database: Database, world: World
) -> None:
    case = make.case(db, world.worker)
    accounts.disable(db, world.administrator, db.get_one(User, world.worker.user))
    day_to_day.assign(db, world.supervisor, case, CaseAssign(user_id=world.colleague.user, reason="Left."))
    db.commit()
    outbox.deliver_all(database.write_session)
    assert "case.handed_on" not in [kind for kind, _ in told(db)]


def test_who_asked_for_a_closing_is_told_that_it_was_declined(
    db: WriteSession, database: Database, world: World
) -> None:
    case = make.case(db, world.worker)
    for asker in (world.worker, world.supervisor):  # who declines what they asked for themselves knows it
        closure.request_closure(db, asker, case, CaseClose(reason=ClosingReason.goals_met))
        closure.decline_request(db, world.supervisor, case, "The plan goes on (example).")
    db.commit()
    outbox.deliver_all(database.write_session)
    assert [one for one in told(db) if one[0] == "case.closure_declined"] == [
        ("case.closure_declined", world.worker.user_id)
    ]


def test_who_left_the_window_is_not_told_of_a_case_that_they_cannot_open(
    db: WriteSession, database: Database, world: World
) -> None:
    case = make.case(db, world.worker)
    closure.request_closure(db, world.colleague, case, CaseClose(reason=ClosingReason.goals_met))
    db.execute(delete(UserWindow).where(UserWindow.user_id == world.colleague.user))
    closure.decline_request(db, world.supervisor, case, "The plan goes on (example).")
    db.commit()
    outbox.deliver_all(database.write_session)
    assert "case.closure_declined" not in [kind for kind, _ in told(db)]


@pytest.mark.parametrize("kind", ["assigned", "handed on", "requested"])
def test_told_twice_is_told_once(db: WriteSession, world: World, kind: str) -> None:
    case = make.case(db, world.worker)
    if kind != "requested":
        assigned = CaseAssigned(
            step_id=uuid7(),
            case_id=case.id,
            user_id=world.colleague.user,
            former_id=world.worker.user,
            by=world.supervisor.user,
        )
        for _ in range(2):
            (notices.tell_new_referent if kind == "assigned" else notices.tell_former_referent)(db, assigned)
    else:
        requested = CaseClosureRequested(
            step_id=uuid7(), case_id=case.id, by=world.worker.user, window_id=case.window_id
        )
        for _ in range(2):
            notices.tell_supervisors(db, requested)
    assert db.scalar(select(func.count()).select_from(Notification)) == 1


def test_the_supervisors_are_told_once_of_the_cases_that_a_disabled_account_leaves(
    db: WriteSession, database: Database, world: World
) -> None:
    for _ in range(2):
        make.case(db, world.worker)
    accounts.disable(db, world.administrator, db.get_one(User, world.worker.user))
    accounts.disable(db, world.administrator, db.get_one(User, world.colleague.user))  # who left nothing
    db.commit()
    outbox.deliver_all(database.write_session)
    assert told(db) == [("case.left_behind", world.supervisor.user_id)]
