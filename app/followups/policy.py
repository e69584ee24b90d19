from sqlalchemy import ColumnElement, bindparam, false

from app.core.actor import WINDOW_ROLES, Actor
from app.followups.models import FollowUp


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The contacts of one's windows; nobody else's."""
    if actor.role in WINDOW_ROLES:
        return FollowUp.__table__.c.window_id.in_(bindparam("actor_windows", expanding=True))
    return false()
