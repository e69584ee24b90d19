"""A form that a locked session could not send: kept beside the session until it is unlocked, an hour at most."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, delete

from app.auth.models import KeptForm
from app.core.clock import now
from app.core.db import WriteSession
from app.core.ids import SessionId

KEPT_FOR = timedelta(hours=1)


@dataclass(frozen=True, repr=False)
class Typed:
    """What was typed, field by field, and the address that it was sent to."""

    sent_to: str
    fields: list[tuple[str, str]]


def keep(db: WriteSession, session_id: SessionId, typed: Typed) -> None:
    """Keep what was typed in place of what was kept before: of several forms the last one was being worked on."""
    drop(db, KeptForm.session_id == session_id)
    fields = [[name, value] for name, value in typed.fields]
    db.add(KeptForm(session_id=session_id, sent_to=typed.sent_to, fields=fields))


def take(db: WriteSession, session_id: SessionId) -> Typed | None:
    """Give back what was kept, once; None when there is nothing (any more)."""
    kept = db.get(KeptForm, session_id)
    if kept is None:
        return None
    db.delete(kept)
    if kept.kept_at < now() - KEPT_FOR:
        return None
    return Typed(kept.sent_to, [(name, value) for name, value in kept.fields])


def forget_old(db: WriteSession) -> None:
    """Drop what nobody has come back for; run by the worker."""
    drop(db, KeptForm.kept_at < now() - KEPT_FOR)


def drop(db: WriteSession, which: ColumnElement[bool]) -> None:
    """Keep these no longer: the sessions that sent them are over, or they are old."""
    db.execute(delete(KeptForm).where(which).execution_options(synchronize_session="fetch"))
