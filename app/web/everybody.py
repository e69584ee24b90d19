"""Pages that everybody has: the way in and out, the language, one's account and sessions, the lock, the notices."""

from functools import partial
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from app.auth import credentials, page_sessions, queries, service, session_queries, sessions
from app.auth.deps import Change, Somebody, changed_password, chosen_password, judge
from app.auth.schemas import Activation, PasswordChange
from app.core import i18n
from app.core.deps import PageQuery, ReadDb, WriteDb
from app.core.http import Replay
from app.core.ids import SessionId
from app.core.settings import LANGUAGES
from app.notifications import queries as notices
from app.notifications import service as notifications
from app.notifications.deps import NoticeReader, NotificationToMark
from app.web import cookies, face, marks, navigation, subjects, told, visitors
from app.web.face import PageForm, invalid, see
from app.web.rendering import STATIC, fragment, page

router = face.router()

_YEAR = 365 * 24 * 3600


@router.get("/")
async def begin(request: Request) -> Response:
    """The way to one's own first page."""
    visitor = visitors.of(request)
    return see("/sign-in" if visitor is None else navigation.home(visitor.actor))


@router.get("/sign-in")
async def sign_in_page(request: Request, next: str | None = None, over: bool = False) -> Response:
    """Whoever has just chosen a password need not type the address again: only this browser has kept it."""
    username = request.cookies.get(cookies.ACTIVATED)
    response = page(request, "everybody/sign_in.html", next=next, over=over, username=username)
    if username is not None:
        cookies.drop(response, cookies.ACTIVATED)
    return response


@router.get("/activation")
async def activation_page(request: Request) -> Response:
    return page(request, "everybody/activation.html")


async def _in_another_language(request: Request, form: PageForm) -> None:
    """Show the form again where a language was chosen in it: what was typed is kept, but for the password.

    Nothing else is done, and nothing of it is kept by the server, by the browser or in an address.
    """
    wanted = form.own("_language")
    if wanted is None:
        return
    if wanted not in LANGUAGES:
        raise invalid("/_language", "unknown_choice")
    i18n.language.set(wanted)
    if request.url.path == "/activation":
        shown = await activation_page(request)
    else:
        over = bool(request.query_params.get("over"))
        shown = await sign_in_page(request, next=form.value("next"), over=over)
    cookies.keep(shown, cookies.LANGUAGE, wanted, _YEAR)
    raise Replay(shown)


_SWITCH = [Depends(_in_another_language)]


async def _attempt(request: Request, form: PageForm) -> credentials.Proof:
    name, password = typed(form, "username").strip(), typed(form, "password")
    return await judge(request, name, password)


def typed(form: PageForm, name: str, most: int = 254) -> str:
    """A field as it was typed, blanks and all: passwords have them."""
    value = form.value(name) or ""
    if not value.strip():
        raise invalid(f"/{name}", "missing")
    if len(value) > most or "\x00" in value:
        raise invalid(f"/{name}", "not_allowed")
    return value


Attempt = Annotated[credentials.Proof, Depends(_attempt)]


@router.post("/sign-in", dependencies=_SWITCH)
def sign_in(request: Request, attempt: Attempt, db: WriteDb, form: PageForm) -> Response:
    """Open a session of this browser's; where one wanted to go is where one arrives."""
    key = page_sessions.sign_in_to_pages(db, attempt)
    former = visitors.of(request)
    if former is not None and former.actor.session_id is not None:
        sessions.sign_out(db, former.actor, former.actor.session_id)  # one browser holds one session
    response = see(face.ours(form.value("next")))
    # It ends with the browser, and on the server after a working day.
    cookies.keep(response, cookies.SESSION, key)
    for former_page in (cookies.VISITOR, cookies.LOCKED_LANGUAGE):
        cookies.drop(response, former_page)
    return response


@router.post("/sign-out")
def sign_out(request: Request, db: WriteDb) -> Response:
    """End this browser's session, locked or not."""
    visitor = visitors.of(request)
    if visitor is not None and visitor.actor.session_id is not None:
        sessions.sign_out(db, visitor.actor, visitor.actor.session_id)
    response = see("/sign-in")
    cookies.drop(response, cookies.SESSION)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@router.post("/language")
def choose_language(request: Request, db: WriteDb, form: PageForm) -> Response:
    """Speak another language: remembered with the account, and by the browser for the pages before signing in.

    Whoever passes a locked screen may press its buttons: there it is chosen for that screen alone.
    """
    wanted = form.value("language")
    if wanted not in LANGUAGES:
        raise invalid("/language", "unknown_choice")
    visitor, response = visitors.of(request), see(face.ours(form.value("back")))
    if visitor is not None and visitor.is_locked:
        cookies.keep(response, cookies.LOCKED_LANGUAGE, wanted)
        return response
    if visitor is not None:
        page_sessions.choose_language(db, visitor.actor, wanted)
    cookies.keep(response, cookies.LANGUAGE, wanted, _YEAR)
    return response


async def _activation(request: Request, form: PageForm) -> tuple[Activation, str]:
    data = form.read(Activation, password=typed(form, "password", 128))
    return data, await chosen_password(request, data)


@router.post("/activation", dependencies=_SWITCH)
def activate(activation: Annotated[tuple[Activation, str], Depends(_activation)], db: WriteDb) -> Response:
    """Choose a password with the code of an invitation."""
    data, password_hash = activation
    user = service.activate(db, data.code, password_hash)
    response = see("/sign-in", done="activated")
    cookies.keep(response, cookies.ACTIVATED, user.email, seconds=300)
    return response


@router.get("/account")
def account(request: Request, actor: Somebody, db: ReadDb) -> Response:
    return page(
        request,
        "everybody/account.html",
        user=queries.read_own(db, actor),
        sessions=session_queries.sessions_of(db, actor),
    )


@router.post("/account/sessions/{session_id}/end")
def end_session(actor: Somebody, db: WriteDb, session_id: SessionId) -> Response:
    sessions.sign_out(db, actor, session_id)
    return see("/account", done="session_ended")


@router.post("/account/sessions/end-others")
def end_others(actor: Somebody, db: WriteDb) -> Response:
    page_sessions.end_other_sessions(db, actor)
    return see("/account", done="sessions_ended")


async def _change(request: Request, actor: Somebody, form: PageForm) -> Change:
    current, chosen = typed(form, "current_password", 128), typed(form, "password", 128)
    wanted = PasswordChange(current_password=current, password=chosen)
    change: Change = await changed_password(request, actor, wanted)
    return change


@router.post("/account/password")
def change_password(actor: Somebody, change: Annotated[Change, Depends(_change)], db: WriteDb) -> Response:
    service.change_password(db, actor, change.proof, change.password_hash)
    return see("/account", done="password_changed")


@router.get("/notices")
def show_notices(request: Request, actor: NoticeReader, db: ReadDb, wanted: PageQuery) -> Response:
    found = notices.page(db, actor, wanted)
    return page(
        request,
        "everybody/notices.html",
        notices=sorted(found.items, key=lambda notice: notice["created_at"], reverse=True),
        next=found.next,
        about=told.about(db, actor, found.items),
        address=partial(subjects.address, actor),
    )


@router.post("/notices/read")
def read_all(actor: NoticeReader, db: WriteDb) -> Response:
    notifications.mark_all_read(db, actor)
    return see("/notices")


@router.post("/notices/{notification_id}")
def open_notice(actor: NoticeReader, db: WriteDb, notice: NotificationToMark) -> Response:
    """Go where a notice leads, and note that it was read."""
    notifications.mark_read(db, actor, notice)
    return see(subjects.address(actor, notice.subject_type, notice.subject_id))


@router.get("/offline")
@marks.by_itself
async def offline(request: Request) -> Response:
    """What the browser keeps for when the server cannot be reached."""
    return fragment(
        request, "everybody/offline.html", said={code: i18n.catalogue(code) for code in LANGUAGES}
    )


@router.get("/service-worker.js")
@marks.by_itself
async def service_worker() -> Response:
    """From the root, as it answers for every page."""
    script = (STATIC / "js" / "service-worker.js").read_bytes()
    return Response(script, media_type="text/javascript", headers={"Cache-Control": "no-cache"})
