"""A few routes of our own beside the real ones: each does one thing that the edge has to deal with."""

import errno
from collections.abc import Iterator
from typing import Annotated

import pytest
from anyio.from_thread import BlockingPortal
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.testclient import TestClient
from pydantic import Field
from sqlalchemy import exc, update
from starlette.responses import StreamingResponse

from app.auth.deps import CurrentActor
from app.auth.models import User
from app.core.db import Database, WriteSession, make_engine
from app.core.deps import ExpectedVersion, PageQuery, ReadDb, WriteDb, check_version
from app.core.errors import DomainError, Forbidden, InvalidInput
from app.core.fields import Code, Count, Day, Flag, Instant, RequiredLine
from app.core.http import ApiRoute, answer
from app.core.ids import UserId
from app.core.schemas import Input
from app.core.settings import Settings
from app.outbox.models import OutboxMessage

lab = APIRouter(route_class=ApiRoute, prefix="/lab")


class Everything(Input):
    line: RequiredLine
    code: Code = "a"
    count: Count = 1
    flag: Flag = False
    few: list[Count] = Field(default_factory=list, max_length=2)
    named: dict[str, Count] = Field(default_factory=dict)
    on: Day | None = None
    at: Instant | None = None


class Told(DomainError):
    """A refusal whose trace stays."""

    code, commits = "forbidden", True


@lab.post("/echo", include_in_schema=False)
def echo(data: Everything) -> Response:
    return answer(data)


@lab.get("/query/{number}", include_in_schema=False)
def query(number: int, page: PageQuery, level: Annotated[int, Field(ge=0)] = 0) -> Response:
    return answer({"number": number, "limit": page.limit, "level": level})


@lab.patch("/version", include_in_schema=False)
def version(expected: ExpectedVersion) -> Response:
    check_version(3, expected)
    return answer({"version": expected}, version=expected)


def _broken(_: WriteDb) -> None:
    raise RuntimeError("of which nobody is told a word")


def keep(db: WriteSession, name: str) -> None:
    db.add(OutboxMessage(name=name, payload={}))
    db.flush()


@lab.post("/kept", status_code=201, include_in_schema=False)
def kept(db: WriteDb) -> Response:
    keep(db, "lab.kept")
    return answer({}, 201)


@lab.post("/refused", status_code=201, include_in_schema=False)
def refused(db: WriteDb) -> Response:
    keep(db, "lab.refused")
    raise Forbidden()


@lab.post("/told", status_code=201, include_in_schema=False)
def told(db: WriteDb) -> Response:
    keep(db, "lab.told")
    raise Told()


@lab.post("/crashed", status_code=201, include_in_schema=False)
def crashed(db: WriteDb) -> Response:
    keep(db, "lab.crashed")
    raise RuntimeError("of which nobody is told a word")


@lab.post("/broken-before", include_in_schema=False)
def broken_before(_: Annotated[None, Depends(_broken)]) -> Response:
    return answer({})


@lab.post("/commit-fails", status_code=201, include_in_schema=False)
def commit_fails(db: WriteDb) -> Response:
    """The row that breaks a rule is written by the commit itself, after this function has answered."""
    keep(db, "lab.commit-fails")
    first = OutboxMessage(name="lab.first", payload={})
    second = OutboxMessage(name="lab.second", payload={})
    second.id = first.id
    db.add_all([first, second])
    return answer({"id": "never seen"}, 201)


@lab.get("/reads-and-writes", include_in_schema=False)
def reads_and_writes(db: ReadDb) -> Response:
    db.add(OutboxMessage(name="lab.read", payload={}))
    db.flush()
    return answer({})


@lab.get("/invalid", include_in_schema=False)
def invalid() -> Response:
    raise InvalidInput("/field", "too_short", context={"min_length": 4})


@lab.get("/sql", include_in_schema=False)
def sql(request: Request, db: ReadDb) -> Response:
    db.connection().exec_driver_sql("SELECT nothing FROM nowhere")
    return answer({})


@lab.get("/trouble/{kind}", include_in_schema=False)
def trouble(kind: str) -> Response:
    """What the database and the disk may say in the middle of a request."""
    causes: dict[str, Exception] = {
        "operational": exc.OperationalError("", {}, Exception()),
        "interface": exc.InterfaceError("", {}, Exception()),
        "data": exc.DataError("", {}, Exception()),
        "programming": exc.ProgrammingError("", {}, Exception()),
        "full": OSError(errno.ENOSPC, "no space"),
        "quota": OSError(errno.EDQUOT, "no quota"),
        "file": OSError(errno.EIO, "no disk"),
    }
    raise causes[kind]


@lab.post("/signed-in", include_in_schema=False)
def signed_in(actor: CurrentActor, data: Everything) -> Response:
    return answer(data)


@lab.post("/overtaken/{user_id}", include_in_schema=False)
def overtaken(db: WriteDb, user_id: UserId) -> Response:
    """Somebody else changes the row after it was loaded."""
    user = db.get_one(User, user_id)
    meanwhile = update(User).where(User.id == user_id).values(version=User.version + 1)
    db.execute(meanwhile, execution_options={"synchronize_session": False})
    user.name = "mine"
    return answer({})


@lab.get("/crowded", include_in_schema=False)
def crowded(request: Request) -> Response:
    """The only connection of a pool is taken by somebody else."""
    engine = make_engine(request.app.state.database.url, pool_size=1, max_overflow=0, pool_timeout=0.01)
    try:
        with engine.connect(), engine.connect():
            return answer({})
    finally:
        engine.dispose()


@lab.get("/half", include_in_schema=False)
def half() -> Response:
    def content() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError("of which nobody is told a word")

    return StreamingResponse(content())


@pytest.fixture(scope="session")
def lab_application(engine_database: Database, config: Settings) -> FastAPI:
    from app.main import create_app

    application = create_app(engine_database, config)
    application.include_router(lab)
    return application


@pytest.fixture
def lab_app(lab_application: FastAPI, database: Database) -> FastAPI:
    lab_application.state.database = database
    return lab_application


@pytest.fixture
def lab_client(lab_app: FastAPI, portal: BlockingPortal) -> TestClient:
    client = TestClient(lab_app)
    client.portal = portal
    return client
