"""Administrators invite; the invited person chooses the password with a code that works once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app.auth import queries, service
from app.auth.models import Invitation, UserTransition
from app.auth.schemas import UserCreate
from app.core.actor import SYSTEM
from app.core.db import WriteSession
from app.core.errors import ChangedMeanwhile
from app.core.settings import settings
from tests.factories.accounts import PASSWORD, account, activate, bearer, invitation, invite, sign_in
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

# --- invitations ----------------------------------------------------------------------------------------------


def test_the_invited_person_chooses_the_password_and_signs_in(client: CheckedClient, world: World) -> None:
    invited = invite(client, world.administrator)
    assert invited.status_code == 201
    user = invited.json()["user"]
    assert (user["status"], user["role"]) == ("invited", "auditor")
    assert invited.headers["location"] == f"/api/v1/users/{user['id']}"
    assert activate(client, invited.json()["activation_code"]).status_code == 204
    mine = client.get("/api/v1/auth/me", headers=bearer(sign_in(client, "new@test.example"))).json()
    assert (mine["user"]["id"], mine["user"]["status"]) == (user["id"], "active")


@pytest.mark.parametrize(
    "typed",
    [str.lower, lambda code: code.replace("-", ""), lambda code: code.replace("-", " ").lower(), str.upper],
)
def test_a_code_is_taken_however_it_is_typed(client: CheckedClient, world: World, typed: Any) -> None:
    code = invite(client, world.administrator).json()["activation_code"]
    assert activate(client, typed(code)).status_code == 204


def test_a_code_works_once(client: CheckedClient, world: World) -> None:
    code = invite(client, world.administrator).json()["activation_code"]
    assert activate(client, code).status_code == 204
    again = activate(client, code, "another harbour under lamplight")
    assert (again.status_code, again.json()["code"]) == (404, "unknown_activation_code")
    assert sign_in(client, "new@test.example")


def test_a_code_that_was_used_in_this_moment_works_once(db: WriteSession, world: World) -> None:
    user, code = service.invite(db, SYSTEM, UserCreate(**invitation()))
    db.flush()
    found = queries.invitation(db, code)
    db.execute(
        Invitation.__table__.update().values(used_at=datetime.now(UTC))  # type: ignore[attr-defined]
    )
    with pytest.raises(ChangedMeanwhile):
        service._use(db, found)
    assert user.password_hash is None


def test_a_code_ends_after_its_days(client: CheckedClient, world: World) -> None:
    code = invite(client, world.administrator).json()["activation_code"]
    end = datetime.now(UTC) + timedelta(days=settings().invitation_days)
    with time_machine.travel(end + timedelta(seconds=5), tick=False):
        assert activate(client, code).status_code == 404


def test_an_unknown_code_opens_nothing(client: CheckedClient, world: World) -> None:
    assert activate(client, "ABCD-EFGH-2345-6789").status_code == 404


def test_a_poor_password_leaves_the_code_alive(client: CheckedClient, world: World) -> None:
    code = invite(client, world.administrator).json()["activation_code"]
    poor = activate(client, code, "short")
    assert [e["code"] for e in poor.json()["errors"]] == ["password_too_short"]
    own = activate(client, code, "new.test nouvelle")
    assert [e["code"] for e in own.json()["errors"]] == ["password_personal"]
    assert activate(client, code).status_code == 204


def test_a_renewed_code_kills_the_one_before(client: CheckedClient, world: World) -> None:
    first = invite(client, world.administrator).json()
    address = f"/api/v1/users/{first['user']['id']}/invitation"
    second = client.post(address, headers=headers(world.administrator))
    assert second.status_code == 200
    assert activate(client, first["activation_code"]).status_code == 404
    assert activate(client, second.json()["activation_code"]).status_code == 204


def test_a_forgotten_password_is_replaced_by_its_owner_and_its_sessions_end(
    client: CheckedClient, db: WriteSession, world: World
) -> None:
    user = account(db)
    tokens = sign_in(client)
    renewed = client.post(f"/api/v1/users/{user.id}/invitation", headers=headers(world.administrator))
    assert renewed.json()["user"]["status"] == "active"
    assert client.get("/api/v1/auth/me", headers=bearer(tokens)).status_code == 401
    old = client.post("/api/v1/auth/token", data={"username": user.email, "password": PASSWORD})
    assert old.status_code == 401
    fresh = "another harbour under lamplight"
    assert activate(client, renewed.json()["activation_code"], fresh).status_code == 204
    assert sign_in(client, password=fresh)


def test_an_account_that_comes_back_chooses_a_new_password(
    client: CheckedClient, db: WriteSession, world: World
) -> None:
    user = account(db)
    client.post(f"/api/v1/users/{user.id}/disable", headers=headers(world.administrator))
    back = client.post(f"/api/v1/users/{user.id}/invitation", headers=headers(world.administrator))
    assert back.json()["user"]["status"] == "invited"
    assert activate(client, back.json()["activation_code"]).status_code == 204
    assert sign_in(client)
    steps = select(UserTransition.action).where(UserTransition.user_id == user.id).order_by(UserTransition.id)
    assert list(db.scalars(steps)) == ["invite", "activate", "disable", "enable", "activate"]


def test_a_code_of_an_account_that_was_shut_is_dead(client: CheckedClient, world: World) -> None:
    invited = invite(client, world.administrator).json()
    client.post(f"/api/v1/users/{invited['user']['id']}/disable", headers=headers(world.administrator))
    assert activate(client, invited["activation_code"]).status_code == 404


def test_only_the_hash_of_a_code_is_kept(client: CheckedClient, db: WriteSession, world: World) -> None:
    code = invite(client, world.administrator).json()["activation_code"]
    kept = db.scalars(select(Invitation.code_hash).where(Invitation.used_at.is_(None))).all()
    assert len(kept) == 1
    assert code not in kept[0]
