from collections.abc import Iterable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, column, select, table

from app.auth.models import Invitation, SignInThrottle, User, UserWindow
from app.auth.policy import visible_to
from app.auth.states import UserStatus
from app.auth.tokens import code_fingerprint
from app.core.actor import Actor, Role
from app.core.clock import now
from app.core.db import ReadSession, row, rows
from app.core.errors import DomainError, NotFound
from app.core.ids import InstitutionId, UserId, WindowId
from app.core.pagination import Page, PageRequest, binds, cut, keyset
from app.core.prepared import Prepared

_u, _w = User.__table__.c, UserWindow.__table__.c


_USER: Select[Any] = select(
    _u.id, _u.email, _u.name, _u.role, _u.status, _u.institution_id, _u.language, _u.version
)


class UnknownActivationCode(DomainError):
    """No open invitation has this code: it is wrong, was used or is too old; we do not tell which."""

    status, code = HTTPStatus.NOT_FOUND, "unknown_activation_code"


def credentials(db: ReadSession, email: str) -> tuple[UserId | None, str | None]:
    """An account's id, and the hash of its password while it is active; None for what there is not."""
    found = db.execute(select(_u.id, _u.password_hash, _u.status).where(_u.email == email)).one_or_none()
    if found is None:
        return None, None
    return found.id, found.password_hash if found.status is UserStatus.active else None


def still_opens(db: ReadSession, user_id: UserId, verified: str) -> bool:
    """Whether the hash that a password was found to fit is still an active account's; nobody changes it meanwhile."""
    present = select(_u.password_hash).where(_u.id == user_id, _u.status == UserStatus.active)
    return db.scalar(present.with_for_update()) == verified


def throttles(db: ReadSession, keys: Sequence[str], *, locked: bool = False) -> Sequence[SignInThrottle]:
    """The counts kept under the keys; `locked` for whoever counts on, so that two do not count the same."""
    counts = select(SignInThrottle).where(SignInThrottle.key_hash.in_(keys)).order_by(SignInThrottle.key_hash)
    if locked:
        counts = counts.with_for_update().execution_options(populate_existing=True)
    return db.scalars(counts).all()


def invitation(db: ReadSession, code: str) -> Invitation:
    """The open invitation for a code. Raises `UnknownActivationCode`."""
    found = db.scalar(
        select(Invitation).where(
            Invitation.code_hash == code_fingerprint(code),
            Invitation.used_at.is_(None),
            Invitation.expires_at > now(),
        )
    )
    if found is None:
        raise UnknownActivationCode()
    return found


def get(db: ReadSession, user_id: UserId) -> User:
    """A user's row for changing it, or `NotFound`."""
    user = db.get(User, user_id)
    if user is None:
        raise NotFound()
    return user


def by_email(db: ReadSession, email: str) -> User | None:
    return db.scalar(select(User).where(User.email == email))


def read(db: ReadSession, actor: Actor, user_id: UserId) -> dict[str, Any]:
    """One user that the actor may see, as columns, or `NotFound`."""
    found = row(db, _USER.where(_u.id == bindparam("user"), visible_to(actor)), actor.binds, user=user_id)
    if found is None:
        raise NotFound()
    return _with_windows(db, [dict(found)])[0]


def page(db: ReadSession, actor: Actor, wanted: PageRequest, *, role: Role | None = None) -> Page:
    """Users by name. Who serves at windows sees the colleagues there; who runs or audits the house sees all."""
    statement = _USER.where(visible_to(actor))
    if role is not None:
        statement = statement.where(_u.role == role)
    found = rows(db, keyset(statement, _u.name, _u.id, page=wanted), actor.binds, **binds(wanted, str, UUID))
    result = cut(found, wanted, "name", "id")
    return Page(_with_windows(db, result.items), result.next)


def _with_windows(db: ReadSession, users: list[dict[str, Any]]) -> list[dict[str, Any]]:
    serving = select(_w.user_id, _w.window_id).where(_w.user_id.in_([u["id"] for u in users]))
    served: dict[UserId, list[WindowId]] = {user["id"]: [] for user in users}
    for user_id, window_id in db.execute(serving.order_by(_w.window_id)):
        served[user_id].append(window_id)
    return [{**user, "window_ids": served[user["id"]]} for user in users]


def agents_of(db: ReadSession, institution_id: InstitutionId) -> Sequence[UserId]:
    """The active agents of an institution: who is told of its referrals."""
    return db.scalars(
        select(_u.id)
        .where(_u.institution_id == institution_id, _u.status == UserStatus.active)
        .order_by(_u.id)
    ).all()


def supervisors_of(db: ReadSession, window_id: WindowId) -> Sequence[UserId]:
    """The active supervisors of a window: who is told when something there is stuck."""
    return db.scalars(
        select(_u.id)
        .join(UserWindow.__table__, _w.user_id == _u.id)
        .where(_w.window_id == window_id, _u.role == Role.supervisor, _u.status == UserStatus.active)
        .order_by(_u.id)
    ).all()


def serves_at(db: ReadSession, user_id: UserId, window_id: WindowId) -> bool:
    """Whether an active user may be given work at a window."""
    return (
        db.scalar(
            select(_u.id)
            .join(UserWindow.__table__, _w.user_id == _u.id)
            .where(_u.id == user_id, _w.window_id == window_id, _u.status == UserStatus.active)
        )
        is not None
    )


def windows_of(db: ReadSession, user_id: UserId) -> list[WindowId]:
    return list(db.scalars(select(_w.window_id).where(_w.user_id == user_id).order_by(_w.window_id)))


def count_windows(db: ReadSession, window_ids: Sequence[WindowId]) -> int:
    """How many of the ids are windows; their table is named, not imported: windows stand above accounts."""
    known = select(column("id", Uuid())).select_from(table("windows", column("id", Uuid())))
    return len(db.scalars(known.where(column("id", Uuid()).in_(window_ids))).all())


def institution_exists(db: ReadSession, institution_id: InstitutionId) -> bool:
    known = select(column("id", Uuid())).select_from(table("institutions", column("id", Uuid())))
    return db.scalar(known.where(column("id", Uuid()) == institution_id)) is not None


def read_own(db: ReadSession, actor: Actor) -> dict[str, Any]:
    """The actor's own account as columns."""
    found = rows(db, _USER.where(_u.id == actor.user))
    return _with_windows(db, [dict(found[0])])[0]


def code_expiry(db: ReadSession, user_id: UserId) -> datetime:
    """Until when the account's open activation code holds."""
    return db.scalars(
        select(Invitation.expires_at).where(Invitation.user_id == user_id, Invitation.used_at.is_(None))
    ).one()


_KNOWN_BY_NAME = Prepared(
    select(_u.id, _u.name, _u.role).where(_u.id.in_(bindparam("users", expanding=True))).order_by(_u.id)
)
_SERVING = Prepared(
    select(_u.id, _u.name)
    .select_from(User.__table__.join(UserWindow.__table__, _w.user_id == _u.id))
    .where(_w.window_id == bindparam("window", type_=Uuid()), _u.status == UserStatus.active)
    .order_by(_u.name, _u.id)
)


def names(db: ReadSession, user_ids: Iterable[UserId]) -> dict[UserId, dict[str, Any]]:
    """Name and role of whoever did something that the reader was found to see."""
    asked = sorted(set(user_ids))
    return {found.id: dict(found) for found in rows(db, _KNOWN_BY_NAME, users=asked)} if asked else {}


def serving_at(db: ReadSession, window_id: WindowId) -> list[dict[str, Any]]:
    """Who may be given work at a window, by name: a team, so all of it."""
    return [dict(found) for found in rows(db, _SERVING, window=window_id)]
