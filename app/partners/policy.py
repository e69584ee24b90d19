from sqlalchemy import ColumnElement, false, true

from app.core.actor import Actor, Role

_READERS = frozenset({Role.social_worker, Role.supervisor, Role.administrator, Role.auditor, Role.system})


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The directory and the agreements belong to the network: whoever serves in it sees all, a partner's agent none.

    What an agent may know of other partners is nothing; what they read of their own institution stands in `own`.
    """
    return true() if actor.role in _READERS else false()
