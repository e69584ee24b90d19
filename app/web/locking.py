"""The lock of a browser's session: nothing is shown until the password is given again, and what was typed comes back."""

from typing import Annotated

from fastapi import Depends, Query, Request
from starlette.responses import Response

from app.auth import credentials, kept_forms, page_sessions
from app.auth.deps import Somebody, judge
from app.core.actor import Actor
from app.core.deps import ReadDb, WriteDb, look
from app.core.errors import NotAuthenticated
from app.web import cookies, face, kept, marks, refusals, visitors
from app.web.everybody import typed
from app.web.face import PageForm, see
from app.web.rendering import page, query

router = face.router()


@router.post("/lock")
def lock(actor: Somebody, db: WriteDb, form: PageForm) -> Response:
    """Show nothing any more until the password is given again; then the page is shown on which the lock stood."""
    page_sessions.lock(db, actor)
    return see(query("/locked", next=form.own("_page")))


@router.post("/presence")
async def tell_of_presence(_: Somebody) -> Response:
    """Sent while somebody types: a long answer is no idleness. That it was sent is noted like any use."""
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


Kept = Annotated[list[str], Query(default_factory=list)]  # the addresses of the forms that a tab had to leave


@router.get("/locked")
async def locked(request: Request, kept: Kept, next: str | None = None) -> Response:
    """The way back in; where another tab has opened the lock, this one goes on, too."""
    visitor = visitors.of(request)
    if visitor is None or not visitor.is_locked:
        return see(_back(next, kept))
    return page(request, "everybody/locked.html", next=face.ours(next), kept=kept)


def _back(next: str | None, kept: list[str]) -> str:
    back = face.ours(next)
    return query("/kept", next=back, kept=kept) if kept else back


async def _unlock(request: Request, form: PageForm) -> tuple[Actor, credentials.Proof]:
    visitor = visitors.of(request)
    if visitor is None:
        raise NotAuthenticated()
    return visitor.actor, await judge(request, visitor.email, typed(form, "password", 128))


@router.post("/locked")
def unlock(
    attempt: Annotated[tuple[Actor, credentials.Proof], Depends(_unlock)], db: WriteDb, form: PageForm
) -> Response:
    """Go on where one was."""
    actor, proof = attempt
    page_sessions.unlock(db, actor, proof)
    response = see(_back(form.value("next"), form.values("kept")))
    cookies.drop(response, cookies.LOCKED_LANGUAGE)
    return response


@router.post("/kept")
@marks.by_itself
async def keep(request: Request, form: PageForm) -> Response:
    """Keep a form of a page that goes blank: it may come before the lock that it comes with, or after it."""
    if visitors.of(request) is None:
        raise NotAuthenticated()
    is_kept = await kept.keep(request, form.own(kept.SENT_TO) or "")
    return Response(status_code=201 if is_kept else 204, headers={"Cache-Control": "no-store"})


@router.get("/kept")
async def give_back(
    request: Request, actor: Somebody, db: ReadDb, kept: Kept, next: str | None = None
) -> Response:
    """What this tab had to leave when the session locked, in its forms again: nothing of it was saved."""
    told = await look(request, kept_forms.told, db, actor.session_id, kept) if actor.session_id else []
    return await refusals.given_back(request, told) if told else see(face.ours(next))
