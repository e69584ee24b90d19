"""What happens without anybody asking."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import anyio
import pytest
from sqlalchemy import func, select, text

from app import worker
from app.audit import service as audit
from app.core.actor import SYSTEM
from app.core.clock import now, pretending
from app.core.db import Database, ReadSession, WriteSession
from app.core.idempotency import IdempotentAnswer
from app.core.ids import UserId, uuid7
from app.core.settings import Settings
from app.files import storage
from app.followups.models import FollowUp
from app.outbox.models import OutboxMessage
from tests.conftest import own_database
from tests.factories import cases
from tests.factories.world import World
from tests.support.at_once import with_deadline


@pytest.fixture
def house(fresh_url: Callable[[str], str]) -> Iterator[Database]:
    """A database of its own: the worker commits what it does."""
    with own_database(fresh_url("worker")) as database:
        yield database


def work_until(
    holds: Callable[[], bool], database: Database, config: Settings, turn: anyio.Lock | None = None
) -> None:
    """Let the worker work until it holds, then stop it."""

    async def work() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(worker.run, database, config, turn)
            while not holds():
                await anyio.sleep(0.01)
            tasks.cancel_scope.cancel()

    with_deadline(work)


def keep_old_answer(database: Database) -> None:
    """Something that the hourly job takes away."""
    with database.write_session() as session, session.begin(), pretending(now() - timedelta(days=2)):
        session.add(
            IdempotentAnswer(
                key_hash="0" * 64,
                user_id=UserId(uuid7()),
                fingerprint="1" * 64,
                status=201,
                headers=[],
                body=b"{}",
            )
        )


def has_answers(database: Database) -> bool:
    with database.read_session() as session:
        return bool(session.scalar(select(func.count()).select_from(IdempotentAnswer)))


def test_events_are_delivered_and_the_trail_is_sealed(house: Database, config: Settings) -> None:
    with house.write_session() as session:
        db = WriteSession(ReadSession(session))
        world = World(db)
        cases.define_terms(db)
        case = cases.case(db, world.worker)
        session.commit()

    def is_done() -> bool:
        with house.read_session() as session:
            waiting = session.scalar(select(func.count()).where(OutboxMessage.done_at.is_(None)))
            return not waiting and not audit.verify(ReadSession(session)).unsealed

    work_until(is_done, house, config)
    with house.read_session() as session:
        planned = session.scalars(select(FollowUp.case_id)).all()
        verdict = audit.verify(ReadSession(session))
    assert planned == [case.id]
    assert (verdict.broken_at, verdict.unsealed) == (None, 0)


def test_a_job_that_fails_leaves_the_others_to_their_work(house: Database, tmp_path: Path) -> None:
    config = Settings(data_dir=tmp_path)
    orphan = storage.path_of(config.attachments_dir, "00orphan")
    orphan.parent.mkdir(parents=True)
    orphan.touch()
    os.utime(orphan, (0, 0))
    with house.writer.begin() as connection:
        connection.execute(text("DROP TABLE outbox_messages"))
    work_until(lambda: not orphan.exists(), house, config)


def test_the_worker_waits_for_its_turn_to_write(house: Database, config: Settings) -> None:
    keep_old_answer(house)
    turn = anyio.Lock()

    async def work() -> None:
        async with anyio.create_task_group() as tasks:
            async with turn:
                tasks.start_soon(worker.run, house, config, turn)
                while not turn.statistics().tasks_waiting:
                    await anyio.sleep(0.01)
                assert has_answers(house)
            while has_answers(house):
                await anyio.sleep(0.01)
            tasks.cancel_scope.cancel()

    with_deadline(work)


def test_every_job_runs_on_an_empty_house(house: Database, config: Settings) -> None:
    """Each by itself, so that none hides behind "job failed"."""
    with house.write_session() as session, session.begin():
        audit.record(WriteSession(ReadSession(session)), SYSTEM, "test:record", "nothing", None)
    found = {job.name: job.run() for job in worker.jobs(house, config)}
    assert found == {
        "outbox": 0,
        **({} if house.is_sqlite else {"seal": 1}),
        "referral clocks": 0,
        "kept forms": 0,
        "idempotency": 0,
        "housekeeping": 0,
        "orphaned files": 0,
    }


def test_what_was_delivered_is_dropped_a_month_later_and_what_waits_never(db: WriteSession) -> None:
    for name, done_days in (("old", 31), ("young", 29), ("waiting", None)):
        message = OutboxMessage(name=name, payload={})
        message.done_at = None if done_days is None else now() - timedelta(days=done_days)
        db.add(message)
    db.flush()
    worker.tidy(db)
    assert set(db.scalars(select(OutboxMessage.name))) == {"young", "waiting"}
