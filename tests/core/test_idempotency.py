"""A creation that is sent twice happens once."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.auth import service as auth
from app.auth.models import User
from app.auth.schemas import UserUpdate
from app.core.actor import Actor, Role
from app.core.db import Database, WriteSession
from app.core.idempotency import IdempotentAnswer, InFlight, RequestInFlight, forget_old, key_hash
from app.core.ids import UserId, uuid7
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

KEY = "5b0a7f0e-first-time"


def invitation(email: str = "new@test.example", **more: Any) -> dict[str, Any]:
    return {"email": email, "name": "Nouvelle (exemple)", "role": "auditor", **more}


def invite(client: CheckedClient, actor: Actor, data: dict[str, Any], key: str | None = KEY) -> Any:
    more = {} if key is None else {"Idempotency-Key": key}
    return client.post("/api/v1/users", json=data, headers=headers(actor, **more))


def users(db: WriteSession, email: str = "new@test.example") -> int:
    return db.scalar(select(func.count()).select_from(User).where(User.email == email)) or 0


def answers(db: WriteSession) -> int:
    return db.scalar(select(func.count()).select_from(IdempotentAnswer)) or 0


def test_the_same_request_is_done_once_and_answered_twice(
    client: CheckedClient, world: World, db: WriteSession
) -> None:
    first = invite(client, world.administrator, invitation())
    again = invite(client, world.administrator, invitation())
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["activation_code"]
    assert again.json() == {**first.json(), "activation_code": None}
    for name in ("location", "etag", "content-type"):
        assert again.headers[name] == first.headers[name]
    assert "idempotent-replay" not in first.headers
    assert again.headers["idempotent-replay"] == "true"
    assert users(db) == 1


def test_another_content_under_the_same_key_is_refused(
    client: CheckedClient, world: World, db: WriteSession
) -> None:
    invite(client, world.administrator, invitation())
    other = invite(client, world.administrator, invitation("other@test.example"))
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert users(db, "other@test.example") == 0


def test_a_request_of_which_the_first_still_runs_is_told_so(
    client: CheckedClient, app: FastAPI, world: World, db: WriteSession
) -> None:
    key = key_hash(world.administrator.user, KEY)
    app.state.in_flight.enter(key)
    early = invite(client, world.administrator, invitation())
    app.state.in_flight.leave(key)
    assert (early.status_code, early.json()["code"], early.headers["retry-after"]) == (
        409,
        "request_in_flight",
        "1",
    )
    assert users(db) == 0
    assert invite(client, world.administrator, invitation()).status_code == 201


def test_a_request_in_flight_leaves_the_key_when_it_fails(client: CheckedClient, world: World) -> None:
    for _ in range(2):
        refused = invite(client, world.administrator, invitation(role="social_worker"))
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")


def test_a_failure_is_not_kept_so_that_a_better_try_may_use_the_key(
    client: CheckedClient, world: World, db: WriteSession
) -> None:
    assert invite(client, world.administrator, invitation(role="social_worker")).status_code == 422
    assert answers(db) == 0
    assert invite(client, world.administrator, invitation()).status_code == 201
    assert answers(db) == 1


def test_a_key_belongs_to_one_user(client: CheckedClient, world: World, db: WriteSession) -> None:
    second = world.user(Role.administrator)
    db.commit()
    assert invite(client, world.administrator, invitation()).status_code == 201
    other = invite(client, second, invitation("other@test.example"))
    assert other.status_code == 201
    assert other.json()["user"]["email"] == "other@test.example"


def test_without_a_key_nothing_is_remembered(client: CheckedClient, world: World, db: WriteSession) -> None:
    assert invite(client, world.administrator, invitation(), key=None).status_code == 201
    again = invite(client, world.administrator, invitation(), key=None)
    assert (again.status_code, again.json()["code"]) == (409, "email_taken")
    assert answers(db) == 0


@pytest.mark.parametrize("key", ["short", "with blanks in it", "x" * 129, "clé-française-1"])
def test_a_key_that_is_none_is_refused_and_nothing_is_done(
    client: CheckedClient, world: World, db: WriteSession, key: str
) -> None:
    sent = {name.encode(): value.encode() for name, value in headers(world.administrator).items()}
    response = client.post(
        "/api/v1/users", json=invitation(), headers={**sent, b"Idempotency-Key": key.encode("latin-1")}
    )
    assert response.status_code == 422
    assert {e["pointer"] for e in response.json()["errors"]} == {"header/idempotency-key"}
    assert users(db) == 0


def test_a_replay_asks_for_the_permission_of_now(
    client: CheckedClient, world: World, db: WriteSession
) -> None:
    invite(client, world.administrator, invitation())
    user = db.get_one(User, world.administrator.user)
    user.role = Role.auditor
    db.commit()
    assert invite(client, world.administrator, invitation()).status_code == 403


def test_a_day_later_the_key_is_free_again(client: CheckedClient, world: World, db: WriteSession) -> None:
    start = datetime.now(UTC)
    first = invite(client, world.administrator, invitation())
    with time_machine.travel(start + timedelta(hours=23, minutes=50), tick=False):
        replay = invite(client, world.administrator, invitation())
        assert replay.json()["user"] == first.json()["user"]
    world_session_renewed(db, world)
    with time_machine.travel(start + timedelta(hours=24, minutes=1), tick=False):
        fresh = invite(client, world.administrator, invitation("later@test.example"))
        assert (fresh.status_code, fresh.json()["user"]["email"]) == (201, "later@test.example")
        assert answers(db) == 1


def world_session_renewed(db: WriteSession, world: World) -> None:
    """The factory's sessions live for a day; this one has to see the next."""
    from app.auth.models import UserSession

    session = db.get_one(UserSession, world.administrator.session_id)
    session.expires_at += timedelta(days=1)
    db.commit()


def test_the_worker_forgets_answers_after_a_day_and_keeps_younger_ones(db: WriteSession) -> None:
    start = datetime.now(UTC)
    for hours, name in ((30, "old"), (23, "young")):
        with time_machine.travel(start - timedelta(hours=hours), tick=False):
            db.add(kept(name))
            db.flush()
    forget_old(db)
    assert list(db.scalars(select(IdempotentAnswer.key_hash))) == ["young"]


def kept(name: str) -> IdempotentAnswer:
    return IdempotentAnswer(
        key_hash=name, user_id=UserId(uuid7()), fingerprint="f", status=201, headers=[], body=b"{}"
    )


def test_a_code_that_is_shown_once_is_not_kept_with_the_answer(
    client: CheckedClient, world: World, db: WriteSession
) -> None:
    code = invite(client, world.administrator, invitation()).json()["activation_code"]
    assert code.encode() not in db.scalars(select(IdempotentAnswer.body)).one()


def test_an_answer_that_is_given_again_leaves_its_entry_in_the_trail(
    client: CheckedClient, world: World, db: WriteSession
) -> None:
    first, _ = (invite(client, world.administrator, invitation()) for _ in range(2))
    entries = select(AuditEntry).where(AuditEntry.action == "idempotency:replay")
    entry = db.scalars(entries).one()
    assert entry.actor_id == world.administrator.user_id
    assert entry.details == {"location": first.headers["location"]}


@pytest.mark.parametrize("what", ["windows", "role", "disabled", "invited again"])
def test_the_answers_of_an_account_are_forgotten_when_it_may_see_something_else(
    world: World, db: WriteSession, what: str
) -> None:
    user = db.get_one(User, world.worker.user)
    mine, anothers = kept("mine"), kept("another's")
    mine.user_id = user.id
    db.add_all([mine, anothers])
    db.flush()
    auth.change(db, world.administrator, user, UserUpdate(name="Un autre nom"))
    assert answers(db) == 2
    if what == "windows":
        auth.change(db, world.administrator, user, UserUpdate(window_ids=[world.elsewhere]))
    elif what == "role":
        auth.change(db, world.administrator, user, UserUpdate(role=Role.auditor))
    elif what == "disabled":
        auth.disable(db, world.administrator, user)
    else:
        auth.renew_invitation(db, world.administrator, user)
    assert list(db.scalars(select(IdempotentAnswer.key_hash))) == ["another's"]


def test_the_answer_is_kept_without_the_words_of_the_key(
    client: CheckedClient, world: World, db: WriteSession
) -> None:
    invite(client, world.administrator, invitation())
    answer = db.scalars(select(IdempotentAnswer)).one()
    assert KEY not in json.dumps([answer.key_hash, answer.fingerprint, answer.headers])


def test_one_process_works_on_a_key_once() -> None:
    keys = InFlight()
    keys.enter("a")
    keys.enter("b")
    with pytest.raises(RequestInFlight) as refusal:
        keys.enter("a")
    assert refusal.value.retry_after == 1
    keys.leave("a")
    keys.leave("a")
    keys.enter("a")


def test_answers_survive_the_process(committed: Database, committed_world: World, config: Any) -> None:
    from app.main import create_app

    actor = committed_world.administrator
    data = invitation("survivor@test.example")
    first = invite(CheckedClient(create_app(committed, config)), actor, data, "survivor-key")
    again = invite(CheckedClient(create_app(committed, config)), actor, data, "survivor-key")
    assert first.json()["user"] == again.json()["user"]
