"""Sessions of browsers: a random key in a cookie, its hash in the row.

They are locked by hand or when nobody uses them, and end with the working day however much they are used.
"""

from datetime import timedelta

from sqlalchemy import update

from app.audit import service as audit
from app.auth import queries, session_queries, sessions, tokens
from app.auth.credentials import Proof, WrongPassword, prove, themselves
from app.auth.models import UserSession
from app.core.actor import SYSTEM, Actor
from app.core.clock import now
from app.core.db import WriteSession
from app.core.settings import settings


def sign_in_to_pages(db: WriteSession, proof: Proof) -> str:
    """Open a browser's session, of a working day at most, and return the key for its cookie. Raises what `prove` raises."""
    user = queries.get(db, prove(db, SYSTEM, proof))
    key = tokens.new_refresh_token()
    session = UserSession(
        user_id=user.id,
        expires_at=now() + timedelta(hours=settings().session_idle_hours),
        page_key_hash=tokens.fingerprint(key),
        device=proof.device,
    )
    db.add(session)
    db.flush()
    audit.record(db, themselves(user), "session:start", "user", user.id, session_id=session.id)
    return key


def note_use(db: WriteSession, actor: Actor) -> None:
    """Write down that the browser's session is used, unless another request has just done so."""
    stale = UserSession.last_used_at <= now() - session_queries.USE_NOTED_EVERY
    noted = update(UserSession).where(UserSession.id == actor.session_id, stale).values(last_used_at=now())
    db.execute(noted.execution_options(synchronize_session=False))


def lock(db: WriteSession, actor: Actor) -> None:
    """Lock the browser's session: it shows nothing until the password is given again."""
    session = db.get_one(UserSession, actor.session_id)
    if session.locked_at is None:
        session.locked_at = now()
        audit.record(db, actor, "session:lock", "user", actor.user)


def unlock(db: WriteSession, actor: Actor, proof: Proof) -> None:
    """Open a locked session for the user it belongs to. Raises what `prove` raises.

    Nobody does anything when a session locks because nobody uses it, so the trail tells of that here.
    """
    if prove(db, actor, proof) != actor.user:
        raise WrongPassword()
    session = db.get_one(UserSession, actor.session_id)
    is_idle = session.locked_at is None and session_queries.is_idle(session.last_used_at)
    session.locked_at, session.last_used_at = None, now()
    audit.record(db, actor, "session:unlock", "user", actor.user, idle=is_idle)


def choose_language(db: WriteSession, actor: Actor, language: str) -> None:
    """Keep the language in which the pages speak to this user."""
    queries.get(db, actor.user).language = language


def end_other_sessions(db: WriteSession, actor: Actor) -> None:
    """End every session of the actor but this one."""
    sessions.end_all(db, actor.user, "signed_out", but=actor.session_id)
    audit.record(db, actor, "session:end", "user", actor.user, reason="others_signed_out")
