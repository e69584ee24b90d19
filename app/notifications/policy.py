from sqlalchemy import ColumnElement, bindparam

from app.core.actor import Actor
from app.notifications.models import Notification


def visible_to(_: Actor) -> ColumnElement[bool]:
    """A notice is read by the one it was written for, and by nobody else of whatever role."""
    return Notification.__table__.c.user_id == bindparam("actor_id")
