from app.core.db import WriteSession
from tests.factories.world import World, headers
from tests.support.client import CheckedClient


def test_me_tells_who_i_am_and_what_i_may(client: CheckedClient, world: World) -> None:
    response = client.get("/api/v1/auth/me", headers=headers(world.worker))
    assert response.status_code == 200, response.text
    assert response.json()["user"]["role"] == "social_worker"
    assert "case:read" in response.json()["permissions"]


def test_without_a_token_nothing_is_told(client: CheckedClient, world: World, db: WriteSession) -> None:
    response = client.get("/api/v1/auth/me")
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")
