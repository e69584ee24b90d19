"""Two ways into the database, and what neither of them lets through."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm.exc import StaleDataError

from app.auth import queries as users
from app.auth.models import User, UserWindow
from app.core.actor import SYSTEM, Actor, Role
from app.core.db import Database, ReadOnlyViolation, ReadSession, WriteSession, is_sqlite, row, rows
from app.core.ids import UserId, WindowId, uuid7
from app.outbox.models import OutboxMessage
from tests.factories.world import World

SECRET = "what somebody told in confidence"


def message(name: str = "db.test") -> OutboxMessage:
    return OutboxMessage(name=name, payload={})


def test_a_read_session_refuses_to_flush(committed: Database) -> None:
    with committed.read_session() as session:
        session.add(message())
        with pytest.raises(ReadOnlyViolation):
            session.flush()


def test_a_read_session_refuses_to_commit_a_change(committed: Database, committed_world: World) -> None:
    with committed.read_session() as session:
        user = users.get(ReadSession(session), committed_world.worker.user)
        user.name = "changed"
        with pytest.raises(ReadOnlyViolation):
            session.commit()
    with committed.read_session() as session:
        assert users.get(ReadSession(session), committed_world.worker.user).name != "changed"


@pytest.mark.parametrize(
    "write",
    [
        lambda s: s.execute(text("DELETE FROM outbox_messages")),
        lambda s: s.execute(update(OutboxMessage).values(name="changed")),
        lambda s: s.execute(delete(OutboxMessage)),
        lambda s: s.execute(text("CREATE TABLE mine (id integer)")),
        lambda s: s.connection().exec_driver_sql("UPDATE users SET name = 'changed'"),
    ],
)
def test_the_engine_itself_forbids_a_reader_to_write(
    committed: Database, write: Callable[[object], object]
) -> None:
    with committed.read_session() as session, pytest.raises(DBAPIError, match=r"(?i)read.?only"):
        write(session)


def test_a_writer_writes_and_a_reader_sees_it_once_committed(committed: Database) -> None:
    kept = message("db.kept")
    with committed.write_session() as session:
        session.add(kept)
        session.flush()
        with committed.read_session() as reader:
            assert reader.get(OutboxMessage, kept.id) is None
        session.commit()
    with committed.read_session() as reader:
        assert reader.get(OutboxMessage, kept.id) is not None


def test_a_naive_time_is_refused(db: WriteSession) -> None:
    late = message()
    late.due_at = datetime(2026, 1, 1)  # noqa: DTZ001
    db.add(late)
    with pytest.raises(StatementError, match="naive"):
        db.flush()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=st.datetimes(datetime(1900, 1, 2), datetime(2200, 1, 1)),  # noqa: DTZ001
    hours=st.integers(-12, 14),
)
def test_an_instant_comes_back_as_it_was_in_utc(database: Database, at: datetime, hours: int) -> None:
    moment = at.replace(tzinfo=timezone(timedelta(hours=hours)))
    with database.write_session() as session:
        kept = message()
        kept.due_at = moment
        session.add(kept)
        session.flush()
        session.refresh(kept)
        assert kept.due_at == moment
        assert kept.due_at.tzinfo is UTC
        session.rollback()


def test_an_instant_is_in_utc_whatever_the_zone_of_the_connection(db: WriteSession) -> None:
    if not is_sqlite(db):
        db.execute(text("SET LOCAL TIME ZONE 'Asia/Tehran'"))
    kept = message()
    db.add(kept)
    db.flush()
    db.refresh(kept)
    assert kept.created_at.tzinfo is UTC
    assert kept.done_at is None


def test_an_error_of_the_database_never_tells_the_values(db: WriteSession, world: World) -> None:
    other = User(email=SECRET, name=SECRET, role=Role.auditor)
    db.add(other)
    db.flush()
    db.add(User(email=SECRET, name=SECRET, role=Role.auditor))
    with pytest.raises(IntegrityError) as refusal:
        db.flush()
    assert "parameters hidden" in str(refusal.value)
    assert SECRET not in str(refusal.value).replace(str(refusal.value.orig), "")
    assert SECRET not in repr(other)
    assert str(other.id) in repr(other)


def test_a_rows_repr_is_its_key_alone() -> None:
    assert repr(UserWindow(user_id=UserId(uuid7()), window_id=WindowId(uuid7()))) == "UserWindow(id=None)"


def test_a_row_changed_by_somebody_else_in_between_is_not_overwritten(
    committed: Database, committed_world: World
) -> None:
    with committed.write_session() as session:
        user = users.get(ReadSession(session), committed_world.colleague.user)
        meanwhile = update(User).where(User.id == user.id).values(version=User.version + 1)
        session.execute(meanwhile, execution_options={"synchronize_session": False})
        user.name = "mine"
        with pytest.raises(StaleDataError):
            session.flush()


def test_the_rules_of_the_tables_are_kept_by_the_database(db: WriteSession, world: World) -> None:
    db.add(UserWindow(user_id=UserId(uuid7()), window_id=world.here))
    with pytest.raises(IntegrityError):
        db.flush()


def test_rows_and_row_read_columns(db: WriteSession) -> None:
    names = select(OutboxMessage.__table__.c.name).order_by(OutboxMessage.__table__.c.name)
    assert row(db, names) is None
    db.add_all([message("b"), message("a")])
    db.flush()
    assert [r.name for r in rows(db, names)] == ["a", "b"]


def test_a_database_file_is_made_in_a_directory_of_ones_own(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/new/shubbak.db")
    with database.write_session() as session:
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert session.execute(text("PRAGMA synchronous")).scalar() == 2
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    database.dispose()


def test_a_database_in_memory_opens_without_a_file() -> None:
    database = Database("sqlite://")
    with database.read_session() as session:
        assert session.execute(text("SELECT 1")).scalar() == 1
    database.dispose()


def test_the_system_has_values_for_every_filter_and_no_user() -> None:
    assert SYSTEM.binds.keys() == {"actor_id", "actor_windows", "actor_institution"}
    assert Actor(user_id=None, role=Role.system).binds == SYSTEM.binds
    with pytest.raises(RuntimeError):
        _ = SYSTEM.user
