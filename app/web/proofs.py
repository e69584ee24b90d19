"""Proof of where a form comes from: from one of our pages, shown to this very browser, and from no other site.

A page puts `proof` into each of its forms (`hidden(…)` in the templates); `check_origin` asks for it when the form
comes back, before anything is done. What a proof is made from is the key of the browser's session, or before it has
one a cookie of its own.
"""

import hmac
import secrets
from hashlib import sha256
from http import HTTPStatus

from fastapi import Request
from starlette.responses import Response

from app.core.errors import DomainError, NotAuthenticated
from app.web import cookies, visitors
from app.web.forms import Form

_KEY = "shubbak.visitor_key"


class ForgedRequest(DomainError):
    """The form does not prove that it came from one of our pages; nothing was done."""

    status, code = HTTPStatus.FORBIDDEN, "forged_request"


def check_origin(request: Request, sent: Form) -> None:
    """Refuse a form that no page of ours showed to this browser, or that another site has sent.

    Raises `ForgedRequest`; `NotAuthenticated` where the session is over that was open when the page was opened.
    """
    origin = request.headers.get("origin")
    host = request.headers.get("host", "")
    if origin not in {None, "null"} and str(origin).partition("://")[2] != host:
        raise ForgedRequest()
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise ForgedRequest()
    own = _own(request)
    if not own or not _fits(sent.own("_proof") or "", _secret(request, own)):
        # Nothing is done either way; who was signed in when the page was opened is told that this is over.
        raise NotAuthenticated() if visitors.is_over(request) else ForgedRequest()


def proof(request: Request) -> str:
    """The proof for a form, another text each time: what is compressed with what an attacker chose must not repeat."""
    own = _own(request)
    if own is None:
        own = request.scope[_KEY] = secrets.token_urlsafe(24)
    mask = secrets.token_bytes(32)
    secret = _secret(request, own)
    return (mask + bytes(a ^ b for a, b in zip(mask, secret, strict=True))).hex()


def keep_visitor(request: Request, response: Response) -> Response:
    """Let a browser without a session keep what its proofs are made from."""
    if key := request.scope.get(_KEY):
        cookies.keep(response, cookies.VISITOR, key)
    return response


def _own(request: Request) -> str | None:
    """What this browser holds and no other."""
    session = request.cookies.get(cookies.SESSION) if visitors.of(request) else None
    return session or request.cookies.get(cookies.VISITOR) or request.scope.get(_KEY) or None


def _secret(request: Request, own: str) -> bytes:
    """What only this browser's pages know."""
    return hmac.digest(request.app.state.signing_key, b"proof of origin\0" + own.encode(), sha256)


def _fits(told: str, secret: bytes) -> bool:
    try:
        raw = bytes.fromhex(told)
    except ValueError:
        return False
    if len(raw) != 64:
        return False
    return hmac.compare_digest(bytes(a ^ b for a, b in zip(raw[:32], raw[32:], strict=True)), secret)
