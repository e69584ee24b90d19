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


def may_close(actor: Actor, priority: Priority) -> bool:
    """Who may close a case: this is the whole rule, and whatever asks for it asks here.

    - Whoever works at the case's window (`visible_to`) and carries `case:close` closes a case of low or medium priority.
    - A pressing one (high, urgent) is closed by who decides on closings (`decides_closings`); others ask for it.

    From which states a case is closed stands in `states`; what has to be settled before, in `closure.blockers`.
    """
    return may(actor, Permission.case_close) and (priority not in PRESSING or decides_closings(actor))


def decides_closings(actor: Actor) -> bool:
    """Whether this actor closes pressing cases, and declines the closings that others ask for."""
    return may(actor, Permission.case_approve_closure)


def may_reprioritise(actor: Actor, former: Priority, wanted: Priority) -> bool:
    """Whether this actor may change a priority so: calming a pressing case first would be a way round `may_close`."""
    return wanted in PRESSING or may_close(actor, former)
