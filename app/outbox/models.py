from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import Base
from app.core.ids import EventId, uuid7


class OutboxMessage(Base, kw_only=True):
    """A fact that others will be told of, at least once, after the transaction that made it is kept."""

    __tablename__ = "outbox_messages"

    id: Mapped[EventId] = mapped_column(
        primary_key=True, default_factory=lambda: EventId(uuid7()), init=False
    )
    name: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default_factory=now, init=False)
    due_at: Mapped[datetime] = mapped_column(default_factory=now, init=False)
    attempts: Mapped[int] = mapped_column(default=0, init=False)
    error: Mapped[str | None] = mapped_column(String(128), default=None, init=False)
    done_at: Mapped[datetime | None] = mapped_column(default=None, init=False)


Index(
    "ix_outbox_messages_pending",
    OutboxMessage.due_at,
    OutboxMessage.id,
    sqlite_where=OutboxMessage.done_at.is_(None),
    postgresql_where=OutboxMessage.done_at.is_(None),
)
