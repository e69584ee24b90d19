"""A creation that is sent twice happens once: what was answered is kept with what was created.

The key is chosen by the client (`Idempotency-Key`) and belongs to one user. While the first request still runs, a
second one with the same key is told so; afterwards it receives the first one's answer; with another content under
the same key it is refused.

A page's form carries such a key, too (`SentForm`). Whoever presses a button twice is nobody's program: the second waits
for the first.
"""

import hashlib
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

import anyio
from sqlalchemy import LargeBinary, String, delete, text
from sqlalchemy.orm import Mapped, mapped_column
from starlette.requests import Request
from starlette.responses import Response

from app.core.clock import now
from app.core.db import Base, WriteSession, is_sqlite
from app.core.errors import DomainError
from app.core.ids import UserId

KEPT = timedelta(hours=24)
_PATIENCE, _PAUSE = 10.0, 0.02  # seconds that a form waits for the same one, and between two looks
_KEPT_HEADERS = ("etag", "location", "content-type")


class KeyReused(DomainError):
    """The key stood on another request before: a new creation needs a new key."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency_key_reused"

    def __init__(self, led_to: str | None = None) -> None:
        super().__init__()
        self.led_to = led_to  # where the first request led: a way for people, none of the details


class RequestInFlight(DomainError):
    """The first request with this key still runs; ask again in a moment."""

    code = "request_in_flight"


class IdempotentAnswer(Base, kw_only=True):
    """What a creating request was answered, kept for a day."""

    __tablename__ = "idempotent_answers"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[UserId] = mapped_column(index=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    headers: Mapped[list[str]]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(default_factory=now, init=False, index=True)


class InFlight:
    """The keys that this process is working on."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._lock = threading.Lock()

    def enter(self, key_hash: str) -> None:
        """Raise `RequestInFlight` when the key is being worked on."""
        with self._lock:
            if key_hash in self._keys:
                raise RequestInFlight(retry_after=1)
            self._keys.add(key_hash)

    def leave(self, key_hash: str) -> None:
        with self._lock:
            self._keys.discard(key_hash)

    @asynccontextmanager
    async def alone(self, key_hash: str) -> AsyncIterator[None]:
        """Hold the key as soon as nobody else does. Raises `RequestInFlight` when that takes too long."""
        with anyio.move_on_after(_PATIENCE):
            while self._is_held(key_hash):
                await anyio.sleep(_PAUSE)
        self.enter(key_hash)
        try:
            yield
        finally:
            self.leave(key_hash)

    def _is_held(self, key_hash: str) -> bool:
        with self._lock:
            return key_hash in self._keys


@dataclass
class SentForm:
    """A form that somebody sent from a page: under which key, and what it says."""

    user_id: UserId
    key: str
    content: str
    replayed: Callable[[WriteSession, Response], None]  # leaves the entry in the trail
    led_to: str | None = None  # where it led when it was sent before and said something else

    def again(self, db: WriteSession) -> Response | None:
        """What the same form was answered before."""
        try:
            known = recall(db, self.key, self.content, waits=True)
        except KeyReused as other:
            self.led_to = other.led_to
            return None
        if known is not None:
            self.replayed(db, known)
        return known

    def keep(self, db: WriteSession, answer: Response) -> None:
        """Keep where the form led. What was drawn tells of people, and is drawn anew."""
        if answer.status_code == HTTPStatus.SEE_OTHER:
            remember(db, self.user_id, self.key, self.content, answer)


_SENT = "shubbak.sent_form"


def say(request: Request, sent: SentForm) -> None:
    """Let what is written for this request know which form asks for it."""
    request.scope[_SENT] = sent


def sent_form(request: Request) -> SentForm | None:
    """The form that a page has sent; none for a program's request."""
    found: SentForm | None = request.scope.get(_SENT)
    return found


def key_hash(user_id: UserId, key: str) -> str:
    """The row under which a user's key is kept."""
    return hashlib.sha256(f"{user_id}:{key}".encode()).hexdigest()


def fingerprint(method: str, path: str, body: bytes, content_type: str = "") -> str:
    """What makes two requests the same: what is asked, of what, with which content.

    An upload that is sent again has another boundary between its parts; the boundary is left out.
    """
    boundary = content_type.partition("boundary=")[2].split(";")[0].strip('" ')
    if boundary:
        body = body.replace(boundary.encode("latin-1"), b"")
    return hashlib.sha256(b"\0".join([method.encode(), path.encode(), body])).hexdigest()


def recall(db: WriteSession, key: str, content: str, *, waits: bool = False) -> Response | None:
    """Return the answer that was given before. Raises `KeyReused`.

    While another process works on it, it waits or raises `RequestInFlight`.
    """
    if not is_sqlite(db):
        number = int(key[:15], 16)
        if waits:
            db.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
        elif not db.scalar(text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": number}):
            raise RequestInFlight(retry_after=1)
    kept = db.get(IdempotentAnswer, key)
    if kept is None or kept.created_at < now() - KEPT:
        return None
    headers = dict(zip(kept.headers[::2], kept.headers[1::2], strict=True))
    if kept.fingerprint != content:
        raise KeyReused(headers.get("location"))
    return Response(kept.body, status_code=kept.status, headers={**headers, "Idempotent-Replay": "true"})


def remember(db: WriteSession, user_id: UserId, key: str, content: str, answer: Response) -> None:
    """Keep an answer, in the transaction of what it tells of."""
    db.execute(delete(IdempotentAnswer).where(IdempotentAnswer.key_hash == key))
    pairs = [
        part for name in _KEPT_HEADERS if name in answer.headers for part in (name, answer.headers[name])
    ]
    db.add(
        IdempotentAnswer(
            key_hash=key,
            user_id=user_id,
            fingerprint=content,
            status=answer.status_code,
            headers=pairs,
            body=bytes(answer.body),
        )
    )
    db.flush()


def forget(db: WriteSession, user_id: UserId) -> None:
    """Drop a user's answers: what was told to another role, or at another window, is not told again."""
    db.execute(delete(IdempotentAnswer).where(IdempotentAnswer.user_id == user_id))


def forget_old(db: WriteSession) -> None:
    """Drop answers older than a day; run by the worker."""
    db.execute(delete(IdempotentAnswer).where(IdempotentAnswer.created_at < now() - KEPT))
