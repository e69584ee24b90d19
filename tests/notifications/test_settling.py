"""What a step settles is marked as read: what came before it, about the same thing, of those who are meant."""

from uuid import UUID

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core.db import WriteSession
from app.core.ids import UserId, uuid7
from app.notifications import service
from app.notifications.models import Notification
from tests.factories.world import World

ABOUT = UUID("0193f075-cf80-714f-835e-d940f8add814")


def tell(db: WriteSession, world: World, subject_id: UUID = ABOUT, kind: str = "case.assigned") -> None:
    """Tell both workers of a step."""
    service.notify(db, [world.worker.user, world.colleague.user], kind, "case", subject_id, uuid7())


def unread(db: WriteSession) -> set[tuple[UserId, str]]:
    found = select(Notification.user_id, Notification.kind).where(Notification.read_at.is_(None))
    return {(user_id, kind) for user_id, kind in db.execute(found)}


def test_of_one_user_all_kinds_are_settled_but_those_that_wait(db: WriteSession, world: World) -> None:
    for kind in ("case.assigned", "case.closure_requested"):
        tell(db, world, kind=kind)
    theirs = {(world.colleague.user, "case.assigned"), (world.colleague.user, "case.closure_requested")}
    service.settle_own(db, world.worker.user, "case", ABOUT, uuid7(), but=["case.closure_requested"])
    assert unread(db) == theirs | {(world.worker.user, "case.closure_requested")}
    service.settle_own(db, world.worker.user, "case", ABOUT, uuid7())
    assert unread(db) == theirs


def test_of_one_kind_everybodys_are_settled(db: WriteSession, world: World) -> None:
    for kind in ("case.assigned", "case.closure_requested"):
        tell(db, world, kind=kind)
    service.settle_asked(db, "case.closure_requested", "case", ABOUT, uuid7())
    assert {kind for _, kind in unread(db)} == {"case.assigned"}
    assert len(unread(db)) == 2


def test_what_is_about_something_else_is_not_settled(db: WriteSession, world: World) -> None:
    tell(db, world)
    service.settle_own(db, world.worker.user, "case", uuid7(), uuid7())
    service.settle_own(db, world.worker.user, "referral", ABOUT, uuid7())
    assert len(unread(db)) == 2


def test_what_came_after_the_step_is_not_settled_by_it(db: WriteSession, world: World) -> None:
    step = uuid7()
    tell(db, world)
    service.settle_own(db, world.worker.user, "case", ABOUT, step)
    assert len(unread(db)) == 2


@pytest.mark.parametrize("times", [1, 2])
def test_settled_twice_is_settled_once(db: WriteSession, world: World, times: int) -> None:
    tell(db, world)
    step, at = uuid7(), set()
    for _ in range(times):
        service.settle_own(db, world.worker.user, "case", ABOUT, step)
        at.add(db.scalar(select(Notification.read_at).where(Notification.user_id == world.worker.user)))
    assert len(at) == 1
    assert None not in at


def test_nobody_is_recorded_as_having_read_it(db: WriteSession, world: World) -> None:
    tell(db, world)
    service.settle_own(db, world.worker.user, "case", ABOUT, uuid7())
    about_notices = select(AuditEntry.action).where(AuditEntry.action.startswith("notification:"))
    assert db.scalars(about_notices).all() == []
