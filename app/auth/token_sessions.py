"""Sessions of programs: a short token to call with, and a long one to get the next with."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import update

from app.audit import service as audit
from app.auth import credentials, queries, sessions, tokens
from app.auth.models import RefreshToken, UserSession
from app.auth.states import UserStatus
from app.core.actor import SYSTEM
from app.core.clock import now
from app.core.db import WriteSession
from app.core.settings import Settings, settings, signing_key


@dataclass(frozen=True)
class SignedIn:
    """What a client gets: a short token to call with and a long one to get the next with."""

    access_token: str
    refresh_token: str
    expires_in: int  # seconds


def sign_in(db: WriteSession, proof: credentials.Proof) -> SignedIn:
    """Open a session for a user whose password was found right. Raises what `prove` raises."""
    user = queries.get(db, credentials.prove(db, SYSTEM, proof))
    session = UserSession(
        user_id=user.id,
        expires_at=now() + timedelta(hours=settings().session_hours),
        device=proof.device,
    )
    db.add(session)
    db.flush()
    audit.record(db, credentials.themselves(user), "session:start", "user", user.id, session_id=session.id)
    return _hand_out(db, settings(), session)


def refresh(db: WriteSession, token: str) -> SignedIn:
    """Exchange a refresh token for a new pair. One that was used before ends its whole session (RFC 9700, 4.14).

    Raises `InvalidCredentials`.
    """
    found = db.get(RefreshToken, tokens.fingerprint(token))
    session = db.get(UserSession, found.session_id) if found else None
    if found is None or session is None or session.ended_at is not None:
        raise credentials.InvalidCredentials(error="invalid_grant")
    taken = db.execute(
        update(RefreshToken)
        .where(RefreshToken.token_hash == found.token_hash, RefreshToken.used_at.is_(None))
        .values(used_at=now())
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        sessions.end(session, "refresh_token_reused")
        audit.record(db, SYSTEM, "session:end", "user", session.user_id, reason="refresh_token_reused")
        raise credentials.InvalidCredentials(error="invalid_grant")
    user = queries.get(db, session.user_id)
    if min(found.expires_at, session.expires_at) <= now() or user.status is not UserStatus.active:
        raise credentials.InvalidCredentials(error="invalid_grant")
    return _hand_out(db, settings(), session)


def _hand_out(db: WriteSession, config: Settings, session: UserSession) -> SignedIn:
    life = timedelta(minutes=config.access_token_minutes)
    token = tokens.new_refresh_token()
    idle = now() + timedelta(hours=config.session_idle_hours)
    db.add(RefreshToken(token_hash=tokens.fingerprint(token), session_id=session.id, expires_at=idle))
    access = tokens.issue(signing_key(config), session.user_id, session.id, life)
    return SignedIn(access, token, int(life.total_seconds()))
