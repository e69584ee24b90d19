"""Facts and who wants to hear of them. Written with the change itself, delivered at least once afterwards."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self, TypeVar, get_type_hints
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.db import ReadSession, WriteSession
from app.core.log import log, where
from app.outbox.models import OutboxMessage


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact in the past tense. Ids and codes only: who is told loads what they need."""

    name: ClassVar[str]

    def payload(self) -> dict[str, Any]:
        """The fields as JSON."""
        return {name: None if value is None else str(value) for name, value in asdict(self).items()}

    @classmethod
    def load(cls, payload: dict[str, Any]) -> Self:
        """Read back what `payload` wrote."""
        hints = get_type_hints(cls)
        return cls(**{f.name: _read(payload.get(f.name), hints[f.name]) for f in fields(cls)})


def _read(value: str | None, hint: Any) -> Any:
    return value if value is None or hint in (str, str | None) else UUID(value)


E = TypeVar("E", bound=Event)
Handler = Callable[[WriteSession, Any], None]


class Subscriptions:
    """Which functions want to hear of which facts; filled by `app.wiring` only."""

    def __init__(self) -> None:
        self.handlers: dict[str, list[Handler]] = defaultdict(list)
        self.events: dict[str, type[Event]] = {}

    def clear(self) -> None:
        self.handlers.clear()
        self.events.clear()

    def add(self, event: type[E], *handlers: Callable[[WriteSession, E], None]) -> None:
        self.events[event.name] = event
        self.handlers[event.name].extend(handlers)


subscriptions = Subscriptions()


def publish(db: WriteSession, event: Event) -> None:
    """Keep a fact with the change that made it: both are kept or neither is. What nobody waits for is done at once."""
    message = OutboxMessage(name=event.name, payload=event.payload())
    if not subscriptions.handlers.get(event.name):
        message.done_at = message.created_at
    db.add(message)


def deliver_next(session: Callable[[], Session]) -> bool:
    """Deliver the oldest message that is due; returns whether there was one.

    What the handlers write and the mark "done" are one transaction, so that a crash in between repeats
    the whole and doubles nothing. A failure is retried later, each time after a longer pause.
    """
    with session() as opened:
        db = WriteSession(ReadSession(opened))
        message = db.scalar(
            select(OutboxMessage)
            .where(OutboxMessage.done_at.is_(None), OutboxMessage.due_at <= now())
            .order_by(OutboxMessage.due_at, OutboxMessage.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if message is None:
            opened.rollback()
            return False
        try:
            _deliver(db, message)
            opened.commit()
        except Exception as error:
            opened.rollback()
            _postpone(opened, message.id, error)
    return True


def _deliver(db: WriteSession, message: OutboxMessage) -> None:
    for handler in subscriptions.handlers[message.name]:
        handler(db, subscriptions.events[message.name].load(message.payload))
    message.done_at = now()
    message.attempts += 1


def _postpone(session: Session, message_id: Any, error: Exception) -> None:
    message = session.get_one(OutboxMessage, message_id)
    message.attempts += 1
    message.error = f"{type(error).__name__} {where(error)}"[:128]
    message.due_at = now() + pause(message.attempts)
    log.warning("delivery failed", name=message.name, attempt=message.attempts, error=type(error).__name__)
    session.commit()


def forget_done(db: WriteSession, before: datetime) -> None:
    """Drop what was delivered before an instant; what waits is never dropped."""
    done = delete(OutboxMessage).where(OutboxMessage.done_at < before)
    db.execute(done.execution_options(synchronize_session=False))


def pause(attempts: int) -> timedelta:
    """How long to wait after so many failures: 2, 4, 8 … seconds, at most an hour."""
    return timedelta(seconds=min(2**attempts, 3600))


def deliver_all(session: Callable[[], Session], limit: int = 10_000) -> int:
    """Deliver what is due, including what the deliveries themselves publish; returns how many."""
    for count in range(limit):
        if not deliver_next(session):
            return count
    return limit
