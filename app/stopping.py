"""How a command ends that was refused: one line and an exit code, never a traceback with somebody's data.

Exit code 2 stands for a configuration that has to be changed first, and for a command that was typed wrong.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from sqlalchemy.exc import DBAPIError, OperationalError

from app.core import i18n, problems
from app.core.errors import DomainError, UnsafeConfiguration
from app.core.settings import Settings

_AWAY = "is its server running, and does SHUBBAK_DATABASE_URL name the right host, port, database, user and password?"
_NOT_AS_EXPECTED = "Has it been brought up to date with `shubbak db upgrade`?"


@contextmanager
def told_in_one_line() -> Iterator[None]:
    try:
        yield
    except UnsafeConfiguration as error:
        _stop(2, "Unsafe configuration:", str(error))
    except DomainError as error:
        _stop(1, "Refused:", _in_words(error))
    except ValidationError as error:
        _stop_over_values(error)
    except DBAPIError as error:
        if _is_away(error):
            _stop(1, "The database cannot be reached:", _AWAY)
        _stop(1, "The database refused:", f"{type(error).__name__}. {_NOT_AS_EXPECTED}")


def _is_away(error: DBAPIError) -> bool:
    """Whether nobody was there to refuse: PostgreSQL names a state with what it refuses, SQLite says it cannot open."""
    if not isinstance(error, OperationalError):
        return False
    if code := getattr(error.orig, "sqlite_errorcode", None):
        return bool(code == sqlite3.SQLITE_CANTOPEN)
    return getattr(error.orig, "sqlstate", None) is None


def _stop(code: int, title: str, message: str) -> NoReturn:
    told = f"[red]{title}[/red] {escape(message.strip())}"
    Console().print(told, highlight=False, soft_wrap=True)
    raise SystemExit(code) from None


def _in_words(error: DomainError) -> str:
    """The refusal's code and sentences; of fields, which they are and why."""
    i18n.language.set("en")
    told = problems.body(error.code, 0, "", error.details)
    fields = [f"{field['pointer']}: {field['message']}" for field in told.get("errors", ())]
    return " ".join([f"{error.code}:", told["title"] + ".", *(fields or [told["detail"]])])


def _stop_over_values(error: ValidationError) -> NoReturn:
    """Name what is wrong, and with what code; the values themselves may be somebody's data, or a key."""
    found = error.errors()
    if error.title == Settings.__name__:
        names = (f"SHUBBAK_{'_'.join(map(str, item['loc'])).upper()}: {item['msg']}" for item in found)
        _stop(2, "Wrong configuration:", "; ".join(names))
    fields = (f"{item['pointer']} {item['code']}" for item in problems.fields(found))
    _stop(1, "Refused:", ", ".join(fields))
