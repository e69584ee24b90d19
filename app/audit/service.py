"""The trail: an entry in the same transaction as what it tells of, and a chain that shows any tampering."""

import hashlib
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, event, func, insert, select, text
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry, AuditPending, AuditSeal
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import ReadSession, WriteSession, is_sqlite
from app.core.ids import AuditId, PersonId, uuid7
from app.core.prepared import Row

GENESIS = "0" * 64
_SEALER_LOCK = 7_413_001  # advisory lock: one sealer at a time

Entry = AuditEntry | Row  # an entry, or its columns

_HEAD = select(AuditSeal.__table__.c.seq, AuditSeal.__table__.c.hash)
_HEAD = _HEAD.order_by(AuditSeal.__table__.c.seq.desc()).limit(1)
_ADD_ENTRIES = insert(AuditEntry.__table__)  # type: ignore[arg-type]
_ADD_SEALS = insert(AuditSeal.__table__)  # type: ignore[arg-type]
_ADD_PENDING = insert(AuditPending.__table__)  # type: ignore[arg-type]


def record(
    db: WriteSession,
    actor: Actor,
    action: str,
    subject_type: str,
    subject_id: UUID | None,
    *,
    person_id: PersonId | None = None,
    **details: Any,
) -> None:
    """Add an entry. Details are ids and codes: what somebody wrote or is called never enters the trail."""
    entry = AuditEntry(
        actor_id=actor.user_id,
        actor_role=actor.role,
        action=action,
        subject_type=subject_type,
        subject_id=subject_id,
        person_id=person_id,
        details={name: _plain(value) for name, value in details.items()},
    )
    db.add(entry)
    db.info.setdefault("audit_unsealed", []).append(entry)


def last_at(db: ReadSession, action: str, subject_id: UUID) -> datetime | None:
    """When something was last done to a subject that the reader was found to see."""
    done = select(func.max(AuditEntry.at)).where(
        AuditEntry.subject_id == subject_id, AuditEntry.action == action
    )
    return db.scalar(done)


def record_access(
    db: WriteSession,
    accesses: Iterable[tuple[Actor, str, str, UUID | None, PersonId | None]],
) -> None:
    """Add and seal an entry for each file that was opened: actor, action, subject's type and id, whose file it is.

    Reading is what happens most, so it goes past the objects: two statements, however many readers wait.
    """
    entries = [
        Row(
            id=AuditId(uuid7()),
            at=now(),
            actor_id=actor.user_id,
            actor_role=actor.role,
            action=action,
            subject_type=subject_type,
            subject_id=subject_id,
            person_id=person_id,
            details={},
        )
        for actor, action, subject_type, subject_id, person_id in accesses
    ]
    db.connection().execute(_ADD_ENTRIES, entries)
    _chain(db, entries)


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value if isinstance(value, bool | int | float | None) else str(value)


def _before_commit(session: Session) -> None:
    """Seal at once where there is one writer anyway; elsewhere leave it to the worker.

    A lock on the head of the chain costs PostgreSQL a third of its writes.
    """
    # What was rolled back since (by a failed delivery, or to a savepoint) is no longer in the session.
    entries = [entry for entry in session.info.pop("audit_unsealed", []) if entry in session]
    if not entries:
        return
    session.flush()
    _chain(WriteSession(ReadSession(session)), entries)


def _chain(db: WriteSession, entries: Sequence[Entry]) -> None:
    if is_sqlite(db):
        _seal(db, entries)
    else:
        db.connection().execute(_ADD_PENDING, [{"entry_id": entry.id} for entry in entries])


event.listen(Session, "before_commit", _before_commit)


def seal_pending(db: WriteSession, limit: int = 1000) -> int:
    """Seal the waiting entries in order (PostgreSQL); returns how many. Runs in the worker, one at a time."""
    if not is_sqlite(db):
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SEALER_LOCK})
    entries = db.scalars(
        select(AuditEntry)
        .join(AuditPending, AuditPending.entry_id == AuditEntry.id)
        .order_by(AuditEntry.id)
        .limit(limit)
    ).all()
    _seal(db, list(entries))
    db.execute(delete(AuditPending).where(AuditPending.entry_id.in_([entry.id for entry in entries])))
    return len(entries)


def _seal(db: WriteSession, entries: Sequence[Entry]) -> None:
    connection = db.connection()
    head = connection.execute(_HEAD).first()
    seq, previous = (head.seq, head.hash) if head else (0, GENESIS)
    seals = []
    for entry in entries:
        seq += 1
        previous = digest(previous, seq, entry)
        seals.append({"seq": seq, "entry_id": entry.id, "hash": previous})
    if seals:
        connection.execute(_ADD_SEALS, seals)


def digest(previous: str, seq: int, entry: Entry) -> str:
    """SHA-256 over the link before, the place in the chain and every column of the entry, as canonical JSON."""
    content = [
        previous,
        seq,
        entry.id,
        entry.at,
        entry.actor_id,
        entry.actor_role,
        entry.action,
        entry.subject_type,
        entry.subject_id,
        entry.person_id,
        entry.details,
    ]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)).hexdigest()


@dataclass(frozen=True)
class Verdict:
    """What a walk along the chain found: `broken_at` is the first link that does not hold, or None."""

    sealed: int
    unsealed: int
    broken_at: int | None
    head: str


@dataclass(frozen=True)
class ChainState:
    """How long the chain is and how it ends, without a walk along it."""

    sealed: int
    unsealed: int
    head: str


def state(db: ReadSession) -> ChainState:
    """Read the end of the chain, and how many entries wait for their link."""
    head = db.execute(_HEAD).first()
    waiting = db.scalar(select(func.count()).select_from(AuditPending)) or 0
    return ChainState(head.seq if head else 0, waiting, head.hash if head else GENESIS)


def verify(db: ReadSession) -> Verdict:
    """Walk the whole chain. An entry without a link that no worker is about to seal breaks it too."""
    previous, seq = GENESIS, 0
    with closing(_links(db)) as links:
        for seal, entry in links:
            seq += 1
            if seal.seq != seq or entry is None or seal.hash != digest(previous, seq, entry):
                return Verdict(seq - 1, 0, seq, previous)
            previous = seal.hash
    pending = len(db.scalars(select(AuditPending.entry_id)).all())
    loose = db.scalar(
        select(AuditEntry.id)
        .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .outerjoin(AuditPending, AuditPending.entry_id == AuditEntry.id)
        .where(AuditSeal.seq.is_(None), AuditPending.entry_id.is_(None))
        .limit(1)
    )
    return Verdict(seq, pending, seq + 1 if loose else None, previous)


def _links(db: ReadSession) -> Generator[tuple[AuditSeal, AuditEntry | None], None, None]:
    statement = (
        select(AuditSeal, AuditEntry)
        .outerjoin(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .order_by(AuditSeal.seq)
        .execution_options(yield_per=1000)
    )
    with db.execute(statement) as found:
        yield from ((row[0], row[1]) for row in found)
