from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base
from app.core.settings import LANGUAGES


def version_of(words: Iterable[str]) -> int:
    """A number that changes with the words of a term, as the version of other rows does: words are all that changes."""
    return int.from_bytes(sha256("\0".join(words).encode()).digest()[:6])


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

    @property
    def version(self) -> int:
        """Upon which words a correction was made."""
        return version_of(getattr(self, f"name_{code}") for code in LANGUAGES)
