"""The API's own pages: the documentation with its assets on this machine, and what each problem code means."""

from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, Request
from fastapi import Path as PathParameter
from starlette.responses import HTMLResponse, Response

from app.core import i18n, problems
from app.core.errors import NotFound
from app.core.http import answer
from app.web.rendering import Assets

STATIC = Path(__file__).parent / "static"
_CSP = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'"
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Shubbak API</title>
<link rel="stylesheet" href="/static/vendor/swagger-ui/swagger-ui.css">
</head>
<body>
<main id="docs" data-openapi="{openapi}"></main>
<script src="/static/vendor/swagger-ui/swagger-ui-bundle.js"></script>
<script src="/static/docs.js"></script>
</body>
</html>
"""


def mount_docs(app: FastAPI) -> None:
    """Add `/docs`, `/problems/{code}`, `/health` and the static files; none of them needs a sign-in."""
    app.mount("/static", Assets(directory=STATIC), name="static")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        page = _PAGE.format(openapi=app.openapi_url)
        return HTMLResponse(page, headers={"Content-Security-Policy": _CSP})

    @app.get("/problems/{code}", include_in_schema=False)
    async def problem(code: Annotated[str, PathParameter(pattern="^[a-z_]+$", max_length=64)]) -> Response:
        """What a problem's `type` leads to: its meaning in the language of the request."""
        if not i18n.has(f"error.{code}", "en"):
            return problems.of(NotFound())
        return answer(
            {"code": code, "title": i18n.text(f"error.{code}"), "detail": i18n.text(f"error.{code}.detail")}
        )

    @app.get("/health", include_in_schema=False)
    def health(request: Request) -> Response:
        """Whether the database answers."""
        with request.app.state.database.read_session() as session:
            session.connection().exec_driver_sql("SELECT 1")
        return answer({"status": "ok"})
