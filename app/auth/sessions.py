"""The end of sessions, whatever opened them: tokens (`token_sessions`) or a browser (`page_sessions`)."""

from datetime import datetime

from sqlalchemy import delete, or_, select, update

from app.audit import service as audit
from app.auth import kept_forms
from app.auth.models import KeptForm, RefreshToken, UserSession
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import WriteSession
from app.core.errors import NotFound
from app.core.ids import SessionId, UserId


def sign_out(db: WriteSession, actor: Actor, session_id: SessionId) -> None:
    """End one of the actor's sessions, or `NotFound`; ending one that is over changes nothing."""
    session = db.get(UserSession, session_id)
    if session is None or session.user_id != actor.user:
        raise NotFound()
    if session.ended_at is None:
        end(session, "signed_out")
        kept_forms.drop(db, KeptForm.session_id == session_id)
        audit.record(db, actor, "session:end", "user", actor.user, reason="signed_out")


def end(session: UserSession, reason: str) -> None:
    session.ended_at, session.end_reason = now(), reason


def end_all(db: WriteSession, user_id: UserId, reason: str, *, but: SessionId | None = None) -> None:
    """End every living session of a user: the next request of each is refused."""
    statement = update(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    if but is not None:
        statement = statement.where(UserSession.id != but)
    db.execute(statement.values(ended_at=now(), end_reason=reason))
    over = select(UserSession.id).where(UserSession.user_id == user_id, UserSession.ended_at.is_not(None))
    kept_forms.drop(db, KeptForm.session_id.in_(over))


def forget_over(db: WriteSession, before: datetime) -> None:
    """Drop the sessions that ended or expired before an instant, and their chains of refresh tokens.

    The trail still tells when they began and ended. The used tokens of a living session stay: one that comes back is
    the sign that it was stolen.
    """
    over = or_(UserSession.ended_at < before, UserSession.expires_at < before)
    kept_forms.drop(db, KeptForm.session_id.in_(select(UserSession.id).where(over)))
    tokens = RefreshToken.session_id.in_(select(UserSession.id).where(over))
    for statement in (delete(RefreshToken).where(tokens), delete(UserSession).where(over)):
        db.execute(statement.execution_options(synchronize_session=False))
