"""Signing in, staying signed in, and everything that ends it: from the next request on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.auth import credentials, service, sessions, throttle, token_sessions
from app.auth.models import RefreshToken, User, UserSession
from app.auth.schemas import UserUpdate
from app.core.actor import SYSTEM, Actor, Role
from app.core.db import Database, WriteSession
from app.core.ids import SessionId, uuid7
from app.core.settings import settings
from tests.factories.accounts import PASSWORD, account, ask, bearer, me, refused, renew, sign_in
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

OTHER = "another harbour under lamplight"


@pytest.fixture
def user(db: WriteSession, world: World) -> User:
    return account(db)


def test_the_right_password_opens_a_session(client: CheckedClient, user: User) -> None:
    tokens = sign_in(client)
    assert tokens["token_type"] == "bearer"
    assert tokens["expires_in"] == settings().access_token_minutes * 60
    assert me(client, tokens).json()["user"]["email"] == "souad@test.example"


@pytest.mark.parametrize("typed", ["SOUAD@TEST.EXAMPLE", "  souad@test.example "])
def test_the_address_is_read_as_people_type_it(client: CheckedClient, user: User, typed: str) -> None:
    assert sign_in(client, typed)


@pytest.mark.parametrize(
    "token", ["", "nonsense", "a.b.c", "Bearer", "x" * 5000], ids=["empty", "word", "dots", "bearer", "long"]
)
def test_what_is_no_token_opens_nothing(client: CheckedClient, user: User, token: str) -> None:
    response = client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"})
    refused(response, "not_authenticated")


def test_another_scheme_than_bearer_opens_nothing(client: CheckedClient, user: User) -> None:
    tokens = sign_in(client)
    refused(
        client.get("/api/v1/auth/me", headers={"Authorization": f"Basic {tokens['access_token']}"}),
        "not_authenticated",
    )


@pytest.mark.parametrize(
    ("form", "pointer", "code"),
    [
        ({"username": "a@b.example"}, "/password", "missing"),
        ({"password": "x"}, "/username", "missing"),
        ({"grant_type": "refresh_token"}, "/refresh_token", "missing"),
        ({"username": "a\x00b", "password": "x"}, "body", "not_allowed"),
        ({"username": "a", "password": "x\x00"}, "body", "not_allowed"),
        ({"grant_type": "client_credentials"}, "/grant_type", "unknown_choice"),
        ({"username": "a" * 255, "password": "x"}, "/username", "too_long"),
        ({"username": "a", "password": "x" * 129}, "/password", "too_long"),
    ],
)
def test_an_incomplete_request_for_a_token_points_at_what_is_missing(
    client: CheckedClient, form: dict[str, str], pointer: str, code: str
) -> None:
    response = ask(client, **form)
    assert response.status_code == 422
    assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [(pointer, code)]


def test_logging_out_ends_the_session_from_the_next_request(client: CheckedClient, user: User) -> None:
    tokens, other = sign_in(client), sign_in(client)
    assert client.post("/api/v1/auth/logout", headers=bearer(tokens)).status_code == 204
    refused(me(client, tokens), "not_authenticated")
    refused(renew(client, tokens["refresh_token"]), "invalid_credentials")
    assert me(client, other).status_code == 200


def test_disabling_an_account_ends_its_sessions_from_the_next_request(
    client: CheckedClient, world: World, user: User
) -> None:
    tokens = sign_in(client)
    disable = f"/api/v1/users/{user.id}/disable"
    assert client.post(disable, headers=headers(world.administrator)).json()["status"] == "disabled"
    refused(me(client, tokens), "not_authenticated")
    refused(renew(client, tokens["refresh_token"]), "invalid_credentials")
    refused(ask(client, username=user.email, password=PASSWORD), "invalid_credentials")


def test_a_changed_role_counts_from_the_next_request(client: CheckedClient, world: World, user: User) -> None:
    tokens = sign_in(client)
    address = f"/api/v1/users/{user.id}"
    assert client.get("/api/v1/users", headers=bearer(tokens)).status_code == 200
    etag = client.get(address, headers=headers(world.administrator)).headers["etag"]
    changed = client.patch(
        address,
        json={"role": "partner_agent", "institution_id": str(world.ours)},
        headers=headers(world.administrator, **{"If-Match": etag}),
    )
    assert changed.status_code == 200, changed.text
    assert client.get("/api/v1/users", headers=bearer(tokens)).status_code == 403
    assert me(client, tokens).json()["user"]["role"] == "partner_agent"


def test_changed_windows_count_from_the_next_request(
    client: CheckedClient, db: WriteSession, world: World
) -> None:
    user = account(db, "moved@test.example", Role.social_worker, window_ids=[world.here])
    tokens = sign_in(client, "moved@test.example")
    service.change(db, SYSTEM, user, UserUpdate(window_ids=[world.elsewhere]))
    db.commit()
    assert me(client, tokens).json()["user"]["window_ids"] == [str(world.elsewhere)]


def change_password(client: CheckedClient, tokens: dict[str, Any], current: str, new: str) -> Any:
    data = {"current_password": current, "password": new}
    return client.post("/api/v1/auth/password", json=data, headers=bearer(tokens))


def test_changing_the_password_ends_every_other_session(client: CheckedClient, user: User) -> None:
    tokens, other = sign_in(client), sign_in(client)
    assert change_password(client, tokens, PASSWORD, OTHER).status_code == 204
    assert me(client, tokens).status_code == 200
    refused(me(client, other), "not_authenticated")
    refused(renew(client, other["refresh_token"]), "invalid_credentials")
    refused(ask(client, username=user.email, password=PASSWORD), "invalid_credentials")
    assert sign_in(client, password=OTHER)


def test_changing_the_password_needs_the_present_one_and_a_good_new_one(
    client: CheckedClient, user: User
) -> None:
    tokens = sign_in(client)
    refused(change_password(client, tokens, OTHER, OTHER), "wrong_password")
    short = change_password(client, tokens, PASSWORD, "short")
    assert [e["code"] for e in short.json()["errors"]] == ["password_too_short"]
    personal = change_password(client, tokens, PASSWORD, "souad.souad.souad")
    assert [e["code"] for e in personal.json()["errors"]] == ["password_personal"]
    assert sign_in(client)


def test_guessing_the_present_password_counts_and_waits_as_at_the_door(
    client: CheckedClient, db: WriteSession, user: User
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False):
        tokens = sign_in(client)
        for _ in range(throttle.FREE_FAILURES):
            refused(change_password(client, tokens, "a guess", OTHER), "wrong_password")
        blocked = change_password(client, tokens, PASSWORD, OTHER)
        assert (blocked.status_code, blocked.json()["code"]) == (429, "too_many_attempts")
        assert ask(client, username=user.email, password=PASSWORD).status_code == 429
    assert actions(db).count("session:refused") == throttle.FREE_FAILURES


def test_a_refused_sign_in_names_the_account_in_the_trail_if_there_is_one(
    client: CheckedClient, db: WriteSession, user: User
) -> None:
    for email in (user.email, "nobody@test.example"):
        ask(client, username=email, password="a guess")
    refusals = select(AuditEntry.subject_id).where(AuditEntry.action == "session:refused")
    assert list(db.scalars(refusals.order_by(AuditEntry.id))) == [user.id, None]


@pytest.mark.parametrize("meanwhile", ["changed", "disabled"])
def test_a_password_that_was_right_a_moment_ago_opens_nothing(
    db: WriteSession, user: User, meanwhile: str
) -> None:
    proof = credentials.Proof(user.email, "here", user.id, user.password_hash)
    if meanwhile == "changed":
        user.password_hash = "another"
    else:
        service.disable(db, SYSTEM, user)
    with pytest.raises(credentials.InvalidCredentials):
        token_sessions.sign_in(db, proof)
    assert actions(db)[-1] == "session:refused"


def test_sessions_are_dropped_with_their_tokens_when_they_are_long_over(db: WriteSession, user: User) -> None:
    start = datetime.now(UTC)
    proof = credentials.Proof(user.email, "here", user.id, user.password_hash)
    for days in (60, 40, 1):
        with time_machine.travel(start - timedelta(days=days), tick=False):
            token_sessions.sign_in(db, proof)
    db.flush()
    living = db.scalars(select(UserSession.id).order_by(UserSession.expires_at.desc())).first()
    sessions.forget_over(db, start - timedelta(days=30))
    assert set(db.scalars(select(UserSession.id).where(UserSession.user_id == user.id))) == {living}
    assert set(db.scalars(select(RefreshToken.session_id))) == {living}


# --- one's own sessions ---------------------------------------------------------------------------------------


def test_one_sees_and_ends_ones_own_sessions(client: CheckedClient, user: User) -> None:
    one, other = sign_in(client), sign_in(client)
    sessions = client.get("/api/v1/auth/sessions", headers=bearer(one)).json()["items"]
    assert [s["is_this_one"] for s in sessions] == [False, True]
    ending = f"/api/v1/auth/sessions/{sessions[0]['id']}"
    assert client.delete(ending, headers=bearer(one)).status_code == 204
    assert client.delete(ending, headers=bearer(one)).status_code == 204
    refused(me(client, other), "not_authenticated")
    assert me(client, one).status_code == 200


def test_somebody_elses_session_is_as_unknown_as_none(
    client: CheckedClient, db: WriteSession, world: World, user: User
) -> None:
    tokens = sign_in(client)
    for foreign in (world.worker.session_id, SessionId(uuid7())):
        response = client.delete(f"/api/v1/auth/sessions/{foreign}", headers=bearer(tokens))
        assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert client.get("/api/v1/auth/me", headers=headers(world.worker)).status_code == 200


def actions(db: WriteSession) -> list[str]:
    return list(db.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


@pytest.mark.parametrize(
    ("act", "action"),
    [
        (lambda client, tokens: None, "session:start"),
        (lambda client, tokens: ask(client, username="a@b.example", password="x"), "session:refused"),
        (lambda client, tokens: client.post("/api/v1/auth/logout", headers=bearer(tokens)), "session:end"),
        (lambda client, tokens: change_password(client, tokens, PASSWORD, OTHER), "user:change-password"),
        (
            lambda client, tokens: [renew(client, tokens["refresh_token"]) for _ in range(2)],
            "session:end",
        ),
    ],
)
def test_what_happens_to_a_session_is_in_the_trail(
    client: CheckedClient,
    db: WriteSession,
    user: User,
    act: Callable[[CheckedClient, dict[str, Any]], object],
    action: str,
) -> None:
    act(client, sign_in(client))
    assert actions(db)[-1] == action


def test_a_session_names_its_user_and_no_other(database: Database, world: World) -> None:
    from app.auth import session_queries
    from app.auth.tokens import Claims

    assert world.worker.session_id is not None
    mixed = Claims(world.colleague.user, world.worker.session_id, 0.0)
    assert session_queries.actor_of(database, mixed) is None
    own = Claims(world.worker.user, world.worker.session_id, 0.0)
    actor = session_queries.actor_of(database, own)
    assert actor == Actor(
        user_id=world.worker.user,
        role=Role.social_worker,
        window_ids=frozenset([world.here]),
        session_id=world.worker.session_id,
    )
