"""Two server processes and a worker over one database: what one of them knows, the others know.

PostgreSQL is made for it. On SQLite the settings refuse it, but nothing keeps somebody from starting two servers by
hand, and then it must hold as well: so the tests are the same on both engines.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import func, select

from app.audit import service as audit
from app.auth import service as auth
from app.auth.schemas import UserCreate
from app.core.actor import SYSTEM, Role
from app.core.db import Database, ReadSession, WriteSession
from app.outbox.models import OutboxMessage
from app.people.models import Person
from tests.conftest import migrate
from tests.factories import cases, people
from tests.factories.world import World
from tests.support import commands

EMAIL, PASSWORD = "two.processes@test.example", "one sentence for two processes"
RACES = 10


@dataclass
class House:
    """Servers `one` and `two`, a worker beside them, and the database that they share."""

    database: Database
    settings: dict[str, str]
    one: httpx2.Client
    two: httpx2.Client
    worker: commands.Command
    window_id: str

    def somebody(self, notes: str) -> dict[str, Any]:
        return {
            "window_id": self.window_id,
            "given_name_ar": "فاطمة (مثال)",
            "family_name_ar": "المثالية",
            "notes": notes,
            "duplicate_override": "Another invented person.",
        }


@pytest.fixture(scope="module")
def house(fresh_url: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    url, directory = fresh_url("two_processes"), tmp_path_factory.mktemp("two_processes")
    migrate(url)
    database = Database(url)
    window_id = _prepare(database)
    settings = commands.environment(url, directory)
    with ExitStack() as stack:

        def server(name: str) -> httpx2.Client:
            port = commands.free_port()
            given = {**settings, "SHUBBAK_PORT": str(port)}
            running = commands.running("serve", settings=given, output=directory / name)
            commands.await_health(stack.enter_context(running), port)
            base_url = f"http://127.0.0.1:{port}/api/v1"
            return stack.enter_context(httpx2.Client(base_url=base_url, timeout=commands.PATIENCE))

        working = commands.running("worker", settings=settings, output=directory / "worker")
        worker = stack.enter_context(working)
        yield House(database, settings, server("one"), server("two"), worker, window_id)
    database.dispose()


def _prepare(database: Database) -> str:
    """A window, the codes that people and cases are told with, and a worker with a password."""
    with database.write_session() as session:
        db = WriteSession(ReadSession(session))
        world = World(db)
        people.define_terms(db)
        cases.define_terms(db)
        data = UserCreate(email=EMAIL, name="Exemple", role=Role.social_worker, window_ids=[world.here])
        user, _ = auth.invite(db, SYSTEM, data)
        auth.set_password(db, user, PASSWORD)
        session.commit()
        return str(world.here)


def sign_in(server: httpx2.Client) -> dict[str, str]:
    form = {"grant_type": "password", "username": EMAIL, "password": PASSWORD}
    answer = server.post("/auth/token", data=form).raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_a_token_of_one_server_is_good_at_the_other(house: House) -> None:
    token = sign_in(house.one)
    assert house.two.get("/auth/me", headers=token).json()["user"]["email"] == EMAIL


def test_signing_out_at_one_server_counts_at_the_other_at_once(house: House) -> None:
    token = sign_in(house.one)
    assert house.two.get("/auth/me", headers=token).status_code == 200
    assert house.one.post("/auth/logout", headers=token).status_code == 204
    assert house.two.get("/auth/me", headers=token).status_code == 401


def test_one_creation_sent_to_both_servers_at_once_happens_once(house: House) -> None:
    token = sign_in(house.one)
    for _ in range(RACES):
        key = str(uuid4())
        sent: dict[str, Any] = {"json": house.somebody(key), "headers": {**token, "Idempotency-Key": key}}
        answers = _at_once(house, sent)
        made = {answer.json()["id"] for answer in answers if answer.status_code == 201}
        refused = [answer for answer in answers if answer.status_code != 201]
        assert all(answer.json()["code"] == "request_in_flight" for answer in refused)
        assert len(made) == 1
        for server in (house.one, house.two):
            repeated = server.post("/people", **sent)
            assert (repeated.status_code, {repeated.json()["id"]}) == (201, made)
            assert repeated.headers["Idempotent-Replay"] == "true"
        with house.database.read_session() as session:
            assert session.scalar(select(func.count()).where(Person.notes == key)) == 1


def _at_once(house: House, sent: dict[str, Any]) -> list[httpx2.Response]:
    together = Barrier(2)

    def send(server: httpx2.Client) -> httpx2.Response:
        together.wait(commands.PATIENCE)
        return server.post("/people", **sent)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(send, (house.one, house.two)))


def test_the_worker_delivers_and_seals_within_seconds(house: House) -> None:
    token = sign_in(house.one)
    person = house.one.post("/people", json=house.somebody("delivery"), headers=_new(token)).json()
    wanted = {"person_id": person["id"], "window_id": house.window_id}
    case = house.one.post("/cases", json=wanted, headers=_new(token)).json()
    follow_ups = f"/cases/{case['id']}/follow-ups"
    commands.until(lambda: bool(house.two.get(follow_ups, headers=token).json()["items"]))
    commands.until(lambda: _is_quiet(house.database))
    with house.database.read_session() as session:
        verdict = audit.verify(ReadSession(session))
    assert (verdict.broken_at, verdict.unsealed) == (None, 0)
    assert verdict.sealed > 0


def _new(token: dict[str, str]) -> dict[str, str]:
    return {**token, "Idempotency-Key": str(uuid4())}


def _is_quiet(database: Database) -> bool:
    """Nothing waits to be delivered or sealed."""
    with database.read_session() as session:
        waiting = session.scalar(select(func.count()).where(OutboxMessage.done_at.is_(None)))
        return not waiting and not audit.verify(ReadSession(session)).unsealed


def test_the_worker_stops_when_it_is_told_to(house: House) -> None:
    commands.until(lambda: "Working." in house.worker.output)
    assert house.worker.terminate() == 0
    assert house.worker.output.splitlines()[-1] == "Stopped."


def test_two_processes_behind_one_port_are_for_postgresql(house: House, tmp_path: Path) -> None:
    port = commands.free_port()
    settings = {**house.settings, "SHUBBAK_PORT": str(port), "SHUBBAK_PROCESSES": "2"}
    with commands.running("serve", settings=settings, output=tmp_path / "both") as both:
        if house.database.is_sqlite:
            assert both.wait() == 2
            assert "SHUBBAK_PROCESSES=1" in both.output
            return
        commands.await_health(both, port)
        base_url = f"http://127.0.0.1:{port}/api/v1"
        with httpx2.Client(base_url=base_url, timeout=commands.PATIENCE) as client:
            token = sign_in(client)
        for _ in range(6):  # each over a connection of its own, that either process may take
            me = httpx2.get(f"{base_url}/auth/me", headers=token, timeout=commands.PATIENCE)
            assert me.status_code == 200
        assert both.terminate() == 0
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"http://127.0.0.1:{port}/health")
