"""One harness for both engines: migrated once per worker, everything a test does rolled back."""

import base64
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session, sessionmaker

os.environ["SHUBBAK_SECRET_KEY"] = base64.b64encode(bytes(range(1, 49))).decode()
os.environ["SHUBBAK_DATA_DIR"] = "/nonexistent/shubbak-tests"  # nothing may write outside tmp_path

from app.core import i18n
from app.core.db import Database, ReadSession, WriteSession, rows
from app.core.settings import Settings
from tests.factories.world import World
from tests.support import chromium, postgres, served
from tests.support.client import CheckedClient

# How long an example takes says something of the machine, nothing of the rule.
hypothesis_settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("suite")

ROOT = Path(__file__).parents[1]
SERVER = pytest.StashKey[postgres.Server]()


@pytest.fixture(scope="session", autouse=True)
def wired() -> None:
    """Hooks and subscriptions stand as in the application, also for tests below HTTP."""
    from app.wiring import wire

    wire()


@pytest.fixture(autouse=True)
def same_language() -> Iterator[None]:
    """Whichever language a test spoke, the next one begins as if nobody had spoken."""
    before = i18n.language.get()
    yield
    i18n.language.set(before)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=("sqlite", "postgresql"), default="sqlite")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(chromium)
    config.pluginmanager.register(served)
    if config.getoption("engine") == "postgresql":
        config.stash[SERVER] = postgres.serve(config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test that asks for no database says the same on every engine: it runs with SQLite's only."""
    if config.getoption("engine") == "postgresql":
        asks = [isinstance(item, pytest.Function) and "fresh_url" in item.fixturenames for item in items]
        config.hook.pytest_deselected(items=[i for i, it in zip(items, asks, strict=True) if not it])
        items[:] = [i for i, it in zip(items, asks, strict=True) if it]


@pytest.fixture(scope="session")
def fresh_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Callable[[str], str]:
    """Make an empty database of the engine under test and return its URL."""

    def make(name: str) -> str:
        if request.config.getoption("engine") == "postgresql":
            return request.config.stash[SERVER].create_database(f"{worker_id}_{name}")
        return f"sqlite:///{tmp_path_factory.mktemp('db')}/{name}.db"

    return make


def migrate(url: str, revision: str = "head") -> None:
    config = Config(ROOT / "alembic.ini")
    config.attributes["url"] = url
    (command.downgrade if revision == "base" else command.upgrade)(config, revision)


@contextmanager
def own_database(url: str) -> Iterator[Database]:
    """A migrated database in which what is committed stays, for as long as it is asked for."""
    migrate(url)
    database = Database(url)
    yield database
    database.dispose()


def migrated(url: str) -> Database:
    """A database at the newest revision, where rows that nobody ordered come back shuffled."""
    migrate(url)
    database = Database(url)
    if database.is_sqlite:
        event.listen(
            database.writer, "connect", lambda c, _: c.execute("PRAGMA reverse_unordered_selects=ON").close()
        )
    return database


@pytest.fixture(scope="session")
def engine_database(fresh_url: Callable[[str], str]) -> Iterator[Database]:
    """A migrated database that really commits, and in which nothing stays."""
    database = migrated(fresh_url("main"))
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def peopled(fresh_url: Callable[[str], str]) -> Iterator[tuple[Database, World]]:
    """Another one with the small world in it: built anew for each test, it would cost more than the test."""
    database = migrated(fresh_url("peopled"))
    with database.write_session() as session:
        built = World(WriteSession(ReadSession(session)))
    yield database, built
    database.dispose()


class _ReadSession(Session):
    """Ends by releasing its savepoint: rolling back would also undo what others wrote meanwhile on the connection."""

    def close(self) -> None:
        if self.in_transaction():
            self.commit()
        super().close()


class RolledBackDatabase(Database):
    """Every session is a savepoint on one connection, whose transaction is rolled back after the test."""

    def __init__(self, engine_database: Database, connection: Connection) -> None:
        self.url = engine_database.url
        self.writer = self.reader = engine_database.writer
        self.is_sqlite = engine_database.is_sqlite
        options: dict[str, Any] = {"join_transaction_mode": "create_savepoint", "expire_on_commit": False}
        self.write_session = sessionmaker(connection, **options)
        self.read_session = sessionmaker(
            connection, class_=_ReadSession, autoflush=False, info={"read_only": True}, **options
        )

    def look_up(self, statement: Any, binds: Mapping[str, object]) -> list[Any]:
        """On the one connection, where what the test wrote can be seen."""
        with self.read_session() as session:
            return rows(ReadSession(session), statement, binds)


@pytest.fixture
def database(
    request: pytest.FixtureRequest, engine_database: Database, peopled: tuple[Database, World]
) -> Iterator[Database]:
    """Empty, or with the small world in it where the test asks for that; as it was when the test is over."""
    within = peopled[0] if "world" in request.fixturenames else engine_database
    with within.writer.connect() as connection:
        outer = connection.begin()
        yield RolledBackDatabase(within, connection)
        outer.rollback()


@pytest.fixture
def db(database: Database) -> Iterator[WriteSession]:
    """A session of the test's own. Commit it before asking over HTTP for what it wrote."""
    with database.write_session() as session:
        yield WriteSession(ReadSession(session))


@pytest.fixture(scope="session")
def committed(fresh_url: Callable[[str], str]) -> Iterator[Database]:
    """A database of its own where everything stays: for races, for locks, for what another process sees."""
    with own_database(fresh_url("committed")) as database:
        yield database


@pytest.fixture(scope="session")
def committed_world(committed: Database) -> World:
    with committed.write_session() as session:
        return World(WriteSession(ReadSession(session)))


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data_dir=tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def application(engine_database: Database, config: Settings) -> FastAPI:
    from app.main import create_app

    return create_app(engine_database, config)


@pytest.fixture
def app(application: FastAPI, database: Database) -> FastAPI:
    application.state.database = database
    return application


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """One event loop for all that is asked: a thread and a loop for each request cost as much as the request."""
    with start_blocking_portal() as kept:
        yield kept


@pytest.fixture
def client(app: FastAPI, portal: BlockingPortal) -> CheckedClient:
    return CheckedClient(app, portal)


@pytest.fixture
def world(db: WriteSession, peopled: tuple[Database, World]) -> World:
    """Two windows, a user of every role at each, two institutions: enough for own and foreign rows."""
    return peopled[1].seen_by(db)
