"""What is prepared reads as SQLAlchemy reads it, for any number of values, and says nothing of the values when it fails."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import String, bindparam, column, literal, select, table
from sqlalchemy.exc import DBAPIError

from app.auth.models import User
from app.auth.states import UserStatus
from app.cases.models import Case
from app.core.actor import Role
from app.core.db import Database, ReadSession, row, rows
from app.core.prepared import Prepared
from tests.factories.world import World

_u, _c = User.__table__.c, Case.__table__.c
_SOME = (
    select(_u.id, _u.role, _u.created_at, _u.institution_id, _u.email.label("address"))
    .where(_u.id.in_(bindparam("users", expanding=True)), _u.status == UserStatus.active)
    .where(_u.role.in_([Role.social_worker, Role.supervisor]), _u.created_at < bindparam("before"))
    .order_by(_u.id)
    .limit(bindparam("most"))
)


@pytest.mark.parametrize("count", [1, 2])
def test_it_reads_what_the_statement_reads(committed: Database, committed_world: World, count: int) -> None:
    users = [committed_world.worker.user, committed_world.supervisor.user][:count]
    asked = {"users": users, "before": datetime.now(UTC) + timedelta(days=1), "most": 5}
    with committed.read_session() as session:
        prepared = rows(ReadSession(session), Prepared(_SOME), asked)
        assert prepared == rows(ReadSession(session), _SOME, asked)
    assert [found.id for found in prepared] == sorted(users)
    assert {type(found.role) for found in prepared} == {Role}
    assert prepared[0].created_at.tzinfo is not None


def test_it_is_asked_again_with_other_numbers_of_values(committed: Database, committed_world: World) -> None:
    statement, before = Prepared(_SOME), datetime.now(UTC) + timedelta(days=1)
    worker, supervisor = committed_world.worker.user, committed_world.supervisor.user
    found = [
        [line.id for line in committed.look_up(statement, {"users": users, "before": before, "most": 9})]
        for users in ([worker], [worker, supervisor], [supervisor], [])
    ]
    assert found == [[worker], sorted([worker, supervisor]), [supervisor], []]


def test_it_finds_nobody_in_an_empty_table_without_a_row(committed: Database, committed_world: World) -> None:
    nowhere = Prepared(select(_c.id, _c.needs).where(_c.number == bindparam("number")))
    with committed.read_session() as session:
        assert row(ReadSession(session), nowhere, number="ZZZ9-1999-00001") is None


def test_a_literal_that_the_planner_must_see_stays_one(committed: Database, committed_world: World) -> None:
    active = literal(UserStatus.active, _u.status.type, literal_execute=True)
    statement = Prepared(select(_u.id).where(_u.id == bindparam("user"), _u.status == active))
    assert committed.look_up(statement, {"user": committed_world.worker.user})


def test_a_write_session_reads_what_it_has_written(committed: Database, committed_world: World) -> None:
    statement = Prepared(select(_u.name).where(_u.id == bindparam("user")))
    with committed.write_session() as session:
        session.get_one(User, committed_world.worker.user).name = "Autre (exemple)"
        assert rows(ReadSession(session), statement, user=committed_world.worker.user)[0].name.startswith(
            "Autre"
        )
        session.rollback()


def test_a_failure_is_sqlalchemys_and_keeps_the_values_to_itself(
    committed: Database, committed_world: World
) -> None:
    nowhere = table("no_such_table", column("name", String()))
    wrong = Prepared(select(nowhere.c.name).where(nowhere.c.name == bindparam("name")))
    with pytest.raises(DBAPIError) as caught:
        committed.look_up(wrong, {"name": "somebody"})
    assert "somebody" not in str(caught.value)
