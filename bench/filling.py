"""An empty database, migrated and filled: reference data through the seeds, the crowd with bulk inserts."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, insert, text

from app.audit import service as audit
from app.core.db import Database, ReadSession, WriteSession
from app.models import Base
from bench import population
from bench.population import House, Rows
from seeds import reference

ROOT = Path(__file__).parents[1]


def fill(url: str, people: int) -> House:
    """Migrate a database and let so many people live in it."""
    config = Config(ROOT / "alembic.ini")
    config.attributes["url"] = url
    command.upgrade(config, "head")
    database = Database(url)
    with database.write_session() as session, session.begin():
        for _ in reference.load(WriteSession(ReadSession(session))):
            pass
    with database.write_session() as session, session.begin():
        audit.seal_pending(WriteSession(ReadSession(session)))
    with _loading(database) as connection:
        head = connection.execute(text("SELECT seq, hash FROM audit_seals ORDER BY seq DESC LIMIT 1")).first()
        commune = connection.execute(
            text("SELECT code FROM territories WHERE level = 'commune' ORDER BY code")
        )
        house, tables = population.found(str(commune.scalars().first()))
        house.seal = (head.seq, head.hash) if head else house.seal
        _insert(connection, tables)
        for tables in population.lives(house, people):
            _insert(connection, tables)
        _insert(connection, population.numbering(house))
    _analyse(database)
    database.dispose()
    return house


@contextmanager
def _loading(database: Database) -> Iterator[Connection]:
    """One transaction for everything. psycopg is given whole batches of rows in one statement."""
    database.writer.dialect.use_insertmanyvalues_wo_returning = True
    with database.writer.begin() as connection:
        yield connection


def _insert(connection: Connection, tables: Rows) -> None:
    for name, rows in tables.items():
        if rows:
            connection.execute(insert(Base.metadata.tables[name]), rows)


def _analyse(database: Database) -> None:
    """Statistics as a running installation has them, and nothing left over for the first requests to do."""
    with database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("ANALYZE")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        else:
            connection.execute(text("VACUUM ANALYZE"))
            connection.execute(text("CHECKPOINT"))
