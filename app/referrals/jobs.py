"""What the clocks do: remind, record a breach, escalate, expire. Run by the worker; running twice does it once."""

from sqlalchemy.orm import Session

from app.audit import service as audit
from app.core.actor import SYSTEM
from app.core.clock import now
from app.core.db import ReadSession, WriteSession
from app.core.ids import uuid7
from app.core.settings import settings
from app.outbox import service as outbox
from app.referrals import clocks, queries, service, steps
from app.referrals.events import ReferralOverdue
from app.referrals.states import ReferralAction
from app.windows import queries as windows

BATCH = 100
ESCALATE_AFTER = 2  # reminders, before the supervisors are told


def tick(session: Session) -> int:
    """Serve one batch of each clock; returns how many referrals were touched. The caller commits."""
    db = WriteSession(ReadSession(session))
    return expire(db) + breach(db) + remind(db)


def expire(db: WriteSession) -> int:
    """End referrals that nobody decided in the agreement's time."""
    found = queries.due(db, "expires_at", now(), BATCH)
    for referral in found:
        steps.step(db, SYSTEM, referral, ReferralAction.expire)
    return len(found)


def breach(db: WriteSession) -> int:
    """Record that a decision did not come in time; it stays recorded when the decision comes later."""
    found = queries.due(db, "decide_by", now(), BATCH)
    for referral in found:
        referral.breached_at = now()
        audit.record(db, SYSTEM, "referral:breach", "referral", referral.id, person_id=referral.person_id)
        outbox.publish(
            db, ReferralOverdue(step_id=uuid7(), referral_id=referral.id, kind="breach", level="supervisors")
        )
    return len(found)


def remind(db: WriteSession) -> int:
    """Remind the partner's agents, and from the third reminder on the window's supervisors too."""
    found = queries.due(db, "remind_at", now(), BATCH)
    for referral in found:
        wait = clocks.time_to_remind(service.agreement_of(db, referral), settings())
        referral.remind_at = windows.calendar(db, referral.window_id).add(now(), wait)
        referral.reminders += 1
        audit.record(db, SYSTEM, "referral:remind", "referral", referral.id, person_id=referral.person_id)
        level = "supervisors" if referral.reminders > ESCALATE_AFTER else "agents"
        outbox.publish(
            db, ReferralOverdue(step_id=uuid7(), referral_id=referral.id, kind="reminder", level=level)
        )
    return len(found)
