"""Accounts: administrators invite, owners choose their password, and nobody locks the house from inside."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.auth import queries, service
from app.auth.models import Invitation, User, UserTransition
from app.auth.permissions import ROLE_PERMISSIONS, Permission, may, require
from app.auth.policy import visible_to
from app.auth.schemas import UserCreate, UserUpdate
from app.auth.states import USER_LIFECYCLE, UserAction, UserStatus
from app.core.actor import SYSTEM, Actor, Role
from app.core.db import WriteSession
from app.core.errors import ChangedMeanwhile, Forbidden, IllegalMove, InvalidInput, NotFound
from app.core.ids import InstitutionId, UserId, WindowId, uuid7
from app.core.pagination import PageRequest
from app.core.settings import settings
from tests.factories.accounts import PASSWORD, account, bearer, sign_in
from tests.factories.world import World, headers
from tests.support.client import CheckedClient


def data(role: Role = Role.auditor, email: str = "new@test.example", **more: Any) -> dict[str, Any]:
    return {"email": email, "name": "Nouvelle (exemple)", "role": role, **more}


def invite(client: CheckedClient, actor: Actor, **more: Any) -> Any:
    return client.post("/api/v1/users", json=data(**more), headers=headers(actor))


def activate(client: CheckedClient, code: str, password: str = PASSWORD) -> Any:
    return client.post("/api/v1/auth/activation", json={"code": code, "password": password})


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
    assert (again.status_code, again.json()["code"]) == (404, "not_found")
    assert sign_in(client, "new@test.example")


def test_a_code_that_was_used_in_this_moment_works_once(db: WriteSession, world: World) -> None:
    user, code = service.invite(db, SYSTEM, UserCreate(**data()))
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


@pytest.mark.parametrize("email", ["nobody", "a@b", "a b@c.example", "@c.example", "a@b.example\x00"])
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


# --- who sees whom --------------------------------------------------------------------------------------------


def listed(db: WriteSession, actor: Actor, **more: Any) -> set[UUID]:
    return {item["id"] for item in queries.page(db, actor, PageRequest(100), **more).items}


def test_who_serves_at_windows_sees_the_colleagues_there(db: WriteSession, world: World) -> None:
    here = {world.worker.user, world.colleague.user, world.supervisor.user}
    assert listed(db, world.worker) == listed(db, world.supervisor) == here
    assert listed(db, world.stranger) == {world.stranger.user}


def test_who_runs_or_audits_the_house_sees_everybody(db: WriteSession, world: World) -> None:
    everybody = set(db.scalars(select(User.id)))
    assert listed(db, world.administrator) == listed(db, world.auditor) == everybody
    assert listed(db, world.auditor, role=Role.partner_agent) == {world.agent.user, world.other_agent.user}


@pytest.mark.parametrize("who", ["agent", "system"])
def test_the_policy_shows_nobody_to_who_has_no_business_there(
    db: WriteSession, world: World, who: str
) -> None:
    actor = SYSTEM if who == "system" else world.agent
    assert str(visible_to(actor).compile()) in {"false", "0 = 1"}
    assert listed(db, actor) == set()


def test_a_foreign_account_is_as_unknown_as_none(client: CheckedClient, world: World) -> None:
    for user_id in (world.stranger.user, uuid7()):
        response = client.get(f"/api/v1/users/{user_id}", headers=headers(world.worker))
        assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert (
        client.get(f"/api/v1/users/{world.colleague.user}", headers=headers(world.worker)).status_code == 200
    )
    assert client.get("/api/v1/users", headers=headers(world.agent)).status_code == 403


def test_the_pages_of_accounts_hold_each_once(client: CheckedClient, world: World) -> None:
    seen: list[str] = []
    url: str | None = "/api/v1/users?limit=3&role=social_worker"
    while url is not None:
        response = client.get(url, headers=headers(world.administrator))
        seen += [item["id"] for item in response.json()["items"]]
        link = response.headers.get("link")
        assert (link is None) == (response.json()["next"] is None)
        url = link.removeprefix("<").split(">")[0] if link else None
        assert url is None or "role=social_worker" in url
    assert sorted(seen) == sorted(str(a.user) for a in (world.worker, world.colleague, world.stranger))


def test_who_may_be_given_work_at_a_window(db: WriteSession, world: World) -> None:
    assert queries.serves_at(db, world.worker.user, world.here)
    assert not queries.serves_at(db, world.worker.user, world.elsewhere)
    assert not queries.serves_at(db, world.administrator.user, world.here)
    service.disable(db, world.administrator, queries.get(db, world.worker.user))
    assert not queries.serves_at(db, world.worker.user, world.here)
    with pytest.raises(NotFound):
        queries.get(db, UserId(uuid7()))


# --- permissions and life cycle -------------------------------------------------------------------------------


def test_every_role_has_its_row_and_every_permission_its_role() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert frozenset().union(*ROLE_PERMISSIONS.values()) == set(Permission)


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        (Permission.case_approve_closure, {Role.supervisor}),
        (Permission.case_assign, {Role.supervisor}),
        (Permission.referral_answer, {Role.partner_agent}),
        (Permission.audit_read, {Role.auditor}),
        (Permission.user_manage, {Role.administrator}),
        (Permission.instrument_publish, {Role.administrator}),
        (Permission.case_read, {Role.social_worker, Role.supervisor}),
        (Permission.person_read, {Role.social_worker, Role.supervisor}),
        (Permission.interview_read, {Role.social_worker, Role.supervisor}),
        (Permission.assessment_read, {Role.social_worker, Role.supervisor}),
        (Permission.own_account, set(Role) - {Role.system}),
    ],
)
def test_the_delicate_permissions_belong_to_these_roles_alone(
    permission: Permission, roles: set[Role]
) -> None:
    assert {role for role in Role if may(Actor(user_id=None, role=role), permission)} == roles


def test_what_the_role_does_not_carry_is_refused_by_name() -> None:
    require(Actor(user_id=None, role=Role.auditor), Permission.audit_read)
    with pytest.raises(Forbidden) as refusal:
        require(SYSTEM, Permission.audit_read)
    assert refusal.value.details == {"permission": Permission.audit_read}


def test_an_account_moves_along_its_table_only() -> None:
    by = {Role.administrator, Role.system}
    told = {(m.action, s, m.to, frozenset(m.by)) for m in USER_LIFECYCLE.moves for s in m.sources}
    assert told == {
        (UserAction.activate, UserStatus.invited, UserStatus.active, frozenset({Role.system})),
        (UserAction.disable, UserStatus.invited, UserStatus.disabled, frozenset(by)),
        (UserAction.disable, UserStatus.active, UserStatus.disabled, frozenset(by)),
        (UserAction.enable, UserStatus.disabled, UserStatus.invited, frozenset(by)),
    }
    with pytest.raises(IllegalMove):
        USER_LIFECYCLE.move(UserStatus.active, UserAction.activate, Role.system)


def trail(db: WriteSession) -> list[tuple[str, UUID | None]]:
    found = select(AuditEntry.action, AuditEntry.subject_id).order_by(AuditEntry.id)
    return [(row.action, row.subject_id) for row in db.execute(found)]


def test_what_happens_to_an_account_is_in_the_trail(db: WriteSession, world: World) -> None:
    before = len(trail(db))
    user, code = service.invite(db, world.administrator, UserCreate(**data()))
    service.activate(db, code, "a hash")
    service.change(db, world.administrator, user, UserUpdate(name="Autre"))
    service.renew_invitation(db, world.administrator, user)
    service.disable(db, world.administrator, user)
    assert trail(db)[before:] == [
        (action, user.id)
        for action in ("user:invite", "user:activate", "user:change", "user:invite-again", "user:disable")
    ]
    details = db.scalars(select(AuditEntry.details).where(AuditEntry.action == "user:change")).one()
    assert details == {"fields": ["name"], "role": "auditor"}
