"""Facts are kept with the change that made them, delivered at least once, and take effect once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar, NewType
from uuid import UUID, uuid4

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

import app.wiring
from app.audit import service as audit
from app.audit.models import AuditEntry
from app.core.actor import SYSTEM
from app.core.db import Database, ReadSession, WriteSession, is_sqlite
from app.core.ids import CaseId
from app.outbox import service as outbox
from app.outbox.models import OutboxMessage
from app.outbox.service import Event, Subscriptions

Word = NewType("Word", str)


@dataclass(frozen=True, kw_only=True)
class Happened(Event):
    name: ClassVar[str] = "test.happened"

    case_id: CaseId
    other_id: UUID | None = None
    word: str = "a"
    perhaps: str | None = None


@dataclass(frozen=True, kw_only=True)
class Followed(Event):
    name: ClassVar[str] = "test.followed"

    case_id: CaseId


SECRET = "what somebody told in confidence"


@pytest.fixture
def subscriptions() -> Iterator[Subscriptions]:
    """Nobody listens but who this test names."""
    outbox.subscriptions.clear()
    yield outbox.subscriptions
    app.wiring.wire()


def publish(db: WriteSession, count: int = 1) -> list[Happened]:
    events = [Happened(case_id=CaseId(uuid4())) for _ in range(count)]
    for event in events:
        outbox.publish(db, event)
    db.commit()
    return events


def messages(db: WriteSession) -> list[OutboxMessage]:
    db.expire_all()
    return list(db.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


@given(
    st.builds(
        Happened,
        case_id=st.uuids().map(CaseId),
        other_id=st.none() | st.uuids(),
        word=st.text(),
        perhaps=st.none() | st.text(),
    )
)
def test_a_fact_comes_back_from_the_table_as_it_was(event: Happened) -> None:
    assert Happened.load(event.payload()) == event
    assert all(value is None or isinstance(value, str) for value in event.payload().values())


def test_a_fact_that_lacks_what_was_added_later_still_loads() -> None:
    case_id = uuid4()
    assert Happened.load({"case_id": str(case_id), "word": "b"}) == Happened(
        case_id=CaseId(case_id), word="b"
    )


def test_every_fact_of_the_product_comes_back_as_it_was(db: WriteSession) -> None:
    """Their fields are ids and codes; the values are made up from their types."""
    from dataclasses import fields
    from typing import get_type_hints

    app.wiring.wire()
    assert outbox.subscriptions.events
    for kind in outbox.subscriptions.events.values():
        hints = get_type_hints(kind)
        values = {
            field.name: "a_code" if hints[field.name] in (str, str | None) else uuid4()
            for field in fields(kind)
        }
        event = kind(**values)
        assert kind.load(event.payload()) == event


def test_a_fact_is_kept_with_its_change_or_not_at_all(db: WriteSession, subscriptions: Subscriptions) -> None:
    outbox.publish(db, Happened(case_id=CaseId(uuid4())))
    db.flush()
    db.rollback()
    assert messages(db) == []
    publish(db)
    assert [m.name for m in messages(db)] == ["test.happened"]


def test_every_handler_of_a_fact_is_told_in_order(
    database: Database, db: WriteSession, subscriptions: Subscriptions
) -> None:
    told: list[tuple[str, Happened]] = []
    subscriptions.add(
        Happened, lambda db, e: told.append(("first", e)), lambda db, e: told.append(("second", e))
    )
    subscriptions.add(Happened, lambda db, e: told.append(("third", e)))
    one, two = publish(db, 2)
    assert outbox.deliver_all(database.write_session) == 2
    assert told == [(who, event) for event in (one, two) for who in ("first", "second", "third")]
    assert outbox.deliver_next(database.write_session) is False
    assert all(m.done_at is not None and m.attempts == 1 for m in messages(db))


def test_a_fact_that_nobody_waits_for_is_kept_and_done(
    database: Database, db: WriteSession, subscriptions: Subscriptions
) -> None:
    publish(db)
    assert messages(db)[0].done_at is not None
    assert outbox.deliver_all(database.write_session) == 0


def test_what_a_delivery_publishes_is_delivered_too_and_never_more_than_allowed(
    database: Database, db: WriteSession, subscriptions: Subscriptions
) -> None:
    told: list[Followed] = []
    subscriptions.add(Happened, lambda db, e: outbox.publish(db, Followed(case_id=e.case_id)))
    subscriptions.add(Followed, lambda db, e: told.append(e))
    (event,) = publish(db)
    assert outbox.deliver_all(database.write_session, limit=1) == 1
    assert told == []
    assert outbox.deliver_all(database.write_session) == 1
    assert told == [Followed(case_id=event.case_id)]


def traces(db: WriteSession) -> int:
    found = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "test:effect")
    return db.scalar(found) or 0


def leave_trace(db: WriteSession, event: Happened) -> None:
    audit.record(db, SYSTEM, "test:effect", "case", event.case_id)
    db.flush()


def test_a_crash_between_the_effect_and_the_mark_repeats_all_and_doubles_nothing(
    database: Database, db: WriteSession, subscriptions: Subscriptions
) -> None:
    crashes = iter([True, True, False])

    def crash(db: WriteSession, event: Happened) -> None:
        if next(crashes):
            raise RuntimeError(SECRET)

    subscriptions.add(Happened, leave_trace, crash)
    publish(db)
    moment = datetime.now(UTC)
    for attempt in range(3):
        with time_machine.travel(moment, tick=False):
            assert outbox.deliver_next(database.write_session) is True
            (message,) = messages(db)
            assert message.attempts == attempt + 1
            assert traces(db) == (1 if attempt == 2 else 0)
            assert outbox.deliver_next(database.write_session) is False
        moment += timedelta(hours=2)
    assert message.done_at is not None
    audit.seal_pending(db)
    assert audit.verify(db).broken_at is None


def test_a_failure_is_remembered_by_its_kind_and_place_and_put_off(
    database: Database, db: WriteSession, subscriptions: Subscriptions
) -> None:
    def fail(db: WriteSession, event: Happened) -> None:
        raise ValueError(SECRET)

    subscriptions.add(Happened, fail)
    publish(db)
    start = datetime.now(UTC)
    with time_machine.travel(start, tick=False):
        outbox.deliver_next(database.write_session)
    (message,) = messages(db)
    assert message.error is not None
    assert message.error.startswith(f"ValueError {__name__}:")
    assert SECRET not in message.error
    assert message.due_at == start + outbox.pause(1)
    assert message.done_at is None


def test_one_fact_that_fails_holds_up_no_other(
    database: Database, db: WriteSession, subscriptions: Subscriptions
) -> None:
    told: list[CaseId] = []
    bad: list[Happened] = []

    def tell(db: WriteSession, event: Happened) -> None:
        if event in bad:
            raise RuntimeError
        told.append(event.case_id)

    subscriptions.add(Happened, tell)
    first, good = publish(db, 2)
    bad.append(first)
    outbox.deliver_all(database.write_session)
    assert told == [good.case_id]


def test_a_failure_of_the_database_in_a_handler_is_put_off_too(
    database: Database, db: WriteSession, subscriptions: Subscriptions
) -> None:
    def fail(db: WriteSession, event: Happened) -> None:
        twice = OutboxMessage(name="x", payload={})
        again = OutboxMessage(name="y", payload={})
        again.id = twice.id
        db.add(twice)
        db.flush()
        db.expunge(twice)
        db.add(again)
        db.flush()

    subscriptions.add(Happened, fail)
    publish(db)
    assert outbox.deliver_next(database.write_session)
    (message,) = messages(db)
    assert (message.attempts, message.done_at) == (1, None)
    assert "IntegrityError" in str(message.error)


@given(st.integers(1, 200))
def test_the_pauses_grow_to_an_hour(attempts: int) -> None:
    assert outbox.pause(attempts) <= outbox.pause(attempts + 1) <= timedelta(hours=1)
    assert outbox.pause(1) == timedelta(seconds=2)
    assert outbox.pause(3) == timedelta(seconds=8)


def test_deliverers_at_once_deliver_each_fact_once(committed: Database, subscriptions: Subscriptions) -> None:
    """On PostgreSQL in several connections at a time; SQLite lets one writer in after another."""
    told: list[CaseId] = []
    subscriptions.add(Happened, leave_trace, lambda db, e: told.append(e.case_id))
    with committed.write_session() as session:
        db = WriteSession(ReadSession(session))
        known = len(messages(db))
        events = publish(db, 30)
        before = traces(db)

    def deliver(_: int) -> int:
        return outbox.deliver_all(committed.write_session)

    with ThreadPoolExecutor(4) as pool:
        delivered = sum(pool.map(deliver, range(4)))
    assert len(events) <= delivered <= len(events) + known
    assert sorted(told, key=str) == sorted((event.case_id for event in events), key=str)
    with committed.read_session() as session:
        db = WriteSession(ReadSession(session))
        assert traces(db) == before + 30


def test_a_fact_that_another_process_is_delivering_is_left_to_it(
    committed: Database, subscriptions: Subscriptions
) -> None:
    outbox.deliver_all(committed.write_session)
    subscriptions.add(Happened, lambda db, e: None)
    with committed.write_session() as session:
        publish(WriteSession(ReadSession(session)), 2)
    with committed.write_session() as session:
        if is_sqlite(ReadSession(session)):
            # There is one writer: what is being delivered is done before anybody else looks.
            assert outbox.deliver_all(committed.write_session) == 2
            return
        session.scalars(
            select(OutboxMessage).where(OutboxMessage.done_at.is_(None)).limit(1).with_for_update()
        ).one()
        assert outbox.deliver_all(committed.write_session) == 1
        session.rollback()
    assert outbox.deliver_all(committed.write_session) == 1
