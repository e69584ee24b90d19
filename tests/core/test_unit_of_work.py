"""One request, one transaction: committed before the answer, rolled back by a refusal, silent about a crash."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.core.db import Database, WriteSession
from app.core.settings import Settings
from app.outbox.models import OutboxMessage
from tests.factories.world import World
from tests.support.problems import problem

# --- the unit of work -----------------------------------------------------------------------------------------


def names(db: WriteSession) -> list[str]:
    return list(db.scalars(select(OutboxMessage.name).order_by(OutboxMessage.id)))


def test_what_an_answered_request_wrote_is_kept(lab_client: TestClient, db: WriteSession) -> None:
    assert lab_client.post("/lab/kept").status_code == 201
    assert names(db) == ["lab.kept"]


def test_what_a_refused_request_wrote_is_rolled_back(lab_client: TestClient, db: WriteSession) -> None:
    problem(lab_client.post("/lab/refused"), 403, "forbidden")
    assert names(db) == []


def test_a_refusal_whose_trace_must_stay_keeps_what_it_wrote(
    lab_client: TestClient, db: WriteSession
) -> None:
    problem(lab_client.post("/lab/told"), 409, "forbidden")
    assert names(db) == ["lab.told"]


@pytest.mark.parametrize("path", ["/lab/crashed", "/lab/broken-before", "/lab/reads-and-writes"])
def test_a_crash_keeps_nothing_and_tells_nothing(lab_client: TestClient, db: WriteSession, path: str) -> None:
    response = lab_client.request("GET" if "reads" in path else "POST", path)
    body = problem(response, 500, "internal_error")
    assert "nobody is told" not in response.text
    assert "RuntimeError" not in response.text
    assert body.keys() == {"type", "title", "status", "code", "detail", "instance"}
    assert names(db) == []


@pytest.mark.filterwarnings("ignore:New instance .* with identity key:sqlalchemy.exc.SAWarning")
def test_nobody_is_told_created_about_what_the_commit_refused(
    lab_client: TestClient, db: WriteSession
) -> None:
    response = lab_client.post("/lab/commit-fails")
    problem(response, 409, "conflict")
    assert "never seen" not in response.text
    assert names(db) == []


def test_the_databases_words_stay_inside(lab_client: TestClient) -> None:
    """What cannot be read as SQL is our mistake to PostgreSQL and a trouble of the moment to SQLite."""
    response = lab_client.get("/lab/sql")
    assert response.json()["code"] in {"internal_error", "unavailable"}
    assert "nowhere" not in response.text
    assert "SELECT" not in response.text


@pytest.mark.parametrize("kind", ["operational", "interface", "full", "quota"])
def test_a_database_or_disk_that_cannot_just_now_asks_to_come_again(
    lab_client: TestClient, kind: str
) -> None:
    response = lab_client.get(f"/lab/trouble/{kind}")
    problem(response, 503, "unavailable")
    assert response.headers["retry-after"] == "2"


@pytest.mark.parametrize("kind", ["data", "programming", "file"])
def test_a_mistake_of_ours_asks_nobody_to_try_again(lab_client: TestClient, kind: str) -> None:
    response = lab_client.get(f"/lab/trouble/{kind}")
    problem(response, 500, "internal_error")
    assert "retry-after" not in response.headers


def test_a_started_server_answers_and_ends_its_worker_with_itself(
    committed: Database, config: Settings
) -> None:
    from app.main import create_app

    with TestClient(create_app(Database(committed.url), config)) as started:
        assert started.get("/health").json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [({}, 409, "changed_meanwhile"), ({"If-Match": '"3"'}, 412, "stale_version")],
)
def test_a_row_that_was_changed_meanwhile_is_told_by_what_was_asked(
    lab_client: TestClient, world: World, sent: dict[str, str], status: int, code: str
) -> None:
    problem(lab_client.post(f"/lab/overtaken/{world.worker.user}", headers=sent), status, code)


def test_a_server_that_has_no_connection_left_asks_to_come_again(lab_client: TestClient) -> None:
    response = lab_client.get("/lab/crowded")
    problem(response, 503, "unavailable")
    assert response.headers["retry-after"] == "2"


def test_a_crash_in_the_middle_of_an_answer_cannot_take_it_back_and_tells_nothing(
    lab_client: TestClient,
) -> None:
    response = lab_client.get("/lab/half")
    assert (response.status_code, response.content) == (200, b"half")
