from uuid import UUID

from app.core.actor import Actor
from app.core.db import WriteSession
from app.core.ids import uuid7
from app.notifications import service


def tell(db: WriteSession, *actors: Actor, kind: str = "referral.accept") -> UUID:
    """Tell users of a step of some referral; returns the step."""
    cause = uuid7()
    service.notify(db, [actor.user for actor in actors], kind, "referral", uuid7(), cause)
    return cause
