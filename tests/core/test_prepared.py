"""What is prepared reads as SQLAlchemy reads it, for any number of values, and says nothing of the values when it fails."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import BindParameter, Select, String, bindparam, column, literal, select, table
from sqlalchemy.exc import DBAPIError, StatementError

from app.auth import session_queries
from app.auth.models import User
from app.auth.states import UserStatus
from app.cases import caseload, plan_queries
from app.cases import queries as cases
from app.cases.models import Case
from app.cases.schemas import CaseSort
from app.core.actor import Role
from app.core.db import Database, ReadSession, UtcDateTime, row, rows
from app.core.prepared import Prepared
from app.referrals import queries as referrals
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


def production() -> dict[str, Prepared]:
    """Every prepared select of the application, in every form that it takes."""
    found = {"actor": session_queries._ACTOR}
    for role in Role:
        found |= {f"case by {column} for {role}": cases._whole(role, column) for column in ("id", "number")}
        found[f"ids for {role}"] = cases._ids(role)
        for box, goes_on in product((None, "to_answer", "for_window", "in_progress", "ended"), (False, True)):
            found[f"inbox {box} {goes_on} for {role}"] = referrals._inbox(role, box, goes_on)
        for sort, goes_on, condition in product(CaseSort, (False, True), (None, *caseload._CONDITIONS)):
            chosen = frozenset({condition} if condition else ())
            statement = caseload._list(role, chosen, sort, goes_on)
            found[f"cases {sort} {goes_on} {condition} for {role}"] = statement
    found |= {f"plan {only}": plan_queries._plan(only_open=only) for only in (False, True)}
    return found


PRODUCTION = production()


def values_for(prepared: Prepared) -> dict[str, object]:
    """A value for each parameter, of its type."""
    plenty: dict[type, object] = {
        datetime: datetime(2026, 1, 2, tzinfo=UTC),
        date: date(2030, 1, 2),
        int: 5,
        str: "OUJ1-2026-00001",
        UUID: UUID(int=7),
    }
    given: dict[str, object] = {}
    for bind in prepared.statement.compile().binds.values():
        if bind.required:
            enum = getattr(bind.type, "enum_class", None)
            value = next(iter(enum)) if enum else plenty.get(_python_type(bind), UUID(int=7))
            given[bind.key] = [value, UUID(int=8)] if bind.expanding else value
    return given


def _python_type(bind: BindParameter[Any]) -> type:
    if isinstance(bind.type, UtcDateTime):
        return datetime
    return int if bind.key == "page_limit" else bind.type.python_type


@pytest.mark.parametrize("name", sorted(PRODUCTION))
def test_what_the_application_has_prepared_reads_as_its_statement(
    committed: Database, committed_world: World, name: str
) -> None:
    prepared = PRODUCTION[name]
    asked = values_for(prepared)
    for user in (committed_world.worker, committed_world.agent):
        mine = {**asked, **{key: value for key, value in user.binds.items() if key in asked}}
        if "window" in mine:
            mine["window"] = committed_world.here
        with committed.read_session() as session:
            read, plain = (
                rows(ReadSession(session), statement, mine) for statement in (prepared, prepared.statement)
            )
        assert read == plain
    compiled = prepared.statement.compile(dialect=committed.reader.dialect)
    assert list(prepared.names) == [column[0] for column in compiled._result_columns]


@pytest.mark.parametrize("missing", ["users", "before", "most"])
def test_a_forgotten_value_is_a_mistake_and_never_an_open_filter(
    committed: Database, committed_world: World, missing: str
) -> None:
    asked = {"users": [committed_world.worker.user], "before": datetime.now(UTC), "most": 5}
    del asked[missing]
    with pytest.raises((KeyError, StatementError), match=missing):
        committed.look_up(Prepared(_SOME), asked)


def test_any_collection_of_values_is_a_list(committed: Database, committed_world: World) -> None:
    but = Prepared(select(_u.id).where(_u.id.not_in(bindparam("users", expanding=True))).order_by(_u.id))
    everybody = committed.look_up(but, {"users": []})
    others = committed.look_up(but, {"users": (committed_world.worker.user,)})
    assert len(others) == len(everybody) - 1


@pytest.mark.parametrize(
    "statement",
    [
        select(_u.id, _c.id.label("id")).join(Case.__table__, _c.referent_id == _u.id),
        select(_u.id).where(_u.status == bindparam("status", literal_execute=True)),
        select(_u.id).where(_u.name == bindparam("name", callable_=lambda: "x")),
    ],
    ids=["two columns of one name", "a literal that changes", "a callable"],
)
def test_what_cannot_be_prepared_is_refused(committed: Database, statement: Select[Any]) -> None:
    if not committed.is_sqlite:
        return
    with pytest.raises(TypeError, match="not preparable"):
        Prepared(statement).on(committed.reader, {"status": UserStatus.active})


def test_one_request_never_holds_two_connections(committed: Database, committed_world: World) -> None:
    statement = Prepared(select(_u.id).where(_u.id == bindparam("user")))
    with committed.read_session() as session:
        rows(ReadSession(session), statement, user=committed_world.worker.user)
        assert committed.reader.pool.checkedout() == 0  # type: ignore[attr-defined]
        session.get(User, committed_world.worker.user)
        assert committed.reader.pool.checkedout() == 1  # type: ignore[attr-defined]
        rows(ReadSession(session), statement, user=committed_world.worker.user)
        assert committed.reader.pool.checkedout() == 1  # type: ignore[attr-defined]
    assert committed.reader.pool.checkedout() == 0  # type: ignore[attr-defined]
