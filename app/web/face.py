"""The pages' face: what every route of a page does before and after its function, and how it leads on.

A page asks for its rows through the same dependencies as the API: who sends the request is found out by the cookie
(`visitors`), and that a form is ours by its proof (`proofs`), before they run; permission, visibility and the entry
in the trail are theirs.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeGuard
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from app.auth import kept_forms
from app.core import i18n
from app.core.errors import DomainError, InvalidInput, NotAuthenticated
from app.core.http import MalformedRequest, answered
from app.web import marks, proofs, sending, visitors
from app.web.forms import MOST_FIELDS, Form, explained

FORM, REFUSAL, SENT_TO = "shubbak.form", "shubbak.refusal", "shubbak.sent_to"
KEPT = "_kept"  # in a form that a lock has given back: what was kept of it goes when it is sent
BESIDE = "shubbak.beside"  # further forms of the page that is shown again, by their addresses

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Vary": "Cookie, Accept-Language, HX-Request",
}


def router() -> APIRouter:
    """A router of pages."""
    return APIRouter(route_class=PageRoute, include_in_schema=False)


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
            is_shown_again = visitors.VISITOR_OF in request.scope
            await visitors.recognise(request)
            if request.method not in {"GET", "HEAD"}:
                _check_sender(request)
                await _receive(request)
            if not (is_shown_again or marks.is_by_itself(self.endpoint)):
                await visitors.note_use(request)
            await visitors.count_notices(request, self.endpoint)
            async with sending.once(request):
                return await answered(request, handle)

        return handler


def _answered(query: bytes) -> bytes:
    return b"&".join(pair for pair in query.split(b"&") if pair.partition(b"=")[2])


# --- the form that was sent -----------------------------------------------------------------------------------


def _check_sender(request: Request) -> None:
    """Files are read from nobody who has not signed in."""
    known = visitors.of(request)
    if _content_type(request).startswith(b"multipart/") and (known is None or known.is_locked):
        raise NotAuthenticated()


async def _receive(request: Request) -> None:
    """Read the form, check where it comes from, and hand on what the API reads from headers."""
    sent = await _read(request)
    request.scope[FORM] = sent
    proofs.check_origin(request, sent)
    await _sent_after_all(request, sent)
    await sending.note(request, sent)
    if (version := sent.own("_version")) is not None and version.isascii():
        request.scope["headers"].append((b"if-match", version.encode()))
    request.__dict__.pop("_headers", None)  # they were read already, and are read anew with these


async def _sent_after_all(request: Request, sent: Form) -> None:
    known = visitors.of(request)
    if sent.own(KEPT) and known is not None and known.actor.session_id is not None and not known.is_locked:
        await visitors.write_beside(request, kept_forms.sent, known.actor.session_id, request.url.path)


async def _read(request: Request) -> Form:
    kind = _content_type(request).split(b";")[0].strip()
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


def _content_type(request: Request) -> bytes:
    told: bytes = dict(request.scope["headers"]).get(b"content-type", b"")
    return told.lower()


def form(request: Request) -> Form:
    """The form that was sent, or an empty one."""
    found: Form = request.scope.setdefault(FORM, Form())
    return found


PageForm = Annotated[Form, Depends(form)]


# --- what was refused -----------------------------------------------------------------------------------------


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


def invalid(pointer: str, code: str) -> InvalidInput:
    """A refusal of one field of a page's own form."""
    return InvalidInput(pointer, code)


# --- leading on -----------------------------------------------------------------------------------------------


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


def without_told(path: str) -> str:
    """An address that `see` has led to, without what was told there once."""
    way, _, asked = path.partition("#")[0].partition("?")
    left = [part for part in asked.split("&") if part and not part.startswith(("done=", "refused="))]
    return way + ("?" + "&".join(left) if left else "")


def is_page(request: Request) -> bool:
    """Whether a request is a browser's, to be refused with a page."""
    return isinstance(request.scope.get("route"), PageRoute)


def shows_a_page(route: object) -> TypeGuard[PageRoute]:
    return isinstance(route, PageRoute) and not marks.is_a_file(route.endpoint)


def is_for_a_person(request: Request, api: str) -> bool:
    """Whether an address that nothing answers was asked for by a browser, outside the API."""
    return not request.url.path.startswith(api) and "text/html" in request.headers.get("accept", "")
