"""The yardstick: FastAPI alone, under the same server settings, answering with the bytes of the real service."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Response

BODIES = "SHUBBAK_BENCH_BODIES"


def serve() -> FastAPI:
    """A `def` route for each recorded answer, whose file is named by the method and the route."""
    app = FastAPI(openapi_url=None)
    for file in sorted(Path(os.environ[BODIES]).iterdir()):
        method, name = file.name.split("_", 1)
        app.add_api_route(f"/{name}", _route(method, file.read_bytes()), methods=[method])
    return app


def _route(method: str, body: bytes) -> Callable[..., Response]:
    def reading() -> Response:
        return Response(body, media_type="application/json")

    def writing(_: dict[str, Any]) -> Response:
        """The body is parsed, as the real route has to."""
        return Response(body, media_type="application/json")

    return writing if method == "POST" else reading
