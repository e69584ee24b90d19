"""Requests that overlap, on a database that really commits; elsewhere than SQLite by two server processes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import event, func, select, text

from app.auth.models import User
from app.core.db import Database
from app.core.idempotency import key_hash
from app.core.settings import Settings
from app.main import create_app
from tests.factories.world import World, headers
from tests.support.at_once import Call, at_once
from tests.support.client import CheckedClient


@pytest.fixture
def servers(committed: Database, config: Settings) -> list[FastAPI]:
    """As many server processes as the engine may have."""
    return [create_app(committed, config) for _ in range(1 if committed.is_sqlite else 2)]


def body(email: str) -> bytes:
    return json.dumps({"email": email, "name": "Course (exemple)", "role": "auditor"}).encode()


def posting(app: FastAPI, world: World, email: str, key: str) -> Call:
    more = {"Content-Type": "application/json", "Idempotency-Key": key}
    return Call(app, "POST", "/api/v1/users", headers(world.administrator, **more), body(email))


def count(database: Database, email: str) -> int:
    with database.read_session() as session:
        return session.scalar(select(func.count()).select_from(User).where(User.email == email)) or 0


@pytest.mark.parametrize("round_", range(3))
def test_many_posts_with_one_key_create_one_row(
    servers: list[FastAPI], committed: Database, committed_world: World, round_: int
) -> None:
    email, key = f"race{round_}@test.example", f"race-key-{round_}"
    answers = at_once(*(posting(servers[n % len(servers)], committed_world, email, key) for n in range(8)))
    created = [a for a in answers if a.status_code == 201]
    assert created
    assert len({a.json()["user"]["id"] for a in created}) == 1
    assert sum("idempotent-replay" not in a.headers for a in created) == 1
    assert {a.json()["code"] for a in answers if a.status_code != 201} <= {"request_in_flight"}
    assert count(committed, email) == 1


def test_posts_with_different_keys_do_not_wait_for_nothing(
    servers: list[FastAPI], committed: Database, committed_world: World
) -> None:
    answers = at_once(
        *(
            posting(servers[n % len(servers)], committed_world, f"many{n}@test.example", f"many-key-{n}")
            for n in range(8)
        )
    )
    assert [a.status_code for a in answers] == [201] * 8


def test_two_creations_of_what_may_stand_once_leave_one(
    servers: list[FastAPI], committed: Database, committed_world: World
) -> None:
    answers = at_once(
        *(
            posting(servers[n % len(servers)], committed_world, "once@test.example", f"once-key-{n}")
            for n in range(4)
        )
    )
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} <= {"email_taken", "conflict"}
    assert count(committed, "once@test.example") == 1


@pytest.mark.parametrize("round_", range(3))
def test_of_two_changes_upon_one_version_one_is_kept_and_one_is_told(
    servers: list[FastAPI], committed: Database, committed_world: World, round_: int
) -> None:
    world = committed_world
    address = f"/api/v1/users/{world.colleague.user}"
    client = CheckedClient(servers[0])
    etag = client.get(address, headers=headers(world.administrator)).headers["etag"]

    def change(n: int) -> Call:
        more = {"Content-Type": "application/json", "If-Match": etag}
        content = json.dumps({"name": f"Nom {round_} {n} (exemple)"}).encode()
        return Call(
            servers[n % len(servers)], "PATCH", address, headers(world.administrator, **more), content
        )

    answers = at_once(change(0), change(1))
    assert sorted(a.status_code for a in answers) == [200, 412]
    kept = next(a for a in answers if a.status_code == 200)
    refused = next(a for a in answers if a.status_code == 412)
    assert refused.json()["code"] == "stale_version"
    now = client.get(address, headers=headers(world.administrator))
    assert (now.json()["name"], now.headers["etag"]) == (kept.json()["name"], kept.headers["etag"])


def test_a_key_that_another_process_is_working_on_is_in_flight(
    servers: list[FastAPI], committed: Database, committed_world: World
) -> None:
    key = key_hash(committed_world.administrator.user, "elsewhere-key")
    call = posting(servers[0], committed_world, "elsewhere@test.example", "elsewhere-key")
    with _worked_on_elsewhere(committed, servers[0], key):
        (early,) = at_once(call)
    assert (early.status_code, early.json()["code"]) == (409, "request_in_flight")
    assert count(committed, "elsewhere@test.example") == 0
    (later,) = at_once(call)
    assert later.status_code == 201


@contextmanager
def _worked_on_elsewhere(database: Database, app: FastAPI, key: str) -> Iterator[None]:
    """PostgreSQL: as another process holds it. SQLite has one process, which holds it itself."""
    if database.is_sqlite:
        app.state.in_flight.enter(key)
        yield
        app.state.in_flight.leave(key)
        return
    with database.writer.connect() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": int(key[:15], 16)})
        yield


# --- a database in trouble ------------------------------------------------------------------------------------


@pytest.fixture
def impatient(committed: Database, config: Settings) -> Iterator[FastAPI]:
    """A server whose writer waits for locks a moment only."""
    database = Database(committed.url)

    def hurry(connection: Any, _: Any) -> None:
        setting = "PRAGMA busy_timeout=50" if database.is_sqlite else "SET lock_timeout = '50ms'"
        connection.cursor().execute(setting).close()
        if not database.is_sqlite:
            connection.commit()

    event.listen(database.writer, "connect", hurry)
    yield create_app(database, config)
    database.dispose()


@contextmanager
def _locked(database: Database) -> Iterator[None]:
    """Somebody else holds what a writer needs."""
    with database.writer.connect() as connection, connection.begin():
        if not database.is_sqlite:
            connection.execute(text("LOCK TABLE user_transitions IN ACCESS EXCLUSIVE MODE"))
        yield


def test_a_locked_database_asks_to_try_again_and_the_same_key_then_succeeds(
    impatient: FastAPI, committed: Database, committed_world: World
) -> None:
    call = posting(impatient, committed_world, "patient@test.example", "patient-key")
    with _locked(committed):
        (busy,) = at_once(call)
    assert (busy.status_code, busy.json()["code"]) == (503, "unavailable")
    assert int(busy.headers["retry-after"]) > 0
    assert "lock" not in busy.text.casefold().replace("blocked", "")
    assert count(committed, "patient@test.example") == 0
    (again,) = at_once(call)
    assert (again.status_code, again.headers.get("idempotent-replay")) == (201, None)
    assert count(committed, "patient@test.example") == 1


@contextmanager
def _full(database: Database) -> Iterator[None]:
    """SQLite: the file may not grow. PostgreSQL: the error of a full disk, raised where a row would be added."""
    if database.is_sqlite:

        def small(connection: Any) -> None:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

        event.listen(database.writer, "begin", small)
        yield
        event.remove(database.writer, "begin", small)
        with database.writer.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count=1000000")
        return
    with database.writer.begin() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = 'disk_full'; END $$"
            )
        )
        connection.execute(
            text("CREATE TRIGGER no_room BEFORE INSERT ON audit_entries EXECUTE FUNCTION no_room()")
        )
    yield
    with database.writer.begin() as connection:
        connection.execute(text("DROP FUNCTION no_room() CASCADE"))


def test_a_full_database_refuses_what_comes_and_keeps_what_it_has(
    impatient: FastAPI, committed_world: World
) -> None:
    database: Database = impatient.state.database
    (before,) = at_once(posting(impatient, committed_world, "before@test.example", "before-key"))
    assert before.status_code == 201
    with _full(database):
        answers = [
            at_once(posting(impatient, committed_world, f"full{n}@test.example", f"full-key-{n}"))[0]
            for n in range(60)
        ]
        refused = [a for a in answers if a.status_code != 201]
        assert refused
        assert {(a.status_code, a.json()["code"], a.headers["retry-after"]) for a in refused} == {
            (503, "unavailable", "2")
        }
    (replay,) = at_once(posting(impatient, committed_world, "before@test.example", "before-key"))
    assert replay.json()["user"] == before.json()["user"]
    first_refused = answers.index(refused[0])
    (again,) = at_once(
        posting(impatient, committed_world, f"full{first_refused}@test.example", f"full-key-{first_refused}")
    )
    assert (again.status_code, "idempotent-replay" in again.headers) == (201, False)
    for n, answer in enumerate(answers):
        there = answer.status_code == 201 or n == first_refused
        assert count(database, f"full{n}@test.example") == there
