"""A trail to look at and to tamper with."""

from uuid import UUID, uuid4

from sqlalchemy import func, select

from app.audit import service as audit
from app.core.actor import Actor, Role
from app.core.db import Database, ReadSession, WriteSession
from app.core.ids import PersonId, UserId, uuid7

SOMEBODY = Actor(user_id=UserId(UUID(int=1)), role=Role.supervisor)


def write(db: WriteSession, count: int) -> None:
    """So many entries, committed and sealed."""
    for n in range(count):
        audit.record(
            db, SOMEBODY, "case:open", "case", uuid4(), person_id=PersonId(uuid7()), priority="high", n=n
        )
    db.commit()
    audit.seal_pending(db)
    db.commit()


def verdict(database: Database) -> audit.Verdict:
    with database.read_session() as session:
        return audit.verify(ReadSession(session))


def size(db: ReadSession, table: type) -> int:
    return db.scalar(select(func.count()).select_from(table)) or 0
