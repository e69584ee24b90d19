from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from app.core.actor import Role
from app.core.ids import AuditId, CaseId, PersonId, UserId
from app.core.schemas import Output


class EntryOut(Output):
    id: AuditId
    at: datetime
    actor_id: UserId | None
    actor_name: str | None
    actor_role: Role
    action: str = Field(examples=["person:read"])
    subject_type: str
    subject_id: UUID | None
    person_id: PersonId | None
    details: dict[str, Any]


class EntryPage(Output):
    items: list[EntryOut]
    next: str | None


class AccessOut(Output):
    at: datetime
    actor_name: str | None
    actor_role: Role
    action: str


class AccessPage(Output):
    items: list[AccessOut]
    next: str | None


class ChainOut(Output):
    sealed: int
    unsealed: int = Field(description="Waiting for the worker; seconds at most.")
    holds: bool
    broken_at: int | None = Field(description="The first link that does not hold.")
    head: str = Field(description="Write it down elsewhere: who rewrites the whole chain changes it.")


class NumberedCase(Output):
    """What a file number stands for in the trail."""

    number: str = Field(examples=["OUJ1-2026-00042"])
    case_id: CaseId
    person_id: PersonId
