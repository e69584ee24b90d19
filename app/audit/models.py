from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.actor import Role
from app.core.clock import now
from app.core.db import Base
from app.core.ids import AuditId, PersonId, UserId, uuid7


class AuditEntry(Base, kw_only=True):
    """Who did or saw what, and when. Rows are only ever added; triggers refuse the rest."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index(None, "person_id", "id"),
        Index(None, "actor_id", "id"),
        Index(None, "subject_id", "id"),
    )

    id: Mapped[AuditId] = mapped_column(
        primary_key=True, default_factory=lambda: AuditId(uuid7()), init=False
    )
    at: Mapped[datetime] = mapped_column(default_factory=now, init=False)
    actor_id: Mapped[UserId | None]
    actor_role: Mapped[Role]
    action: Mapped[str] = mapped_column(String(64))
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[UUID | None]
    person_id: Mapped[PersonId | None] = mapped_column(default=None)  # whose file it was, for "who saw mine?"
    details: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)


class AuditSeal(Base, kw_only=True):
    """One link of the chain: the hash covers the entry and the link before it."""

    __tablename__ = "audit_seals"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[AuditId] = mapped_column(ForeignKey("audit_entries.id"), unique=True)
    hash: Mapped[str] = mapped_column(String(64))


class AuditPending(Base, kw_only=True):
    """PostgreSQL only: entries that the worker has still to seal, in order, within seconds."""

    __tablename__ = "audit_pending"

    entry_id: Mapped[AuditId] = mapped_column(ForeignKey("audit_entries.id"), primary_key=True)
