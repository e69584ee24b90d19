"""What the clocks do by themselves, and only once."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text

from app.core.clock import now
from app.core.db import Database, WriteSession
from app.outbox import service as outbox
from app.referrals import answering, history, jobs, service
from app.referrals.models import Referral
from app.referrals.partner_schemas import Acceptance
from app.referrals.states import ReferralStatus
from tests.factories.referrals import Ready, consent


@pytest.fixture
def referral(ready: Ready) -> Referral:
    return ready.sent()


def test_nothing_is_due_at_first(db: WriteSession, referral: Referral) -> None:
    db.flush()
    assert jobs.tick(db) == 0
    assert referral.status is ReferralStatus.sent


def test_undecided_referrals_expire_by_the_agreements_clock(db: WriteSession, referral: Referral) -> None:
    assert referral.expires_at is not None
    with time_machine.travel(referral.expires_at + timedelta(minutes=1)):
        assert jobs.expire(db) == 1
        assert jobs.expire(db) == 0
    assert referral.status is ReferralStatus.expired
    assert history.steps(db, referral.id)[-1]["actor_role"] == "system"


def test_a_decision_that_did_not_come_in_time_stays_recorded(
    ready: Ready, db: WriteSession, referral: Referral
) -> None:
    assert referral.decide_by is not None
    with time_machine.travel(referral.decide_by + timedelta(minutes=1)):
        assert jobs.breach(db) == 1
        assert jobs.breach(db) == 0
        answering.accept(db, ready.world.agent, referral, Acceptance(contact_name="مينة المثالية"))
    assert referral.breached_at is not None


def test_reminders_repeat_and_reach_the_supervisors(
    ready: Ready, db: WriteSession, database: Database, referral: Referral
) -> None:
    for expected in (1, 2, 3):
        assert referral.remind_at is not None
        with time_machine.travel(referral.remind_at + timedelta(minutes=1)):
            assert jobs.remind(db) == 1
            assert jobs.remind(db) == 0
            db.commit()
            outbox.deliver_all(database.write_session)
        assert referral.reminders == expected
    told = db.execute(
        text("SELECT user_id, count(*) FROM notifications WHERE kind = 'referral.reminder' GROUP BY user_id")
    ).all()
    supervisor = [
        count for user, count in told if str(user).replace("-", "") == ready.world.supervisor.user.hex
    ]
    agent = [count for user, count in told if str(user).replace("-", "") == ready.world.agent.user.hex]
    assert (supervisor, agent) == ([1], [3])


def test_paused_clocks_stand_still(ready: Ready, db: WriteSession, referral: Referral) -> None:
    answering.ask(db, ready.world.agent, referral, "سؤال")
    with time_machine.travel(now() + timedelta(days=365)):
        assert jobs.tick(db) == 0


def test_a_message_is_told_to_the_other_side(
    ready: Ready, db: WriteSession, database: Database, referral: Referral
) -> None:
    service.write_message(db, ready.world.worker, referral, "إلى الشريك")
    service.write_message(db, ready.world.agent, referral, "إلى الشباك")
    db.commit()
    outbox.deliver_all(database.write_session)
    rows = (
        db.execute(text("SELECT user_id FROM notifications WHERE kind = 'referral.message'")).scalars().all()
    )
    hexes = {str(user).replace("-", "") for user in rows}
    assert hexes == {ready.world.worker.user.hex, ready.world.agent.user.hex}


def test_a_withdrawn_draft_is_nobodys_news(ready: Ready, db: WriteSession, database: Database) -> None:
    from app.referrals.schemas import Withdrawal

    service.withdraw(db, ready.world.worker, ready.draft(), Withdrawal.model_validate({"reason": "error"}))
    db.commit()
    outbox.deliver_all(database.write_session)
    assert db.execute(text("SELECT count(*) FROM notifications")).scalar() == 0


def test_a_consent_that_ended_is_told_to_both_sides_but_not_to_who_ended_it(
    ready: Ready, db: WriteSession, database: Database, referral: Referral
) -> None:
    from app.consents import service as consents

    assert ready.consent is not None
    consents.withdraw(db, ready.world.colleague, ready.consent, "She changed her mind.")
    db.commit()
    outbox.deliver_all(database.write_session)
    rows = (
        db.execute(text("SELECT user_id FROM notifications WHERE kind = 'referral.consent_ended'"))
        .scalars()
        .all()
    )
    hexes = {str(user).replace("-", "") for user in rows}
    assert hexes == {ready.world.worker.user.hex, ready.world.agent.user.hex}
    consents.withdraw(
        db, ready.world.worker, consent(db, ready.world.worker, ready.person), "She changed her mind."
    )
    db.execute(text("DELETE FROM notifications"))
    db.commit()
    outbox.deliver_all(database.write_session)
    told = db.execute(text("SELECT user_id FROM notifications")).scalars().all()
    assert [str(user).replace("-", "") for user in told] == [ready.world.agent.user.hex]


def test_sharing_without_consent_is_told_to_the_supervisors(
    ready: Ready, db: WriteSession, database: Database
) -> None:
    from app.referrals.schemas import ReferralSend

    data = {
        "legal_grounds": {"basis": "court_order", "reason": "Order of the court of Oujda."},
        "categories": ["identity", "contact"],
    }
    service.send(db, ready.world.worker, ready.draft(), ReferralSend.model_validate(data))
    db.commit()
    outbox.deliver_all(database.write_session)
    told = db.execute(text("SELECT user_id FROM notifications WHERE kind = 'referral.send'")).scalars().all()
    assert ready.world.supervisor.user.hex in {str(user).replace("-", "") for user in told}
