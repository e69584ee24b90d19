from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.settings import Settings
from app.files import policy, service, storage
from app.files.models import Attachment, SubjectType
from tests.factories import files
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

URL = "/api/v1/attachments"


@pytest.fixture
def owned(world: World, client: CheckedClient) -> Iterator[files.Owned]:
    """Files belong to rows of modules above; small ones stand in for them here."""
    present = dict(service.subjects)
    mine = files.Owned(world.here, world.ours)
    service.subjects.update(mine.hooks())
    yield mine
    service.subjects.clear()
    service.subjects.update(present)


def send(
    client: CheckedClient,
    actor: Actor,
    owned: files.Owned,
    content: bytes = files.PDF,
    name: str = "scan.pdf",
    kind: str = "person",
    **more: str,
) -> Any:
    data = {"subject_type": kind, "subject_id": str(owned.ids[SubjectType(kind)]), **more}
    return client.post(URL, data=data, files={"file": (name, content)}, headers=headers(actor))


def listed(
    client: CheckedClient, actor: Actor, owned: files.Owned, kind: str = "person", more: str = ""
) -> Any:
    subject = owned.ids[SubjectType(kind)]
    return client.get(f"{URL}?subject_type={kind}&subject_id={subject}{more}", headers=headers(actor))


def stored(world: World, response: Any) -> Attachment:
    return world.db.get_one(Attachment, UUID(response.json()["id"]))


def trail(world: World) -> list[tuple[str, Any]]:
    found = select(AuditEntry.action, AuditEntry.person_id).where(AuditEntry.action.startswith("attachment:"))
    return [(entry.action, entry.person_id) for entry in world.db.execute(found.order_by(AuditEntry.id))]


def test_a_file_is_attached_read_and_removed(
    client: CheckedClient, world: World, owned: files.Owned, config: Settings
) -> None:
    added = send(client, world.worker, owned, name="شهادة الإقامة.exe")
    assert added.status_code == 201, added.text
    assert (added.json()["name"], added.json()["media_type"]) == ("شهادة الإقامة.pdf", "application/pdf")
    assert added.json()["size"] == len(files.PDF)
    url = added.headers["Location"]
    path = storage.path_of(config.attachments_dir, stored(world, added).stored_name)
    assert path.read_bytes() == files.PDF

    as_colleague = headers(world.colleague)
    assert client.get(url, headers=as_colleague).json() == added.json()
    assert listed(client, world.colleague, owned).json()["items"] == [added.json()]
    content = client.get(f"{url}/content", headers=as_colleague)
    assert content.content == files.PDF
    assert content.headers["content-type"] == "application/pdf"
    assert content.headers["content-length"] == str(len(files.PDF))
    assert content.headers["x-content-type-options"] == "nosniff"
    assert content.headers["cache-control"] == "no-store"
    asked = content.headers["content-disposition"]
    assert asked.startswith('attachment; filename="_____')
    assert unquote(asked.partition("filename*=UTF-8''")[2]) == "شهادة الإقامة.pdf"

    assert client.delete(url, headers=as_colleague).status_code == 204
    assert not path.exists()
    assert client.get(url, headers=as_colleague).status_code == 404
    assert client.delete(url, headers=as_colleague).status_code == 404
    acts = ("add", "read", "list", "download", "remove")
    assert trail(world) == [(f"attachment:{act}", owned.person_id) for act in acts]


def test_text_is_served_as_utf8_text(client: CheckedClient, world: World, owned: files.Owned) -> None:
    added = send(client, world.worker, owned, files.TEXT, "note.html")
    assert added.json()["name"] == "note.txt"
    content = client.get(f"{added.headers['Location']}/content", headers=headers(world.worker))
    assert content.headers["content-type"] == "text/plain; charset=utf-8"
    assert content.content == files.TEXT


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "file_type_refused"),
        (b"MZ\x90\x00", 415, "file_type_refused"),
        (b"", 422, "invalid_input"),
    ],
)
def test_what_is_not_taken_is_refused_and_leaves_nothing(
    client: CheckedClient, world: World, owned: files.Owned, content: bytes, status: int, code: str
) -> None:
    response = send(client, world.worker, owned, content, "photo.png")
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert listed(client, world.worker, owned).json()["items"] == []


def test_a_file_too_large_is_refused(
    client: CheckedClient, world: World, owned: files.Owned, config: Settings
) -> None:
    response = send(client, world.worker, owned, b"x" * (config.attachment_limit_bytes + 1), "note.txt")
    assert (response.status_code, response.json()["code"]) == (413, "file_too_large")
    assert response.json()["limit"] == config.attachment_limit_bytes


def test_a_subject_holds_only_so_many_files(
    client: CheckedClient, world: World, owned: files.Owned, tmp_path: Path
) -> None:
    small = Settings(data_dir=tmp_path, attachments_per_subject=1)
    received = service.examine("x.txt", b"x", limit=10)
    subject = (SubjectType.case, owned.ids[SubjectType.case])
    service.attach(world.db, world.worker, small, *subject, received)
    with pytest.raises(service.TooManyAttachments):
        service.attach(world.db, world.worker, small, *subject, received)


def test_only_one_form_with_known_parts_is_read(
    client: CheckedClient, world: World, owned: files.Owned
) -> None:
    as_json = client.post(URL, json={"subject_type": "person"}, headers=headers(world.worker))
    assert (as_json.status_code, as_json.json()["code"]) == (415, "unsupported_media_type")
    more = send(client, world.worker, owned, colour="blue")
    assert more.json()["errors"][0]["code"] == "unknown_field"
    twice = [("file", ("a.txt", b"a")), ("file", ("b.txt", b"b"))]
    data = {"subject_type": "person", "subject_id": str(uuid4())}
    both = client.post(URL, data=data, files=twice, headers=headers(world.worker))
    assert both.json()["errors"][0]["code"] == "unknown_field"
    missing = client.post(URL, data=data, files={"other": b""}, headers=headers(world.worker))
    assert missing.status_code == 422
    words = client.post(
        URL,
        files={**{k: (None, v) for k, v in data.items()}, "file": (None, "x")},
        headers=headers(world.worker),
    )
    assert words.status_code == 422
    kind = send(client, world.worker, owned, kind="person", subject_id="not an id")
    assert kind.json()["errors"][0]["pointer"] == "/subject_id"


def test_who_may_not_see_the_subject_sees_no_file_of_it(
    client: CheckedClient, world: World, owned: files.Owned
) -> None:
    url = send(client, world.worker, owned).headers["Location"]
    for call in (client.get, client.delete):
        assert call(url, headers=headers(world.stranger)).status_code == 404
    assert client.get(f"{url}/content", headers=headers(world.stranger)).status_code == 404
    assert listed(client, world.stranger, owned).status_code == 404
    assert send(client, world.stranger, owned).status_code == 404
    for actor in (world.administrator, world.auditor):
        assert client.get(url, headers=headers(actor)).status_code == 403
        assert send(client, actor, owned).status_code == 403
    assert client.get(f"{URL}/{uuid4()}", headers=headers(world.worker)).status_code == 404
    assert [action for action, _ in trail(world)] == ["attachment:add"]


def test_an_agent_reaches_the_files_of_own_referrals_only(
    client: CheckedClient, world: World, owned: files.Owned
) -> None:
    of_worker = send(client, world.worker, owned, kind="referral").headers["Location"]
    of_person = send(client, world.worker, owned).headers["Location"]
    assert client.get(f"{of_worker}/content", headers=headers(world.agent)).status_code == 200
    assert client.get(f"{of_person}/content", headers=headers(world.agent)).status_code == 404
    assert listed(client, world.agent, owned, "referral").status_code == 200
    for kind in ("person", "case"):
        assert listed(client, world.agent, owned, kind).status_code == 404
        assert send(client, world.agent, owned, kind=kind).status_code == 404
    assert client.get(of_worker, headers=headers(world.other_agent)).status_code == 404
    assert send(client, world.other_agent, owned, kind="referral").status_code == 404

    refused = client.delete(of_worker, headers=headers(world.agent))
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    own = send(client, world.agent, owned, kind="referral").headers["Location"]
    assert client.delete(own, headers=headers(world.agent)).status_code == 204


def test_an_agent_is_kept_from_persons_even_by_a_careless_hook(world: World, owned: files.Owned) -> None:
    with pytest.raises(NotFound):
        policy.reach(
            world.db, world.agent, SubjectType.person, owned.ids[SubjectType.person], policy.FileUse.read
        )


def test_what_may_only_be_read_takes_no_file_and_loses_none(
    client: CheckedClient, world: World, owned: files.Owned
) -> None:
    url = send(client, world.worker, owned, kind="case").headers["Location"]
    owned.closed.add(owned.ids[SubjectType.case])
    assert send(client, world.worker, owned, kind="case").status_code == 409
    assert client.delete(url, headers=headers(world.worker)).status_code == 409
    assert client.get(url, headers=headers(world.worker)).status_code == 200


def test_files_are_listed_newest_first_page_after_page(
    client: CheckedClient, world: World, owned: files.Owned
) -> None:
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        send(client, world.worker, owned, name=name)
    first = listed(client, world.worker, owned, more="&limit=2").json()
    assert files.names(first["items"]) == ["c.pdf", "b.pdf"]
    rest = listed(client, world.worker, owned, more=f"&limit=2&cursor={first['next']}").json()
    assert files.names(rest["items"]) == ["a.pdf"]


def test_a_lost_file_is_told_as_lost(
    client: CheckedClient, world: World, owned: files.Owned, config: Settings
) -> None:
    added = send(client, world.worker, owned)
    storage.path_of(config.attachments_dir, stored(world, added).stored_name).unlink()
    lost = client.get(f"{added.headers['Location']}/content", headers=headers(world.worker))
    assert (lost.status_code, lost.json()["code"]) == (410, "content_lost")


def test_sent_twice_under_one_key_is_attached_once(
    client: CheckedClient, world: World, owned: files.Owned
) -> None:
    boundary = "one-and-the-same"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="subject_type"\r\n\r\nperson\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="subject_id"\r\n\r\n'
        f"{owned.ids[SubjectType.person]}\r\n"
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nnote\r\n'
        f"--{boundary}--\r\n"
    )
    sent = headers(
        world.worker,
        **{"Idempotency-Key": "upload-0001", "Content-Type": f"multipart/form-data; boundary={boundary}"},
    )
    first = client.post(URL, content=body, headers=sent)
    again = client.post(URL, content=body, headers=sent)
    assert (first.status_code, again.status_code) == (201, 201), first.text
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replay"] == "true"
    assert len(listed(client, world.worker, owned).json()["items"]) == 1


def test_an_upload_sent_again_with_another_boundary_is_answered_again(
    client: CheckedClient, world: World, owned: files.Owned
) -> None:
    data = {"subject_type": "person", "subject_id": str(owned.ids[SubjectType.person])}
    sent = headers(world.worker, **{"Idempotency-Key": "upload-0002"})
    answers = [
        client.post(URL, data=data, files={"file": ("a.txt", b"one text")}, headers=sent) for _ in range(2)
    ]
    assert answers[0].request.headers["content-type"] != answers[1].request.headers["content-type"]
    assert answers[1].headers["Idempotent-Replay"] == "true"
    assert answers[0].content == answers[1].content
