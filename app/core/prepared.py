"""Selects that are built once and asked often, without building their text again each time.

SQLAlchemy finds a statement's text in its cache and makes a context and a result object for each execution; that costs
three times what SQLite needs for reading a row by its key. A prepared select keeps its text, how each value is bound and
how each column is read, all as SQLAlchemy compiled them.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import Dialect, Select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

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
    """A select whose parameters are all named; what stands in `IN (…)` may be any number of values."""

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement
        self._text = lru_cache(maxsize=64)(self._expanded)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(column.key or "" for column in self.statement.selected_columns)

    def on(self, engine: Engine, values: Mapping[str, Any]) -> list[Row]:
        """Run on a connection of the engine's, outside any transaction.

        Raises SQLAlchemy's errors without the values, as the engine would.
        """
        sizes = tuple((name, len(value)) for name, value in values.items() if type(value) is list)
        sql, bind, read = self._text(engine.dialect, sizes)
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(sql, [take(values) for take in bind])
            found = cursor.fetchall()
            cursor.close()
        except engine.dialect.loaded_dbapi.Error as error:
            raise _wrapped(sql, error, engine.dialect.loaded_dbapi) from None
        finally:
            connection.close()
        return self._rows(found, read)

    def _rows(self, found: Sequence[Any], read: tuple[tuple[int, Callable[[Any], Any]], ...]) -> list[Row]:
        """Convert column by column: a list holds the same few windows, workers and codes in every row."""
        columns: list[Any] = list(zip(*found, strict=True))
        if columns:
            for place, convert in read:
                columns[place] = map(convert, columns[place])
        names = self.names
        return [Row(zip(names, line, strict=True)) for line in zip(*columns, strict=True)]

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
            bind.append(_taker(parameter.key, number, convert, parameter.effective_value))
        read = (
            (place, column.type.dialect_impl(dialect).result_processor(dialect, None))
            for place, column in enumerate(self.statement.selected_columns)
        )
        return state.statement, tuple(bind), tuple((place, p) for place, p in read if p is not None)


def _taker(
    name: str, number: int | None, convert: Convert, default: Any
) -> Callable[[Mapping[str, Any]], Any]:
    def take(values: Mapping[str, Any]) -> Any:
        value = values.get(name, default)
        if number is not None:
            value = value[number]
        return value if convert is None else convert(value)

    return take


def _wrapped(sql: str, error: Exception, dbapi: Any) -> DBAPIError:
    for kind, own in ((dbapi.OperationalError, OperationalError), (dbapi.InterfaceError, InterfaceError)):
        if isinstance(error, kind):
            return own(sql, None, error, hide_parameters=True)
    return DBAPIError(sql, None, error, hide_parameters=True)
