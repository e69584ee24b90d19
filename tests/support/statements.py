"""What is asked of a database, with its values, whoever asks: SQLAlchemy or a prepared select."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.core.prepared import Prepared, Row

Said = tuple[str, Any]  # the text and its values


@contextmanager
def listening() -> Iterator[list[Said]]:
    """Everything that is asked in the block, in turn."""
    told: list[Said] = []

    def listen(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
        told.append((statement, values))

    on = Prepared.on

    def spied(self: Prepared, engine: Engine, values: Mapping[str, Any]) -> list[Row]:
        sizes = tuple((name, len(values[name])) for name in self.lists)
        text, bind, _ = self._text(engine.dialect, sizes)
        told.append((text, [take(values) for take in bind]))
        return on(self, engine, values)

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Prepared, "on", spied)
            yield told
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
