"""Templates made into answers."""

import gzip
import secrets
from functools import cache, lru_cache
from hashlib import sha256
from http import HTTPStatus
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.auth.permissions import Permission, may
from app.core import i18n
from app.core.settings import LANGUAGES, settings
from app.web import face, navigation, proofs, visitors, wording
from app.web.form_on_page import FormOnPage
from app.web.forms import explained

STATIC = Path(__file__).parents[1] / "static"
COMPRESSED_FROM = 1000  # bytes


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=400,
    )
    made.globals |= {
        "t": wording.t,
        "plain": wording.plain,
        "count": wording.count,
        "word": wording.word,
        "ltr": wording.ltr,
        "digits": wording.digits,
        "day": wording.day,
        "day_text": wording.day_text,
        "weekday": wording.weekday,
        "calendar_year": wording.calendar_year,
        "moment": wording.moment,
        "clock": wording.clock,
        "hour": wording.hour,
        "near": wording.near,
        "day_of": wording.day_of,
        "missed": wording.missed,
        "due_by": wording.due_by,
        "since": wording.since,
        "ago": wording.ago,
        "person": wording.person,
        "named": wording.named,
        "label": wording.label,
        "asset": asset,
        "query": query,
        "LANGUAGE_NAMES": wording.NAMES,
        "LANGUAGES": LANGUAGES,
        "Permission": Permission,
    }
    return made


@lru_cache(maxsize=64)
def asset(name: str) -> str:
    """The address of a static file, another one when it changes: browsers keep it for good."""
    return f"/static/{name}?v={sha256((STATIC / name).read_bytes()).hexdigest()[:10]}"


def query(path: str, **parameters: object) -> str:
    """An address with those parameters that have a value; a list has several."""
    given = {name: value for name, value in parameters.items() if value is not None}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """A whole page."""
    visitor = visitors.of(request)
    actor = visitor.actor if visitor and not visitor.is_locked else None
    entries = navigation.menu(actor) if actor else ()
    path = request.url.path
    content = _render(
        request,
        template,
        actor=actor,
        visitor=visitor if actor else None,
        menu=entries,
        current=navigation.current(path, entries),
        unread=request.scope.get(visitors.UNREAD, 0),
        home=navigation.home(actor) if actor else "/sign-in",
        done=_done(request) if status < HTTPStatus.BAD_REQUEST else None,
        **context,
    )
    return _answer(request, content, status)


def fragment(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """A part of a page, for what comes while somebody types."""
    visitor = visitors.of(request)
    return _answer(request, _render(request, template, actor=visitor and visitor.actor, **context), status)


def _render(request: Request, template: str, *, actor: Any, **context: Any) -> str:
    # What was done before is no part of the page: the form that stands on it leads back to the page alone.
    shown_query = request.url.remove_query_params(["done", "refused"]).query
    # One proof and one beginning of every form's key: a page of many small forms stays small once compressed.
    proof = cache(lambda: proofs.proof(request))
    page_key, forms = secrets.token_urlsafe(12), count(1)
    return (
        _environment()
        .get_template(template)
        .render(
            language=wording.language(),
            dir=wording.direction(),
            path=request.url.path,
            here=request.url.path + (f"?{shown_query}" if shown_query else ""),
            actor=actor,
            idle_minutes=settings().page_idle_minutes,
            may=(lambda permission: actor is not None and may(actor, permission)),
            form=_form_on_page(request),
            refusal=face.refusal(request) or _refused(request),
            proof=proof,
            once=lambda: f"{page_key}-{next(forms)}",
            **context,
        )
    )


def _form_on_page(request: Request) -> FormOnPage:
    told = face.refusal(request)
    address = request.scope.get(face.SENT_TO) or request.url.path
    is_stale = bool(told and told["code"] == "stale_version")
    return FormOnPage(
        face.form(request), address, is_stale=is_stale, beside=request.scope.get(face.BESIDE, {})
    )


def _refused(request: Request) -> dict[str, Any] | None:
    """What was refused before a page could be shown again, by a code in the address: a document that was too large."""
    code = request.query_params.get("refused")
    return explained(code, {}) if code == "file_too_large" else None


def _done(request: Request) -> Markup | None:
    """What the form before has done, by a code in the address; only what the catalogues know is told.

    Where a form is shown again because it was refused, nothing was done.
    """
    if face.refusal(request):
        return None
    key = f"page.done.{request.query_params.get('done', '')}"
    return wording.t(key) if i18n.has(key, "en") else None


def _answer(request: Request, content: str, status: int) -> Response:
    headers = {**face.HEADERS, "Content-Language": wording.language()}
    body = content.encode()
    if len(body) >= COMPRESSED_FROM and "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, 5, mtime=0)
        headers["Content-Encoding"] = "gzip"
        headers["Vary"] += ", Accept-Encoding"
    response = Response(body, status, headers, media_type="text/html; charset=utf-8")
    return proofs.keep_visitor(request, response)


class Assets(StaticFiles):
    """Style sheets, scripts and the font: kept by the browser for good, since a changed one has another address."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        asked = dict(scope["headers"])
        kept = b"v=" in scope["query_string"]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
        response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
        if response.status_code == 200 and b"gzip" in asked.get(b"accept-encoding", b""):
            return _compressed(path, response)
        return response


def _compressed(path: str, response: Response) -> Response:
    file = STATIC / path
    if file.suffix not in {".css", ".js", ".svg", ".json", ".webmanifest"}:
        return response
    headers = {
        name: value
        for name, value in response.headers.items()
        if name in {"content-type", "etag", "last-modified", "cache-control", "content-security-policy"}
    }
    headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(_gzipped(file, file.stat().st_mtime_ns), headers=headers)


@lru_cache(maxsize=64)
def _gzipped(file: Path, _: int) -> bytes:
    return gzip.compress(file.read_bytes(), 9, mtime=0)
