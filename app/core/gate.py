"""The gate before everything: language, the request's number, limits, headers, one line in the log, no bare traceback."""

import time
from collections.abc import Callable, Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core import i18n, problems
from app.core.errors import DomainError
from app.core.http import BodyTooLarge, InternalError, MalformedRequest
from app.core.ids import uuid7
from app.core.log import log, where

_SECURITY_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
]
_CLOSED = [
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]


class Gate:
    """Pure ASGI, before everything: language, request id, body limit, headers, one log line, no bare traceback."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        default_language: str,
        body_limit: int,
        larger: Mapping[str, int],
        refuse: Callable[[Scope, DomainError], ASGIApp],
    ) -> None:
        self.app = app
        self.refuse = refuse
        self.default_language = default_language
        self.body_limit = body_limit
        self.larger = dict(larger)  # path suffix → bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        headers = dict(scope["headers"])
        wanted = headers.get(b"accept-language", b"").decode("latin-1")
        i18n.language.set(i18n.negotiate(wanted, self.default_language))
        request_id = str(uuid7())
        problems.request_id.set(request_id)
        status = 0

        async def say(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = message.setdefault("headers", [])
                own += [*_SECURITY_HEADERS, (b"x-request-id", request_id.encode())]
                if not any(name == b"content-security-policy" for name, _ in own):
                    own += _CLOSED
            await send(message)

        limit = next((n for end, n in self.larger.items() if scope["path"].endswith(end)), self.body_limit)
        try:
            if b"%00" in scope.get("raw_path", b"") or b"%00" in scope["query_string"]:
                raise MalformedRequest(reason="nul")
            if _announced(headers) > limit:
                raise BodyTooLarge(limit=limit)
            await self.app(scope, _limited(receive, limit), say)
        except DomainError as error:
            await self.refuse(scope, error)(scope, receive, say)
        except Exception as error:
            log.error("request failed", request_id=request_id, error=type(error).__name__, where=where(error))
            if status == 0:
                await self.refuse(scope, InternalError())(scope, receive, say)
        finally:
            route = scope.get("route")
            log.info(
                "request",
                request_id=request_id,
                method=scope["method"],
                route=getattr(route, "path", None),
                status=status,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )


def _announced(headers: Mapping[bytes, bytes]) -> int:
    length = headers.get(b"content-length", b"0")
    if not (length.isdigit() and len(length) < 16):
        raise MalformedRequest(reason="length")
    return int(length)


def _limited(receive: Receive, limit: int) -> Receive:
    """Count what really arrives: a length that is not announced is limited all the same."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise BodyTooLarge(limit=limit)
        return message

    return counted
