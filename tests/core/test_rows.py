"""Reads are columns: what a row is to whoever reads it, and the lookup that every request begins with."""

import pytest
from sqlalchemy import bindparam, literal, select, text
from sqlalchemy.exc import DBAPIError

from app.auth.models import User
from app.core.db import Database, ReadSession, row, rows
from tests.factories.world import World

_u = User.__table__.c


def test_a_row_is_read_by_name_and_as_attributes(database: Database) -> None:
    with database.read_session() as session:
        (found,) = rows(ReadSession(session), select(literal(7).label("number")))
    assert (found["number"], found.number, dict(found)) == (7, 7, {"number": 7})


def test_a_column_that_was_not_asked_for_is_no_attribute(database: Database) -> None:
    with database.read_session() as session:
        found = row(ReadSession(session), select(literal(7).label("number")))
    assert not hasattr(found, "name")


def test_what_is_not_there_is_none(database: Database) -> None:
    with database.read_session() as session:
        assert row(ReadSession(session), select(_u.id).where(_u.email == "nobody@test.example")) is None


def test_a_lookup_sees_what_was_committed(committed: Database, committed_world: World) -> None:
    statement = select(_u.id, _u.role, _u.institution_id, _u.created_at).where(_u.id == bindparam("user"))
    (found,) = committed.look_up(statement, {"user": committed_world.worker.user})
    assert (found.id, found.role, found.institution_id) == (
        committed_world.worker.user,
        committed_world.worker.role,
        None,
    )
    assert found.created_at.utcoffset().total_seconds() == 0


def test_a_lookup_cannot_write(committed: Database, committed_world: World) -> None:
    rename = text("UPDATE users SET name = 'x' RETURNING name")
    with pytest.raises(DBAPIError, match=r"(?i)read.?only"):
        committed.look_up(rename, {})
