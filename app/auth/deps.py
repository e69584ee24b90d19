from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Literal

from anyio import to_thread
from fastapi import Depends, Form, Header, Request
from fastapi.security import OAuth2PasswordBearer

from app.audit import service as audit
from app.auth import credentials, devices, passwords, queries, session_queries, throttle, tokens
from app.auth.models import User
from app.auth.permissions import Permission, require
from app.auth.schemas import Activation, PasswordChange
from app.core import idempotency
from app.core.actor import Actor
from app.core.db import ReadSession, WriteSession
from app.core.deps import WriteDb, database, look, unit_of_work
from app.core.errors import Forbidden, InvalidInput
from app.core.http import Replay, refuses
from app.core.ids import UserId


async def identify(request: Request, token: str | None) -> Actor:
    """Who sends a token: it is checked, then its session is looked up, once a request.

    The lookup has no part in the request's transaction, so that a writer does not hold the write turn for it.
    """
    known: Actor | None = request.scope.get(_KNOWN)
    if known is not None:
        return known
    if token is None:
        raise tokens.NotAuthenticated()
    claims = tokens.read(request.app.state.signing_key, token)
    actor = await look(request, session_queries.actor_of, database(request), claims)
    if actor is None:
        raise tokens.NotAuthenticated()
    request.scope[_KNOWN] = actor
    return actor


_KNOWN = "shubbak.actor"


def know(request: Request, actor: Actor) -> None:
    """Say who sends this request: a page's face has found it out by other means than a token."""
    request.scope[_KNOWN] = actor


class _Identified(OAuth2PasswordBearer):
    """Answers with the actor, or refuses a role without the permission, if one is asked for.

    One node in FastAPI's tree of dependencies instead of three: each is walked again wherever it is asked for.
    """

    def __init__(self, permission: Permission | None = None) -> None:
        super().__init__(
            "/api/v1/auth/token",
            scheme_name="OAuth2PasswordBearer",
            refreshUrl="/api/v1/auth/token",
            auto_error=False,
        )
        self.refuses = (tokens.NotAuthenticated, *([Forbidden] if permission else []))
        self.permission = permission  # told in the documentation
        self.needs_bearer = True  # the route refuses before it reads a body

    async def __call__(self, request: Request) -> Actor:  # type: ignore[override]
        actor = await identify(request, await super().__call__(request))
        if self.permission is not None:
            require(actor, self.permission)
        return actor


current_actor = _Identified()
CurrentActor = Annotated[Actor, Depends(current_actor)]


@cache
def allowed(permission: Permission) -> Callable[..., object]:
    """A dependency that answers with the actor, or refuses a role without the permission."""
    return _Identified(permission)


Somebody = Annotated[Actor, Depends(allowed(Permission.own_account))]
UserReader = Annotated[Actor, Depends(allowed(Permission.user_read))]
UserManager = Annotated[Actor, Depends(allowed(Permission.user_manage))]


@refuses(idempotency.RequestInFlight)
async def in_flight(
    request: Request,
    actor: CurrentActor,
    idempotency_key: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> AsyncIterator[None]:
    """Hold the key while this request runs, from before it waits for its turn until after its commit."""
    if idempotency_key is None:
        yield
        return
    key = idempotency.key_hash(actor.user, idempotency_key)
    request.app.state.in_flight.enter(key)
    try:
        yield
    finally:
        request.app.state.in_flight.leave(key)


@refuses(idempotency.KeyReused)
async def creation(
    request: Request,
    actor: CurrentActor,
    _: Annotated[None, Depends(in_flight, scope="function")],
    db: Annotated[WriteSession, Depends(unit_of_work, scope="function")],
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=8, max_length=128, pattern=r"^[\x21-\x7e]+$", description="Sent again, answered again."
        ),
    ] = None,
) -> AsyncIterator[WriteSession]:
    """A unit of work whose answer is kept under the client's key, in the same transaction.

    A page's form is known by the unit of work itself; of a creation that says something else now, nothing is made twice.
    """
    sent = idempotency.sent_form(request)
    if sent is not None and sent.led_to is not None:
        raise idempotency.KeyReused(sent.led_to)
    if idempotency_key is None:
        yield db
        return
    key = idempotency.key_hash(actor.user, idempotency_key)
    content = idempotency.fingerprint(
        request.method, request.url.path, await request.body(), request.headers.get("content-type", "")
    )
    known = await to_thread.run_sync(idempotency.recall, db, key, content)
    if known is not None:
        audit.record(
            db, actor, "idempotency:replay", "user", actor.user, location=known.headers.get("location")
        )
        raise Replay(known)
    yield db
    kept = getattr(request.state, "kept_answer", request.state.answer)  # without what is shown only once
    await to_thread.run_sync(idempotency.remember, db, actor.user, key, content, kept)


CreateDb = Annotated[WriteSession, Depends(creation, scope="function")]


def address(request: Request) -> str:
    """Where the request comes from; behind a trusted proxy uvicorn has already put the client's address here."""
    return request.client.host if request.client else "?"


@dataclass(frozen=True)
class Attempt:
    """A request for a token: a password that was judged, or a refresh token."""

    proof: credentials.Proof | None = None
    refresh_token: str = field(default="", repr=False)


@refuses(throttle.TooManyAttempts, credentials.InvalidCredentials, InvalidInput)
async def token_attempt(
    request: Request,
    grant_type: Annotated[Literal["password", "refresh_token"], Form()] = "password",
    username: Annotated[str | None, Form(max_length=254)] = None,
    password: Annotated[str | None, Form(max_length=128)] = None,
    refresh_token: Annotated[str | None, Form(max_length=128)] = None,
) -> Attempt:
    """Judge the password outside the write turn."""
    if any("\x00" in (part or "") for part in (username, password, refresh_token)):
        raise InvalidInput("body", "not_allowed")
    if grant_type == "refresh_token":
        if not refresh_token:
            raise InvalidInput("/refresh_token", "missing")
        return Attempt(refresh_token=refresh_token)
    if not username or not password:
        raise InvalidInput("/username" if not username else "/password", "missing")
    return Attempt(await judge(request, username, password))


async def judge(request: Request, username: str, password: str) -> credentials.Proof:
    """Judge a password for an account's address, outside the write turn. Raises `TooManyAttempts`."""
    email, place = username.strip().casefold(), address(request)
    user_id, stored = await to_thread.run_sync(_look_up, request, email, place)
    if not await passwords.verify(stored, password):
        return credentials.Proof(email, place, user_id, None)
    device = await to_thread.run_sync(devices.name, request.headers.get("User-Agent", ""))
    return credentials.Proof(email, place, user_id, stored, device)


def _look_up(request: Request, email: str, place: str) -> tuple[UserId | None, str | None]:
    with database(request).read_session() as session:
        db = ReadSession(session)
        throttle.check(db, email, place)
        return queries.credentials(db, email)


TokenAttempt = Annotated[Attempt, Depends(token_attempt)]


@refuses(InvalidInput, queries.UnknownActivationCode)
async def chosen_password(request: Request, data: Activation) -> str:
    """The hash of the password with which an account is activated, once it is found good enough."""

    def owner() -> tuple[str, str]:
        with database(request).read_session() as session:
            db = ReadSession(session)
            user = queries.get(db, queries.invitation(db, data.code).user_id)
            return user.name, user.email

    passwords.check(data.password, *await to_thread.run_sync(owner))
    return await passwords.make_hash(data.password)


@dataclass(frozen=True)
class Change:
    """A change of password: the present one judged, and the hash of the new one if that was found right."""

    proof: credentials.Proof
    password_hash: str = field(default="", repr=False)


@refuses(InvalidInput, throttle.TooManyAttempts, credentials.WrongPassword)
async def changed_password(request: Request, actor: Somebody, data: PasswordChange) -> Change:
    """Judge the present password as at the door, and only then the new one."""
    place = address(request)

    def present() -> User:
        with database(request).read_session() as session:
            db = ReadSession(session)
            user = queries.get(db, actor.user)
            throttle.check(db, user.email, place)
            return user

    user = await to_thread.run_sync(present)
    if not await passwords.verify(user.password_hash, data.current_password):
        return Change(credentials.Proof(user.email, place, user.id, None))
    passwords.check(data.password, user.name, user.email)
    chosen = await passwords.make_hash(data.password)
    return Change(credentials.Proof(user.email, place, user.id, user.password_hash), chosen)


ChosenPassword = Annotated[str, Depends(chosen_password)]
ChangedPassword = Annotated[Change, Depends(changed_password)]


def _user_to_manage(_: UserManager, db: WriteDb, user_id: UserId) -> User:
    return queries.get(db, user_id)


UserToManage = Annotated[User, Depends(_user_to_manage, scope="function")]
