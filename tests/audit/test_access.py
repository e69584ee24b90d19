"""Who opened a file is written down before the file is shown."""

from typing import Any
from uuid import UUID, uuid4

import anyio
import pytest
from fastapi import FastAPI
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.audit.access import AccessLog
from app.audit.models import AuditEntry
from app.core.actor import Actor, Role
from app.core.db import Database, WriteSession
from app.core.deps import make_turn
from app.core.ids import PersonId, UserId
from tests.support.at_once import with_deadline

READER = Actor(user_id=UserId(UUID(int=1)), role=Role.social_worker)


class Counted:
    """Opens sessions and counts their commits; as many of the first ones as told fail."""

    def __init__(self, database: Database, failing: int = 0) -> None:
        self.database = database
        self.failing = failing
        self.commits = 0

    def __call__(self) -> Session:
        session = self.database.write_session()
        event.listen(session, "before_commit", self._before)
        return session

    def _before(self, _: Session) -> None:
        if self.failing:
            self.failing -= 1
            raise OperationalError("INSERT", {}, Exception("no space left"))
        self.commits += 1


def read(log: AccessLog, subject: UUID) -> Any:
    return log.record(READER, "person:read", "person", subject, PersonId(subject))


def recorded(db: WriteSession) -> list[UUID | None]:
    return list(db.scalars(select(AuditEntry.subject_id).where(AuditEntry.action == "person:read")))


def test_an_access_is_committed_when_it_returns(database: Database, db: WriteSession) -> None:
    subject = uuid4()
    log = AccessLog(database.write_session, make_turn(database))
    with_deadline(lambda: read(log, subject))
    assert recorded(db) == [subject]
    entry = db.scalars(select(AuditEntry)).one()
    assert (entry.actor_id, entry.actor_role, entry.person_id) == (READER.user_id, READER.role, subject)


def test_readers_that_wait_together_share_one_commit(database: Database, db: WriteSession) -> None:
    subjects = [uuid4() for _ in range(50)]
    session = Counted(database)
    log = AccessLog(session, anyio.Lock())

    async def everybody() -> None:
        async with anyio.create_task_group() as tasks:
            for subject in subjects:
                tasks.start_soon(read, log, subject)

    with_deadline(everybody)
    assert sorted(map(str, recorded(db))) == sorted(map(str, subjects))
    assert session.commits <= 3
    assert log.gathering is None


def test_readers_at_once_are_recorded_once_each_on_either_engine(committed: Database) -> None:
    subjects = [uuid4() for _ in range(8)]
    turn = make_turn(committed)  # SQLite has one
    log = AccessLog(committed.write_session, turn)

    async def everybody() -> None:
        async with anyio.create_task_group() as tasks:
            for subject in subjects:
                tasks.start_soon(read, log, subject)

    with_deadline(everybody)
    with committed.read_session() as session:
        found = list(
            session.scalars(select(AuditEntry.subject_id).where(AuditEntry.actor_id == READER.user_id))
        )
    assert sorted(map(str, found)) == sorted(map(str, subjects))


def test_what_cannot_be_written_down_is_not_shown(database: Database, db: WriteSession) -> None:
    log = AccessLog(Counted(database, failing=1), make_turn(database))
    with pytest.raises(OperationalError):
        with_deadline(lambda: read(log, uuid4()))
    assert recorded(db) == []


def test_a_reader_whose_batch_failed_under_another_tries_for_itself(
    database: Database, db: WriteSession
) -> None:
    subjects = [uuid4() for _ in range(3)]
    turn = anyio.Lock()
    log = AccessLog(Counted(database, failing=1), turn)
    outcomes: dict[UUID, bool] = {}

    async def one(subject: UUID) -> None:
        try:
            await read(log, subject)
            outcomes[subject] = True
        except OperationalError:
            outcomes[subject] = False

    async def everybody() -> None:
        async with anyio.create_task_group() as tasks:
            await turn.acquire()
            for subject in subjects:
                tasks.start_soon(one, subject)
            with anyio.fail_after(5):
                while log.gathering is None or len(log.gathering.accesses) < len(subjects):
                    await anyio.sleep(0)
            turn.release()

    with_deadline(everybody)
    shown = {subject for subject, was_shown in outcomes.items() if was_shown}
    assert len(shown) == 2
    assert set(recorded(db)) == shown


def test_a_reader_who_goes_away_is_still_written_down_with_those_who_wait(
    database: Database, db: WriteSession
) -> None:
    gone, waiting = uuid4(), uuid4()
    turn = anyio.Lock()
    log = AccessLog(database.write_session, turn)

    async def everybody() -> None:
        await turn.acquire()
        async with anyio.create_task_group() as tasks, anyio.create_task_group() as leaving:
            leaving.start_soon(read, log, gone)
            await anyio.sleep(0)
            tasks.start_soon(read, log, waiting)
            with anyio.fail_after(5):
                while log.gathering is None or len(log.gathering.accesses) < 2:
                    await anyio.sleep(0)
            leaving.cancel_scope.cancel()
            turn.release()

    with_deadline(everybody)
    assert set(recorded(db)) == {gone, waiting}


def test_the_application_records_in_its_own_database(
    app: FastAPI, database: Database, db: WriteSession
) -> None:
    subject = uuid4()
    with_deadline(lambda: read(app.state.accesses, subject))
    assert recorded(db) == [subject]
