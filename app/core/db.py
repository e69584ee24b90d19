"""Engines, sessions and the declarative base, the same for SQLite and PostgreSQL."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, NewType
from uuid import UUID

import orjson
from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Enum,
    MetaData,
    Result,
    TypeDecorator,
    Uuid,
    create_engine,
    event,
)
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import MultipleResultsFound
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedAsDataclass,
    Session,
    declared_attr,
    mapped_column,
    sessionmaker,
)

from app.core import ids
from app.core.clock import now
from app.core.prepared import Prepared, Row


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, in UTC on both sides. A naive time is a mistake and refused.

    SQLite forgets the zone, PostgreSQL answers in the zone of the connection; the trail's hashes depend on neither.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)
        # It keeps what `process_bind_param` has put into UTC, as text.
        return lambda text: None if text is None else datetime.fromisoformat(f"{text}+00:00")

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.astimezone(UTC)


def _values(enum: type[StrEnum]) -> list[str]:
    return [member.value for member in enum]


class Code(Enum):
    """A column of codes, as text under a CHECK."""

    cache_ok = True

    def __init__(self, *enums: Any, **options: Any) -> None:
        kept = {"native_enum": False, "create_constraint": True, "length": 32, "values_callable": _values}
        super().__init__(*enums, **{**kept, **options})


def codes(enum: type[StrEnum], name: str) -> Code:
    """A column type for an enum that stands twice in one table: its CHECK needs a name of its own."""
    return Code(enum, name=name)


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False, repr=False):
    """Every table. Constraints have names, so that a migration and a refusal can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        **dict.fromkeys(ids.ALL, Uuid()),
        UUID: Uuid(),
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
        list[int]: JSON(),
        list[list[str]]: JSON(),
        list[dict[str, Any]]: JSON(),
        StrEnum: Code(StrEnum),
    }

    def __init_subclass__(cls, **options: Any) -> None:
        # These are not inherited, and a generated repr would show every column.
        super().__init_subclass__(**{"kw_only": True, "eq": False, "repr": False, **options})

    def __repr__(self) -> str:
        """Show the key alone: a repr ends up in logs, and logs hold nobody's data."""
        return f"{type(self).__name__}(id={self.__dict__.get('id')})"


class Timestamps(MappedAsDataclass, kw_only=True, eq=False, repr=False):
    """When a row was made and last changed, in UTC."""

    created_at: Mapped[datetime] = mapped_column(default_factory=now, init=False)
    updated_at: Mapped[datetime] = mapped_column(default_factory=now, onupdate=now, init=False)


class Versioned(MappedAsDataclass, kw_only=True, eq=False, repr=False):
    """A row that several people may edit; the version travels as `ETag` and comes back as `If-Match`."""

    version: Mapped[int] = mapped_column(init=False)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        return {"version_id_col": cls.version}


# What a function may do with the database stands in its signature: queries take a ReadSession, services a
# WriteSession (which is also a ReadSession).
ReadSession = NewType("ReadSession", Session)
WriteSession = NewType("WriteSession", ReadSession)


class ReadOnlyViolation(RuntimeError):
    """A query tried to write: a programming error, never a user's."""


def make_engine(url: str, *, read_only: bool = False, **options: Any) -> Engine:
    """Create an engine that never puts parameters into messages and, if asked, cannot write at all."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url, read_only=read_only, **options)
    arguments = {"options": "-c default_transaction_read_only=on"} if read_only else {}
    return create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 5, **arguments},
        **{"pool_size": 15, "max_overflow": 5, "pool_timeout": 5, **options},
    )


def _sqlite(url: str, *, read_only: bool, in_transactions: bool = True, **options: Any) -> Engine:
    database = make_url(url).database
    pool = {k: v for k, v in options.items() if database or not k.startswith("pool_")}
    if database:
        Path(database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        pool = {"pool_size": 40 if read_only else 2, "max_overflow": 10, "pool_timeout": 5, **options}
    engine = create_engine(url, hide_parameters=True, json_deserializer=orjson.loads, **pool)
    # An id is read far oftener than it is new: windows and workers stand in every row of a list.
    engine.dialect.colspecs = {**engine.dialect.colspecs, Uuid: _KnownUuid}

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy, not the driver, says BEGIN
        cursor = connection.cursor()
        for pragma in (
            "foreign_keys=ON",
            "recursive_triggers=ON",  # else INSERT OR REPLACE deletes past the triggers that guard the trail
            "busy_timeout=5000",
            "journal_mode=WAL",
            "synchronous=FULL",
            "cache_size=-16000",
            "temp_store=MEMORY",
            *(["query_only=ON"] if read_only else []),
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    if in_transactions:
        event.listen(engine, "begin", _begin_reading if read_only else _begin_writing)
    return engine


def _begin_reading(connection: Any) -> None:
    connection.connection.driver_connection.execute("BEGIN")  # it takes no lock and cannot fail


def _begin_writing(connection: Any) -> None:
    """Take the lock at once: upgrading a read lock in the middle of a transaction deadlocks."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@lru_cache(maxsize=16_384)
def _uuid(digits: str | None) -> UUID | None:
    return None if digits is None else UUID(digits)


class _KnownUuid(Uuid[UUID]):
    """Ids as SQLite keeps them, in hexadecimal; making one out of its digits costs more than finding it again."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], UUID | None]:  # noqa: ARG002
        return _uuid


def _refuse_flush(session: Session, *_: Any) -> None:
    if session.info.get("read_only"):
        raise ReadOnlyViolation("a read session was asked to write")


event.listen(Session, "before_flush", _refuse_flush)


class Database:
    """Two ways in: readers that the engine itself forbids to write, and writers that take their turn."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.writer = make_engine(url)
        self.reader = make_engine(url, read_only=True)
        self.is_sqlite = self.writer.dialect.name == "sqlite"
        self._looker = (
            _sqlite(url, read_only=True, in_transactions=False, pool_reset_on_return=None, pool_use_lifo=True)
            if self.is_sqlite
            else self.reader.execution_options(isolation_level="AUTOCOMMIT")
        )
        self.write_session: Callable[[], Session] = sessionmaker(self.writer, expire_on_commit=False)
        self.read_session: Callable[[], Session] = sessionmaker(
            self.reader,
            expire_on_commit=False,
            autoflush=False,
            info={"read_only": True, "look_up": self.look_up},
        )

    def look_up(self, statement: Any, binds: Mapping[str, object]) -> list[Row]:
        """Run one select outside any transaction: it sees what is committed now, and costs no BEGIN and no end."""
        if isinstance(statement, Prepared):
            if self.is_sqlite:
                return statement.on(self._looker, binds)
            statement = statement.statement
        with self._looker.connect() as connection:
            return _mapped(connection.execute(statement, binds))

    def dispose(self) -> None:
        """Close every connection; the last one to close a SQLite file folds the write-ahead log into it."""
        self._looker.dispose()
        self.reader.dispose()
        self.writer.dispose()


def is_sqlite(db: ReadSession) -> bool:
    """Whether this session speaks to SQLite: for the few statements that differ between the engines."""
    return db.get_bind().dialect.name == "sqlite"


def rows(
    db: ReadSession, statement: Any, binds: Mapping[str, object] | None = None, /, **more: object
) -> list[Row]:
    """Run a prebuilt select and return its rows as mappings: reads are columns, not entities.

    A read session that is in no transaction sees what is committed when the select runs, on both engines, and takes no
    connection of its own. One that reads entities has a transaction and goes on in it: two connections from one pool
    for one request would starve the others. On a write session the select sees what that has written.
    """
    values = {**binds, **more} if binds else more
    look_up: Callable[..., list[Row]] | None = db.info.get("look_up")
    if look_up and not db.in_transaction():
        return look_up(statement, values)
    return _mapped(db.execute(statement.statement if isinstance(statement, Prepared) else statement, values))


def row(
    db: ReadSession, statement: Any, binds: Mapping[str, object] | None = None, /, **more: object
) -> Row | None:
    """Run a prebuilt select that finds at most one row."""
    found = rows(db, statement, binds, **more)
    if len(found) > 1:
        raise MultipleResultsFound()
    return found[0] if found else None


def _mapped(found: Result[Any]) -> list[Row]:
    names = tuple(found.keys())
    return [Row(zip(names, line, strict=True)) for line in found.all()]
