from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.auth.states import USER_LIFECYCLE, UserStatus
from app.core.actor import Role
from app.core.clock import now
from app.core.db import Base, Timestamps, Versioned
from app.core.ids import InstitutionId, InvitationId, SessionId, UserId, WindowId, uuid7
from app.core.moves import Transition


class User(Versioned, Timestamps, Base, kw_only=True):
    """Somebody who signs in. Workers and supervisors belong to windows, a partner's agent to one institution."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint(
            "(role = 'partner_agent') = (institution_id IS NOT NULL)", name="institution_of_agents"
        ),
        CheckConstraint("role <> 'system'", name="system_never_signs_in"),
        Index(None, "name", "id"),
        Index(None, "institution_id"),
    )

    id: Mapped[UserId] = mapped_column(primary_key=True, default_factory=lambda: UserId(uuid7()), init=False)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # case-folded: it is what one signs in with
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role]
    institution_id: Mapped[InstitutionId | None] = mapped_column(ForeignKey("institutions.id"), default=None)
    language: Mapped[str] = mapped_column(String(2), default="ar")
    password_hash: Mapped[str | None] = mapped_column(String(200), default=None)
    status: Mapped[UserStatus] = mapped_column(default=USER_LIFECYCLE.initial, init=False)


class UserWindow(Base, kw_only=True):
    """A window at which a worker or supervisor serves."""

    __tablename__ = "user_windows"
    __table_args__ = (Index(None, "window_id"),)

    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"), primary_key=True)
    window_id: Mapped[WindowId] = mapped_column(ForeignKey("windows.id"), primary_key=True)


class UserTransition(Transition, Base, kw_only=True):
    __tablename__ = "user_transitions"

    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"), index=True)


class UserSession(Base, kw_only=True):
    """One signing-in, looked up on every request, so that ending it takes effect on the next one."""

    __tablename__ = "user_sessions"
    __table_args__ = (Index(None, "user_id", "ended_at"),)

    id: Mapped[SessionId] = mapped_column(
        primary_key=True, default_factory=lambda: SessionId(uuid7()), init=False
    )
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default_factory=now, init=False)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    end_reason: Mapped[str | None] = mapped_column(String(32), default=None, init=False)
    # A browser's session: the cookie holds a random key, here is its hash. Never both a key and tokens.
    page_key_hash: Mapped[str | None] = mapped_column(String(64), default=None, unique=True)
    locked_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    last_used_at: Mapped[datetime] = mapped_column(default_factory=now, init=False)  # pages', to the minute
    device: Mapped[str | None] = mapped_column(String(80), default=None)  # "Firefox, Windows"


class KeptForm(Base, kw_only=True):
    """What was typed when a session locked: given back when it is unlocked, gone when it ends or after an hour."""

    __tablename__ = "kept_forms"
    __table_args__ = (Index(None, "kept_at"),)

    session_id: Mapped[SessionId] = mapped_column(ForeignKey("user_sessions.id"), primary_key=True)
    sent_to: Mapped[str] = mapped_column(String(500), primary_key=True)
    fields: Mapped[list[list[str]]]  # names and values, as they were typed
    kept_at: Mapped[datetime] = mapped_column(default_factory=now, init=False)


class RefreshToken(Base, kw_only=True):
    """A link of a session's chain of refresh tokens; only its hash is kept. A used one never works again."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (Index(None, "session_id"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    session_id: Mapped[SessionId] = mapped_column(ForeignKey("user_sessions.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None, init=False)


class Invitation(Base, kw_only=True):
    """A one-time activation code, kept as a hash; the invited person chooses the password."""

    __tablename__ = "invitations"
    __table_args__ = (Index(None, "user_id"),)

    id: Mapped[InvitationId] = mapped_column(
        primary_key=True, default_factory=lambda: InvitationId(uuid7()), init=False
    )
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None, init=False)


class SignInThrottle(Base, kw_only=True):
    """Failures counted per account and per address, under a keyed hash: the table tells nobody who tried."""

    __tablename__ = "sign_in_throttles"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    blocked_until: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(default_factory=now, onupdate=now, init=False)
