"""The pages' face: a browser's session instead of a token, proofs of origin, refusals as pages.

A page asks for its rows through the same dependencies as the API: who sends the request is found out here, by the
cookie, before they run; permission, visibility and the entry in the trail are theirs.
"""

import hmac
import secrets
from collections.abc import Awaitable, Callable
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Any, TypeGuard, TypeVar
from urllib.parse import parse_qsl

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from app.auth import page_sessions
from app.auth import queries as accounts
from app.auth.deps import know
from app.core import i18n
from app.core.db import Database, ReadSession, WriteSession
from app.core.deps import database, look, turn
from app.core.errors import DomainError, InvalidInput, NotAuthenticated
from app.core.http import MalformedRequest, Replay, run_ends
from app.core.settings import LANGUAGES
from app.notifications import queries as notices
from app.web.forms import MOST_FIELDS, Form, explained

COOKIE = "__Host-shubbak"
VISITOR = "__Host-visitor"
LANGUAGE = "__Host-language"
ACTIVATED = "__Host-activated"  # the address of an account, from its activation to the sign-in that follows

FORM, REFUSAL, SENT_TO, VISITOR_OF, UNREAD, _KEY = (
    "shubbak.form",
    "shubbak.refusal",
    "shubbak.sent_to",
    "shubbak.visitor",
    "shubbak.unread",
    "shubbak.visitor_key",
)

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Vary": "Cookie, Accept-Language, HX-Request",
}


class ForgedRequest(DomainError):
    """The form does not prove that it came from one of our pages; nothing was done."""

    status, code = HTTPStatus.FORBIDDEN, "forged_request"


Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
T = TypeVar("T")


def by_itself(endpoint: Endpoint) -> Endpoint:
    """Say of a route that browsers ask for it without anybody having done anything: that is no use of a session."""
    endpoint.is_by_itself = True  # type: ignore[attr-defined]
    return endpoint


def a_file(endpoint: Endpoint) -> Endpoint:
    """Say of a route that it answers with a file: nobody is led there who did not ask for it."""
    endpoint.is_a_file = True  # type: ignore[attr-defined]
    return endpoint


def only_asks(**fields: str) -> Callable[[Endpoint], Endpoint]:
    """Say of a route that it looks something up and saves nothing: refused, it is told as a search that was not made.

    Its page is shown again, with what was asked in the form. `fields`: the form's names of parameters, where they differ.
    """

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.asked_as = fields  # type: ignore[attr-defined]
        return endpoint

    return mark


def asked_as(request: Request) -> dict[str, str] | None:
    """The form's names of the parameters of a route that only asks; None for any other route."""
    found: dict[str, str] | None = getattr(request.scope.get("endpoint"), "asked_as", None)
    return found


class PageRoute(APIRoute):
    """A route of a page or of a form that a page sends."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **{**options, "include_in_schema": False})

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            # No route takes both: a token opens the API, a browser's session the pages.
            request.scope["headers"] = [h for h in request.scope["headers"] if h[0] != b"authorization"]
            # A form that only asks sends its blank fields too: what was left blank is no parameter.
            request.scope["query_string"] = _answered(request.scope["query_string"])
            is_shown_again = VISITOR_OF in request.scope
            await recognise(request)
            if request.method not in {"GET", "HEAD"}:
                _check_sender(request)
                await _receive(request)
            if not (is_shown_again or getattr(self.endpoint, "is_by_itself", False)):
                await _note_use(request)
            await _count_notices(request, self.endpoint)
            try:
                response = await handle(request)
            except Replay as replay:
                return replay.answer
            finally:
                await run_ends(request)
            request.state.answer = response
            return response

        return handler


def _answered(query: bytes) -> bytes:
    return b"&".join(pair for pair in query.split(b"&") if pair.partition(b"=")[2])


async def recognise(request: Request) -> None:
    """Find out who holds the cookie, and in which language the page speaks."""
    key = request.cookies.get(COOKIE)
    visitor = None
    if key and len(key) <= 128 and VISITOR_OF not in request.scope:
        visitor = await look(request, accounts.visitor_of, database(request), key)
    visitor = request.scope.setdefault(VISITOR_OF, visitor)
    if visitor is not None:
        i18n.language.set(visitor.actor.language)
        if not visitor.is_locked:
            know(request, visitor.actor)
    elif request.cookies.get(LANGUAGE) in LANGUAGES:
        i18n.language.set(request.cookies[LANGUAGE])


async def _count_notices(request: Request, endpoint: Callable[..., Any]) -> None:
    """How many notices wait unread, for the bell of a whole page."""
    known = visitor(request)
    is_part = request.headers.get("hx-request") or getattr(endpoint, "is_by_itself", False)
    if request.method == "GET" and known is not None and not known.is_locked and not is_part:
        request.scope[UNREAD] = await look(request, notices.unread, database(request), known.actor)


async def _note_use(request: Request) -> None:
    """Write down that somebody is at work, once a minute at most; a session that is locked stays so."""
    known = visitor(request)
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


def visitor(request: Request) -> accounts.Visitor | None:
    """Whose browser this is, if it is somebody's; also while it is locked."""
    found: accounts.Visitor | None = request.scope.get(VISITOR_OF)
    return found


def is_over(request: Request) -> bool:
    """Whether this browser holds the key of a session that has ended, here or elsewhere."""
    return bool(request.cookies.get(COOKIE)) and visitor(request) is None


def form(request: Request) -> Form:
    """The form that was sent, or an empty one."""
    found: Form = request.scope.setdefault(FORM, Form())
    return found


def refusal(request: Request) -> dict[str, Any] | None:
    """Why the form that is shown again was refused."""
    found: dict[str, Any] | None = request.scope.get(REFUSAL)
    return found


def refuse_here(request: Request, error: DomainError, **asked: str) -> None:
    """Let the page of a form that only asks tell that what was asked cannot be, beside what was asked.

    It saves nothing, and does not say of itself that nothing was saved.
    """
    words = {name: i18n.text(f"page.refusal.not_answered.{name}") for name in ("title", "detail")}
    told = explained(error.code, error.details) | words
    sent = request.scope[FORM] = Form(asked.items())
    sent.point(told["errors"])
    request.scope[REFUSAL] = told


PageForm = Annotated[Form, Depends(form)]


async def _receive(request: Request) -> None:
    """Read the form, check where it comes from, and hand on what the API reads from headers."""
    sent = await _read(request)
    request.scope[FORM] = sent
    _check_origin(request, sent)
    for field, header in (("_once", b"idempotency-key"), ("_version", b"if-match")):
        value = sent.own(field)
        if value is not None and value.isascii():
            request.scope["headers"].append((header, value.encode()))


def _check_sender(request: Request) -> None:
    """Files are read from nobody who has not signed in."""
    kind = dict(request.scope["headers"]).get(b"content-type", b"").lower()
    known = visitor(request)
    if kind.startswith(b"multipart/") and (known is None or known.is_locked):
        raise NotAuthenticated()


async def _read(request: Request) -> Form:
    kind = dict(request.scope["headers"]).get(b"content-type", b"").split(b";")[0].strip().lower()
    body = await request.body()
    if kind == b"application/x-www-form-urlencoded":
        try:
            text = body.decode("utf-8")
            fields = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
        except ValueError:  # also what is no UTF-8
            raise MalformedRequest(reason="form") from None
        return Form(fields)
    sent = Form()
    if kind == b"multipart/form-data":
        async with request.form(max_files=5, max_fields=MOST_FIELDS) as parts:
            for name, part in parts.multi_items():
                if not isinstance(part, UploadFile):  # files are read where they are asked for
                    sent.fields.append((name, part))
        request._form = None  # its files are closed by now: who wants them reads the body again
    return sent


def _check_origin(request: Request, sent: Form) -> None:
    """A form must prove that one of our pages showed it to this browser, and no other site may have sent it."""
    origin = request.headers.get("origin")
    host = request.headers.get("host", "")
    if origin not in {None, "null"} and str(origin).partition("://")[2] != host:
        raise ForgedRequest()
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise ForgedRequest()
    own = _own(request)
    if not own or not _fits(sent.own("_proof") or "", _secret(request, own)):
        # Nothing is done either way; who was signed in when the page was opened is told that this is over.
        raise NotAuthenticated() if is_over(request) else ForgedRequest()
    request.__dict__.pop("_headers", None)


def _own(request: Request) -> str | None:
    """What this browser holds and no other: the key of its session, or before it has one a cookie of its own."""
    session = request.cookies.get(COOKIE) if visitor(request) else None
    return session or request.cookies.get(VISITOR) or request.scope.get(_KEY) or None


def _secret(request: Request, own: str) -> bytes:
    """What only this browser's pages know."""
    return hmac.digest(request.app.state.signing_key, b"proof of origin\0" + own.encode(), sha256)


def proof(request: Request) -> str:
    """The proof for a form, another text each time: what is compressed with what an attacker chose must not repeat."""
    own = _own(request)
    if own is None:
        own = request.scope[_KEY] = secrets.token_urlsafe(24)
    mask = secrets.token_bytes(32)
    secret = _secret(request, own)
    return (mask + bytes(a ^ b for a, b in zip(mask, secret, strict=True))).hex()


def _fits(told: str, secret: bytes) -> bool:
    try:
        raw = bytes.fromhex(told)
    except ValueError:
        return False
    if len(raw) != 64:
        return False
    return hmac.compare_digest(bytes(a ^ b for a, b in zip(raw[:32], raw[32:], strict=True)), secret)


def keep_visitor(request: Request, response: Response) -> Response:
    """Let a browser without a session keep what its proofs are made from."""
    if key := request.scope.get(_KEY):
        set_cookie(response, VISITOR, key)
    return response


def set_cookie(response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """A cookie for this host alone, out of reach of scripts and of other sites' forms."""
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")


def drop_cookie(response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")


def ours(path: str | None) -> str:
    """An address that was sent to us to lead on to, if it is one of this house; else the first page."""
    is_ours = (
        path is not None and path.startswith("/") and not path.startswith(("//", "/\\")) and path.isascii()
    )
    return path if path is not None and is_ours else "/"


def see(path: str, *, done: str | None = None, refused: str | None = None, at: str | None = None) -> Response:
    """Lead the browser on after a form was sent; `done` and `refused` are codes, told in words on the next page.

    `at` is the id of the part of that page where the eye goes on.
    """
    for name, code in (("done", done), ("refused", refused)):
        if code:
            path += ("&" if "?" in path else "?") + f"{name}={code}"
    if at:
        path += f"#{at}"
    return RedirectResponse(path, 303, headers={"Cache-Control": "no-store"})


def is_page(request: Request) -> bool:
    """Whether a request is a browser's, to be refused with a page."""
    return isinstance(request.scope.get("route"), PageRoute)


def shows_a_page(route: object) -> TypeGuard[PageRoute]:
    return isinstance(route, PageRoute) and not getattr(route.endpoint, "is_a_file", False)


def is_for_a_person(request: Request, api: str) -> bool:
    """Whether an address that nothing answers was asked for by a browser, outside the API."""
    return not request.url.path.startswith(api) and "text/html" in request.headers.get("accept", "")


def router() -> APIRouter:
    """A router of pages."""
    return APIRouter(route_class=PageRoute, include_in_schema=False)


def invalid(pointer: str, code: str) -> InvalidInput:
    """A refusal of one field of a page's own form."""
    return InvalidInput(pointer, code)
