"""Staying signed in: a refresh token works once, and one that comes again ends its whole family."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app.auth import credentials, service, token_sessions
from app.auth.models import RefreshToken, User, UserSession
from app.core.actor import SYSTEM
from app.core.db import Database, WriteSession
from app.core.settings import settings
from tests.factories.accounts import account, bearer, me, refused, renew, sign_in
from tests.factories.world import World
from tests.support.at_once import Call, at_once
from tests.support.client import CheckedClient


@pytest.fixture
def user(db: WriteSession, world: World) -> User:
    return account(db)


# --- refresh tokens -------------------------------------------------------------------------------------------


def test_a_refresh_token_gives_a_new_pair_for_the_same_session(client: CheckedClient, user: User) -> None:
    first = sign_in(client)
    second = renew(client, first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert me(client, second).status_code == 200
    sessions = client.get("/api/v1/auth/sessions", headers=bearer(second)).json()["items"]
    assert len(sessions) == 1


def test_a_refresh_token_that_comes_again_ends_its_whole_family(
    client: CheckedClient, db: WriteSession, user: User
) -> None:
    first = sign_in(client)
    second = renew(client, first["refresh_token"]).json()
    third = renew(client, second["refresh_token"]).json()
    refused(renew(client, first["refresh_token"]), "invalid_credentials")
    for tokens in (first, second, third):
        refused(me(client, tokens), "not_authenticated")
        refused(renew(client, tokens["refresh_token"]), "invalid_credentials")
    ended = db.scalars(select(UserSession).where(UserSession.user_id == user.id)).one()
    assert ended.end_reason == "refresh_token_reused"


def test_another_session_survives_the_theft_of_one(client: CheckedClient, user: User) -> None:
    stolen, safe = sign_in(client), sign_in(client)
    renew(client, stolen["refresh_token"])
    refused(renew(client, stolen["refresh_token"]), "invalid_credentials")
    assert me(client, safe).status_code == 200
    assert renew(client, safe["refresh_token"]).status_code == 200


def test_an_unknown_refresh_token_opens_nothing(client: CheckedClient, user: User) -> None:
    refused(renew(client, "x" * 43), "invalid_credentials")


@pytest.mark.parametrize(
    "idle", [timedelta(hours=settings().session_idle_hours), timedelta(hours=settings().session_hours)]
)
def test_a_session_that_was_left_alone_or_is_too_old_is_not_renewed(
    client: CheckedClient, user: User, idle: timedelta
) -> None:
    tokens = sign_in(client)
    with time_machine.travel(datetime.now(UTC) + idle + timedelta(seconds=2), tick=False):
        refused(renew(client, tokens["refresh_token"]), "invalid_credentials")


def test_renewing_never_prolongs_a_session_beyond_its_end(
    client: CheckedClient, db: WriteSession, user: User
) -> None:
    start = datetime.now(UTC)
    tokens = sign_in(client)
    step = timedelta(hours=settings().session_idle_hours - 1)
    moment = start
    while moment + step < start + timedelta(hours=settings().session_hours):
        moment += step
        with time_machine.travel(moment, tick=False):
            answer = renew(client, tokens["refresh_token"])
            assert answer.status_code == 200, moment - start
            tokens = answer.json()
            assert me(client, tokens).status_code == 200
    with time_machine.travel(moment + step, tick=False):
        refused(renew(client, tokens["refresh_token"]), "invalid_credentials")


def test_an_access_token_outlives_no_session(client: CheckedClient, user: User) -> None:
    tokens = sign_in(client)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=10, seconds=10), tick=False):
        refused(me(client, tokens), "not_authenticated")


def test_a_disabled_account_is_not_renewed_even_if_its_session_lived_on(db: WriteSession, user: User) -> None:
    given = token_sessions.sign_in(db, credentials.Proof(user.email, "here", user.id, user.password_hash))
    service.disable(db, SYSTEM, user)
    session = db.scalars(select(UserSession).where(UserSession.user_id == user.id)).one()
    session.ended_at = None
    db.flush()
    with pytest.raises(credentials.InvalidCredentials):
        token_sessions.refresh(db, given.refresh_token)


def test_only_hashes_of_what_opens_a_session_are_kept(
    client: CheckedClient, db: WriteSession, user: User
) -> None:
    tokens = sign_in(client)
    kept = [t.token_hash for t in db.scalars(select(RefreshToken))]
    assert tokens["refresh_token"] not in kept
    assert all(len(value) == 64 for value in kept)


def test_of_two_renewals_at_once_only_one_is_given(
    committed: Database, committed_world: World, config: Any
) -> None:
    from app.main import create_app

    with committed.write_session() as session:
        account(session, "twice@test.example")  # type: ignore[arg-type]
    app = create_app(committed, config)
    tokens = sign_in(CheckedClient(app), "twice@test.example")
    form = f"grant_type=refresh_token&refresh_token={tokens['refresh_token']}".encode()
    call = Call(
        app, "POST", "/api/v1/auth/token", {"Content-Type": "application/x-www-form-urlencoded"}, form
    )
    assert sorted(a.status_code for a in at_once(call, call)) == [200, 401]
    refused(me(CheckedClient(app), tokens), "not_authenticated")
