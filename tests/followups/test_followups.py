"""Contacts planned and unplanned, the rhythm, and what plans itself."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import text

from app.cases import closure, day_to_day
from app.cases.models import Case
from app.cases.schemas import CaseAssign, CaseClose, CaseReopen, CaseUpdate
from app.cases.states import CaseStatus, ClosingReason, Priority
from app.core.clock import now, today
from app.core.db import Database, WriteSession
from app.core.errors import IllegalMove, InvalidInput, NotFound
from app.core.ids import UserId, uuid7
from app.followups import queries, reactions, service
from app.followups.models import FollowUp
from app.followups.schemas import (
    Cancellation,
    ContactRecord,
    FollowUpCreate,
    MissedContact,
    Postponement,
    UnplannedContact,
)
from app.followups.states import FollowUpKind, FollowUpReason, FollowUpStatus
from app.outbox import service as outbox
from app.vocabularies import service as vocabularies
from app.windows import queries as windows
from tests.factories import cases
from tests.factories.vocabularies import term
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

CALL = FollowUpKind.call


@pytest.fixture
def case(db: WriteSession, world: World, database: Database) -> Case:
    cases.define_terms(db)
    vocabularies.define(db, "attendance_reason", [term("transport")])
    case = cases.case(db, world.worker)
    db.commit()
    outbox.deliver_all(database.write_session)
    return case


def planned(db: WriteSession, case: Case) -> list[FollowUp]:
    db.expire_all()
    return queries.planned_of(db, case.id)


def create(**values: Any) -> FollowUpCreate:
    return FollowUpCreate.model_validate({"kind": "call", "due_on": today() + timedelta(days=1), **values})


@pytest.mark.parametrize(
    ("priority", "days"),
    [(Priority.urgent, 7), (Priority.high, 7), (Priority.medium, 14), (Priority.low, 30)],
)
def test_the_priority_gives_the_rhythm(priority: Priority, days: int) -> None:
    assert service.rhythm(priority) == timedelta(days=days)


def test_a_new_case_starts_its_rhythm_once(
    db: WriteSession, database: Database, world: World, case: Case
) -> None:
    from app.cases.events import CaseOpened

    event = CaseOpened(
        case_id=case.id, person_id=case.person_id, window_id=case.window_id, referent_id=case.referent_id
    )
    reactions.plan_first(db, event)  # told a second time
    (first,) = planned(db, case)
    calendar = windows.calendar(db, case.window_id)
    assert first.reason is FollowUpReason.rhythm
    assert first.due_on == calendar.next_working(today() + timedelta(days=14))
    assert calendar.is_working(first.due_on)
    assert case.next_due_on == first.due_on


def test_recording_says_what_happened_and_the_rhythm_goes_on(
    db: WriteSession, world: World, case: Case
) -> None:
    (first,) = planned(db, case)
    service.record(db, world.worker, first, ContactRecord(happened="كل شيء على ما يرام"))
    (following,) = planned(db, case)
    assert first.status is FollowUpStatus.done
    assert following.id != first.id
    assert case.last_contact_on == today()


def test_the_first_contact_begins_the_work_on_a_case(db: WriteSession, world: World, case: Case) -> None:
    assert case.status is CaseStatus.open
    (first,) = planned(db, case)
    service.miss(db, world.worker, first, MissedContact(reason="transport"))
    assert db.get_one(Case, case.id).status is CaseStatus.open
    service.note_unplanned(db, world.worker, case, UnplannedContact(kind=CALL, happened="A call (example)."))
    assert db.get_one(Case, case.id).status is CaseStatus.active


def test_what_the_worker_plans_next_takes_the_place_of_the_rhythm(
    db: WriteSession, world: World, case: Case
) -> None:
    (first,) = planned(db, case)
    due_on = today() + timedelta(days=3)
    data = ContactRecord.model_validate(
        {"happened": "زيارة", "next": {"kind": "visit", "due_on": due_on, "purpose": "زيارة البيت"}}
    )
    service.record(db, world.worker, first, data)
    (following,) = planned(db, case)
    assert (following.kind, following.due_on, following.reason) == ("visit", due_on, "manual")


def test_nothing_is_planned_or_held_at_an_impossible_time(db: WriteSession, world: World, case: Case) -> None:
    (first,) = planned(db, case)
    yesterday = today() - timedelta(days=1)
    with pytest.raises(InvalidInput):
        service.plan(db, world.worker, case, create(due_on=yesterday))
    with pytest.raises(InvalidInput):
        service.postpone(db, world.worker, first, Postponement(due_on=yesterday, reason="Too late."))
    late = ContactRecord(happened="…", held_at=now() + timedelta(hours=2))
    with pytest.raises(InvalidInput):
        service.record(db, world.worker, first, late)
    past = ContactRecord.model_validate({"happened": "…", "next": {"kind": "call", "due_on": yesterday}})
    with pytest.raises(InvalidInput):
        service.record(db, world.worker, first, past)


def test_only_who_serves_at_the_window_is_given_a_contact(db: WriteSession, world: World, case: Case) -> None:
    assert service.plan(db, world.worker, case, create(worker_id=world.colleague.user)).worker_id == (
        world.colleague.user_id
    )
    for nobody in (world.stranger.user, UserId(uuid7())):
        with pytest.raises(InvalidInput):
            service.plan(db, world.worker, case, create(worker_id=nobody))


def test_a_missed_contact_is_tried_again(db: WriteSession, world: World, case: Case) -> None:
    (first,) = planned(db, case)
    with pytest.raises(InvalidInput):
        service.miss(db, world.worker, first, MissedContact(reason="unheard_of"))
    service.miss(db, world.worker, first, MissedContact(reason="transport", note="لا حافلة"))
    (again,) = planned(db, case)
    calendar = windows.calendar(db, case.window_id)
    assert (again.reason, again.due_on) == ("no_show", calendar.add_days(today(), service.RETRY_DAYS))
    data = MissedContact.model_validate(
        {"reason": "transport", "next": {"kind": "visit", "due_on": today() + timedelta(days=2)}}
    )
    service.miss(db, world.worker, again, data)
    assert [f.kind for f in planned(db, case)] == ["visit"]


def test_an_unplanned_contact_counts_as_one(db: WriteSession, world: World, case: Case) -> None:
    data = UnplannedContact(kind=FollowUpKind.office, happened="مر إلى الشباك")
    noted = service.note_unplanned(db, world.colleague, case, data)
    assert (noted.status, noted.reason, noted.worker_id) == ("done", "unplanned", world.colleague.user_id)
    assert len(planned(db, case)) == 1  # the rhythm's own


def test_postponing_and_cancelling_keep_their_reasons(db: WriteSession, world: World, case: Case) -> None:
    (first,) = planned(db, case)
    later = today() + timedelta(days=40)
    service.postpone(db, world.worker, first, Postponement(due_on=later, reason="She is travelling."))
    assert (first.status, first.due_on) == ("planned", later)
    service.cancel(db, world.worker, first, Cancellation(reason="Planned twice."))
    with pytest.raises(IllegalMove):
        service.cancel(db, world.worker, first, Cancellation(reason="Planned twice."))
    notes = db.execute(text("SELECT note FROM follow_up_transitions WHERE note IS NOT NULL")).scalars().all()
    assert sorted(notes) == ["Planned twice.", "She is travelling."]


def test_a_more_pressing_case_is_seen_sooner_and_a_calmer_one_keeps_its_date(
    db: WriteSession, database: Database, world: World, case: Case
) -> None:
    (first,) = planned(db, case)
    before = first.due_on
    for priority in (Priority.low, Priority.urgent):
        db.refresh(case)
        day_to_day.change(db, world.worker, case, CaseUpdate(priority=priority))
        db.commit()
        outbox.deliver_all(database.write_session)
        (first,) = planned(db, case)
        assert (first.due_on < before) == (priority is Priority.urgent)


def test_the_new_referent_takes_over_what_was_planned(
    db: WriteSession, database: Database, world: World, case: Case
) -> None:
    data = CaseAssign(user_id=world.colleague.user, reason="Moves to another office.")
    day_to_day.assign(db, world.supervisor, case, data)
    db.commit()
    outbox.deliver_all(database.write_session)
    assert [f.worker_id for f in planned(db, case)] == [world.colleague.user_id]


def test_closing_cancels_what_is_planned_and_reopening_takes_the_rhythm_up(
    db: WriteSession, database: Database, world: World, case: Case
) -> None:
    closure.close(db, world.worker, case, CaseClose(reason=ClosingReason.goals_met))
    db.commit()
    outbox.deliver_all(database.write_session)
    assert planned(db, case) == []
    db.refresh(case)
    after = service.plan(db, world.worker, case, create(due_on=today() + timedelta(days=60)))
    assert after.reason is FollowUpReason.post_closure
    reactions.cancel_planned(db, cases.closed(case, world.worker))
    assert planned(db, case) == [after]
    data = ContactRecord.model_validate(
        {"happened": "لا تزال في عملها", "next": {"kind": "call", "due_on": today() + timedelta(days=90)}}
    )
    with time_machine.travel(now() + timedelta(days=60)):
        service.record(db, world.worker, after, data)
    assert [f.reason for f in planned(db, case)] == ["post_closure"]
    service.miss(db, world.worker, planned(db, case)[0], MissedContact(reason="transport"))
    assert planned(db, case) == []
    service.note_unplanned(db, world.worker, case, UnplannedContact(kind=CALL, happened="اتصال"))
    assert planned(db, case) == []  # a closed case has no rhythm
    closure.reopen(db, world.worker, case, CaseReopen(reason="A new request."))
    db.commit()
    outbox.deliver_all(database.write_session)
    assert [f.reason for f in planned(db, case)] == ["rhythm"]


def test_over_http_the_lists_of_due_and_overdue(
    client: CheckedClient, db: WriteSession, world: World, case: Case
) -> None:
    worker = headers(world.worker)
    (first,) = planned(db, case)
    first.due_on = today() - timedelta(days=1)
    db.commit()
    created = client.post(
        f"/api/v1/cases/{case.id}/follow-ups",
        json={"kind": "visit", "due_on": str(today() + timedelta(days=5))},
        headers=worker,
    )
    assert created.status_code == 201, created.text

    def listed(**params: Any) -> list[str]:
        found = client.get("/api/v1/follow-ups", params=params, headers=worker)
        assert found.status_code == 200, found.text
        return [item["id"] for item in found.json()["items"]]

    both = [str(first.id), created.json()["id"]]
    assert listed() == both
    assert listed(when="overdue") == listed(when="due") == both[:1]
    assert listed(when="upcoming", window_id=str(world.here)) == both[1:]
    assert listed(worker_id=str(world.colleague.user)) == []
    first_page = client.get("/api/v1/follow-ups", params={"limit": 1}, headers=worker).json()
    assert listed(limit=1, cursor=first_page["next"]) == both[1:]
    assert first_page["items"][0]["case_number"] == case.number
    assert client.get("/api/v1/follow-ups", headers=headers(world.stranger)).json()["items"] == []
    of_case = client.get(f"/api/v1/cases/{case.id}/follow-ups", headers=worker).json()["items"]
    assert [item["id"] for item in of_case] == both[::-1]


def test_over_http_the_acts(client: CheckedClient, db: WriteSession, world: World, case: Case) -> None:
    worker = headers(world.worker)
    (first,) = planned(db, case)
    url = f"/api/v1/follow-ups/{first.id}"
    db.commit()
    assert client.get(url, headers=worker).json()["allowed"] == ["record", "miss", "cancel", "postpone"]
    assert client.get(url, headers=headers(world.stranger)).status_code == 404
    later = str(today() + timedelta(days=9))
    moved = client.post(f"{url}/postpone", json={"due_on": later, "reason": "Travelling."}, headers=worker)
    assert moved.json()["due_on"] == later
    missed = client.post(f"{url}/miss", json={"reason": "transport"}, headers=worker)
    assert missed.json()["status"] == "missed"
    again = client.post(f"{url}/cancel", json={"reason": "Too late."}, headers=worker)
    assert (again.status_code, again.json()["code"]) == (409, "illegal_move")
    noted = client.post(
        f"/api/v1/cases/{case.id}/contacts", json={"kind": "call", "happened": "اتصال"}, headers=worker
    )
    assert noted.json()["status"] == "done"
    twice = client.post(
        f"/api/v1/cases/{case.id}/contacts", json={"kind": "call", "happened": "اتصال"}, headers=worker
    )
    assert (twice.status_code, twice.json()["code"]) == (409, "contact_already_noted")
    assert twice.json()["follow_up_id"] == noted.json()["id"]
    (retry,) = planned(db, case)
    recorded = client.post(
        f"/api/v1/follow-ups/{retry.id}/record", json={"happened": "تمت المقابلة"}, headers=worker
    )
    assert recorded.json()["happened"] == "تمت المقابلة"
    assert recorded.json()["held_at"] is not None
    timeline = queries.timeline(db, case.id, now(), 10)
    assert {entry["code"] for entry in timeline} == {"done", "missed"}


def test_partners_and_administrators_see_no_contact(db: WriteSession, world: World, case: Case) -> None:
    (first,) = planned(db, case)
    for actor in (world.agent, world.administrator, world.auditor, world.stranger):
        with pytest.raises(NotFound):
            queries.get(db, actor, first.id)
        with pytest.raises(NotFound):
            queries.read(db, actor, first.id)


def test_an_event_about_a_closed_case_plans_nothing(db: WriteSession, world: World, case: Case) -> None:
    from app.core.ids import ReferralId
    from app.referrals.events import ReferralMoved

    closure.close(db, world.worker, case, CaseClose(reason=ClosingReason.moved_away))
    before = len(planned(db, case))
    event = ReferralMoved(
        step_id=uuid7(), referral_id=ReferralId(uuid7()), case_id=case.id, action="expire", by_role="system"
    )
    reactions.plan_after_referral(db, event)
    assert len(planned(db, case)) == before
