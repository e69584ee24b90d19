from datetime import datetime

from sqlalchemy import delete, or_, select, update

from app.auth import kept_forms
from app.auth.models import KeptForm, RefreshToken, UserSession
from app.core.clock import now
from app.core.db import WriteSession
from app.core.ids import SessionId, UserId


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
