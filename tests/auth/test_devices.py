"""A session says with what it is held, as far as the other side tells, and no more than its owner needs to know it."""

import pytest

from app.auth import devices
from app.core.db import WriteSession
from tests.factories.accounts import account, bearer, sign_in
from tests.factories.world import World
from tests.support.client import CheckedClient

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
CHROME = (
    "Mozilla/5.0 (Linux; Android 13; SM-A135F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
    "Mobile Safari/537.36"
)


@pytest.mark.parametrize(
    ("user_agent", "named"),
    [
        (FIREFOX, "Firefox, Windows"),
        (CHROME, "Chrome Mobile, Android"),  # not which telephone
        ("python-requests/2.32.3", "Python Requests"),
        ("", None),
        ("of my own", None),
        ("x" * 100_000, None),
        ("Mozilla/5.0 (\x00\ud800<b>", None),
    ],
)
def test_a_device_is_called_by_its_browser_and_its_system(user_agent: str, named: str | None) -> None:
    assert devices.name(user_agent) == named


def test_one_sees_with_what_a_session_is_held(client: CheckedClient, db: WriteSession, world: World) -> None:
    account(db)
    for client.headers["User-Agent"] in (FIREFOX, "of my own"):
        held = sign_in(client)
    sessions = client.get("/api/v1/auth/sessions", headers=bearer(held)).json()["items"]
    assert [one["device"] for one in sessions] == [None, "Firefox, Windows"]
