from collections.abc import Iterable

from sqlalchemy import ColumnElement, bindparam, false, select

from app.core.actor import WINDOW_ROLES, Actor
from app.core.ids import WindowId
from app.people.models import Person, PersonWindow

_w = PersonWindow.__table__.c

# By key, person first: looking up one person costs the same however many people a window has received.
_RECEIVED = (
    select(_w.person_id)
    .where(
        _w.person_id == Person.__table__.c.id,
        _w.window_id.in_(bindparam("actor_windows", expanding=True)),
    )
    .correlate(Person.__table__)
    .exists()
)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The people whom one of the actor's windows has received; nobody for who serves at no window."""
    return _RECEIVED if actor.role in WINDOW_ROLES else false()


def may_see(actor: Actor, window_ids: Iterable[WindowId]) -> bool:
    """The same rule for a person whose windows are known already."""
    return actor.role in WINDOW_ROLES and not actor.window_ids.isdisjoint(window_ids)
