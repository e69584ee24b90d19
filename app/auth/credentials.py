"""Whether somebody is who they say: the password was right, and guesses at it are counted."""

from dataclasses import dataclass, field
from http import HTTPStatus

from app.audit import service as audit
from app.auth import queries, throttle
from app.auth.models import User
from app.core.actor import Actor
from app.core.db import WriteSession
from app.core.errors import DomainError
from app.core.ids import UserId


class InvalidCredentials(DomainError):
    """The account, the password, the refresh token or the activation code is wrong; we do not tell which."""

    status, code, commits = HTTPStatus.UNAUTHORIZED, "invalid_credentials", True


class WrongPassword(InvalidCredentials):
    """Whose account it is, is known: only the password was asked for, and it is wrong."""

    code = "wrong_password"


@dataclass(frozen=True)
class Proof:
    """A password that was judged before the write turn: hashing takes as long as twenty writes."""

    email: str
    address: str
    user_id: UserId | None  # whose account it is, if there is one
    verified: str | None = field(repr=False)  # the hash that the password fits; None: it fits none
    device: str | None = None  # with what they come, for a session that begins


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


def themselves(user: User) -> Actor:
    """The actor of what somebody does at the door, by which they become known: it is their own act, not the system's."""
    return Actor(user_id=user.id, role=user.role)
