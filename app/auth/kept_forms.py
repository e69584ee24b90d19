"""Forms that were not sent when a session locked: kept beside it until it is unlocked, an hour at most."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from app.auth.models import KeptForm
from app.core.clock import now
from app.core.db import ReadSession, WriteSession, is_sqlite, rows
from app.core.ids import SessionId

KEPT_FOR = timedelta(hours=1)
MOST = 10  # forms of one session: what several tabs hold at once


_k = KeptForm.__table__.c
_KEPT = (
    select(_k.sent_to, _k.fields)
    .where(
        _k.session_id == bindparam("session"),
        _k.sent_to.in_(bindparam("addresses", expanding=True)),
        _k.kept_at >= bindparam("since"),
    )
    .order_by(_k.kept_at.desc(), _k.sent_to)
    .limit(MOST)
)


@dataclass(frozen=True, repr=False)
class Typed:
    """What was typed, field by field, and the address that it would be sent to."""

    sent_to: str
    fields: list[tuple[str, str]]


def keep(db: WriteSession, session_id: SessionId, typed: Typed) -> None:
    """Keep what was typed in place of what was kept for the same address; of too many forms the oldest go."""
    insert = sqlite.insert if is_sqlite(db) else postgresql.insert
    fields = [[name, value] for name, value in typed.fields]
    told = insert(KeptForm).values(session_id=session_id, sent_to=typed.sent_to, fields=fields, kept_at=now())
    anew = {"fields": told.excluded.fields, "kept_at": told.excluded.kept_at}
    db.execute(told.on_conflict_do_update(index_elements=["session_id", "sent_to"], set_=anew))
    mine = KeptForm.session_id == session_id
    latest = select(KeptForm.sent_to).where(mine).order_by(KeptForm.kept_at.desc(), KeptForm.sent_to)
    drop(db, mine & KeptForm.sent_to.not_in(latest.limit(MOST)))


def told(db: ReadSession, session_id: SessionId, addresses: Sequence[str]) -> list[Typed]:
    """What is kept for these addresses, the latest first. It stays until it is sent (`sent`), or for an hour."""
    found = rows(db, _KEPT, session=session_id, addresses=addresses[:MOST], since=now() - KEPT_FOR)
    return [Typed(kept.sent_to, [(name, value) for name, value in kept.fields]) for kept in found]


def sent(db: WriteSession, session_id: SessionId, address: str) -> None:
    """Keep no longer what has come to its address after all."""
    drop(db, (KeptForm.session_id == session_id) & (KeptForm.sent_to == address))


def forget_old(db: WriteSession) -> None:
    """Drop what nobody has come back for; run by the worker."""
    drop(db, KeptForm.kept_at < now() - KEPT_FOR)


def drop(db: WriteSession, which: ColumnElement[bool]) -> None:
    """Keep these no longer: the sessions that they are of are over, or they are old."""
    db.execute(delete(KeptForm).where(which).execution_options(synchronize_session="fetch"))
