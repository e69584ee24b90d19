"""Guessing gets slower and slower, for one account quickly and for one address late."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.auth import credentials, service, throttle, token_sessions
from app.auth.models import SignInThrottle, User
from app.core.db import Database, ReadSession, WriteSession
from app.core.settings import Settings
from tests.factories.accounts import PASSWORD, account, ask, sign_in
from tests.factories.world import World
from tests.support.at_once import Call, at_once
from tests.support.client import CheckedClient

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
EMAIL = "souad@test.example"


def fail(db: WriteSession, times: int, email: str = EMAIL, address: str = "office") -> None:
    """So many failures as if nobody had waited."""
    for _ in range(times):
        throttle.count_failure(db, email, address)
        db.flush()


def wait(db: WriteSession, email: str = EMAIL, address: str = "office") -> int:
    """Seconds that one has to wait."""
    try:
        throttle.check(db, email, address)
    except throttle.TooManyAttempts as refusal:
        return refusal.retry_after or 0
    return 0


@given(st.integers(1, 5000), st.integers(1, 200))
def test_the_wait_never_shrinks_and_has_an_end(failures: int, free: int) -> None:
    now, then = throttle.wait_after(failures, free), throttle.wait_after(failures + 1, free)
    assert timedelta() <= now <= then <= throttle.LONGEST_WAIT
    assert (now == timedelta()) == (failures < free)


def test_the_first_failures_of_an_account_are_free_and_each_further_one_doubles_the_wait(
    db: WriteSession,
) -> None:
    with time_machine.travel(START, tick=False):
        fail(db, throttle.FREE_FAILURES - 1)
        assert wait(db) == 0
        waits = []
        for _ in range(12):
            fail(db, 1)
            waits.append(wait(db) - 1)
        assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_one_account_that_waits_keeps_nobody_else_from_signing_in(db: WriteSession) -> None:
    fail(db, 20)
    assert wait(db) > 0
    assert wait(db, "other@test.example") == 0


def test_an_address_is_looser_than_an_account(db: WriteSession) -> None:
    with time_machine.travel(START, tick=False):
        for n in range(throttle.FREE_FAILURES_PER_ADDRESS - 1):
            fail(db, 1, f"somebody{n}@test.example")
        assert wait(db, "fresh@test.example") == 0
        fail(db, 1, "one.more@test.example")
        assert wait(db, "fresh@test.example") == 2
        assert wait(db, "fresh@test.example", "elsewhere") == 0


def test_failures_are_forgotten_an_hour_after_the_last(db: WriteSession) -> None:
    with time_machine.travel(START, tick=False):
        fail(db, 8)
        assert wait(db) > 0
    with time_machine.travel(START + throttle.FORGET_AFTER + timedelta(seconds=1), tick=False):
        assert wait(db) == 0
        fail(db, 1)
        assert wait(db) == 0
    with time_machine.travel(START + 2 * throttle.FORGET_AFTER, tick=False):
        fail(db, throttle.FREE_FAILURES - 1)
        assert wait(db) > 0


@pytest.mark.parametrize(
    ("one", "other", "is_one_office"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("?", "?", True),
    ],
)
def test_who_may_choose_among_addresses_is_counted_as_one(one: str, other: str, is_one_office: bool) -> None:
    assert (throttle.keys("", one)[1] == throttle.keys("", other)[1]) is is_one_office


def test_counts_are_dropped_a_day_after_the_last_failure(db: WriteSession) -> None:
    with time_machine.travel(START, tick=False):
        fail(db, 1, "old@test.example", "old office")
    with time_machine.travel(START + timedelta(hours=2), tick=False):
        fail(db, 1)
    with time_machine.travel(START + throttle.DROP_AFTER + timedelta(minutes=1), tick=False):
        throttle.forget_old(db)
    assert set(db.scalars(select(SignInThrottle.key_hash))) == set(throttle.keys(EMAIL, "office"))


def test_what_is_counted_names_neither_account_nor_address(db: WriteSession) -> None:
    fail(db, 1)
    keys = list(db.scalars(select(SignInThrottle.key_hash)))
    assert len(keys) == 2
    assert not any(EMAIL in key or "office" in key for key in keys)


# --- through the door -----------------------------------------------------------------------------------------


@pytest.fixture
def user(db: WriteSession, world: World) -> User:
    return account(db)


def test_the_right_password_too_has_to_wait_and_then_starts_anew(client: CheckedClient, user: User) -> None:
    with time_machine.travel(START, tick=False):
        for _ in range(throttle.FREE_FAILURES):
            assert ask(client, username=EMAIL, password="wrong").status_code == 401
        blocked = ask(client, username=EMAIL, password=PASSWORD)
        assert (blocked.status_code, blocked.json()["code"]) == (429, "too_many_attempts")
        assert blocked.headers["retry-after"] == "2"
        assert "2 seconds" in blocked.json()["detail"]
    with time_machine.travel(START + timedelta(seconds=2), tick=False):
        sign_in(client)
        for _ in range(throttle.FREE_FAILURES - 1):
            assert ask(client, username=EMAIL, password="wrong").status_code == 401
        sign_in(client)


def test_an_account_that_does_not_exist_answers_and_waits_like_one_that_does(
    client: CheckedClient, user: User
) -> None:
    with time_machine.travel(START, tick=False):
        answers: dict[str, list[Any]] = {email: [] for email in (EMAIL, "nobody@test.example")}
        for email, given_ in answers.items():
            for _ in range(throttle.FREE_FAILURES + 1):
                response = ask(client, username=email, password="wrong")
                body = response.json()
                body.pop("instance")
                given_.append((response.status_code, body, response.headers.get("retry-after")))
        known, unknown = answers.values()
        assert known == unknown
        assert [status for status, *_ in known] == [401] * throttle.FREE_FAILURES + [429]


def test_a_disabled_or_invited_account_answers_like_an_unknown_one(
    client: CheckedClient, db: WriteSession, user: User
) -> None:
    from app.core.actor import SYSTEM

    service.disable(db, SYSTEM, user)
    db.commit()
    codes = {
        ask(client, username=email, password=PASSWORD).json()["code"] for email in (EMAIL, "x@y.example")
    }
    assert codes == {"invalid_credentials"}


def test_guesses_that_pass_the_first_check_together_are_judged_one_by_one(
    committed: Database, committed_world: World, config: Settings
) -> None:
    """Many guesses at once are no way around the count: beyond the free ones not even the right one opens."""
    from app.main import create_app

    with committed.write_session() as session:
        user = account(WriteSession(ReadSession(session)), "burst@test.example")
        db = WriteSession(ReadSession(session))
        with time_machine.travel(datetime.now(UTC), tick=False):
            fail(db, throttle.FREE_FAILURES + 6, user.email, "127.0.0.1")
            with pytest.raises(throttle.TooManyAttempts):
                token_sessions.sign_in(
                    db, credentials.Proof(user.email, "127.0.0.1", user.id, user.password_hash)
                )
        session.rollback()
    app = create_app(committed, config)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    guess = Call(app, "POST", "/api/v1/auth/token", form, b"username=burst%40test.example&password=wrong")
    answers: list[Any] = at_once(*[guess] * 12)
    counted = [a for a in answers if a.status_code == 401]
    assert {a.status_code for a in answers} <= {401, 429}
    assert throttle.FREE_FAILURES <= len(counted) <= throttle.FREE_FAILURES + 1
    with committed.read_session() as session:
        key = throttle.keys("burst@test.example", "")[0]
        kept = session.get_one(SignInThrottle, key)
        assert kept.failures == len(counted)
