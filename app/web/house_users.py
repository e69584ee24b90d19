"""The accounts of the house: who has one, inviting, changing, a new code, disabling."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.auth import queries, service
from app.auth.deps import CreateDb, UserManager, UserToManage
from app.auth.models import User
from app.auth.schemas import UserCreate, UserUpdate
from app.auth.states import UserStatus
from app.cases import caseload
from app.core.actor import Actor, Role
from app.core.db import ReadSession
from app.core.deps import ExpectedVersion, PageQuery, ReadDb, WriteDb, check_version
from app.core.fields import RequiredLine
from app.core.ids import UserId
from app.core.schemas import Input
from app.core.settings import THIS_MACHINE, settings
from app.core.text import fold
from app.web import face, house, marks
from app.web.face import PageForm, see
from app.web.rendering import page
from app.web.wording import NAMES, word

router = face.router()

ROLES = [role for role in Role if role is not Role.system]


MOST_FOUND = 100


class UserSearch(Input):
    asked: RequiredLine


def _choices(db: ReadSession, actor: Actor) -> dict[str, Any]:
    return {
        "roles": [(role.value, word(role)) for role in ROLES],
        "languages": list(NAMES.items()),
        "windows": house.the_windows(db, actor),
        "institutions": house.the_institutions(db, actor),
    }


@router.get("/house/users")
def list_users(
    request: Request, actor: UserManager, db: ReadDb, wanted: PageQuery, role: Role | None = None
) -> Response:
    found = queries.page(db, actor, wanted, role=role)
    return _list(request, db, actor, users=found.items, next=found.next, role=role, asked=None)


def _list(request: Request, db: ReadSession, actor: Actor, **shown: Any) -> Response:
    places = dict(house.the_windows(db, actor)) | dict(house.the_institutions(db, actor))
    return page(request, "house/users.html", places=places, all_roles=ROLES, **shown)


@router.get("/house/users/search")
def back_to_users(_: UserManager) -> Response:
    """A search is sent, so that no name stands in an address: loaded again, the list answers."""
    return see("/house/users")


@router.post("/house/users/search")
@marks.only_asks()
def search_users(request: Request, actor: UserManager, db: ReadDb, form: PageForm) -> Response:
    """Who is called so, or signs in so. A house has some hundreds of accounts: they are read and compared as names are."""
    asked = form.read(UserSearch).asked
    found = [one for one in queries.page(db, actor, house.EVERYTHING).items if _is_called(one, asked)]
    return _list(request, db, actor, users=found[:MOST_FOUND], next=None, role=None, asked=asked)


def _is_called(user: dict[str, Any], asked: str) -> bool:
    name = fold(asked)  # nothing is left of signs alone
    return (name != "" and name in fold(user["name"])) or asked.casefold() in user["email"]


@router.get("/house/users/new")
def new_user(request: Request, actor: UserManager, db: ReadDb) -> Response:
    return page(request, "house/user_new.html", **_choices(db, actor))


@router.post("/house/users")
def invite(request: Request, actor: UserManager, db: CreateDb, form: PageForm) -> Response:
    """Invite somebody. The code is shown in this one answer: sent again, the account's page answers instead."""
    data = form.read(UserCreate)
    user, code = service.invite(db, actor, data)
    db.flush()
    request.state.kept_answer = see(f"/house/users/{user.id}", done="user_invited")
    return _code(request, db, user, code)


@router.get("/house/users/{user_id}")
def show_user(request: Request, actor: UserManager, db: ReadDb, user_id: UserId) -> Response:
    user = queries.read(db, actor, user_id)
    return page(
        request, "house/user.html", user=user, is_oneself=user_id == actor.user_id, **_choices(db, actor)
    )


@router.post("/house/users/{user_id}")
def change_user(
    actor: UserManager, expected: ExpectedVersion, db: WriteDb, user: UserToManage, form: PageForm
) -> Response:
    check_version(user.version, expected)
    service.change(
        db, actor, user, form.read(UserUpdate, **house.emptied(form, "institution_id", lists=["window_ids"]))
    )
    return see(f"/house/users/{user.id}", done="house_saved")


@router.get("/house/users/{user_id}/code")
def ask_for_code(request: Request, actor: UserManager, db: ReadDb, user_id: UserId) -> Response:
    """What a new code takes away from whoever has a password. A code itself is shown once, and never here."""
    user = queries.read(db, actor, user_id)
    if user["status"] is not UserStatus.active:
        return see(f"/house/users/{user_id}")
    return page(request, "house/user_confirm.html", user=user, what="code", left=())


@router.post("/house/users/{user_id}/code")
def new_code(request: Request, actor: UserManager, db: WriteDb, user: UserToManage) -> Response:
    """A new code, for a forgotten password or an account that comes back."""
    code = service.renew_invitation(db, actor, user)
    db.flush()
    return _code(request, db, user, code)


@router.get("/house/users/{user_id}/disable")
def ask_to_disable(request: Request, actor: UserManager, db: ReadDb, user_id: UserId) -> Response:
    user = queries.read(db, actor, user_id)
    if user["status"] is UserStatus.disabled:
        return see(f"/house/users/{user_id}")
    left = caseload.carried_by(db, user_id)
    return page(request, "house/user_confirm.html", user=user, what="disable", left=left)


@router.post("/house/users/{user_id}/disable")
def disable(actor: UserManager, db: WriteDb, user: UserToManage) -> Response:
    service.disable(db, actor, user)
    return see(f"/house/users/{user.id}", done="user_disabled")


def _code(request: Request, db: WriteDb, user: User, code: str) -> Response:
    expires_at = queries.code_expiry(db, user.id)
    return page(
        request,
        "house/code.html",
        user_id=user.id,
        name=user.name,
        email=user.email,
        code=code,
        expires_at=expires_at,
        origin=origin_of(request),
    )


def origin_of(request: Request) -> str | None:
    """What stands before a path on paper. Whoever asks chooses the host: unsaid, only this machine's own is believed."""
    told = settings().public_url
    if not told and request.base_url.hostname in THIS_MACHINE:
        told = str(request.base_url).rstrip("/")
    return told or None
