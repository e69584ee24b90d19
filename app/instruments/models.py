from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import Base
from app.core.ids import InstrumentId, UserId, uuid7


class Instrument(Base, kw_only=True):
    """One published version of a questionnaire. It never changes: answers stay readable as they were asked."""

    __tablename__ = "instruments"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: Mapped[InstrumentId] = mapped_column(
        primary_key=True, default_factory=lambda: InstrumentId(uuid7()), init=False
    )
    code: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(32))
    titles: Mapped[dict[str, Any]]  # language → title
    definition: Mapped[dict[str, Any]]
    source_sha256: Mapped[str] = mapped_column(String(64))
    source_kind: Mapped[str | None] = mapped_column(String(8))  # markdown, xlsx
    # As it was published, for writing the next version; of what was published before it was kept there is none.
    source: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, repr=False)
    published_by: Mapped[UserId | None]
    published_at: Mapped[datetime] = mapped_column(default_factory=now, init=False)
    retired_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
