"""A server that is killed in the middle of its work, twenty times: nothing that it acknowledged is lost."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import select

from app.audit import service as audit
from app.audit.models import AuditEntry
from app.core.db import Database, ReadSession, WriteSession
from app.people.models import Person
from tests.conftest import migrate
from tests.factories import people
from tests.factories.world import World, headers
from tests.support import commands

KILLS = 20
CLIENTS = 4
MOST_WRITES = 12  # that a server acknowledges before it is killed


@dataclass
class Load:
    """Clients that register invented people as fast as they can, and note what was acknowledged."""

    port: int
    window_id: str
    headers: dict[str, str]
    acknowledged: dict[str, str] = field(default_factory=dict)  # key → person
    unanswered: set[str] = field(default_factory=set)
    surprises: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    is_over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """One client: until the load is over, or this server is."""
        with httpx2.Client(timeout=commands.PATIENCE) as client:
            while not self.is_over.is_set():
                key = str(uuid4())
                if not self.register(client, key):
                    return

    def register(self, client: httpx2.Client, key: str) -> bool:
        """Ask once; the key is written into the person's notes, so that who was made by it can be counted."""
        body = {
            "window_id": self.window_id,
            "given_name_ar": "فاطمة (مثال)",
            "family_name_ar": "المثالية",
            "notes": key,
            "duplicate_override": "Another invented person.",
        }
        sent = {**self.headers, "Idempotency-Key": key}
        try:
            answer = client.post(f"http://127.0.0.1:{self.port}/api/v1/people", json=body, headers=sent)
        except httpx2.TransportError:
            with self.changed:
                self.unanswered.add(key)
            return False
        with self.changed:
            if answer.status_code == 201:
                self.acknowledged[key] = answer.json()["id"]
            else:
                self.surprises.append(answer.text)
            self.changed.notify_all()
        return True


@dataclass
class House:
    """A database with a window and a worker, and where the server that works on it is reached."""

    database: Database
    settings: dict[str, str]
    output: Path
    load: Load

    def start(self) -> commands.Command:
        server = commands.Command("serve", settings=self.settings, output=self.output)
        commands.await_health(server, self.load.port)
        return server


@pytest.fixture
def house(fresh_url: Callable[[str], str], tmp_path: Path) -> House:
    url, port = fresh_url("crash"), commands.free_port()
    migrate(url)
    database = Database(url)
    with database.write_session() as session:
        world = World(WriteSession(ReadSession(session)))
        people.define_terms(world.db)
        session.commit()
    database.dispose()
    tmp_path.chmod(0o700)
    settings = commands.environment(url, tmp_path, port=port)
    return House(database, settings, tmp_path / "output", Load(port, str(world.here), headers(world.worker)))


def test_twenty_kills_under_load_lose_nothing_that_was_acknowledged(house: House) -> None:
    random = Random()
    for _ in range(KILLS):
        _one_life(house, random)
    assert house.load.surprises == []
    assert house.load.unanswered, "no kill met a request: the load was too light to prove anything"
    _send_again(house)
    _check(house)


def _one_life(house: House, random: Random) -> None:
    """A server that is killed some writes and some milliseconds into its work."""
    load, server = house.load, house.start()
    clients = [threading.Thread(target=load.run) for _ in range(CLIENTS)]
    goal = len(load.acknowledged) + random.randint(1, MOST_WRITES)
    try:
        for client in clients:
            client.start()
        with load.changed:
            reached = load.changed.wait_for(
                lambda: len(load.acknowledged) >= goal or load.surprises, commands.PATIENCE
            )
        load.is_over.wait(random.uniform(0, 0.02))
        assert reached, server.output
    finally:
        server.end()
        for client in clients:
            client.join()


def _send_again(house: House) -> None:
    """What a client does that was not answered: the same request with the same key, twice to be sure."""
    load = house.load
    known, lost = dict(load.acknowledged), sorted(load.unanswered)
    server = house.start()
    try:
        with httpx2.Client(timeout=commands.PATIENCE) as client:
            for key in [*lost, *lost, *known]:
                load.register(client, key)
    finally:
        server.terminate()
    assert load.surprises == []
    assert {key: load.acknowledged[key] for key in known} == known, "a repeated request made somebody new"


def _check(house: House) -> None:
    """Every key made one person, whom the trail knows; chain and file are whole."""
    load = house.load
    with house.database.write_session() as session:
        db = WriteSession(ReadSession(session))
        made = Counter(session.scalars(select(Person.notes)))
        assert made == Counter(load.acknowledged.keys())
        assert {str(found) for found in session.scalars(select(Person.id))} == set(load.acknowledged.values())
        told = session.scalars(select(AuditEntry.person_id).where(AuditEntry.action == "person:register"))
        assert Counter(map(str, told)) == Counter(load.acknowledged.values())
        while audit.seal_pending(db):
            pass
        verdict = audit.verify(db)
        assert (verdict.broken_at, verdict.unsealed) == (None, 0)
        if house.database.is_sqlite:
            connection = session.connection()
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    house.database.dispose()
