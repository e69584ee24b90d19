"""The log tells what happened and where, and nobody's data."""

import json
from collections.abc import Callable, Iterator

import pytest
import structlog
from fastapi.testclient import TestClient

from app.core import log

SECRET = "سعاد 0600000000"


@pytest.fixture
def configured() -> Iterator[Callable[[], None]]:
    """To be called within the test: only then does standard error belong to it."""

    def start() -> None:
        log.configure()
        # What is bound on first use would hold on to this test's standard error.
        structlog.configure(cache_logger_on_first_use=False)

    yield start
    structlog.reset_defaults()


Start = Callable[[], None]
Captured = pytest.CaptureFixture[str]


def lines(captured: Captured) -> list[dict[str, object]]:
    return [json.loads(line) for line in captured.readouterr().err.splitlines()]


def test_only_listed_fields_leave_the_process(configured: Start, capsys: Captured) -> None:
    configured()
    structlog.get_logger().info("told", count=3, person=SECRET, email=SECRET, phone=SECRET, exc_info=SECRET)
    (line,) = lines(capsys)
    assert line.keys() == {"event", "level", "timestamp", "count"}


def test_what_is_below_information_is_not_written(configured: Start, capsys: Captured) -> None:
    configured()
    structlog.get_logger().debug("chatter")
    assert lines(capsys) == []


def test_a_request_is_one_line_with_the_template_of_its_path(
    configured: Start, capsys: Captured, lab_client: TestClient
) -> None:
    configured()
    lab_client.get("/lab/query/4711?level=7")
    (line,) = [entry for entry in lines(capsys) if entry["event"] == "request"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/lab/query/{number}", 200)
    assert "4711" not in json.dumps({**line, "request_id": "", "timestamp": ""})


def test_a_crash_is_logged_by_its_kind_and_place(
    configured: Start, capsys: Captured, lab_client: TestClient
) -> None:
    configured()
    response = lab_client.post("/lab/crashed")
    failed, request = lines(capsys)
    assert failed["error"] == "RuntimeError"
    assert str(failed["where"]).startswith("tests.core.conftest:")
    assert "nobody is told" not in json.dumps(failed)
    assert failed["request_id"] == request["request_id"] == response.headers["x-request-id"]


def test_the_place_of_an_error_is_a_module_and_a_line() -> None:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        place = log.where(error)
    assert place.startswith(f"{__name__}:")
    assert SECRET not in place


def test_an_error_that_was_never_raised_has_no_place() -> None:
    assert log.where(ValueError(SECRET)) == "?"
