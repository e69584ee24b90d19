"""What a route asks for: a session to read or to write, a page, a version, an answer that is given only once."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial
from typing import Annotated, ParamSpec, TypeVar

import anyio
from anyio import to_thread
from fastapi import Depends, Header, Request
from sqlalchemy.orm import Session

from app.core import idempotency
from app.core.asked import Asked
from app.core.db import Database, ReadSession, WriteSession
from app.core.errors import ChangedMeanwhile, Conflict, InvalidInput, StaleVersion, VersionRequired
from app.core.http import Replay, at_end, refuses
from app.core.pagination import InvalidCursor, PageRequest

P = ParamSpec("P")
T = TypeVar("T")


def database(request: Request) -> Database:
    """The two ways into the database, set by `main.create_app`."""
    return request.app.state.database  # type: ignore[no-any-return]


def make_turn(db: Database) -> anyio.Lock | None:
    """SQLite has one writer: its turn is waited for on the event loop, holding neither thread nor connection.

    PostgreSQL has many writers, and there is no turn to wait for.
    """
    return anyio.Lock() if db.is_sqlite else None


def turn(request: Request) -> AbstractAsyncContextManager[None]:
    """The write turn of this application."""
    return request.app.state.write_turn or nullcontext()


@refuses(Conflict, ChangedMeanwhile)
async def unit_of_work(request: Request) -> AsyncIterator[WriteSession]:
    """One request, one transaction, committed before the answer leaves.

    A refusal rolls everything back, except one that says its trace must stay (`DomainError.commits`). A page's form
    that was sent before is answered as it was then.
    """
    sent = idempotency.sent_form(request)
    async with turn(request):
        session = database(request).write_session()
        db = WriteSession(ReadSession(session))
        try:
            if sent and (known := await to_thread.run_sync(sent.again, db)):
                raise Replay(known)
            yield db
            if sent:
                kept = getattr(request.state, "kept_answer", request.state.answer)
                await to_thread.run_sync(sent.keep, db, kept)
        except BaseException as error:
            keep = getattr(error, "commits", False)
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(_end, session.commit if keep else session.rollback, session)
            raise
        else:
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(_end, session.commit, session)


def _end(last: Callable[[], None], session: Session) -> None:
    """Commit or roll back, and give the connection back even when that fails."""
    try:
        last()
    finally:
        session.close()


async def look(request: Request, query: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """Run a query that reads a page at most, along an index; what may scan goes through `read_aside`.

    On SQLite it waits for nobody and costs less than handing it to a thread; elsewhere it waits for the network,
    in a thread.
    """
    if database(request).is_sqlite:
        return query(*args, **named)
    return await read_aside(query, *args, **named)


async def read_aside(query: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """Run a query in a thread: it may read much, and nobody else should wait for it."""
    return await to_thread.run_sync(partial(query, *args, **named))


async def read_only(request: Request) -> ReadSession:
    """A session that can only read; the engine itself forbids more.

    No generator: what a route ends for itself costs a third of what FastAPI's walk back through them does.
    """
    session = database(request).read_session()
    at_end(request, _end_reading, session)
    return ReadSession(session)


async def _end_reading(request: Request, session: Session) -> None:
    """Give back the connection, if one was taken: a session that only reads columns takes none."""
    if not session.in_transaction():
        return
    if database(request).is_sqlite:
        session.close()
    else:  # a round trip
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(session.close)


# scope="function": the transaction ends before the response is sent, so that nobody is told "201 Created" about
# something that was rolled back.
WriteDb = Annotated[WriteSession, Depends(unit_of_work, scope="function")]
ReadDb = Annotated[ReadSession, Depends(read_only)]

PageQuery = Annotated[PageRequest, Depends(refuses(InvalidCursor)(Asked(PageRequest)))]


@refuses(VersionRequired, StaleVersion, InvalidInput)
async def if_match(
    if_match: Annotated[
        str | None, Header(description='The `ETag` that was read, for example `"3"`.')
    ] = None,
) -> int:
    """The version that a change was made upon. Raises `VersionRequired` or, for what is no version, `InvalidInput`."""
    if if_match is None:
        raise VersionRequired()
    number = if_match.strip().removeprefix("W/").strip('"')
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        raise InvalidInput("header/if-match", "bad_format", context={"expected": "etag"})
    return int(number)


ExpectedVersion = Annotated[int, Depends(if_match)]


def check_version(present: int, expected: int) -> None:
    """Raise `StaleVersion` when the row was changed since it was read."""
    if present != expected:
        raise StaleVersion(current=present)
