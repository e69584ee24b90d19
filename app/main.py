"""The door for HTTP: mounts the routers, answers refusals, guards the gate."""

import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic.json_schema import models_json_schema
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.types import Scope

from app import worker
from app.assessments.router import router as assessments
from app.audit.access import AccessLog
from app.auth.router import router as auth
from app.cases.plan_router import router as plans
from app.cases.router import router as cases
from app.consents.router import router as consents
from app.core import problems
from app.core.asked import COMPONENTS, shapes
from app.core.db import Database
from app.core.deps import make_turn
from app.core.errors import ChangedMeanwhile, Conflict, DomainError, InvalidInput, StaleVersion, Unavailable
from app.core.gate import Gate
from app.core.idempotency import InFlight
from app.core.log import configure, log, where
from app.core.mounting import mount
from app.core.settings import Settings, check_safe, settings, signing_key
from app.docs import mount_docs
from app.files.router import router as files
from app.followups.router import router as follow_ups
from app.instruments.router import router as instruments
from app.intake.router import router as intake
from app.notifications.router import router as notifications
from app.oversight.router import router as oversight
from app.partners.router import router as partners
from app.people.router import router as people
from app.referrals.partner_router import router as partner_referrals
from app.referrals.router import router as referrals
from app.vocabularies.router import router as vocabularies
from app.web import face, refusals
from app.web.pages import ROUTERS as PAGES
from app.windows.router import router as windows
from app.wiring import wire

API = "/api/v1"
ROUTERS = (
    auth,
    vocabularies,
    windows,
    notifications,
    partners,
    cases,
    plans,
    intake,
    people,
    consents,
    instruments,
    assessments,
    referrals,
    partner_referrals,
    follow_ups,
    oversight,
    files,
)


def create_app(database: Database | None = None, config: Settings | None = None) -> FastAPI:
    """Build the application over a database; the settings' one unless another is given."""
    wire()
    config = config or settings()
    app = FastAPI(
        title="Shubbak",
        version="0.1.0",
        summary="Case management for social-assistance windows.",
        description=Path(__file__).with_name("api.md").read_text(),
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{API}/openapi.json",
        lifespan=_lifespan,
        separate_input_output_schemas=False,
        redirect_slashes=False,  # an address has one form
    )
    app.state.settings = config
    app.state.signing_key = signing_key(config)
    app.state.database = database or Database(config.url)
    app.state.write_turn = make_turn(app.state.database)
    app.state.in_flight = InFlight()
    app.state.accesses = AccessLog(lambda: app.state.database.write_session(), app.state.write_turn)
    app.add_middleware(
        Gate,
        default_language=config.default_language,
        body_limit=config.body_limit_bytes,
        larger={"/attachments": config.attachment_limit_bytes + 65_536},
        refuse=_outside,
    )
    _answer_refusals(app)
    mount(app, PAGES, "")
    mount(app, ROUTERS, API)
    mount_docs(app)
    _document_shapes(app)
    return app


def _document_shapes(app: FastAPI) -> None:
    """Add to the OpenAPI document what its routes refer to by name: a refusal, and what a query may hold."""
    build = app.openapi
    _, refusals = models_json_schema(
        [(problems.Problem, "serialization")], ref_template=f"{COMPONENTS}{{model}}"
    )
    asked = {one for router in ROUTERS for route in router.routes for one in getattr(route, "asked", ())}

    def documented() -> dict[str, Any]:
        document = build()
        document["components"]["schemas"].update(refusals["$defs"] | shapes(asked))
        return document

    app.openapi = documented  # type: ignore[method-assign]


def serve() -> FastAPI:
    """What uvicorn calls in each server process."""
    configure()
    check_safe(settings())
    return create_app()


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """On SQLite the worker lives inside the one server process; on PostgreSQL it is a process of its own."""
    state = app.state
    async with anyio.create_task_group() as tasks:
        if state.database.is_sqlite:
            tasks.start_soon(worker.run, state.database, state.settings, state.write_turn)
        yield
        tasks.cancel_scope.cancel()
    state.database.dispose()


def _answer_refusals(app: FastAPI) -> None:
    """One handler for each kind of refusal; none of them repeats what was sent."""

    @app.exception_handler(DomainError)
    async def refused(request: Request, error: DomainError) -> Response:
        return await _refusal(request, error)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        found = InvalidInput("body", "not_allowed")
        found.details["errors"] = problems.fields(error.errors())
        return await _refusal(request, found)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        code = {404: "not_found", 405: "method_not_allowed", 400: "malformed_request"}.get(error.status_code)
        is_sent_to_a_page = (
            face.is_page(request) and error.status_code != 405
        )  # of another method, it matched too
        if is_sent_to_a_page or face.is_for_a_person(request, API):
            return await refusals.beside(request, code or "refused", error.status_code)
        return problems.response(code or "refused", error.status_code, headers=error.headers)

    @app.exception_handler(StaleDataError)
    async def stale(request: Request, _: StaleDataError) -> Response:
        return await _refusal(
            request, StaleVersion() if "if-match" in request.headers else ChangedMeanwhile()
        )

    @app.exception_handler(IntegrityError)
    async def broken_rule(request: Request, error: IntegrityError) -> Response:
        log.warning("database refused", error=type(error).__name__, where=where(error))
        return await _refusal(request, Conflict())

    # Any other word of the database (a statement or a value that it cannot read) is a mistake of ours: the gate
    # answers 500, and nobody is asked to send the same again.
    @app.exception_handler(OperationalError)
    @app.exception_handler(InterfaceError)
    @app.exception_handler(PoolTimeout)
    async def trouble(request: Request, error: Exception) -> Response:
        log.warning("database refused", error=type(error).__name__, where=where(error))
        return await _refusal(request, Unavailable(retry_after=2))

    @app.exception_handler(OSError)
    async def no_room(request: Request, error: OSError) -> Response:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise error
        log.warning("disk full", error=type(error).__name__, where=where(error))
        return await _refusal(request, Unavailable(retry_after=2))


async def _refusal(request: Request, error: DomainError) -> Response:
    """Problem details to a program, a page to a person."""
    return await refusals.refused(request, error) if face.is_page(request) else problems.of(error)


def _outside(scope: Scope, error: DomainError) -> Response:
    """The same for what is refused before or beside the routes."""
    request = Request(scope)
    is_a_page = face.is_page(request) or face.is_for_a_person(request, API)
    return refusals.outside(request, error) if is_a_page else problems.of(error)
