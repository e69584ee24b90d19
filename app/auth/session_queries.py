"""Who asks: whose session a token or a browser's key belongs to, as of now."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from app.auth.models import User, UserSession, UserWindow
from app.auth.states import UserStatus
from app.auth.tokens import Claims, fingerprint
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import Database, ReadSession, rows
from app.core.ids import SessionId
from app.core.prepared import Prepared
from app.core.settings import settings

_u, _s, _w = User.__table__.c, UserSession.__table__.c, UserWindow.__table__.c

_ACTOR = Prepared(
    select(_u.id, _u.role, _u.institution_id, _u.language, _w.window_id)
    .select_from(UserSession.__table__.join(User.__table__, _u.id == _s.user_id))
    .join(UserWindow.__table__, _w.user_id == _u.id, isouter=True)
    .where(
        _s.id == bindparam("session_id"),
        _s.user_id == bindparam("user_id"),
        _s.ended_at.is_(None),
        _s.expires_at > bindparam("now"),
        _u.status == UserStatus.active,
    )
)


_ACTOR_OF_PAGE = Prepared(
    select(
        _u.id,
        _u.role,
        _u.name,
        _u.email,
        _u.institution_id,
        _u.language,
        _w.window_id,
        _s.id.label("session_id"),
        _s.locked_at,
        _s.last_used_at,
    )
    .select_from(UserSession.__table__.join(User.__table__, _u.id == _s.user_id))
    .join(UserWindow.__table__, _w.user_id == _u.id, isouter=True)
    .where(
        _s.page_key_hash == bindparam("page_key_hash"),
        _s.ended_at.is_(None),
        _s.expires_at > bindparam("now"),
        _u.status == UserStatus.active,
    )
)


# How long a use of a browser's session goes without being written down: reading must not cost a write each time.
USE_NOTED_EVERY = timedelta(minutes=1)


def actor_of(db: Database, claims: Claims) -> Actor | None:
    """Return who a token's session belongs to, as of now: its role, windows and institution are never the token's."""
    asked = {"session_id": claims.session_id, "user_id": claims.user_id, "now": now()}
    found = db.look_up(_ACTOR, asked)
    return _actor(found, claims.session_id) if found else None


def _actor(found: Sequence[Any], session_id: SessionId) -> Actor:
    """Whose session it is: a row for each window, or one without any."""
    first = found[0]
    return Actor(
        user_id=first.id,
        role=first.role,
        window_ids=frozenset(r.window_id for r in found if r.window_id),
        institution_id=first.institution_id,
        session_id=session_id,
        language=first.language,
    )


@dataclass(frozen=True)
class Visitor:
    """Who a browser's session belongs to, as of now. While it is locked nothing is shown but the way back in."""

    actor: Actor
    name: str
    email: str = field(repr=False)
    is_locked: bool
    is_use_noted: bool  # a moment ago: this request need not be


def visitor_of(db: Database, page_key: str) -> Visitor | None:
    """Return who holds a browser's key, or None when it opens nothing (any more)."""
    found = db.look_up(_ACTOR_OF_PAGE, {"page_key_hash": fingerprint(page_key), "now": now()})
    if not found:
        return None
    first = found[0]
    return Visitor(
        _actor(found, first.session_id),
        first.name,
        first.email,
        is_locked=first.locked_at is not None or is_idle(first.last_used_at),
        is_use_noted=now() - first.last_used_at < USE_NOTED_EVERY,
    )


def is_idle(last_used_at: datetime) -> bool:
    """Whether a browser's session locks because nobody uses it.

    Uses are noted to the minute: whoever was here for the last of them is given it.
    """
    return now() - last_used_at >= timedelta(minutes=settings().page_idle_minutes) + USE_NOTED_EVERY


def sessions_of(db: ReadSession, actor: Actor) -> list[dict[str, Any]]:
    """The actor's living sessions, newest first."""
    found = rows(
        db,
        select(
            _s.id,
            _s.created_at,
            _s.expires_at,
            _s.last_used_at,
            _s.device,
            _s.page_key_hash.is_not(None).label("is_page"),
        )
        .where(_s.user_id == actor.user, _s.ended_at.is_(None), _s.expires_at > now())
        .order_by(_s.id.desc())
        .limit(50),
    )
    return [
        {
            **{name: r[name] for name in ("id", "created_at", "expires_at", "device")},
            # Of a session with tokens nobody notes its uses.
            "last_used_at": r.last_used_at if r.is_page else None,
            "is_this_one": r.id == actor.session_id,
        }
        for r in found
    ]
