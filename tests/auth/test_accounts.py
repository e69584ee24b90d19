"""Accounts: administrators invite, owners choose their password, and nobody locks the house from inside."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from app.auth import queries, service
from app.auth.models import User
from app.auth.schemas import UserUpdate
from app.core.actor import Actor, Role
from app.core.db import WriteSession
from app.core.errors import InvalidInput
from app.core.ids import InstitutionId, UserId, WindowId
from tests.factories.accounts import account, invite
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

# --- what an administrator may and may not --------------------------------------------------------------------


@pytest.mark.parametrize("field", ["password", "password_hash", "status", "id"])
def test_an_administrator_chooses_no_password_and_no_status(
    client: CheckedClient, world: World, field: str
) -> None:
    sent = invite(client, world.administrator, **{field: "correct camel staple oasis"})
    assert [(e["pointer"], e["code"]) for e in sent.json()["errors"]] == [(f"/{field}", "unknown_field")]


def test_no_answer_about_an_account_carries_its_password(
    client: CheckedClient, db: WriteSession, world: World
) -> None:
    user = account(db)
    assert user.password_hash is not None
    for path in (f"/api/v1/users/{user.id}", "/api/v1/users?limit=100"):
        text = client.get(path, headers=headers(world.administrator)).text
        assert "argon2" not in text
        assert "password" not in text


def test_an_administrator_does_not_shut_the_own_account(client: CheckedClient, world: World) -> None:
    own = f"/api/v1/users/{world.administrator.user}"
    response = client.post(f"{own}/disable", headers=headers(world.administrator))
    assert (response.status_code, response.json()["code"]) == (409, "own_account")


def change(client: CheckedClient, actor: Actor, user_id: UUID, **sent: Any) -> Any:
    address = f"/api/v1/users/{user_id}"
    etag = client.get(address, headers=headers(actor)).headers["etag"]
    return client.patch(address, json=sent, headers=headers(actor, **{"If-Match": etag}))


def test_an_administrator_does_not_give_up_the_own_role(client: CheckedClient, world: World) -> None:
    response = change(client, world.administrator, world.administrator.user, role="auditor")
    assert (response.status_code, response.json()["code"]) == (409, "own_account")
    kept = change(client, world.administrator, world.administrator.user, role="administrator", language="fr")
    assert (kept.status_code, kept.json()["language"]) == (200, "fr")


def test_shutting_twice_names_what_is_allowed(client: CheckedClient, db: WriteSession, world: World) -> None:
    address = f"/api/v1/users/{account(db).id}/disable"
    assert client.post(address, headers=headers(world.administrator)).status_code == 200
    again = client.post(address, headers=headers(world.administrator))
    assert (again.status_code, again.json()["code"]) == (409, "illegal_move")
    assert again.json()["allowed"] == ["enable"]


@pytest.mark.parametrize("role", ["worker", "supervisor", "agent", "auditor"])
def test_nobody_else_runs_the_house(client: CheckedClient, world: World, role: str) -> None:
    actor: Actor = getattr(world, role)
    assert invite(client, actor).status_code == 403
    for act in ("disable", "invitation"):
        response = client.post(f"/api/v1/users/{world.colleague.user}/{act}", headers=headers(actor))
        assert (response.status_code, response.json()["permission"]) == (403, "user:manage")


def test_a_change_needs_the_version_and_an_unknown_account_is_not_found(
    client: CheckedClient, world: World
) -> None:
    sent = headers(world.administrator)
    address = f"/api/v1/users/{world.worker.user}"
    assert client.patch(address, json={}, headers=sent).status_code == 428
    assert client.patch(address, json={}, headers={**sent, "If-Match": '"999"'}).status_code == 412
    unknown = f"/api/v1/users/{uuid4()}"
    assert client.patch(unknown, json={}, headers={**sent, "If-Match": '"1"'}).status_code == 404
    assert client.get(unknown, headers=sent).status_code == 404


# --- role, windows, institution -------------------------------------------------------------------------------

WINDOWS, INSTITUTION = "/window_ids", "/institution_id"


@pytest.mark.parametrize(
    ("role", "windows", "institution", "wrong"),
    [
        (Role.social_worker, True, False, None),
        (Role.supervisor, True, False, None),
        (Role.partner_agent, False, True, None),
        (Role.administrator, False, False, None),
        (Role.auditor, False, False, None),
        (Role.social_worker, False, False, WINDOWS),
        (Role.supervisor, False, True, WINDOWS),
        (Role.supervisor, True, True, INSTITUTION),
        (Role.partner_agent, True, True, WINDOWS),
        (Role.partner_agent, False, False, INSTITUTION),
        (Role.administrator, True, False, WINDOWS),
        (Role.auditor, False, True, INSTITUTION),
    ],
)
def test_windows_and_institution_belong_to_the_role(
    client: CheckedClient, world: World, role: Role, windows: bool, institution: bool, wrong: str | None
) -> None:
    place: dict[str, Any] = {}
    if windows:
        place["window_ids"] = [str(world.here), str(world.here)]
    if institution:
        place["institution_id"] = str(world.ours)
    response = invite(client, world.administrator, role=role, **place)
    if wrong is None:
        assert response.status_code == 201
        assert response.json()["user"]["window_ids"] == ([str(world.here)] if windows else [])
    else:
        assert [e["pointer"] for e in response.json()["errors"]] == [wrong]


def test_unknown_windows_and_institutions_are_refused(client: CheckedClient, world: World) -> None:
    stranger = str(uuid4())
    worker = invite(client, world.administrator, role="social_worker", window_ids=[str(world.here), stranger])
    assert [(e["pointer"], e["code"]) for e in worker.json()["errors"]] == [(WINDOWS, "unknown")]
    agent = invite(client, world.administrator, role="partner_agent", institution_id=stranger)
    assert [(e["pointer"], e["code"]) for e in agent.json()["errors"]] == [(INSTITUTION, "unknown")]


def test_nobody_is_invited_as_the_system(client: CheckedClient, world: World) -> None:
    response = invite(client, world.administrator, role="system")
    assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [("/role", "unknown_choice")]


@pytest.mark.parametrize(
    "email",
    [
        "nobody",
        "a@b",
        "a b@c.example",
        "@c.example",
        "a@b.example\x00",
        "a\u200bb@c.example",
        "a\x07b@c.example",
        "a@b@c.example",
        "аdmin@c.example",
    ],
)
def test_an_address_has_to_be_one(client: CheckedClient, world: World, email: str) -> None:
    assert invite(client, world.administrator, email=email).status_code in {400, 422}


def test_an_address_stands_once_however_it_is_written(client: CheckedClient, world: World) -> None:
    assert invite(client, world.administrator, email="Twice@Test.Example").status_code == 201
    again = invite(client, world.administrator, email=" twice@test.example")
    assert (again.status_code, again.json()["code"]) == (409, "email_taken")


def changed(db: WriteSession, actor: Actor, user_id: UserId, **sent: Any) -> User:
    return service.change(db, actor, queries.get(db, user_id), UserUpdate(**sent))


def test_a_worker_who_becomes_an_agent_leaves_the_windows_and_back(db: WriteSession, world: World) -> None:
    worker = world.worker.user
    changed(db, world.administrator, worker, role="partner_agent", institution_id=world.ours)
    assert queries.windows_of(db, worker) == []
    assert queries.agents_of(db, world.ours) == sorted([worker, world.agent.user])
    changed(db, world.administrator, worker, role="supervisor", window_ids=[world.elsewhere])
    assert queries.windows_of(db, worker) == [world.elsewhere]
    assert queries.get(db, worker).institution_id is None
    assert queries.supervisors_of(db, world.elsewhere) == [worker]


def test_what_is_not_sent_stays(db: WriteSession, world: World) -> None:
    before = queries.get(db, world.worker.user).version
    changed(db, world.administrator, world.worker.user, name="Un autre nom")
    assert queries.windows_of(db, world.worker.user) == [world.here]
    changed(db, world.administrator, world.worker.user, window_ids=None, role=None, name=None, language=None)
    user = queries.get(db, world.worker.user)
    assert (user.name, user.role, user.language) == ("Un autre nom", Role.social_worker, "ar")
    assert user.version > before
    changed(db, world.administrator, world.agent.user, language="fa")
    assert queries.get(db, world.agent.user).institution_id == world.ours


@pytest.mark.parametrize(
    ("who", "sent", "wrong"),
    [
        ("worker", {"window_ids": []}, WINDOWS),
        ("auditor", {"role": "social_worker"}, WINDOWS),
        ("auditor", {"window_ids": ["here"]}, WINDOWS),
        ("worker", {"role": "auditor", "window_ids": ["here"]}, WINDOWS),
        ("worker", {"role": "partner_agent"}, INSTITUTION),
        ("agent", {"institution_id": None}, INSTITUTION),
        ("auditor", {"institution_id": "ours"}, INSTITUTION),
    ],
)
def test_a_change_that_leaves_a_role_without_its_place_or_gives_it_anothers_is_refused(
    db: WriteSession, world: World, who: str, sent: dict[str, Any], wrong: str
) -> None:
    places: dict[str, WindowId | InstitutionId] = {"here": world.here, "ours": world.ours}
    if sent.get("window_ids"):
        sent = {**sent, "window_ids": [places[name] for name in sent["window_ids"]]}
    if sent.get("institution_id"):
        sent = {**sent, "institution_id": places[sent["institution_id"]]}
    actor: Actor = getattr(world, who)
    with pytest.raises(InvalidInput) as refusal:
        changed(db, world.administrator, actor.user, **sent)
    errors: Any = refusal.value.details["errors"]
    assert errors[0]["pointer"] == wrong
