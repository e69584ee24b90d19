"""The worker works until it is ended, and no job that fails stops another."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID, uuid4

import anyio
import pytest
from sqlalchemy import select

import app.wiring
from app import worker
from app.audit import service as audit
from app.core.actor import SYSTEM
from app.core.db import Database, ReadSession, WriteSession
from app.core.deps import make_turn
from app.core.settings import Settings
from app.outbox import service as outbox
from app.outbox.models import OutboxMessage
from app.outbox.service import Event
from tests.support.at_once import with_deadline


@dataclass(frozen=True, kw_only=True)
class Rang(Event):
    name: ClassVar[str] = "test.rang"

    bell_id: UUID


def work_until(
    database: Database, config: Settings, is_done: Callable[[], bool], turn: anyio.Lock | None = None
) -> None:
    """Run the worker until something is so, then end it; fail when that takes too long."""

    async def work() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(worker.run, database, config, turn)
            while not await anyio.to_thread.run_sync(is_done):
                await anyio.sleep(0.01)
            tasks.cancel_scope.cancel()

    with_deadline(work, 20)


def test_the_worker_delivers_and_seals_until_it_is_ended(committed: Database, config: Settings) -> None:
    bell = uuid4()
    outbox.subscriptions.add(
        Rang, lambda db, event: audit.record(db, SYSTEM, "bell:heard", "bell", event.bell_id)
    )
    with committed.write_session() as session:
        outbox.publish(WriteSession(ReadSession(session)), Rang(bell_id=bell))
        session.commit()

    def is_heard_and_sealed() -> bool:
        with committed.read_session() as session:
            done = session.scalars(select(OutboxMessage.done_at).where(OutboxMessage.name == Rang.name)).one()
            return done is not None and audit.verify(ReadSession(session)).unsealed == 0

    work_until(committed, config, is_heard_and_sealed, make_turn(committed))
    app.wiring.wire()
    with committed.read_session() as session:
        assert audit.verify(ReadSession(session)).broken_at is None


def test_a_job_that_fails_is_tried_again_and_stops_no_other(
    committed: Database, config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = {"failing": 0, "working": 0}

    def failing() -> int:
        runs["failing"] += 1
        raise RuntimeError("of which nobody is told a word")

    def working() -> int:
        runs["working"] += 1
        return runs["working"] % 2

    planned = [worker.Job("failing", 0, failing), worker.Job("working", 0, working)]
    monkeypatch.setattr(worker, "jobs", lambda *_: planned)
    monkeypatch.setattr(worker, "IDLE", 0.01)
    work_until(committed, config, lambda: min(runs.values()) >= 3)
    assert all(job.next_at > 0 for job in planned)


def test_a_job_waits_its_time_unless_it_found_work(
    committed: Database, config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {"rare": 0, "much": 0}

    def count(name: str, work: int) -> Callable[[], int]:
        def run() -> int:
            found[name] += 1
            return int(found[name] <= work)

        return run

    planned = [worker.Job("rare", 3600, count("rare", 0)), worker.Job("much", 3600, count("much", 5))]
    monkeypatch.setattr(worker, "jobs", lambda *_: planned)
    monkeypatch.setattr(worker, "IDLE", 0.01)
    work_until(committed, config, lambda: found["much"] == 6)
    assert found == {"rare": 1, "much": 6}


def test_a_job_waits_for_the_write_turn(
    committed: Database, config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[bool] = []
    monkeypatch.setattr(worker, "jobs", lambda *_: [worker.Job("one", 0, lambda: ran.append(True) or 0)])  # type: ignore[func-returns-value]
    monkeypatch.setattr(worker, "IDLE", 0.01)

    async def work() -> None:
        turn = anyio.Lock()
        await turn.acquire()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(worker.run, committed, config, turn)
            while turn.statistics().tasks_waiting == 0:
                await anyio.sleep(0)
            assert ran == []
            turn.release()
            while not ran:
                await anyio.sleep(0.01)
            tasks.cancel_scope.cancel()

    with_deadline(work)


def test_every_job_can_do_its_work(committed: Database, config: Settings) -> None:
    planned = worker.jobs(committed, config)
    assert len({job.name for job in planned}) == len(planned)
    for job in planned:
        assert job.run() >= 0
