"""Referrals on their way to a partner: as drafts, sent, accepted."""

from uuid import UUID

from app.core.ids import ReferralId
from app.referrals.models import Referral
from tests.factories.referrals import Ready
from tests.support.pages import Browser, Page

SHARED = ["identity", "contact", "needs", "situation"]


def kept(ready: Ready, page: Page) -> Referral:
    ready.db.expire_all()
    return ready.db.get_one(Referral, ReferralId(UUID(page.path.split("/")[2])))


def committed(ready: Ready, referral: Referral) -> str:
    ready.db.commit()
    return f"/referrals/{referral.id}"


def sent_by(ready: Ready) -> Referral:
    """One that waits for the partner's answer."""
    referral = ready.sent(situation="تبحث عن سكن (مثال)")
    ready.db.commit()
    return referral


def accepted_by(agent: Browser, sent: Referral) -> None:
    agent.open(f"/inbox/{sent.id}/accept").send(f"/inbox/{sent.id}/accept", contact_name="مينة (مثال)")
