from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core import i18n
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.ids import NotificationId, uuid7
from app.notifications import queries, service
from app.notifications.models import Notification
from tests.factories.notifications import tell
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

API = "/api/v1"


def listed(client: CheckedClient, actor: Actor, query: str = "") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get(f"{API}/notifications{query}", headers=headers(actor)).json()[
        "items"
    ]
    return items


def told(world: World) -> int:
    return len(world.db.scalars(select(Notification.id)).all())


def trail(world: World) -> list[str]:
    return list(
        world.db.scalars(
            select(AuditEntry.action)
            .where(AuditEntry.action.startswith("notification:"))
            .order_by(AuditEntry.id)
        )
    )


def test_each_user_is_told(client: CheckedClient, world: World) -> None:
    tell(world.db, world.worker, world.agent)
    world.db.commit()
    for actor in (world.worker, world.agent):
        (notice,) = listed(client, actor)
        assert (notice["kind"], notice["subject_type"], notice["read_at"]) == (
            "referral.accept",
            "referral",
            None,
        )


def test_told_twice_is_told_once(world: World) -> None:
    one, subject, step = world.worker.user, uuid7(), uuid7()
    for users in ([one, one], [one], [one, world.agent.user]):
        service.notify(world.db, users, "referral.accept", "referral", subject, step)
    assert told(world) == 2


def test_another_step_or_another_kind_is_told_again(world: World) -> None:
    step = tell(world.db, world.worker)
    tell(world.db, world.worker)
    service.notify(world.db, [world.worker.user], "referral.remind", "referral", uuid7(), step)
    assert told(world) == 3


def test_telling_nobody_is_nothing(world: World) -> None:
    tell(world.db)
    assert told(world) == 0


def test_nobody_reads_the_notices_of_others(client: CheckedClient, world: World) -> None:
    tell(world.db, world.worker)
    world.db.commit()
    (notice,) = listed(client, world.worker)
    for actor in (world.colleague, world.supervisor, world.administrator, world.auditor, world.agent):
        assert listed(client, actor) == []
        refused = client.post(f"{API}/notifications/{notice['id']}/read", headers=headers(actor))
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert listed(client, world.worker)[0]["read_at"] is None


def test_the_text_is_in_the_language_of_the_request(
    client: CheckedClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = {"ar": "قبلت المؤسسة التوجيه", "fr": "L'orientation est acceptée", "en": "", "fa": ""}
    monkeypatch.setattr(i18n, "catalogue", lambda code: {"notice.example": words[code]})
    tell(world.db, world.worker, kind="example")
    world.db.commit()
    for language in ("ar", "fr"):
        sent = headers(world.worker, **{"Accept-Language": language})
        (notice,) = client.get(f"{API}/notifications", headers=sent).json()["items"]
        assert notice["text"] == words[language]


def test_notices_come_newest_first_and_in_pages(client: CheckedClient, world: World) -> None:
    for kind in ("first", "second", "third"):
        tell(world.db, world.worker, kind=kind)
    world.db.commit()
    kinds: list[str] = []
    url: str | None = f"{API}/notifications?limit=2"
    while url:
        response = client.get(url, headers=headers(world.worker))
        kinds += [item["kind"] for item in response.json()["items"]]
        url = response.headers.get("Link", "").removeprefix("<").split(">")[0]
    assert kinds == ["third", "second", "first"]


def test_reading_one_leaves_the_others_unread(client: CheckedClient, world: World) -> None:
    tell(world.db, world.worker, kind="first")
    tell(world.db, world.worker, kind="second")
    world.db.commit()
    newest, oldest = listed(client, world.worker)
    path = f"{API}/notifications/{newest['id']}/read"
    response = client.post(path, headers=headers(world.worker))
    assert response.status_code == 200
    assert response.json()["read_at"] is not None
    assert [n["id"] for n in listed(client, world.worker, "?unread=true")] == [oldest["id"]]
    assert [n["id"] for n in listed(client, world.worker, "?unread=false")] == [newest["id"]]
    assert trail(world) == ["notification:read"]


def test_reading_again_keeps_the_first_time(client: CheckedClient, world: World) -> None:
    tell(world.db, world.worker)
    world.db.commit()
    (notice,) = listed(client, world.worker)
    first, second = (
        client.post(f"{API}/notifications/{notice['id']}/read", headers=headers(world.worker)).json()
        for _ in range(2)
    )
    assert first == second
    assert trail(world) == ["notification:read"]


def test_all_of_ones_own_are_read_at_once(client: CheckedClient, world: World) -> None:
    tell(world.db, world.worker, world.colleague)
    tell(world.db, world.worker)
    world.db.commit()
    for _ in range(2):
        done = client.post(f"{API}/notifications/read-all", headers=headers(world.worker))
        assert done.status_code == 204
    assert listed(client, world.worker, "?unread=true") == []
    assert len(listed(client, world.colleague, "?unread=true")) == 1
    assert trail(world) == ["notification:read-all"]


def test_an_unknown_notice_is_not_found(client: CheckedClient, world: World) -> None:
    with pytest.raises(NotFound):
        queries.read(world.db, world.worker, NotificationId(uuid7()))
    response = client.post(f"{API}/notifications/{uuid7()}/read", headers=headers(world.worker))
    assert response.status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_notices_are_for_those_who_are_signed_in(client: CheckedClient, method: str) -> None:
    path = "/notifications" if method == "GET" else "/notifications/read-all"
    assert client.request(method, f"{API}{path}").status_code == 401
