"""Where the measured databases live: a file, and a PostgreSQL that really writes to its disk."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

ENVIRONMENT = "SHUBBAK_BENCH_POSTGRES_URL"
"""A superuser's URL of a server to measure on; otherwise one is started with its defaults for durability."""

DATABASE = "shubbak_bench"
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a server's superuser."""
    given = os.environ.get(ENVIRONMENT)
    if given:
        yield given
        return
    with subprocess.Popen(
        [sys.executable, "-m", "bench.engines"],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as keeper:
        assert keeper.stdout is not None
        url = keeper.stdout.readline().strip()
        if not url:
            raise RuntimeError("PostgreSQL did not start; the reason is on standard error")
        try:
            yield url
        finally:
            keeper.terminate()


@contextmanager
def database(server: str) -> Iterator[str]:
    """The URL of an empty database, dropped afterwards."""
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE))
    _execute(server, drop, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    try:
        url = make_url(server).set(drivername="postgresql+psycopg", database=DATABASE)
        yield url.render_as_string(hide_password=False)
    finally:
        _execute(server, drop)


def version(server: str) -> str:
    """What is measured, and how durable it is."""
    with psycopg.connect(_plain(server)) as connection:
        told = [connection.execute(f"SHOW {name}").fetchone() for name in ("server_version", *DURABLE)]
    values = [str(row[0]) for row in told if row]
    settings = ", ".join(f"{name}={value}" for name, value in zip(DURABLE, values[1:], strict=True))
    return f"PostgreSQL {values[0]} ({settings})"


def postmaster(server: str) -> int:
    """The process above all backends, whose CPU is counted with them; 0 when it runs on another machine."""
    with psycopg.connect(_plain(server)) as connection:
        pid = connection.info.backend_pid
        stat = Path(f"/proc/{pid}/stat")
        return int(stat.read_text().rpartition(")")[2].split()[1]) if stat.exists() else 0


def _execute(server: str, *statements: sql.Composed) -> None:
    with psycopg.connect(_plain(server), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def _plain(url: str) -> str:
    return url.replace("+psycopg", "", 1)


if __name__ == "__main__":
    from tests.support import postgres_keeper

    # The tests' server does not wait for its disk. This one does, as an installation's would.
    postgres_keeper.SETTINGS.update(DURABLE)
    postgres_keeper.main()
