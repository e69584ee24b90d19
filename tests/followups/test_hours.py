"""The hour of a planned contact: HH:MM by the clock of the window, optional, and of its day alone."""

from datetime import timedelta

import pytest

from app.cases import day_to_day
from app.cases.models import Case
from app.cases.schemas import CaseUpdate
from app.cases.states import Priority
from app.core.clock import today
from app.core.db import Database, WriteSession
from app.followups import queries, service
from app.followups.schemas import Postponement
from app.outbox import service as outbox
from tests.factories import cases
from tests.factories.world import World, headers
from tests.support.client import CheckedClient


@pytest.fixture
def case(db: WriteSession, world: World, database: Database) -> Case:
    cases.define_terms(db)
    found = cases.case(db, world.worker)
    db.commit()
    outbox.deliver_all(database.write_session)  # its rhythm has planned a first contact
    return found


@pytest.mark.parametrize(("said", "kept"), [("09:30", "09:30"), ("۱۴:۰۵", "14:05"), (None, None)])
def test_an_hour_is_kept_as_it_was_agreed_on(
    client: CheckedClient, world: World, case: Case, said: str | None, kept: str | None
) -> None:
    wanted = {"kind": "office", "due_on": str(today()), "due_time": said}
    url = f"/api/v1/cases/{case.id}/follow-ups"
    created = client.post(url, json=wanted, headers=headers(world.worker))
    assert (created.status_code, created.json()["due_time"]) == (201, kept)


@pytest.mark.parametrize("said", ["9:30", "24:00", "14:60", "14:30:00", "", "noon", 930, "14.30"])
def test_what_is_no_hour_is_refused(client: CheckedClient, world: World, case: Case, said: object) -> None:
    wanted = {"kind": "office", "due_on": str(today()), "due_time": said}
    url = f"/api/v1/cases/{case.id}/follow-ups"
    refused = client.post(url, json=wanted, headers=headers(world.worker))
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["pointer"], error["code"]) == (422, "/due_time", "bad_format")


def test_a_contact_that_the_rhythm_brings_forward_has_no_hour_of_the_other_day(
    db: WriteSession, database: Database, world: World, case: Case
) -> None:
    (first,) = queries.planned_of(db, case.id)
    moved = Postponement(due_on=first.due_on + timedelta(days=20), due_time="10:00", reason="On the road.")
    service.postpone(db, world.worker, first, moved)
    db.refresh(case)
    day_to_day.change(db, world.worker, case, CaseUpdate(priority=Priority.urgent))
    db.commit()
    outbox.deliver_all(database.write_session)
    db.expire_all()
    (brought,) = queries.planned_of(db, case.id)
    assert brought.due_on < moved.due_on
    assert brought.due_time is None
