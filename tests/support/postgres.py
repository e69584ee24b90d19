"""A real PostgreSQL for the tests, with no manual step.

In `conftest.py`, for the process that collects and for every pytest-xdist worker alike:

    SERVER = pytest.StashKey[postgres.Server]()

    def pytest_configure(config: pytest.Config) -> None:
        if config.getoption("engine") == "postgresql":
            config.stash[SERVER] = postgres.serve(config)

and in a fixture of session scope `config.stash[SERVER].create_database(worker_id)`.

By hand, `python -m tests.support.postgres` prints a URL and keeps the server until its input ends (Ctrl-D or Ctrl-C).
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from tests.support import postgres_keeper

if TYPE_CHECKING:
    import pytest

ENVIRONMENT = "SHUBBAK_TEST_POSTGRES_URL"
"""A superuser's URL. Whoever finds it set only creates and drops databases there: so a developer names a server of
their own, and so a test run tells its workers of the one it started."""

PREFIX = "shubbak_test_"
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Server:
    """Somewhere to create databases. The URL may hold a password and is in no repr."""

    url: str = field(repr=False)
    _ending: ExitStack = field(default_factory=ExitStack, repr=False)

    def create_database(self, name: str) -> str:
        """The URL of an empty database, dropped again by `stop`.

        A left-over of the same name is replaced unless somebody is connected to it. The prefix keeps a developer's own
        databases out of reach.
        """
        database = sql.Identifier(PREFIX + name)
        drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(database)
        _execute(self.url, [drop, sql.SQL("CREATE DATABASE {}").format(database)])
        self._ending.callback(_execute, self.url, [drop + sql.SQL(" WITH (FORCE)")])
        return make_url(self.url).set(database=PREFIX + name).render_as_string(hide_password=False)

    def stop(self) -> None:
        """Drop the databases and, where this process started the server, end it. A second call does nothing."""
        self._ending.close()


def start() -> Server:
    """The server that the environment names, or else a new one that lives no longer than this process.

    RuntimeError if a new one does not come up; the reason is on standard error.
    """
    given = os.environ.get(ENVIRONMENT)
    server = _at(given) if given else _started()
    atexit.register(server.stop)
    return server


def serve(config: pytest.Config) -> Server:
    """`start` for one pytest process; the workers that it starts afterwards share its server.

    The server ends, and the environment is as before, when pytest has finished.
    """
    server = start()
    config.add_cleanup(server.stop)
    if ENVIRONMENT not in os.environ:
        os.environ[ENVIRONMENT] = server.url
        config.add_cleanup(partial(os.environ.__delitem__, ENVIRONMENT))
    return server


def _at(url: str) -> Server:
    return Server(make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False))


def _started() -> Server:
    keeper = subprocess.Popen(
        [sys.executable, "-m", postgres_keeper.__name__],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # A session of its own: a Ctrl-C for the tests does not reach the server before they are done with it.
        start_new_session=True,
    )
    assert keeper.stdout is not None
    url = keeper.stdout.readline().strip()
    if not url:
        keeper.communicate()
        raise RuntimeError("PostgreSQL did not start; the reason is on standard error")
    server = _at(url)
    server._ending.callback(_end, keeper)
    return server


def _end(keeper: subprocess.Popen[str]) -> None:
    """Tell the keeper and wait until it has cleaned up.

    The signal is for the case that a forked child still holds the other end of its input.
    """
    keeper.terminate()
    keeper.communicate()


def _execute(url: str, statements: Sequence[sql.Composed]) -> None:
    """Outside a transaction, as databases have to be created and dropped."""
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


if __name__ == "__main__":
    postgres_keeper.main()
