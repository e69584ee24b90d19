"""Whose browser asks: the session that its cookie opens, and what every page of it needs to know.

This is found out once, before the dependencies of a page run, which are the API's own.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from anyio import to_thread
from fastapi import Request

from app.auth import page_sessions, session_queries
from app.auth.deps import know
from app.core import i18n
from app.core.db import Database, ReadSession, WriteSession
from app.core.deps import database, look, turn
from app.core.settings import LANGUAGES
from app.notifications import queries as notices
from app.web import cookies
from app.web.marks import is_by_itself

T = TypeVar("T")

VISITOR_OF, UNREAD = "shubbak.visitor", "shubbak.unread"


async def recognise(request: Request) -> None:
    """Find out who holds the cookie, and in which language the page speaks."""
    key = request.cookies.get(cookies.SESSION)
    visitor = None
    if key and len(key) <= 128 and VISITOR_OF not in request.scope:
        visitor = await look(request, session_queries.visitor_of, database(request), key)
    visitor = request.scope.setdefault(VISITOR_OF, visitor)
    if visitor is not None:
        i18n.language.set(visitor.actor.language)
        if not visitor.is_locked:
            know(request, visitor.actor)
            return
    chosen = request.cookies.get(cookies.LANGUAGE if visitor is None else cookies.LOCKED_LANGUAGE)
    if chosen in LANGUAGES:
        i18n.language.set(chosen)


def of(request: Request) -> session_queries.Visitor | None:
    """Whose browser this is, if it is somebody's; also while it is locked."""
    found: session_queries.Visitor | None = request.scope.get(VISITOR_OF)
    return found


def is_over(request: Request) -> bool:
    """Whether this browser holds the key of a session that has ended, here or elsewhere."""
    return bool(request.cookies.get(cookies.SESSION)) and of(request) is None


async def note_use(request: Request) -> None:
    """Write down that somebody is at work, once a minute at most; a session that is locked stays so."""
    known = of(request)
    if known is None or known.is_locked or known.is_use_noted:
        return
    await write_beside(request, page_sessions.note_use, known.actor)


async def write_beside(request: Request, work: Callable[..., T], *args: Any) -> T:
    """Write something that is no part of what was asked for, in a short transaction of its own."""
    async with turn(request):
        return await to_thread.run_sync(_written, database(request), work, *args)


def _written(database: Database, work: Callable[..., T], *args: Any) -> T:
    with database.write_session() as session, session.begin():
        return work(WriteSession(ReadSession(session)), *args)


async def count_notices(request: Request, endpoint: Callable[..., Any]) -> None:
    """How many notices wait unread, for the bell of a whole page."""
    known = of(request)
    is_part = request.headers.get("hx-request") or is_by_itself(endpoint)
    if request.method == "GET" and known is not None and not known.is_locked and not is_part:
        request.scope[UNREAD] = await look(request, notices.unread, database(request), known.actor)
