from sqlalchemy import ColumnElement, bindparam, select, true

from app.auth.models import User, UserWindow
from app.core.actor import WINDOW_ROLES, Actor


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Colleagues of one's windows for those who serve there; every account for who runs or audits the house."""
    if actor.role not in WINDOW_ROLES:
        return true()
    colleagues = select(UserWindow.user_id).where(
        UserWindow.window_id.in_(bindparam("actor_windows", expanding=True))
    )
    return User.__table__.c.id.in_(colleagues)
