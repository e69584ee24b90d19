"""What plans and cancels itself: who is not to be contacted, whose contact it is, and facts that are told late."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.cases import closure, day_to_day
from app.cases.events import CaseOpened
from app.cases.models import Case
from app.cases.schemas import CaseAssign, CaseClose, CaseReopen
from app.cases.states import ClosingReason, Priority
from app.core.actor import SYSTEM
from app.core.db import Database, WriteSession
from app.core.ids import CaseId, uuid7
from app.followups import queries, reactions, service
from app.followups.schemas import FollowUpCreate, MissedContact
from app.followups.states import FollowUpKind, FollowUpReason
from app.outbox import service as outbox
from app.people.models import ContactPreference, Person
from app.vocabularies import service as vocabularies
from app.windows import queries as windows
from tests.factories import cases
from tests.factories.vocabularies import term
from tests.factories.world import World, headers
from tests.support.client import CheckedClient


@pytest.fixture
def case(db: WriteSession, world: World) -> Case:
    """A case of which nothing was told yet."""
    cases.define_terms(db)
    vocabularies.define(db, "attendance_reason", [term("transport")])
    case = cases.case(db, world.worker)
    db.commit()
    return case


def opened(case: Case) -> CaseOpened:
    return CaseOpened(
        case_id=case.id, person_id=case.person_id, window_id=case.window_id, referent_id=case.referent_id
    )


def kinds(db: WriteSession, case: Case) -> list[FollowUpKind]:
    return [follow_up.kind for follow_up in queries.planned_of(db, case.id)]


@pytest.mark.parametrize(
    ("preference", "expected"),
    [
        (ContactPreference.do_not_contact, FollowUpKind.office),
        (ContactPreference.through_relative, FollowUpKind.call),
    ],
)
def test_nobody_is_contacted_by_itself_who_asked_us_not_to(
    db: WriteSession, world: World, case: Case, preference: ContactPreference, expected: FollowUpKind
) -> None:
    db.get_one(Person, case.person_id).contact_preference = preference
    db.flush()
    reactions.plan_first(db, opened(case))
    assert kinds(db, case) == [expected]
    (first,) = queries.planned_of(db, case.id)
    service.miss(db, world.worker, first, MissedContact(reason="transport"))
    assert kinds(db, case) == [expected]
    service.plan_call(db, SYSTEM, case, FollowUpReason.referral_answered, uuid7(), service.ANSWER_DAYS)
    assert kinds(db, case) == [expected, expected]


@pytest.mark.parametrize("priority", Priority)
def test_the_first_contact_is_due_as_soon_as_the_case_is_open_on_the_day_that_is_planned_then(
    client: CheckedClient, db: WriteSession, database: Database, world: World, priority: Priority
) -> None:
    cases.define_terms(db)
    whose = cases.person(db, world.worker)
    db.commit()
    body = {"person_id": str(whose.id), "window_id": str(world.here), "priority": priority}
    opened = client.post("/api/v1/cases", json=body, headers=headers(world.worker)).json()
    calendar = windows.calendar(db, world.here)
    first_due = calendar.next_working(windows.today(db, world.here) + service.rhythm(priority))
    assert opened["next_due_on"] == first_due.isoformat()
    outbox.deliver_all(database.write_session)
    (first,) = queries.planned_of(db, CaseId(UUID(opened["id"])))
    assert first.due_on == first_due
    seen = client.get(f"/api/v1/cases/{opened['id']}", headers=headers(world.worker)).json()
    assert seen["next_due_on"] == opened["next_due_on"]


def test_a_new_referent_takes_over_what_was_the_former_ones_only(
    db: WriteSession, database: Database, world: World, case: Case
) -> None:
    due_on = windows.today(db, case.window_id)
    for worker in (world.worker, world.supervisor):
        wanted = FollowUpCreate(kind=FollowUpKind.visit, due_on=due_on, worker_id=worker.user)
        service.plan(db, world.worker, case, wanted)
    data = CaseAssign(user_id=world.colleague.user, reason="Moves to another office.")
    day_to_day.assign(db, world.supervisor, case, data)
    db.commit()
    outbox.deliver_all(database.write_session)
    db.expire_all()
    doing = {f.worker_id for f in queries.planned_of(db, case.id) if f.kind is FollowUpKind.visit}
    assert doing == {world.colleague.user, world.supervisor.user}


def test_a_closing_that_is_told_after_the_reopening_cancels_nothing(
    db: WriteSession, world: World, case: Case
) -> None:
    closure.close(db, world.worker, case, CaseClose(reason=ClosingReason.goals_met))
    closure.reopen(db, world.worker, case, CaseReopen(reason="A new request."))
    service.go_on(db, world.worker, case, None)
    reactions.cancel_planned(db, cases.closed(case, world.worker))
    assert len(kinds(db, case)) == 1


def test_a_contact_that_was_planned_while_a_case_was_closed_is_due_once_it_is_reopened(
    db: WriteSession, database: Database, world: World, case: Case
) -> None:
    closure.close(db, world.worker, case, CaseClose(reason=ClosingReason.goals_met))
    due_on = windows.today(db, case.window_id) + timedelta(days=2)
    service.plan(db, world.worker, case, FollowUpCreate(kind=FollowUpKind.call, due_on=due_on))
    closure.reopen(db, world.worker, case, CaseReopen(reason="A new request."))
    rhythm_due = service.rhythm_due(db, case, windows.today(db, case.window_id))
    assert case.next_due_on == rhythm_due
    db.commit()
    outbox.deliver_all(database.write_session)
    db.expire_all()
    assert case.next_due_on == due_on


def test_an_opening_that_is_told_after_the_closing_plans_nothing(
    db: WriteSession, world: World, case: Case
) -> None:
    closure.close(db, world.worker, case, CaseClose(reason=ClosingReason.goals_met))
    reactions.plan_first(db, opened(case))
    assert kinds(db, case) == []
