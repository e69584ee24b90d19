"""A creation that is sent twice happens once: what was answered is kept with what was created.

The key is chosen by the client (`Idempotency-Key`) and belongs to one user. While the first request still runs, a
second one with the same key is told so; afterwards it receives the first one's answer; with another content under
the same key it is refused.
"""

import hashlib
import threading
from datetime import datetime, timedelta
from http import HTTPStatus

from sqlalchemy import LargeBinary, String, delete, text
from sqlalchemy.orm import Mapped, mapped_column
from starlette.responses import Response

from app.core.clock import now
from app.core.db import Base, WriteSession, is_sqlite
from app.core.errors import DomainError
from app.core.ids import UserId

KEPT = timedelta(hours=24)
_KEPT_HEADERS = ("etag", "location", "content-type")


class KeyReused(DomainError):
    """The key stood on another request before: a new creation needs a new key."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency_key_reused"


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


def recall(db: WriteSession, key: str, content: str) -> Response | None:
    """Return the answer that was given before. Raises `KeyReused`, or `RequestInFlight` in another process."""
    if not is_sqlite(db):
        number = int(key[:15], 16)
        if not db.scalar(text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": number}):
            raise RequestInFlight(retry_after=1)
    kept = db.get(IdempotentAnswer, key)
    if kept is None or kept.created_at < now() - KEPT:
        return None
    if kept.fingerprint != content:
        raise KeyReused()
    headers = dict(zip(kept.headers[::2], kept.headers[1::2], strict=True))
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
