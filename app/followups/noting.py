"""A contact is noted once: whoever goes back in the browser and saves again sends the same note under a new key."""

from datetime import datetime, timedelta
from typing import ClassVar

from app.core.actor import Actor
from app.core.db import ReadSession
from app.core.errors import DomainError
from app.core.ids import CaseId
from app.followups import queries
from app.followups.schemas import UnplannedContact

APART = timedelta(hours=1)  # the same words about two contacts that are further apart are two notes


class ContactAlreadyNoted(DomainError):
    """The same worker has noted the same contact of the case in the same words: `follow_up_id` names it."""

    code = "contact_already_noted"
    example: ClassVar[dict[str, object]] = {"follow_up_id": "0192f0c1-7a3b-7c4d-8e5f-001122334455"}


def check_is_new(
    db: ReadSession, actor: Actor, case_id: CaseId, data: UnplannedContact, held_at: datetime
) -> None:
    """Raise `ContactAlreadyNoted` for what differs in nothing from a note of one's own but in minutes."""
    noted = queries.noted(db, case_id, actor.user, data.kind, data.happened, held_at - APART, held_at + APART)
    if noted is not None:
        raise ContactAlreadyNoted(follow_up_id=noted)
