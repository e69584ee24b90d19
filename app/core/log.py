"""Structured logs without anybody's data: only the listed fields ever leave the process."""

import logging
import sys
from typing import Any

import orjson
import structlog

# A new field is a decision: ids and codes only, never a name, a number of a card, a text that somebody typed.
FIELDS = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "request_id",
        "method",
        "route",
        "status",
        "ms",
        "code",
        "error",
        "where",
        "count",
        "name",
        "attempt",
        "address",
        "seq",
    }
)


def _listed_only(_: Any, __: str, entry: Any) -> Any:
    return {name: value for name, value in entry.items() if name in FIELDS}


def configure() -> None:
    """Send one JSON line an event to standard error; called once by each door."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _listed_only,
            structlog.processors.JSONRenderer(serializer=orjson.dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.BytesLoggerFactory(file=sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )


log: Any = structlog.get_logger()


def where(error: BaseException) -> str:
    """Name the place where an error was raised; its message may hold data and is not logged."""
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    if frame is None:
        return "?"
    return f"{frame.tb_frame.f_globals.get('__name__', '?')}:{frame.tb_lineno}"
