from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.ids import UserId
from app.outbox.service import Event


@dataclass(frozen=True, kw_only=True)
class AccountDisabled(Event):
    """Somebody works here no more; what was in their hands waits for somebody else."""

    name: ClassVar[str] = "account.disabled"
    step_id: UUID
    user_id: UserId
