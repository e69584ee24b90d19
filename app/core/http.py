"""The edge: strict bodies, answers as bytes, and what may go wrong on each route."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from http import HTTPStatus
from itertools import chain
from typing import Any
from urllib.parse import urlencode

import orjson
from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.responses import Response

from app.core import i18n, problems
from app.core.asked import documented
from app.core.errors import DomainError, InvalidInput, NotAuthenticated, NotFound, Unavailable
from app.core.fields import MAX_SAFE_INTEGER
from app.core.pagination import Page

MAX_DEPTH = 32


class MalformedRequest(DomainError):
    """The request cannot be read: bad JSON, a number or a character that no field can hold."""

    status, code = HTTPStatus.BAD_REQUEST, "malformed_request"


class BodyTooLarge(DomainError):
    """The body is larger than this route takes."""

    status, code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large"


class InternalError(DomainError):
    """A mistake of ours: it is logged under the request's number, and nothing was kept."""

    status, code = HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error"


class UnsupportedMediaType(DomainError):
    """The body is not of the type that this route reads."""

    status, code = HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"


class Replay(Exception):
    """Not a refusal: the same request was answered before, and that answer is given again."""

    commits = True  # that it was given again stays in the trail

    def __init__(self, answer: Response) -> None:
        self.answer = answer


def strict_json(body: bytes) -> Any:
    """Parse JSON (RFC 8259): no NaN or Infinity, no lone surrogate, no NUL, no integer beyond 2^53, not too deep.

    Raises `MalformedRequest` without quoting the body.
    """
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise MalformedRequest(reason="json") from None
    stack: list[tuple[Any, int]] = [(parsed, 0)]
    while stack:
        value, depth = stack.pop()
        if isinstance(value, str):
            if "\x00" in value:
                raise MalformedRequest(reason="nul")
        elif isinstance(value, dict | list):
            if depth == MAX_DEPTH:
                raise MalformedRequest(reason="depth")
            children = [*value.keys(), *value.values()] if isinstance(value, dict) else value
            stack.extend((child, depth + 1) for child in children)
        elif isinstance(value, int | float) and abs(value) > MAX_SAFE_INTEGER:
            raise MalformedRequest(reason="number")
    return parsed


_ENDS = "shubbak.ends"


def at_end(request: Request, end: Callable[..., Awaitable[None]], *args: object) -> None:
    """Let the route call `end(request, …)` once its answer or refusal is made, before it is sent."""
    request.scope.setdefault(_ENDS, []).append((end, *args))


async def run_ends(request: Request) -> None:
    """Do what was left for the end (`at_end`)."""
    for end, *args in request.scope.pop(_ENDS, ()):
        await end(request, *args)


class ApiRoute(APIRoute):
    """A route that reads strictly, documents what its dependencies may refuse, and can give an answer again."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self.responses = {**document(_refusals(self)), **self.responses}
        self.asked = [m for d in dependants(self.dependant) if (m := getattr(d.call, "asks", None))]
        one_by_one = (parameter.alias for d in _every(self) for parameter in d.query_params)
        self.query_names = frozenset(chain(one_by_one, *(one.names for one in self.asked)))
        if self.asked:
            self.openapi_extra = {**(self.openapi_extra or {}), "parameters": documented(self.asked)}
        self.needs_bearer = any(getattr(d.call, "needs_bearer", False) for d in dependants(self.dependant))
        permissions = [
            found for d in dependants(self.dependant) if (found := getattr(d.call, "permission", None))
        ]
        if permissions:
            self.openapi_extra = {**(self.openapi_extra or {}), "x-permission": str(permissions[0])}

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        handle = super().get_route_handler()
        reads_json = self.body_field is not None and not _is_form(self)

        async def handler(request: Request) -> Response:
            if self.needs_bearer and not _has_bearer(request):
                raise NotAuthenticated()  # before the body: nobody uploads without having signed in
            if request.scope["query_string"]:
                _refuse_unknown(request, self.query_names)
            if request.method not in {"GET", "HEAD"}:
                body = await request.body()
                if reads_json and body:
                    if not _is_json(request.headers.get("content-type", "")):
                        raise UnsupportedMediaType()
                    request._json = strict_json(body)
            return await answered(request, handle)

        return handler


async def answered(request: Request, handle: Callable[[Request], Awaitable[Response]]) -> Response:
    """What a route's function answers, or what was answered to the same request before; then what waits for the end."""
    try:
        response = await handle(request)
    except Replay as replay:
        return replay.answer
    finally:
        await run_ends(request)
    request.state.answer = response  # read by the idempotency dependency before the commit
    return response


def _has_bearer(request: Request) -> bool:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and bool(token)


def _is_form(route: APIRoute) -> bool:
    return type(getattr(route.body_field, "field_info", None)).__name__ in {"Form", "File"}


def _is_json(content_type: str) -> bool:
    return content_type.split(";")[0].strip().lower() == "application/json"


def dependants(dependant: Dependant) -> Iterable[Dependant]:
    """Walk the dependencies of a route in the order in which they are solved."""
    for inner in dependant.dependencies:
        yield from dependants(inner)
        yield inner


def _every(route: APIRoute) -> list[Dependant]:
    return [route.dependant, *dependants(route.dependant)]


def _refuse_unknown(request: Request, known: frozenset[str]) -> None:
    """Refuse a parameter that the route does not read: a filter misspelt would show everything, and say nothing."""
    unknown = request.query_params.keys() - known
    if unknown:
        raise RequestValidationError(
            [{"type": "extra_forbidden", "loc": ("query", name)} for name in sorted(unknown)]
        )


def _refusals(route: APIRoute) -> list[type[DomainError]]:
    # An address may be asked with any query, also where none is read.
    found: list[type[DomainError]] = [Unavailable, InvalidInput, MalformedRequest]
    for dependant in dependants(route.dependant):
        found += getattr(dependant.call, "refuses", ())
    found += getattr(route.endpoint, "refuses", ())
    if any(d.path_params for d in _every(route)):
        found.append(NotFound)
    if route.body_field is not None:
        found += [BodyTooLarge, UnsupportedMediaType]
    return list(dict.fromkeys(found))


F = Any


def refuses(*errors: type[DomainError]) -> Callable[[F], F]:
    """Say on an endpoint or a dependency which refusals it may answer with; the documentation is built from it."""

    def mark(function: F) -> F:
        function.refuses = (*getattr(function, "refuses", ()), *errors)
        return function

    return mark


def document(errors: Iterable[type[DomainError]]) -> dict[int | str, dict[str, Any]]:
    """OpenAPI responses for refusals, one example a code, grouped by status."""
    grouped: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        entry = grouped.setdefault(
            int(error.status),
            {
                "description": HTTPStatus(error.status).phrase,
                "content": {
                    problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}
                },
            },
        )
        entry["content"][problems.MEDIA_TYPE]["examples"][error.code] = {
            "summary": i18n.text(f"error.{error.code}", "en"),
            "value": _example(error),
        }
    return grouped


def _example(error: type[DomainError]) -> dict[str, Any]:
    before = i18n.language.set("en")
    try:
        return problems.body(
            error.code, error.status, "urn:uuid:01920000-0000-7000-8000-000000000000", error.example
        )
    finally:
        i18n.language.reset(before)


def answer(
    content: Mapping[str, Any] | BaseModel | list[Any],
    status: int = 200,
    *,
    version: int | None = None,
    location: str | None = None,
) -> Response:
    """Answer with JSON bytes; a versioned thing carries its `ETag`, a new one its `Location`."""
    headers: dict[str, str] = {}
    if version is not None:
        headers["ETag"] = f'"{version}"'
    if location is not None:
        headers["Location"] = location
    if isinstance(content, BaseModel):
        data = content.model_dump_json().encode()
    else:
        data = orjson.dumps(content, option=orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC)
    return Response(data, status_code=status, media_type="application/json", headers=headers)


def page_answer(request: Request, page: Page) -> Response:
    """Answer with one page; the next one stands in `next` and in the `Link` header (RFC 8288)."""
    response = answer({"items": page.items, "next": page.next})
    if page.next is not None:
        asked = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
        response.headers["Link"] = (
            f'<{request.scope["path"]}?{urlencode([*asked, ("cursor", page.next)])}>; rel="next"'
        )
    return response
