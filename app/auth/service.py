"""The accounts. Administrators invite; they never choose a password."""

from collections.abc import Collection, Iterable
from datetime import timedelta

from sqlalchemy import delete, update

from app.audit import service as audit
from app.auth import credentials, passwords, queries, sessions, tokens
from app.auth.events import AccountDisabled
from app.auth.models import Invitation, User, UserTransition, UserWindow
from app.auth.schemas import UserCreate, UserUpdate
from app.auth.states import USER_LIFECYCLE, UserAction, UserStatus
from app.core import changes, idempotency
from app.core.actor import SYSTEM, WINDOW_ROLES, Actor, Role
from app.core.clock import now
from app.core.db import ReadSession, WriteSession
from app.core.errors import ChangedMeanwhile, DomainError, InvalidInput
from app.core.ids import InstitutionId, WindowId, uuid7
from app.core.moves import begin, move
from app.core.settings import settings
from app.outbox import service as outbox


class EmailTaken(DomainError):
    """Another account signs in with this address."""

    code = "email_taken"


class OwnAccount(DomainError):
    """Administrators do not disable or demote themselves: the house would be locked from inside."""

    code = "own_account"


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
        _lead(db, actor, user, UserAction.enable)
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
        _lead(db, SYSTEM, user, UserAction.activate)
    audit.record(db, credentials.themselves(user), "user:activate", "user", user.id)
    return user


def _use(db: WriteSession, invitation: Invitation) -> None:
    once = update(Invitation).where(Invitation.id == invitation.id, Invitation.used_at.is_(None))
    if db.execute(once.values(used_at=now())).rowcount != 1:  # type: ignore[attr-defined]
        raise ChangedMeanwhile()


def change_password(db: WriteSession, actor: Actor, proof: credentials.Proof, password_hash: str) -> None:
    """Keep the new password and end every other session. Guesses at the present one count as at the door."""
    user = queries.get(db, credentials.prove(db, actor, proof))
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
    told = {name: sent[name] for name in ("name", "language") if sent.get(name)}
    changed = changes.apply(user, {**told, "role": role, "institution_id": institution})
    if set(windows) != set(queries.windows_of(db, user.id)):
        changed.append("window_ids")
    user.updated_at = now()
    _serve_at(db, user, windows)
    db.flush()
    audit.record(db, actor, "user:change", "user", user.id, fields=changed, role=role)
    return user


def disable(db: WriteSession, actor: Actor, user: User) -> User:
    """Shut an account; its sessions end at once, and a code that was not used yet is dead."""
    if user.id == actor.user_id:
        raise OwnAccount()
    _lead(db, actor, user, UserAction.disable)
    sessions.end_all(db, user.id, "disabled")
    idempotency.forget(db, user.id)
    _kill_codes(db, user)
    audit.record(db, actor, "user:disable", "user", user.id)
    outbox.publish(db, AccountDisabled(step_id=uuid7(), user_id=user.id))
    return user


def set_password(db: WriteSession, user: User, password: str) -> None:
    """Activate an account at once with a generated password: for seeds on this machine only."""
    passwords.check(password, user.name, user.email)
    activate(db, _new_code(db, user), passwords.hash_now(password))


def _lead(db: WriteSession, actor: Actor, user: User, action: UserAction) -> None:
    move(db, actor, user, USER_LIFECYCLE, action, lambda **row: UserTransition(user_id=user.id, **row))
