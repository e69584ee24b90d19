"""Accounts with passwords, and clients that hold tokens."""

from typing import Any

from app.auth import service as auth
from app.auth.models import User
from app.auth.schemas import UserCreate
from app.core.actor import SYSTEM, Actor, Role
from app.core.db import WriteSession
from tests.factories.world import headers
from tests.support.client import CheckedClient

PASSWORD = "correct camel staple oasis"


def account(
    db: WriteSession, email: str = "souad@test.example", role: Role = Role.auditor, **more: Any
) -> User:
    """Somebody who can sign in; committed."""
    user, _ = auth.invite(db, SYSTEM, UserCreate(email=email, name="Souad (مثال)", role=role, **more))
    db.flush()
    auth.set_password(db, user, PASSWORD)
    db.commit()
    return user


def ask(client: CheckedClient, **form: str) -> Any:
    """Ask for a token."""
    return client.post("/api/v1/auth/token", data=form, headers={"Accept-Language": "en"})


def sign_in(
    client: CheckedClient, email: str = "souad@test.example", password: str = PASSWORD
) -> dict[str, Any]:
    """The pair of tokens of somebody who gave the right password."""
    response = ask(client, username=email, password=password)
    assert response.status_code == 200, response.text
    tokens: dict[str, Any] = response.json()
    return tokens


def renew(client: CheckedClient, refresh_token: str) -> Any:
    return ask(client, grant_type="refresh_token", refresh_token=refresh_token)


def bearer(tokens: dict[str, Any], **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}", "Accept-Language": "en", **more}


def me(client: CheckedClient, tokens: dict[str, Any]) -> Any:
    """Who the tokens say that one is."""
    return client.get("/api/v1/auth/me", headers=bearer(tokens))


def refused(response: Any, code: str) -> None:
    """Somebody is not, or no longer, signed in."""
    assert (response.status_code, response.json()["code"]) == (401, code), response.text
    assert response.headers["www-authenticate"] == "Bearer"


def invitation(role: Role = Role.auditor, email: str = "new@test.example", **more: Any) -> dict[str, Any]:
    """What an administrator sends to invite somebody."""
    return {"email": email, "name": "Nouvelle (exemple)", "role": role, **more}


def invite(client: CheckedClient, actor: Actor, **more: Any) -> Any:
    """Ask for an account and its code."""
    return client.post("/api/v1/users", json=invitation(**more), headers=headers(actor))


def activate(client: CheckedClient, code: str, password: str = PASSWORD) -> Any:
    """Choose a password with a code."""
    return client.post("/api/v1/auth/activation", json={"code": code, "password": password})
