from typing import Any

from sqlalchemy import ColumnElement, bindparam, false

from app.core.actor import WINDOW_ROLES, Actor
from app.core.ids import WindowId
from app.intake.models import Arrival, Interview


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Whoever serves at a window sees its interviews, so that a colleague can take up a draft; nobody else does."""
    return _at_own_window(actor, Interview.__table__.c.window_id)


def arrivals_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Whoever serves at a window sees who waits there; nobody else does."""
    return _at_own_window(actor, Arrival.__table__.c.window_id)


def _at_own_window(actor: Actor, window_id: ColumnElement[Any]) -> ColumnElement[bool]:
    if actor.role not in WINDOW_ROLES:
        return false()
    return window_id.in_(bindparam("actor_windows", expanding=True))


def serves_at(actor: Actor, window_id: WindowId) -> bool:
    """Whether the actor receives people at this window."""
    return actor.role in WINDOW_ROLES and window_id in actor.window_ids
