from functools import cache

from sqlalchemy import ColumnElement, bindparam, false, true

from app.auth.permissions import Permission, may
from app.cases.models import Case
from app.cases.states import PRESSING, Priority
from app.core.actor import WINDOW_ROLES, Actor, Role


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The cases of one's windows, for those who serve there. The system's own jobs see every case, others none."""
    return visible_to_role(actor.role)


@cache
def visible_to_role(role: Role) -> ColumnElement[bool]:
    """The filter of a role, for statements that are built once; its values are `Actor.binds`."""
    if role is Role.system:
        return true()
    if role not in WINDOW_ROLES:
        return false()
    return Case.__table__.c.window_id.in_(bindparam("actor_windows", expanding=True))


def needs_approval(actor: Actor, priority: Priority) -> bool:
    """Whether a case is too pressing for this actor to close it: a supervisor decides."""
    return priority in PRESSING and not may(actor, Permission.case_approve_closure)


def may_reprioritise(actor: Actor, former: Priority, wanted: Priority) -> bool:
    """Whether this actor may change a priority so: calming a pressing case first would be a way round approval."""
    return wanted in PRESSING or not needs_approval(actor, former)
