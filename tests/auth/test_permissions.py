"""Who sees which account, what each role may, and where an account can go."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.auth import queries, service
from app.auth.models import User
from app.auth.permissions import ROLE_PERMISSIONS, Permission, may, require
from app.auth.policy import visible_to
from app.auth.schemas import UserCreate, UserUpdate
from app.auth.states import USER_LIFECYCLE, UserAction, UserStatus
from app.core.actor import SYSTEM, Actor, Role
from app.core.db import WriteSession
from app.core.errors import Forbidden, IllegalMove, NotFound
from app.core.ids import UserId, uuid7
from app.core.pagination import PageRequest
from tests.factories.accounts import invitation
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

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
        (Permission.vocabulary_manage, {Role.administrator}),
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
    user, code = service.invite(db, world.administrator, UserCreate(**invitation()))
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
