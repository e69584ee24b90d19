"""A form that is sent twice, by a second press or by going back, happens once: it is answered as it was the first time."""

from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from app.audit import service as audit
from app.core import idempotency
from app.core.actor import Actor
from app.core.db import WriteSession
from app.web import visitors
from app.web.forms import Form

# Shown again, a form proves anew where it comes from, and it may stand on another page: it still says the same.
_NOTHING_SAID = ("_proof", "_page")


async def note(request: Request, sent: Form) -> None:
    """Keep which form this is: the one that a page gave its key to, sent by whoever is signed in."""
    known, key = visitors.of(request), sent.own("_once")
    if known is None or known.is_locked or key is None:
        return
    idempotency.say(
        request,
        idempotency.SentForm(
            user_id=known.actor.user,
            key=idempotency.key_hash(known.actor.user, f"{request.url.path}:{key}"),
            content=idempotency.fingerprint(request.method, request.url.path, *await _said(request, sent)),
            replayed=partial(_replayed, known.actor),
        ),
    )


def once(request: Request) -> AbstractAsyncContextManager[None]:
    """Let a form wait until the same one, that is being worked on, has its answer; one that says more waits for none."""
    sent = idempotency.sent_form(request)
    return request.app.state.in_flight.alone(sent.key + sent.content) if sent else nullcontext()


async def _said(request: Request, sent: Form) -> tuple[bytes, str]:
    """What a form says, and how it is packed; files that came with it are told as they came."""
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/"):
        return urlencode([field for field in sent.fields if field[0] not in _NOTHING_SAID]).encode(), ""
    body = await request.body()
    for name in _NOTHING_SAID:
        body = body.replace((sent.own(name) or "").encode() or b"\0", b"")
    return body, kind


def _replayed(actor: Actor, db: WriteSession, answer: Response) -> None:
    audit.record(db, actor, "idempotency:replay", "user", actor.user, location=answer.headers.get("location"))
