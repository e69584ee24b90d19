"""Selects that are built once and asked often, without building their text again each time.

SQLAlchemy finds a statement's text in its cache and makes a context and a result object for each execution; that costs
three times what SQLite needs for reading a row by its key. A prepared select keeps its text, how each value is bound and
how each column is read, all as SQLAlchemy compiled them.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import Dialect, Enum, Select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.types import TypeEngine

Convert = Callable[[Any], Any] | None


class Row(dict[str, Any]):
    """A row's columns by name, also as attributes."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Prepared:
    """A select whose parameters have names; what stands in `IN (…)` may be any number of values.

    Every parameter must be given: a filter that was forgotten raises `KeyError` with its name. What cannot be prepared
    (literals that change, callables, lists of tuples, columns of one name) is refused with `TypeError` at first use.
    """

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement
        self._text = lru_cache(maxsize=64)(self._expanded)

    @cached_property
    def names(self) -> tuple[str, ...]:
        names = tuple(column.key or "" for column in self.statement.selected_columns)
        if "" in names or len(set(names)) < len(names):
            raise TypeError("not preparable: every column needs a name of its own")
        return names

    @cached_property
    def lists(self) -> tuple[str, ...]:
        """The parameters that take a list."""
        binds = self.statement.compile().binds.values()
        if any(bind.callable or (bind.required and bind.literal_execute) for bind in binds):
            raise TypeError("not preparable: a value that is only known when the statement runs")
        return tuple(bind.key for bind in binds if bind.expanding and bind.required)

    def on(self, engine: Engine, values: Mapping[str, Any]) -> list[Row]:
        """Run on a connection of the engine's, outside any transaction.

        Raises what SQLAlchemy raises for the driver's errors, without the values.
        """
        sizes = tuple((name, len(values[name])) for name in self.lists)
        sql, bind, read = self._text(engine.dialect, sizes)
        given = [take(values) for take in bind]
        connection = engine.raw_connection()
        try:
            with closing(connection.cursor()) as cursor:
                cursor.execute(sql, given)
                found = cursor.fetchall()
        except engine.dialect.loaded_dbapi.Error as error:
            raise _wrapped(sql, error, engine.dialect.loaded_dbapi) from None
        finally:
            connection.close()
        return self._rows(found, read)

    def _rows(self, found: Sequence[Any], read: tuple[tuple[int, Callable[[Any], Any]], ...]) -> list[Row]:
        """Convert column by column: a list holds the same few windows, workers and codes in every row."""
        columns: list[Any] = list(zip(*found))  # noqa: B905
        if columns:
            for place, convert in read:
                columns[place] = map(convert, columns[place])
        names = self.names
        return [Row(zip(names, line)) for line in zip(*columns)]  # noqa: B905 - both come from one select

    def _expanded(self, dialect: Dialect, sizes: tuple[tuple[str, int], ...]) -> Any:
        """The text for so many values in each list, how each place is filled, and how each column is read."""
        compiled = self.statement.compile(dialect=dialect)
        missing = {name: None for name, parameter in compiled.binds.items() if parameter.required}
        state = compiled.construct_expanded_state(
            {**missing, **{name: [None] * size for name, size in sizes}}
        )
        lists = {
            place: (name, number)
            for name, places in state.parameter_expansion.items()
            for number, place in enumerate(places)
        }
        bind = []
        for place in state.positiontup or ():
            name, number = lists.get(place, (place, None))
            parameter = compiled.binds[name]
            convert: Convert = parameter.type.dialect_impl(dialect).bind_processor(dialect)
            default = _REQUIRED if parameter.required else parameter.effective_value
            bind.append(_taker(parameter.key, number, convert, default))
        read = (
            (place, _reader(column.type, dialect))
            for place, column in enumerate(self.statement.selected_columns)
        )
        return state.statement, tuple(bind), tuple((place, p) for place, p in read if p is not None)


_REQUIRED = object()


def _taker(
    name: str, number: int | None, convert: Convert, default: Any
) -> Callable[[Mapping[str, Any]], Any]:
    def take(values: Mapping[str, Any]) -> Any:
        value = values[name] if default is _REQUIRED else values.get(name, default)
        if number is not None:
            value = value[number]
        return value if convert is None else convert(value)

    return take


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> Convert:
    """How a column is read. Codes are found in a table: every row of a list holds several."""
    if isinstance(kind, Enum) and kind.enum_class:
        return _Codes({member.value: member for member in kind.enum_class} | {None: None}).__getitem__
    return kind.dialect_impl(dialect).result_processor(dialect, None)


class _Codes(dict[Any, Any]):
    """The members of an enumeration by their codes."""

    def __missing__(self, _: object) -> Any:
        raise LookupError("the database holds a code that this version does not know")


def _wrapped(sql: str, error: Exception, dbapi: Any) -> DBAPIError:
    kinds = (
        (dbapi.OperationalError, OperationalError),
        (dbapi.InterfaceError, InterfaceError),
        (dbapi.ProgrammingError, ProgrammingError),
    )
    for kind, own in kinds:
        if isinstance(error, kind):
            return own(sql, None, error, hide_parameters=True)
    return DBAPIError(sql, None, error, hide_parameters=True)
