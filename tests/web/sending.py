"""Drafts of referrals on their way to a partner, for the tests of what is asked before they are sent."""

from uuid import UUID

from app.core.ids import ReferralId
from app.referrals.models import Referral
from tests.factories.referrals import Ready
from tests.support.pages import Page

SHARED = ["identity", "contact", "needs", "situation"]


def kept(ready: Ready, page: Page) -> Referral:
    ready.db.expire_all()
    return ready.db.get_one(Referral, ReferralId(UUID(page.path.split("/")[2])))


def committed(ready: Ready, referral: Referral) -> str:
    ready.db.commit()
    return f"/referrals/{referral.id}"
