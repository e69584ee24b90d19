"""Who takes a step of a referral, or writes about it, has read what they were told of it before."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.actor import Actor
from app.core.clock import today
from app.core.db import Database, WriteSession
from app.core.ids import uuid7
from app.notifications.models import Notification
from app.outbox import service as outbox
from app.referrals import answering, notices, service
from app.referrals.events import ReferralMessageSent, ReferralMoved
from app.referrals.models import Referral
from app.referrals.partner_schemas import Acceptance, Decline, Waitlist
from app.referrals.states import DeclineReason
from tests.factories.referrals import Ready

Step = Callable[[WriteSession, Actor, Referral], object]

STEPS: dict[str, Step] = {
    "open": answering.open_it,
    "ask": lambda db, agent, sent: answering.ask(db, agent, sent, "هل لديها شهادة السكنى؟"),
    "accept": lambda db, agent, sent: answering.accept(
        db, agent, sent, Acceptance(contact_name="مينة المثالية")
    ),
    "decline": lambda db, agent, sent: answering.decline(
        db, agent, sent, Decline(reason=DeclineReason.no_place)
    ),
    "waitlist": lambda db, agent, sent: answering.waitlist(
        db, agent, sent, Waitlist(expected_on=today() + timedelta(days=30))
    ),
    "message": lambda db, agent, sent: service.write_message(db, agent, sent, "نحن بصدد دراسته (مثال)"),
}


@pytest.fixture
def sent(ready: Ready) -> Referral:
    return ready.sent()


def unread(db: WriteSession, database: Database, actor: Actor) -> list[tuple[str, object]]:
    """The kinds and subjects of the actor's unread notices, when everything was delivered."""
    db.commit()
    outbox.deliver_all(database.write_session)
    found = select(Notification.kind, Notification.subject_id).where(
        Notification.user_id == actor.user, Notification.read_at.is_(None)
    )
    return [(kind, subject) for kind, subject in db.execute(found.order_by(Notification.id))]


@pytest.mark.parametrize("step", STEPS)
def test_what_a_partner_has_answered_is_not_news_any_more(
    ready: Ready, db: WriteSession, database: Database, sent: Referral, step: str
) -> None:
    other, agent = ready.sent(), ready.world.agent
    assert len(unread(db, database, agent)) == 2
    STEPS[step](db, agent, sent)
    assert unread(db, database, agent) == [("referral.send", other.id)]


def test_what_the_window_answers_it_has_read_and_the_partner_has_not(
    ready: Ready, db: WriteSession, database: Database, sent: Referral
) -> None:
    worker, agent = ready.world.worker, ready.world.agent
    answering.ask(db, agent, sent, "هل لديها شهادة السكنى؟")
    assert unread(db, database, worker) == [("referral.ask", sent.id)]
    service.answer(db, worker, sent, "نعم")
    assert unread(db, database, worker) == []
    assert unread(db, database, agent) == [("referral.answer", sent.id)]


def test_what_the_clock_does_is_read_by_nobody(
    ready: Ready, db: WriteSession, database: Database, sent: Referral
) -> None:
    agent = ready.world.agent
    before = unread(db, database, agent)
    expired = ReferralMoved(
        step_id=uuid7(), referral_id=sent.id, case_id=sent.case_id, action="expire", by_role="system"
    )
    notices.settle_own(db, expired)
    assert unread(db, database, agent) == before


def test_a_step_that_is_told_again_settles_nothing_that_came_after_it(
    ready: Ready, db: WriteSession, database: Database, sent: Referral
) -> None:
    agent = ready.world.agent
    written = ReferralMessageSent(step_id=uuid7(), referral_id=sent.id, by_role=agent.role, by=agent.user)
    notices.settle_own(db, written)
    service.write_message(db, ready.world.worker, sent, "شكرا (مثال)")
    assert ("referral.message", sent.id) in unread(db, database, agent)
    notices.settle_own(db, written)
    assert ("referral.message", sent.id) in unread(db, database, agent)
