from sqlalchemy import ColumnElement, bindparam, false, select, true

from app.auth.models import User, UserWindow
from app.core.actor import WINDOW_ROLES, Actor, Role

_SEES_ALL = frozenset({Role.administrator, Role.auditor})


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Colleagues of one's windows for those who serve there; every account for who runs or audits the house."""
    if actor.role in _SEES_ALL:
        return true()
    if actor.role not in WINDOW_ROLES:
        return false()
    colleagues = select(UserWindow.user_id).where(
        UserWindow.window_id.in_(bindparam("actor_windows", expanding=True))
    )
    return User.__table__.c.id.in_(colleagues)
