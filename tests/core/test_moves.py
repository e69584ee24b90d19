"""The guarded update: of two who move the same thing, the second is told."""

from enum import StrEnum
from typing import Any

import pytest
from sqlalchemy import select, update

from app.auth import queries as users
from app.auth.models import User, UserTransition
from app.auth.states import USER_LIFECYCLE, UserAction, UserStatus
from app.core.actor import SYSTEM, Actor, Role
from app.core.db import WriteSession
from app.core.errors import ChangedMeanwhile, Forbidden, IllegalMove
from app.core.lifecycle import Lifecycle, Move
from app.core.moves import Transition, begin, move
from tests.factories.world import World


class Light(StrEnum):
    red = "red"
    green = "green"
    dark = "dark"


class Switch(StrEnum):
    go = "go"
    fail = "fail"
    mend = "mend"


APART = {"synchronize_session": False}  # as another process changes a row
BOTH = frozenset({Role.supervisor, Role.social_worker})
LIGHTS: Lifecycle[Light, Switch] = Lifecycle(
    Light.red,
    [
        Move(action=Switch.go, sources=frozenset({Light.red}), to=Light.green, by=BOTH),
        Move(
            action=Switch.fail,
            sources=frozenset({Light.red, Light.green}),
            to=Light.dark,
            by=frozenset({Role.supervisor}),
        ),
    ],
)


def test_the_table_answers_what_leads_on_for_anybody_and_for_a_role() -> None:
    assert LIGHTS.allowed(Light.red) == [Switch.go, Switch.fail]
    assert LIGHTS.allowed(Light.red, Role.social_worker) == [Switch.go]
    assert LIGHTS.allowed(Light.green, Role.social_worker) == []
    assert LIGHTS.is_final(Light.dark)
    assert not LIGHTS.is_final(Light.green)


def test_a_role_that_never_does_this_is_forbidden_in_every_state() -> None:
    for state in Light:
        with pytest.raises(Forbidden) as refusal:
            LIGHTS.move(state, Switch.fail, Role.social_worker)
        assert refusal.value.details == {"action": Switch.fail}


def test_an_illegal_move_names_what_is_allowed() -> None:
    with pytest.raises(IllegalMove) as refusal:
        LIGHTS.move(Light.green, Switch.go, Role.supervisor)
    assert refusal.value.details == {
        "current": Light.green,
        "action": Switch.go,
        "allowed": [Switch.fail],
        "is_final": False,
    }


def test_a_move_from_an_end_says_that_nothing_follows() -> None:
    with pytest.raises(IllegalMove) as refusal:
        LIGHTS.move(Light.dark, Switch.go, Role.supervisor)
    assert (refusal.value.details["allowed"], refusal.value.details["is_final"]) == ([], True)


def test_an_action_stands_once_in_a_table() -> None:
    with pytest.raises(ValueError, match="twice"):
        Lifecycle(Light.red, [*LIGHTS.moves, LIGHTS.moves[0]])


def recorder(user: User) -> Any:
    def record(**row: Any) -> Transition:
        return UserTransition(user_id=user.id, **row)

    return record


@pytest.fixture
def user(db: WriteSession, world: World) -> User:
    return users.get(db, world.worker.user)


def history(db: WriteSession, user: User) -> list[UserTransition]:
    found = select(UserTransition).where(UserTransition.user_id == user.id).order_by(UserTransition.id)
    return list(db.scalars(found))


def test_a_move_changes_status_version_and_time_and_leaves_a_row(
    db: WriteSession, world: World, user: User
) -> None:
    version, changed, steps = user.version, user.updated_at, len(history(db, user))
    target = move(
        db,
        world.administrator,
        user,
        USER_LIFECYCLE,
        UserAction.disable,
        recorder(user),
        reason_code="left",
        note="a note",
        language="fr",
    )
    assert target is user.status is UserStatus.disabled
    assert (user.version, user.language) == (version + 1, "fr")
    assert user.updated_at > changed
    last = history(db, user)[-1]
    assert len(history(db, user)) == steps + 1
    assert (last.from_status, last.to_status, last.action) == ("active", "disabled", "disable")
    assert (last.actor_id, last.actor_role) == (world.administrator.user_id, Role.administrator)
    assert (last.reason_code, last.note, last.at) == ("left", "a note", user.updated_at)


@pytest.mark.parametrize("values", [{"status": UserStatus.disabled}, {"version": 99}])
def test_who_comes_second_changes_nothing_and_is_told(
    db: WriteSession, world: World, user: User, values: dict[str, Any]
) -> None:
    db.execute(update(User).where(User.id == user.id).values(**values), execution_options=APART)
    steps = len(history(db, user))
    with pytest.raises(ChangedMeanwhile):
        move(db, world.administrator, user, USER_LIFECYCLE, UserAction.disable, recorder(user))
    assert len(history(db, user)) == steps
    db.refresh(user)
    assert user.status is values.get("status", UserStatus.active)


def test_unsaved_changes_go_with_the_move(db: WriteSession, world: World, user: User) -> None:
    user.name = "changed before"
    move(db, world.administrator, user, USER_LIFECYCLE, UserAction.disable, recorder(user))
    assert (user.name, user.status) == ("changed before", UserStatus.disabled)


def test_a_move_back_needs_to_know_where_to(db: WriteSession, world: World, user: User) -> None:
    back: Lifecycle[UserStatus, UserAction] = Lifecycle(
        UserStatus.invited,
        [
            Move(
                action=UserAction.enable,
                sources=frozenset({UserStatus.active}),
                to=None,
                by=frozenset({Role.administrator}),
            )
        ],
    )
    with pytest.raises(RuntimeError):
        move(db, world.administrator, user, back, UserAction.enable, recorder(user))
    reached = move(
        db,
        world.administrator,
        user,
        back,
        UserAction.enable,
        recorder(user),
        back_to=UserStatus.invited,
    )
    assert reached is user.status is UserStatus.invited


@pytest.mark.parametrize("actor", [SYSTEM])
def test_the_first_row_of_a_history_comes_from_nowhere(db: WriteSession, user: User, actor: Actor) -> None:
    begin(db, actor, user, "invite", recorder(user))
    db.flush()
    last = history(db, user)[-1]
    assert (last.from_status, last.to_status, last.actor_id) == (None, "active", None)
