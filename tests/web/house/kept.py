"""What the house has kept."""

from typing import TypeVar

from app.core.db import WriteSession

K = TypeVar("K")


def one(db: WriteSession, kind: type[K], **wanted: object) -> K:
    """The one row of a kind that is so, as the database has it now."""
    db.expire_all()
    return db.query(kind).filter_by(**wanted).one()
