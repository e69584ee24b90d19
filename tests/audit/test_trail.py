"""The trail is kept with what it tells of, cannot be changed, and shows when somebody did so all the same."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from app.audit import service as audit
from app.audit.models import AuditEntry, AuditSeal
from app.core.actor import SYSTEM, Role
from app.core.db import Database, ReadSession, WriteSession, is_sqlite
from tests.factories.trail import SOMEBODY, size, verdict, write


def test_an_empty_trail_holds(database: Database) -> None:
    assert verdict(database) == audit.Verdict(0, 0, None, audit.GENESIS)


def test_a_trail_that_nobody_touched_holds_and_tells_its_length_and_head(
    database: Database, db: WriteSession
) -> None:
    write(db, 5)
    found = verdict(database)
    assert (found.sealed, found.unsealed, found.broken_at) == (5, 0, None)
    assert found.head == db.scalar(select(AuditSeal.hash).where(AuditSeal.seq == 5))
    write(db, 1)
    assert verdict(database).head != found.head


def test_an_entry_goes_with_the_change_that_it_tells_of(database: Database, db: WriteSession) -> None:
    write(db, 1)
    with database.write_session() as session:
        audit.record(WriteSession(ReadSession(session)), SOMEBODY, "case:open", "case", uuid4())
        session.flush()
        session.rollback()
        session.commit()
    assert (size(db, AuditEntry), verdict(database).sealed) == (1, 1)


def test_what_was_rolled_back_leaves_the_next_commit_of_the_session_alone(
    database: Database, db: WriteSession
) -> None:
    with database.write_session() as session:
        own = WriteSession(ReadSession(session))
        audit.record(own, SOMEBODY, "case:never", "case", uuid4())
        session.rollback()
        audit.record(own, SOMEBODY, "case:before", "case", uuid4())
        with session.begin_nested() as savepoint:
            audit.record(own, SOMEBODY, "case:not-this", "case", uuid4())
            session.flush()
            savepoint.rollback()
        audit.record(own, SOMEBODY, "case:after", "case", uuid4())
        session.commit()
    audit.seal_pending(db)
    db.commit()
    assert list(db.scalars(select(AuditEntry.action).order_by(AuditEntry.id))) == [
        "case:before",
        "case:after",
    ]
    assert verdict(database).broken_at is None


def test_details_are_kept_as_plain_ids_codes_and_numbers(db: WriteSession) -> None:
    key = uuid4()
    audit.record(
        db, SYSTEM, "a", "b", None, one=key, some=[key, 2], both={Role.auditor}, flag=True, none=None, n=3
    )
    db.commit()
    assert db.scalars(select(AuditEntry.details)).one() == {
        "one": str(key),
        "some": [str(key), 2],
        "both": ["auditor"],
        "flag": True,
        "none": None,
        "n": 3,
    }


def test_postgresql_leaves_the_sealing_to_the_worker_and_sqlite_seals_at_once(
    database: Database, db: WriteSession
) -> None:
    for _ in range(3):
        audit.record(db, SOMEBODY, "case:open", "case", uuid4())
    db.commit()
    at_once = is_sqlite(db)
    found = verdict(database)
    assert (found.sealed, found.unsealed, found.broken_at) == ((3, 0, None) if at_once else (0, 3, None))
    assert audit.seal_pending(db, limit=2) == (0 if at_once else 2)
    db.commit()
    assert verdict(database).unsealed == (0 if at_once else 1)
    assert audit.seal_pending(db) == (0 if at_once else 1)
    assert audit.seal_pending(db) == 0
    db.commit()
    found = verdict(database)
    assert (found.sealed, found.unsealed, found.broken_at) == (3, 0, None)
    order = select(AuditSeal.entry_id).order_by(AuditSeal.seq)
    assert list(db.scalars(order)) == list(db.scalars(select(AuditEntry.id).order_by(AuditEntry.id)))


# --- nobody changes it ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["audit_entries", "audit_seals"])
@pytest.mark.parametrize("change", ["UPDATE {table} SET {column} = 'x'", "DELETE FROM {table}"])
def test_the_database_refuses_to_change_or_delete(db: WriteSession, table: str, change: str) -> None:
    write(db, 2)
    column = "action" if table == "audit_entries" else "hash"
    with pytest.raises(DBAPIError, match="append-only"), db.begin_nested():
        db.execute(text(change.format(table=table, column=column)))
    assert size(db, AuditEntry) == size(db, AuditSeal) == 2


def test_the_database_refuses_to_empty_the_trail(db: WriteSession) -> None:
    write(db, 2)
    emptying = "DELETE FROM audit_entries WHERE 1" if is_sqlite(db) else "TRUNCATE audit_entries CASCADE"
    with pytest.raises(DBAPIError, match="append-only"), db.begin_nested():
        db.execute(text(emptying))


def test_the_database_refuses_a_replacement(db: WriteSession) -> None:
    """SQLite's REPLACE deletes without asking the triggers of deletion, unless the connection says otherwise."""
    write(db, 2)
    first = db.scalars(select(AuditEntry).order_by(AuditEntry.id)).first()
    assert first is not None
    row = {c.name: getattr(first, c.name) for c in AuditEntry.__table__.c}
    statement: Any = insert(AuditEntry.__table__)  # type: ignore[arg-type]
    if is_sqlite(db):
        statement = statement.prefix_with("OR REPLACE")
    with pytest.raises(DBAPIError), db.begin_nested():
        db.execute(statement, {**row, "action": "changed"})
    db.expire_all()
    assert db.scalar(select(func.count()).where(AuditEntry.action == "changed")) == 0
