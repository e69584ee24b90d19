from sqlalchemy import ColumnElement, and_, bindparam, false

from app.core.actor import WINDOW_ROLES, Actor, Role
from app.referrals.models import Referral

_r = Referral.__table__.c


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """A window sees what it refers; a partner sees what was sent to it, never a draft; nobody else sees any."""
    if actor.role in WINDOW_ROLES:
        return _r.window_id.in_(bindparam("actor_windows", expanding=True))
    if actor.role is Role.partner_agent:
        return and_(_r.institution_id == bindparam("actor_institution"), _r.sent_at.is_not(None))
    return false()
