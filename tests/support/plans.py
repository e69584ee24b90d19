"""How an engine finds what it is asked for: its plan for the statements that some code sends."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import event, text

from app.core.db import Database, WriteSession, is_sqlite


def plans_of(db: WriteSession, database: Database, told: str, act: Callable[[], object]) -> list[str]:
    """The plan of each statement that holds these words, in the order in which they are sent."""
    said: list[tuple[str, Any]] = []

    def listen(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if told in statement:
            said.append((statement, parameters))

    event.listen(database.writer, "before_cursor_execute", listen)
    act()
    event.remove(database.writer, "before_cursor_execute", listen)
    return [_explained(db, statement, parameters) for statement, parameters in said]


def _explained(db: WriteSession, statement: str, parameters: Any) -> str:
    """The engine's plan, as it would be for many rows."""
    if is_sqlite(db):
        plan = db.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return " | ".join(step[3] for step in plan)
    for way in ("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin"):
        db.execute(text(f"SET LOCAL enable_{way} = off"))
    plan = db.connection().exec_driver_sql(f"EXPLAIN {statement}", parameters)
    return " | ".join(step[0] for step in plan)
