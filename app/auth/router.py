from fastapi import APIRouter, Request, Response

from app.auth import queries, service, session_queries, sessions, token_sessions
from app.auth.deps import (
    ChangedPassword,
    ChosenPassword,
    CreateDb,
    Somebody,
    TokenAttempt,
    UserManager,
    UserReader,
    UserToManage,
)
from app.auth.permissions import ROLE_PERMISSIONS
from app.auth.schemas import (
    Activation,
    InvitationOut,
    MeOut,
    SessionList,
    TokenOut,
    UserCreate,
    UserOut,
    UserPage,
    UserUpdate,
)
from app.core.actor import Role
from app.core.deps import ExpectedVersion, PageQuery, ReadDb, WriteDb, check_version
from app.core.errors import ChangedMeanwhile, IllegalMove
from app.core.http import ApiRoute, answer, page_answer, refuses
from app.core.ids import SessionId, UserId

router = APIRouter(route_class=ApiRoute)


@router.post("/auth/token", response_model=TokenOut, tags=["auth"])
def issue_tokens(attempt: TokenAttempt, db: WriteDb) -> Response:
    """Sign in (`grant_type=password`) or renew (`grant_type=refresh_token`); the body is a form (OAuth2)."""
    if attempt.proof is not None:
        given = token_sessions.sign_in(db, attempt.proof)
    else:
        given = token_sessions.refresh(db, attempt.refresh_token)
    return answer(
        TokenOut(
            access_token=given.access_token, refresh_token=given.refresh_token, expires_in=given.expires_in
        )
    )


@router.post("/auth/activation", status_code=204, tags=["auth"])
@refuses(queries.UnknownActivationCode, ChangedMeanwhile)
def activate_account(password_hash: ChosenPassword, db: WriteDb, data: Activation) -> None:
    """Choose a password with the activation code of an invitation."""
    service.activate(db, data.code, password_hash)


@router.post("/auth/logout", status_code=204, tags=["auth"])
def log_out(actor: Somebody, db: WriteDb) -> None:
    """End this session: its tokens are refused from the next request on."""
    if actor.session_id is not None:
        sessions.sign_out(db, actor, actor.session_id)


@router.post("/auth/password", status_code=204, tags=["auth"])
def change_password(actor: Somebody, change: ChangedPassword, db: WriteDb) -> None:
    """Change one's password; every other session ends."""
    service.change_password(db, actor, change.proof, change.password_hash)


@router.get("/auth/me", response_model=MeOut, tags=["auth"])
def get_own_account(actor: Somebody, db: ReadDb) -> Response:
    """Who I am and what my role may."""
    return answer({"user": queries.read_own(db, actor), "permissions": sorted(ROLE_PERMISSIONS[actor.role])})


@router.get("/auth/sessions", response_model=SessionList, tags=["auth"])
def list_own_sessions(actor: Somebody, db: ReadDb) -> Response:
    """Where I am signed in."""
    return answer({"items": session_queries.sessions_of(db, actor)})


@router.delete("/auth/sessions/{session_id}", status_code=204, tags=["auth"])
def end_own_session(actor: Somebody, db: WriteDb, session_id: SessionId) -> None:
    """End one of my sessions."""
    sessions.sign_out(db, actor, session_id)


@router.get("/users", response_model=UserPage, tags=["users"])
def list_users(
    request: Request, actor: UserReader, db: ReadDb, page: PageQuery, role: Role | None = None
) -> Response:
    """Accounts by name: one's colleagues, or all for who runs or audits the house."""
    return page_answer(request, queries.page(db, actor, page, role=role))


@router.post("/users", response_model=InvitationOut, status_code=201, tags=["users"])
@refuses(service.EmailTaken)
def invite_user(request: Request, actor: UserManager, db: CreateDb, data: UserCreate) -> Response:
    """Invite somebody. The activation code is shown this once; hand it over in person.

    Sent again with the same `Idempotency-Key`, it answers without the code, which is kept nowhere in clear.
    """
    user, code = service.invite(db, actor, data)
    db.flush()
    request.state.kept_answer = _invitation(db, actor, user.id, None, 201)
    return _invitation(db, actor, user.id, code, 201)


@router.get("/users/{user_id}", response_model=UserOut, tags=["users"])
def get_user(actor: UserReader, db: ReadDb, user_id: UserId) -> Response:
    """One account."""
    user = queries.read(db, actor, user_id)
    return answer(user, version=user["version"])


@router.patch("/users/{user_id}", response_model=UserOut, tags=["users"])
@refuses(service.OwnAccount)
def change_user(
    actor: UserManager, expected: ExpectedVersion, db: WriteDb, user: UserToManage, data: UserUpdate
) -> Response:
    """Change name, role, windows, institution or language; counts from the account's next request."""
    check_version(user.version, expected)
    service.change(db, actor, user, data)
    return answer(queries.read(db, actor, user.id), version=user.version)


@router.post("/users/{user_id}/invitation", response_model=InvitationOut, tags=["users"])
@refuses(IllegalMove, ChangedMeanwhile)
def invite_user_again(actor: UserManager, db: WriteDb, user: UserToManage) -> Response:
    """A new activation code, for a forgotten password or an account that comes back."""
    code = service.renew_invitation(db, actor, user)
    db.flush()
    return _invitation(db, actor, user.id, code, 200)


@router.post("/users/{user_id}/disable", response_model=UserOut, tags=["users"])
@refuses(IllegalMove, ChangedMeanwhile, service.OwnAccount)
def disable_user(actor: UserManager, db: WriteDb, user: UserToManage) -> Response:
    """Shut an account; its sessions end at once."""
    service.disable(db, actor, user)
    return answer(queries.read(db, actor, user.id), version=user.version)


def _invitation(db: WriteDb, actor: UserManager, user_id: UserId, code: str | None, status: int) -> Response:
    user = queries.read(db, actor, user_id)
    content = {"user": user, "activation_code": code, "expires_at": queries.code_expiry(db, user_id)}
    return answer(content, status, version=user["version"], location=f"/api/v1/users/{user_id}")
