from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base


class Term(Base, kw_only=True):
    """One code of an open list. A retired term stays readable in old rows and is refused in new ones."""

    __tablename__ = "terms"

    vocabulary: Mapped[str] = mapped_column(String(32), primary_key=True)
    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(String(64), default=None)
    position: Mapped[int] = mapped_column(default=0)
    name_ar: Mapped[str] = mapped_column(String(200))
    name_fr: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    name_fa: Mapped[str] = mapped_column(String(200))
    retired_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
