"""Signing in and out, and the accounts themselves. Administrators invite; they never choose a password."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus

from sqlalchemy import delete, update

from app.audit import service as audit
from app.auth import kept_forms, passwords, queries, sessions, throttle, tokens
from app.auth.models import (
    Invitation,
    KeptForm,
    RefreshToken,
    User,
    UserSession,
    UserTransition,
    UserWindow,
)
from app.auth.schemas import UserCreate, UserUpdate
from app.auth.states import USER_LIFECYCLE, UserAction, UserStatus
from app.core import idempotency
from app.core.actor import SYSTEM, WINDOW_ROLES, Actor, Role
from app.core.clock import now
from app.core.db import ReadSession, WriteSession
from app.core.errors import ChangedMeanwhile, DomainError, InvalidInput, NotFound
from app.core.ids import InstitutionId, SessionId, UserId, WindowId
from app.core.moves import begin, move
from app.core.settings import Settings, settings, signing_key


class InvalidCredentials(DomainError):
    """The account, the password, the refresh token or the activation code is wrong; we do not tell which."""

    status, code, commits = HTTPStatus.UNAUTHORIZED, "invalid_credentials", True


class WrongPassword(InvalidCredentials):
    """Whose account it is, is known: only the password was asked for, and it is wrong."""

    code = "wrong_password"


class EmailTaken(DomainError):
    """Another account signs in with this address."""

    code = "email_taken"


class OwnAccount(DomainError):
    """Administrators do not disable or demote themselves: the house would be locked from inside."""

    code = "own_account"


@dataclass(frozen=True)
class SignedIn:
    """What a client gets: a short token to call with and a long one to get the next with."""

    access_token: str
    refresh_token: str
    expires_in: int  # seconds


# --- signing in -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proof:
    """A password that was judged before the write turn: hashing takes as long as twenty writes."""

    email: str
    address: str
    user_id: UserId | None  # whose account it is, if there is one
    verified: str | None = field(repr=False)  # the hash that the password fits; None: it fits none


def prove(db: WriteSession, actor: Actor, proof: Proof) -> UserId:
    """Whose password was found right and still is; a failure is counted and kept in the trail.

    Raises `InvalidCredentials`, or `WrongPassword` to whoever is known, after which the count is kept; or
    `TooManyAttempts`.
    """
    throttle.check(db, proof.email, proof.address)  # again: many guesses at once had passed it together
    user_id, verified = proof.user_id, proof.verified
    if user_id is None or verified is None or not queries.still_opens(db, user_id, verified):
        throttle.count_failure(db, proof.email, proof.address)
        audit.record(db, actor, "session:refused", "user", user_id)
        raise InvalidCredentials(error="invalid_grant") if actor.user_id is None else WrongPassword()
    throttle.forget_account(db, proof.email, proof.address)
    return user_id


def sign_in(db: WriteSession, proof: Proof) -> SignedIn:
    """Open a session for a user whose password was found right. Raises what `prove` raises."""
    user = queries.get(db, prove(db, SYSTEM, proof))
    session = UserSession(user_id=user.id, expires_at=now() + timedelta(hours=settings().session_hours))
    db.add(session)
    db.flush()
    audit.record(db, themselves(user), "session:start", "user", user.id, session_id=session.id)
    return _hand_out(db, settings(), session)


def themselves(user: User) -> Actor:
    """The actor of what somebody does at the door, by which they become known: it is their own act, not the system's."""
    return Actor(user_id=user.id, role=user.role)


def refresh(db: WriteSession, token: str) -> SignedIn:
    """Exchange a refresh token for a new pair. One that was used before ends its whole session (RFC 9700, 4.14).

    Raises `InvalidCredentials`.
    """
    found = db.get(RefreshToken, tokens.fingerprint(token))
    session = db.get(UserSession, found.session_id) if found else None
    if found is None or session is None or session.ended_at is not None:
        raise InvalidCredentials(error="invalid_grant")
    taken = db.execute(
        update(RefreshToken)
        .where(RefreshToken.token_hash == found.token_hash, RefreshToken.used_at.is_(None))
        .values(used_at=now())
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        _end(session, "refresh_token_reused")
        audit.record(db, SYSTEM, "session:end", "user", session.user_id, reason="refresh_token_reused")
        raise InvalidCredentials(error="invalid_grant")
    user = queries.get(db, session.user_id)
    if min(found.expires_at, session.expires_at) <= now() or user.status is not UserStatus.active:
        raise InvalidCredentials(error="invalid_grant")
    return _hand_out(db, settings(), session)


def _hand_out(db: WriteSession, config: Settings, session: UserSession) -> SignedIn:
    life = timedelta(minutes=config.access_token_minutes)
    token = tokens.new_refresh_token()
    idle = now() + timedelta(hours=config.session_idle_hours)
    db.add(RefreshToken(token_hash=tokens.fingerprint(token), session_id=session.id, expires_at=idle))
    access = tokens.issue(signing_key(config), session.user_id, session.id, life)
    return SignedIn(access, token, int(life.total_seconds()))


def sign_out(db: WriteSession, actor: Actor, session_id: SessionId) -> None:
    """End one of the actor's sessions, or `NotFound`; ending one that is over changes nothing."""
    session = db.get(UserSession, session_id)
    if session is None or session.user_id != actor.user:
        raise NotFound()
    if session.ended_at is None:
        _end(session, "signed_out")
        kept_forms.drop(db, KeptForm.session_id == session_id)
        audit.record(db, actor, "session:end", "user", actor.user, reason="signed_out")


def _end(session: UserSession, reason: str) -> None:
    session.ended_at, session.end_reason = now(), reason


# --- accounts -------------------------------------------------------------------------------------------------


def invite(db: WriteSession, actor: Actor, data: UserCreate) -> tuple[User, str]:
    """Make an account without a password and return its activation code, which is shown this once.

    Raises `EmailTaken`, or `InvalidInput` for a role without its windows or institution.
    """
    if queries.by_email(db, data.email) is not None:
        raise EmailTaken()
    _check_place(db, data.role, data.window_ids, data.institution_id)
    user = User(
        email=data.email,
        name=data.name,
        role=data.role,
        institution_id=data.institution_id,
        language=data.language,
    )
    db.add(user)
    db.flush()
    begin(db, actor, user, "invite", lambda **row: UserTransition(user_id=user.id, **row))
    _serve_at(db, user, data.window_ids)
    audit.record(db, actor, "user:invite", "user", user.id, role=data.role)
    return user, _new_code(db, user)


def _check_place(
    db: ReadSession, role: Role, window_ids: Collection[WindowId], institution_id: InstitutionId | None
) -> None:
    if (role in WINDOW_ROLES) != bool(window_ids):
        raise InvalidInput("/window_ids", "windows_of_role")
    if (role is Role.partner_agent) != (institution_id is not None):
        raise InvalidInput("/institution_id", "institution_of_role")
    if queries.count_windows(db, list(window_ids)) != len(set(window_ids)):
        raise InvalidInput("/window_ids", "unknown")
    if institution_id is not None and not queries.institution_exists(db, institution_id):
        raise InvalidInput("/institution_id", "unknown")


def _serve_at(db: WriteSession, user: User, window_ids: Iterable[WindowId]) -> None:
    db.execute(delete(UserWindow).where(UserWindow.user_id == user.id))
    db.add_all([UserWindow(user_id=user.id, window_id=window_id) for window_id in set(window_ids)])


def _kill_codes(db: WriteSession, user: User) -> None:
    open_ones = update(Invitation).where(Invitation.user_id == user.id, Invitation.used_at.is_(None))
    db.execute(open_ones.values(used_at=now()))


def _new_code(db: WriteSession, user: User) -> str:
    _kill_codes(db, user)
    code = tokens.new_activation_code()
    expires = now() + timedelta(days=settings().invitation_days)
    db.add(Invitation(user_id=user.id, code_hash=tokens.code_fingerprint(code), expires_at=expires))
    return code


def renew_invitation(db: WriteSession, actor: Actor, user: User) -> str:
    """Give out a new activation code; the one before is dead, and so is the password if there was one."""
    if user.status is UserStatus.disabled:
        move(
            db,
            actor,
            user,
            USER_LIFECYCLE,
            UserAction.enable,
            lambda **row: UserTransition(user_id=user.id, **row),
        )
    user.password_hash = None
    idempotency.forget(db, user.id)
    sessions.end_all(db, user.id, "invited_again")
    audit.record(db, actor, "user:invite-again", "user", user.id)
    return _new_code(db, user)


def activate(db: WriteSession, code: str, password_hash: str) -> User:
    """Turn an invitation into an account with the password that its owner chose.

    Raises `NotFound` for a code that is unknown, used or too old, `ChangedMeanwhile` when it is used at this moment.
    """
    invitation = queries.invitation(db, code)
    user = queries.get(db, invitation.user_id)
    _use(db, invitation)
    user.password_hash = password_hash
    if user.status is UserStatus.invited:
        move(
            db,
            SYSTEM,
            user,
            USER_LIFECYCLE,
            UserAction.activate,
            lambda **row: UserTransition(user_id=user.id, **row),
        )
    audit.record(db, themselves(user), "user:activate", "user", user.id)
    return user


def _use(db: WriteSession, invitation: Invitation) -> None:
    once = update(Invitation).where(Invitation.id == invitation.id, Invitation.used_at.is_(None))
    if db.execute(once.values(used_at=now())).rowcount != 1:  # type: ignore[attr-defined]
        raise ChangedMeanwhile()


def change_password(db: WriteSession, actor: Actor, proof: Proof, password_hash: str) -> None:
    """Keep the new password and end every other session. Guesses at the present one count as at the door."""
    user = queries.get(db, prove(db, actor, proof))
    user.password_hash = password_hash
    sessions.end_all(db, user.id, "password_changed", but=actor.session_id)
    audit.record(db, actor, "user:change-password", "user", user.id)


def change(db: WriteSession, actor: Actor, user: User, data: UserUpdate) -> User:
    """Change an account; the role and the windows count from its next request."""
    sent = data.changes()
    role = sent.get("role") or user.role
    if user.id == actor.user_id and role is not user.role:
        raise OwnAccount()
    windows, institution = sent.get("window_ids"), sent.get("institution_id")
    if windows is None:
        windows = queries.windows_of(db, user.id) if role in WINDOW_ROLES else []
    if "institution_id" not in sent and role is Role.partner_agent:
        institution = user.institution_id
    _check_place(db, role, windows, institution)
    if sent.keys() & {"role", "window_ids", "institution_id"}:
        idempotency.forget(db, user.id)
    user.role, user.institution_id = role, institution
    user.name, user.language = sent.get("name") or user.name, sent.get("language") or user.language
    user.updated_at = now()
    _serve_at(db, user, windows)
    db.flush()
    audit.record(db, actor, "user:change", "user", user.id, fields=sorted(sent), role=role)
    return user


def disable(db: WriteSession, actor: Actor, user: User) -> User:
    """Shut an account; its sessions end at once, and a code that was not used yet is dead."""
    if user.id == actor.user_id:
        raise OwnAccount()
    move(
        db,
        actor,
        user,
        USER_LIFECYCLE,
        UserAction.disable,
        lambda **row: UserTransition(user_id=user.id, **row),
    )
    sessions.end_all(db, user.id, "disabled")
    idempotency.forget(db, user.id)
    _kill_codes(db, user)
    audit.record(db, actor, "user:disable", "user", user.id)
    return user


def set_password(db: WriteSession, user: User, password: str) -> None:
    """Activate an account at once with a generated password: for seeds on this machine only."""
    passwords.check(password, user.name, user.email)
    activate(db, _new_code(db, user), passwords.hash_now(password))
