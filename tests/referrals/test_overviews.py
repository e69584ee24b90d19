"""What a window overlooks: the appointments of some days."""

from datetime import timedelta

import pytest

from app.core.clock import now
from app.core.db import Database, WriteSession
from app.core.ids import UserId
from app.referrals import answering, overviews
from app.referrals.partner_schemas import Acceptance
from app.referrals.schemas import AppointmentIn
from tests.factories import referrals
from tests.factories.world import World
from tests.support.plans import plans_of


@pytest.mark.parametrize("is_own", [False, True])
def test_appointments_are_found_by_their_day_and_never_sorted(
    db: WriteSession, world: World, database: Database, is_own: bool
) -> None:
    """However much a window has referred before: what is read is what those days hold."""
    ready = referrals.ready(db, world)
    at = now() + timedelta(days=2)
    appointment = AppointmentIn(at=at.replace(tzinfo=None))
    data = Acceptance(contact_name="مينة (مثال)", appointment=appointment)
    referral = answering.accept(db, world.agent, ready.sent(), data)
    referent: UserId | None = world.worker.user_id if is_own else None

    def days() -> None:
        found = overviews.appointments(
            db, world.worker, at - timedelta(days=1), at + timedelta(days=1), 10, referent_id=referent
        )
        assert [one["id"] for one in found] == [referral.id]

    (steps,) = plans_of(db, database, "FROM referrals", days)
    assert "ix_referrals_appointments" in steps, steps
    assert "TEMP B-TREE" not in steps
    assert "Sort" not in steps
