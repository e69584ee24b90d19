"""Refusals as pages: the form again with what is wrong, the way in, or a page that says why."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Message

from app.auth.kept_forms import Typed
from app.core import i18n
from app.core.errors import ChangedMeanwhile, DomainError, InvalidInput, NotAuthenticated, NotFound
from app.core.http import BodyTooLarge
from app.core.idempotency import KeyReused
from app.web import face, kept, marks, visitors
from app.web.forms import Form, explained
from app.web.rendering import page


async def beside(request: Request, code: str, status: int) -> Response:
    """Answer a browser that asks for what no page answers."""
    await visitors.recognise(request)
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        if request.method in {"GET", "HEAD"}:  # a form's address, loaded again or gone back to after a lock
            return face.see(_above(request))
        code = NotFound.code  # the refusal's own words speak to who writes programs
    return page(request, "refused.html", told=explained(code, {}), back=None, written=[], status=status)


def _above(request: Request) -> str:
    """The nearest page above an address that only takes forms: the page of what the form is about."""
    contexts = iter_route_contexts(request.app.routes)
    pages = [one.original_route for one in contexts if "GET" in (one.methods or ())]
    path = request.url.path
    while path := path.rpartition("/")[0]:
        if any(face.shows_a_page(route) and route.path_regex.match(path) for route in pages):
            return path
    return "/"


def outside(request: Request, error: DomainError) -> Response:
    """Answer what was refused before a route was reached, or what broke."""
    if isinstance(error, BodyTooLarge) and (shown := _page_of_upload(request)):
        return face.see(shown, refused=_TOO_LARGE)  # no route has been reached that could show the page
    back = _above(request) if request.method == "POST" else None  # what was sent is not read: nor its page
    told = explained(error.code, error.details)
    return page(request, "refused.html", told=told, back=back, written=[], status=int(error.status))


def _page_of_upload(request: Request) -> str | None:
    """The page of the thing that a document was sent to, where the form itself was not read."""
    path = request.url.path
    return path.removesuffix(_UPLOAD) if path.endswith(_UPLOAD) else None


_UPLOAD, _TOO_LARGE = "/attachments", "file_too_large"


async def refused(request: Request, error: DomainError) -> Response:
    """Answer a refusal: the page with the form again and what is wrong, the way in, or a page that says why."""
    if isinstance(error, NotAuthenticated):
        return await _way_in(request)
    if isinstance(error, KeyReused) and error.led_to is not None:
        return _sent_before(request, error.led_to)
    told = _in_words(request, error)
    sent = _sent(request)
    if sent is not None:
        sent.point(told["errors"])
        again = await _again(request, sent, told, request.url.path)
        if again is not None:
            again.status_code = int(error.status)
            return again
    return page(
        request,
        "refused.html",
        told=told,
        back=None,
        written=face.form(request).written(),
        status=int(error.status),
    )


def _sent_before(request: Request, led_to: str) -> Response:
    """What a form created stands already; what it says now is given back, for writing it where that stands."""
    told = explained(KeyReused.code, {})
    told |= {name: i18n.text(f"page.refusal.sent_before.{name}") for name in ("title", "detail")}
    way, written = face.without_told(led_to), face.form(request).written()
    return page(
        request, "refused.html", told=told, back=way, written=written, status=int(HTTPStatus.CONFLICT)
    )


def _in_words(request: Request, error: DomainError) -> dict[str, Any]:
    """What was wrong; a search that was not made says so, where a form says that nothing was saved."""
    told = explained(error.code, error.details)
    if not isinstance(error, InvalidInput):
        return told
    if (names := marks.asked_as(request)) is not None:
        said = {name: i18n.text(f"page.refusal.not_searched.{name}") for name in ("title", "detail")}
        return told | said | {"errors": [_in_the_form(error, names) for error in told["errors"]]}
    if request.method == "GET":
        return told | {name: i18n.text(f"page.refusal.not_shown.{name}") for name in ("title", "detail")}
    return told


def _in_the_form(error: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    place, _, parameter = error["pointer"].partition("/")
    return error | {"pointer": f"/{names.get(parameter, parameter)}"} if place == "query" else error


def _sent(request: Request) -> Form | None:
    """The form that was refused: the one that was sent, or what an address asked of a page that only asks."""
    if request.method == "POST":
        return face.form(request)
    names = marks.asked_as(request)
    if names is None or visitors.VISITOR_OF not in request.scope or face.REFUSAL in request.scope:
        return None
    asked = [(names.get(name, name), value) for name, value in request.query_params.multi_items()]
    return Form([("_page", request.url.path), *asked])


async def _way_in(request: Request) -> Response:
    known = visitors.of(request)
    door = "/locked" if known is not None and known.is_locked else "/sign-in"
    if request.headers.get("hx-request"):  # a part of a page: the whole page goes
        return Response(status_code=401, headers={**face.HEADERS, "HX-Redirect": door})
    wanted = request.url.path if request.method == "GET" else face.ours(face.form(request).own("_page"))
    told = [f"next={quote(wanted)}"] if wanted != "/" else []
    told += ["over=1"] if visitors.is_over(request) else []
    told += [f"kept={quote(request.url.path)}"] if door == "/locked" and await _was_kept(request) else []
    return face.see(door + ("?" + "&".join(told) if told else ""))


async def _was_kept(request: Request) -> bool:
    """Whether a form that came to a locked session comes back: what a script sends by itself leads to no page."""
    is_sent = request.method == "POST" and request.headers.get("sec-fetch-mode", "navigate") == "navigate"
    return is_sent and await kept.keep(request, request.url.path)


async def given_back(request: Request, typed: list[Typed]) -> Response:
    """What was typed on a page when its session locked, in its forms again, or as words where they stand no more."""
    forms = {one.sent_to: Form(one.fields) for one in typed}
    (sent_to, sent), *_ = forms.items()
    told = explained(NotAuthenticated.code, {})
    told |= {name: i18n.text(f"page.kept.{name}") for name in ("title", "detail")}
    shown = await _again(request, sent, told, sent_to, forms)
    written = [words for form in forms.values() for words in form.written()]
    return shown or page(request, "refused.html", told=told, back=None, written=written, status=200)


async def _again(
    request: Request,
    sent: Form,
    told: dict[str, Any],
    sent_to: str,
    forms: Mapping[str, Form] = MappingProxyType({}),
) -> Response | None:
    """The page on which the form stood, with what was typed and what is wrong; None when it was none of ours.

    Where that page leads on, because what it asked for can be done no more, the page that it leads to is shown: the
    thing as it now is.
    """
    shown = sent.own("_page") or _page_of_upload(request) or ""
    for refusal in (told, _overtaken(told)):
        path, _, asked = shown.partition("?")
        if not path.startswith("/") or path.startswith("//") or not path.isascii():
            return None
        scope = _scope(request, sent, refusal, path, asked, sent_to)
        answer = await _captured(request, scope | {face.BESIDE: forms})
        if answer is None or answer.status_code != HTTPStatus.SEE_OTHER:
            return answer
        shown = answer.headers["location"]
    return None


def _overtaken(told: dict[str, Any]) -> dict[str, Any]:
    """A refusal as it is told where its fields no longer stand: nobody is sent to look at them."""
    return explained(ChangedMeanwhile.code, {}) if told["errors"] else told


def _scope(
    request: Request, sent: Form, told: dict[str, Any], path: str, asked: str, sent_to: str
) -> dict[str, Any]:
    kept = {key: value for key, value in request.scope.items() if key in _KEPT}
    headers = [(name, value) for name, value in request.scope["headers"] if name not in _OF_THE_FORM]
    return {
        **kept,
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": asked.encode("ascii", "ignore"),
        "headers": headers,
        "state": {},
        face.FORM: sent,
        face.REFUSAL: told,
        face.SENT_TO: sent_to,
        visitors.VISITOR_OF: visitors.of(request),
    }


_KEPT = frozenset(
    {
        "type",
        "asgi",
        "http_version",
        "scheme",
        "server",
        "client",
        "root_path",
        "app",
        "router",
        "fastapi_middleware_astack",
        "starlette.exception_handlers",
    }
)
_OF_THE_FORM = frozenset({b"content-length", b"content-type", b"idempotency-key", b"if-match"})


async def _captured(request: Request, scope: dict[str, Any]) -> Response | None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    try:
        await request.app.router(scope, receive, send)
    except HTTPException:
        return None  # there is no such page, or it is only sent
    if not isinstance(scope.get("route"), face.PageRoute) or not sent:
        return None
    start, *parts = sent
    is_page = dict(start["headers"]).get(b"content-type", b"").startswith(b"text/html")
    if start["status"] != HTTPStatus.SEE_OTHER and not (is_page and start["status"] == HTTPStatus.OK):
        return None
    response = Response(b"".join(part.get("body", b"") for part in parts), start["status"])
    response.raw_headers = list(start["headers"])
    return response
