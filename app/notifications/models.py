from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import Base
from app.core.ids import NotificationId, UserId, uuid7


class Notification(Base, kw_only=True):
    """Something a user should know, as codes and ids; what it is about is read under the usual policies."""

    __tablename__ = "notifications"
    __table_args__ = (
        Index(None, "user_id", "id"),
        UniqueConstraint("user_id", "kind", "cause_id"),  # told twice is told once
    )

    id: Mapped[NotificationId] = mapped_column(
        primary_key=True, default_factory=lambda: NotificationId(uuid7()), init=False
    )
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(64))
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[UUID]
    cause_id: Mapped[UUID]  # the step that gave rise to it
    created_at: Mapped[datetime] = mapped_column(default_factory=now, init=False)
    read_at: Mapped[datetime | None] = mapped_column(default=None, init=False)


# What a step settles is looked for among what is unread about one thing, whoever was told of it.
Index(
    "ix_notifications_unread",
    Notification.subject_id,
    sqlite_where=Notification.read_at.is_(None),
    postgresql_where=Notification.read_at.is_(None),
)
