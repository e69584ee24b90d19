"""If somebody changes the trail all the same, it shows, and where."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.audit.models import AuditEntry, AuditPending, AuditSeal
from app.core.actor import Role
from app.core.db import Database, ReadSession, WriteSession, is_sqlite
from app.core.ids import PersonId, UserId, uuid7
from tests.factories.trail import SOMEBODY, size, verdict, write

# --- and if somebody does, it shows ---------------------------------------------------------------------------


def unprotect(db: WriteSession) -> None:
    """Somebody with the rights of the owner takes the triggers away."""
    for table in ("audit_entries", "audit_seals"):
        if is_sqlite(db):
            for name in db.scalars(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :t"), {"t": table}
            ).all():
                db.execute(text(f"DROP TRIGGER {name}"))
        else:
            db.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))


def entry_at(db: ReadSession, seq: int) -> Any:
    return db.scalars(select(AuditSeal.entry_id).where(AuditSeal.seq == seq)).one()


def changed(column: str, value: Any) -> Callable[[Session, int, int], None]:
    def tamper(session: Session, at: int, _: int) -> None:
        db = ReadSession(session)
        session.execute(update(AuditEntry).where(AuditEntry.id == entry_at(db, at)).values({column: value}))

    return tamper


def forged_hash(session: Session, at: int, _: int) -> None:
    session.execute(update(AuditSeal).where(AuditSeal.seq == at).values(hash="f" * 64))


def removed_link(session: Session, at: int, _: int) -> None:
    session.execute(delete(AuditSeal).where(AuditSeal.seq == at))


def removed(session: Session, at: int, _: int) -> None:
    """The entry and its link."""
    entry = entry_at(ReadSession(session), at)
    session.execute(delete(AuditSeal).where(AuditSeal.seq == at))
    session.execute(delete(AuditEntry).where(AuditEntry.id == entry))


def closed_ranks(session: Session, at: int, length: int) -> None:
    """Removed, and every later link moved up to hide the gap."""
    removed(session, at, length)
    for seq in range(at + 1, length + 1):
        session.execute(update(AuditSeal).where(AuditSeal.seq == seq).values(seq=seq - 1))


def swapped(session: Session, at: int, length: int) -> None:
    """Two neighbours have changed places."""
    other = at + 1 if at < length else at - 1
    one, two = entry_at(ReadSession(session), at), entry_at(ReadSession(session), other)
    spare = AuditEntry(actor_id=None, actor_role=Role.system, action="x", subject_type="x", subject_id=None)
    session.add(spare)
    session.flush()
    for seq, entry in ((at, spare.id), (other, one), (at, two)):
        session.execute(update(AuditSeal).where(AuditSeal.seq == seq).values(entry_id=entry))
    session.execute(delete(AuditEntry).where(AuditEntry.id == spare.id))


def slipped_in(session: Session, _: int, __: int) -> None:
    """An entry without a link."""
    session.add(
        AuditEntry(actor_id=None, actor_role=Role.system, action="x", subject_type="x", subject_id=None)
    )
    session.flush()


TAMPERINGS: dict[str, Callable[[Session, int, int], None]] = {
    "actor": changed("actor_id", UserId(UUID(int=7))),
    "role": changed("actor_role", Role.auditor),
    "action": changed("action", "case:nothing"),
    "subject type": changed("subject_type", "person"),
    "subject": changed("subject_id", UUID(int=7)),
    "person": changed("person_id", PersonId(UUID(int=7))),
    "person gone": changed("person_id", None),
    "details": changed("details", {"priority": "low"}),
    "time": changed("at", datetime(2026, 1, 1, tzinfo=UTC)),
    "hash": forged_hash,
    "link removed": removed_link,
    "removed": removed,
    "ranks closed": closed_ranks,
    "swapped": swapped,
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(TAMPERINGS)), length=st.integers(2, 6), data=st.data())
def test_any_tampering_is_found_at_its_link(
    database: Database, name: str, length: int, data: st.DataObject
) -> None:
    # The last link and its entry may vanish together: that is what the head, written down elsewhere, is for.
    last = length - 1 if name in {"removed", "ranks closed"} else length
    at = data.draw(st.integers(1, last))
    with database.write_session() as session, session.begin_nested() as everything:
        db = WriteSession(ReadSession(session))
        write_within(db, length)
        assert audit.verify(db).broken_at is None
        unprotect(db)
        TAMPERINGS[name](session, at, length)
        session.expire_all()
        expected = min(at, length - 1) if name == "swapped" else at
        assert audit.verify(db).broken_at == expected
        everything.rollback()


def write_within(db: WriteSession, count: int) -> None:
    for _ in range(count):
        audit.record(db, SOMEBODY, "case:open", "case", uuid4(), person_id=PersonId(uuid7()), priority="high")
    with db.begin_nested():
        pass
    audit.seal_pending(db)
    db.flush()


def test_an_entry_that_slipped_in_without_a_link_is_found(database: Database, db: WriteSession) -> None:
    write(db, 3)
    slipped_in(db, 0, 0)
    db.commit()
    found = verdict(database)
    assert (found.sealed, found.broken_at) == (3, 4)


def test_a_shortened_trail_has_another_head(database: Database, db: WriteSession) -> None:
    write(db, 3)
    head = verdict(database).head
    unprotect(db)
    removed(db, 3, 3)
    db.commit()
    assert verdict(database).broken_at is None
    assert verdict(database).head != head


def test_sealing_in_two_processes_at_once_makes_one_chain(committed: Database) -> None:
    from concurrent.futures import ThreadPoolExecutor

    for _ in range(20):
        with committed.write_session() as session:
            audit.record(WriteSession(ReadSession(session)), SOMEBODY, "case:open", "case", uuid4())
            session.commit()

    def seal(_: int) -> int:
        with committed.write_session() as session:
            count = audit.seal_pending(WriteSession(ReadSession(session)), limit=5)
            session.commit()
            return count

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(seal, range(12)))
    while seal(0):
        pass
    found = verdict(committed)
    assert (found.unsealed, found.broken_at) == (0, None)
    with committed.read_session() as session:
        assert size(ReadSession(session), AuditPending) == 0
