"""The server process: pinned to one core, with the settings of `shubbak serve`, over one of the applications."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI, Response

from app.auth import deps, session_queries, tokens
from app.auth.deps import CurrentActor
from app.core.actor import Actor
from app.core.log import configure
from app.main import create_app
from bench import bare

KINDS = ("bare", "real", "unrecorded", "trusting")
TRUSTED = "SHUBBAK_BENCH_TRUSTED"
"""A token: whom the trusting application takes everybody for."""


class _NoRecord:
    """What opening a file costs without the entry that tells of it."""

    async def record(self, *_: object) -> None:
        return None


def real() -> FastAPI:
    """The product as it is, and one trivial route that asks who is there."""
    configure()
    app = create_app()

    def whoami(actor: CurrentActor) -> Response:
        return Response(str(actor.user_id))

    app.add_api_route("/bench/whoami", whoami, include_in_schema=False)
    return app


def unrecorded() -> FastAPI:
    """The product without access entries. The jobs are left to the one that also writes."""
    app = real()
    app.state.accesses = _NoRecord()
    app.router.lifespan_context = _idle
    return app


@asynccontextmanager
async def _idle(_: FastAPI) -> AsyncIterator[None]:
    yield


def trusting() -> FastAPI:
    """The product without access entries that believes everybody to be the same user, looked up once."""
    app = unrecorded()
    claims = tokens.read(app.state.signing_key, os.environ[TRUSTED])
    actor = session_queries.actor_of(app.state.database, claims)
    assert actor is not None

    async def known(*_: object) -> Actor:
        return actor

    deps.identify = known  # type: ignore[assignment]
    return app


def yardstick() -> FastAPI:
    return bare.serve()


def main() -> None:
    kind, port, core = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    os.sched_setaffinity(0, {core})
    uvicorn.run(
        f"bench.served:{'yardstick' if kind == 'bare' else kind}",
        factory=True,
        port=port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        timeout_graceful_shutdown=10,
    )


if __name__ == "__main__":
    main()
