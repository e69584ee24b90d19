"""A contact is noted once, however often its note is sent."""

from datetime import timedelta

import pytest
import time_machine

from app.cases.models import Case
from app.core.clock import now, today
from app.core.db import WriteSession
from app.followups import service
from app.followups.noting import ContactAlreadyNoted
from app.followups.schemas import FollowUpCreate, UnplannedContact
from app.followups.states import FollowUpKind
from tests.factories import cases
from tests.factories.world import World

CALL = FollowUpKind.call


@pytest.fixture
def case(db: WriteSession, world: World) -> Case:
    cases.define_terms(db)
    return cases.case(db, world.worker)


def test_the_same_contact_is_noted_once(db: WriteSession, world: World, case: Case) -> None:
    """Whoever goes back and saves again sends it under a new key: what differs in nothing is no second contact."""
    same = UnplannedContact(kind=CALL, happened="اتصال (مثال)")
    first = service.note_unplanned(db, world.worker, case, same)
    with pytest.raises(ContactAlreadyNoted) as refused:
        service.note_unplanned(db, world.worker, case, same)
    assert refused.value.details == {"follow_up_id": first.id}
    service.note_unplanned(db, world.colleague, case, same)  # the same words of somebody else
    for other in ({"kind": "visit"}, {"happened": "اتصال آخر (مثال)"}):
        data = UnplannedContact.model_validate({**same.model_dump(), **other})
        service.note_unplanned(db, world.worker, case, data)
    with time_machine.travel(now() + timedelta(minutes=55)), pytest.raises(ContactAlreadyNoted):
        service.note_unplanned(db, world.worker, case, same)
    with time_machine.travel(now() + timedelta(minutes=65)):
        service.note_unplanned(db, world.worker, case, same)
        told = {"held_at": first.held_at, "happened": same.happened, "kind": CALL}
        late = UnplannedContact.model_validate(told)
        with pytest.raises(ContactAlreadyNoted):  # the time of the contact counts, not the one of its noting
            service.note_unplanned(db, world.worker, case, late)


def test_a_planned_contact_that_was_noted_is_not_noted_again(
    db: WriteSession, world: World, case: Case
) -> None:
    first = service.plan(db, world.worker, case, FollowUpCreate(kind=CALL, due_on=today()))
    same = UnplannedContact(kind=CALL, happened="اتصال (مثال)", planned_id=first.id)
    service.note_unplanned(db, world.worker, case, same)
    with pytest.raises(ContactAlreadyNoted):
        service.note_unplanned(db, world.worker, case, same)
