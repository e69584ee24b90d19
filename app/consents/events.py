from dataclasses import dataclass
from typing import ClassVar

from app.core.ids import ConsentId, PersonId, UserId
from app.outbox.service import Event


@dataclass(frozen=True, kw_only=True)
class ConsentEnded(Event):
    """A consent was withdrawn, or narrowed into the one that replaces it."""

    name: ClassVar[str] = "consent.ended"

    consent_id: ConsentId
    person_id: PersonId
    replaced_by: ConsentId | None = None
    by: UserId | None = None
