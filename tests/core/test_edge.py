"""The gate and the reading of requests: limits, types, unknown places, and answers that repeat nothing."""

import json
from collections.abc import Iterator
from typing import Any

import anyio
import pytest
from fastapi.testclient import TestClient
from starlette.types import Message

from app.core.settings import Settings
from tests.support.problems import problem

MARK = "سرّ-Secret7Q"
JSON = {"Content-Type": "application/json", "Accept-Language": "en"}


def test_what_is_well_formed_is_read(lab_client: TestClient) -> None:
    response = lab_client.post("/lab/echo", content='{"line": " سعاد "}'.encode(), headers=JSON)
    assert response.status_code == 200
    assert response.json()["line"] == "سعاد"


def test_a_body_announced_too_large_is_refused_before_it_is_read(
    lab_client: TestClient, config: Settings
) -> None:
    headers = {**JSON, "Content-Length": str(config.body_limit_bytes + 1)}
    body = problem(lab_client.post("/lab/echo", content=b"{}", headers=headers), 413, "body_too_large")
    assert body["limit"] == config.body_limit_bytes


def test_a_body_that_grows_too_large_unannounced_is_refused(lab_client: TestClient, config: Settings) -> None:
    def endless() -> Iterator[bytes]:
        yield b'{"line": "'
        for _ in range(config.body_limit_bytes // 65_536 + 1):
            yield b"a" * 65_536

    problem(lab_client.post("/lab/echo", content=endless(), headers=JSON), 413, "body_too_large")


@pytest.mark.parametrize("sent", [{}, {"Authorization": "Basic abc"}, {"Authorization": "Bearer"}])
def test_nothing_is_read_from_whoever_shows_no_token(lab_client: TestClient, sent: dict[str, str]) -> None:
    async def receive() -> Message:
        raise AssertionError("the body was asked for")

    answers: list[Message] = []

    async def send(message: Message) -> None:
        answers.append(message)

    headers = [(name.lower().encode(), value.encode()) for name, value in sent.items()]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/lab/signed-in",
        "raw_path": b"/lab/signed-in",
        "query_string": b"",
        "headers": [*headers, (b"content-type", b"application/json")],
    }
    anyio.run(lab_client.app, scope, receive, send)
    assert answers[0]["status"] == 401


def test_a_body_as_large_as_allowed_is_read(lab_client: TestClient, config: Settings) -> None:
    content = b'{"line": "a"}'.ljust(config.body_limit_bytes)
    assert lab_client.post("/lab/echo", content=content, headers=JSON).status_code == 200


@pytest.mark.parametrize("length", ["-1", "many", "1_0", "1" * 30, "²"])
def test_a_length_that_is_no_number_is_malformed(lab_client: TestClient, length: str) -> None:
    headers = {b"Accept-Language": b"en", b"Content-Length": length.encode("latin-1")}
    problem(lab_client.post("/lab/echo", content=b"{}", headers=headers), 400, "malformed_request")


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "", "json"]
)
def test_a_body_of_another_type_is_refused(lab_client: TestClient, media_type: str) -> None:
    response = lab_client.post("/lab/echo", content=b'{"line": "a"}', headers={"Content-Type": media_type})
    problem(response, 415, "unsupported_media_type")


def test_the_type_of_a_body_may_have_parameters_and_capitals(lab_client: TestClient) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert lab_client.post("/lab/echo", content=b'{"line": "a"}', headers=headers).status_code == 200


def test_a_missing_body_is_a_missing_field(lab_client: TestClient) -> None:
    body = problem(lab_client.post("/lab/echo"), 422, "invalid_input")
    assert [error["code"] for error in body["errors"]] == ["missing"]


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/lab", "/lab/echo/more", "/static/nothing.js"])
def test_an_unknown_place_is_not_found(lab_client: TestClient, path: str) -> None:
    problem(lab_client.get(path), 404, "not_found")


def test_a_method_that_a_place_does_not_know_is_refused_naming_those_it_knows(lab_client: TestClient) -> None:
    response = lab_client.delete("/lab/echo")
    problem(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/lab/query/1%00", "/lab/query/1?cursor=%00", "/lab/%00"])
def test_nul_in_an_address_is_malformed(lab_client: TestClient, path: str) -> None:
    problem(lab_client.get(path), 400, "malformed_request")


def _everywhere() -> list[tuple[str, str, dict[str, Any]]]:
    def body(value: Any) -> dict[str, Any]:
        return {"content": json.dumps(value).encode(), "headers": JSON}

    return [
        ("POST", "/lab/echo", body({"line": 1, MARK: 1})),
        ("POST", "/lab/echo", body({"line": {MARK: MARK}})),
        ("POST", "/lab/echo", body({"line": MARK * 40})),
        ("POST", "/lab/echo", body({"line": "a", "code": MARK})),
        ("POST", "/lab/echo", body({"line": "a", "count": MARK})),
        ("POST", "/lab/echo", body({"line": "a", "flag": MARK})),
        ("POST", "/lab/echo", body({"line": "a", "few": [MARK, MARK, MARK]})),
        ("POST", "/lab/echo", body({"line": "a", "named": {MARK: MARK}})),
        ("POST", "/lab/echo", body([MARK])),
        ("POST", "/lab/echo", body(MARK)),
        ("POST", "/lab/echo", {"content": f'{{"line": {MARK}'.encode(), "headers": JSON}),
        ("POST", "/lab/echo", {"content": f'["{MARK}\\u0000"]'.encode(), "headers": JSON}),
        ("POST", "/lab/echo", {"content": MARK.encode(), "headers": {"Content-Type": "text/Secret7Q"}}),
        ("GET", f"/lab/query/{MARK}", {}),
        ("GET", "/lab/query/1", {"params": {"limit": MARK, "cursor": MARK, "level": MARK}}),
        ("GET", f"/lab/{MARK}", {}),
        ("SECRET7Q", "/lab/echo", {}),
        ("GET", f"/problems/{MARK}", {}),
        ("PATCH", "/lab/version", {"headers": {"If-Match": '"Secret7Q"'}}),
        ("GET", "/api/v1/auth/me", {"headers": {"Authorization": "Bearer Secret7Q.Secret7Q.Secret7Q"}}),
        ("GET", "/api/v1/users/Secret7Q", {"headers": {"Authorization": "Secret7Q"}}),
        ("POST", "/api/v1/auth/token", {"data": {"grant_type": MARK, MARK: MARK}}),
        ("POST", "/api/v1/auth/token", {"data": {"username": MARK * 40, "password": MARK * 40}}),
        ("POST", "/api/v1/auth/token", {"data": {"grant_type": "refresh_token", "refresh_token": MARK}}),
        ("POST", "/api/v1/auth/token", {"data": {"username": MARK, "password": MARK}}),
        ("POST", "/api/v1/auth/activation", body({"code": MARK, "password": MARK, MARK: MARK})),
        ("POST", "/api/v1/auth/activation", body({"code": "Secret7Q-Secret7Q", "password": MARK})),
    ]


@pytest.mark.parametrize(("method", "path", "options"), _everywhere())
def test_no_refusal_repeats_a_word_of_what_was_sent(
    lab_client: TestClient, method: str, path: str, options: dict[str, Any]
) -> None:
    response = lab_client.request(method, path, **options)
    assert response.status_code >= 400
    assert response.headers["content-type"] == "application/problem+json"
    said = response.text + json.dumps(response.json(), ensure_ascii=False) + str(response.headers)
    assert "secret7q" not in said.casefold()
    assert "سرّ" not in said


def test_an_unknown_field_is_named_when_its_name_is_a_programs_word(lab_client: TestClient) -> None:
    response = lab_client.post("/lab/echo", json={"line": "a", "nickname": 1})
    assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [("/nickname", "unknown_field")]
    response = lab_client.post("/lab/echo", json={"line": "a", "Souad Test": 1})
    assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [("body", "unknown_field")]


@pytest.mark.parametrize(
    ("values", "pointer", "code", "context"),
    [
        ({}, "/line", "missing", {}),
        ({"line": ""}, "/line", "too_short", {"min_length": 1}),
        ({"line": "\u200b\u200e"}, "/line", "too_short", {"min_length": 1}),
        ({"line": "a" * 201}, "/line", "too_long", {"max_length": 200}),
        ({"line": "\ufb2c" * 200}, "/line", "too_long", {"max_length": 200}),
        ({"line": 5}, "/line", "wrong_type", {}),
        ({"line": None}, "/line", "wrong_type", {}),
        ({"line": "a", "code": "A-1"}, "/code", "bad_format", {}),
        ({"line": "a", "count": -1}, "/count", "too_small", {"ge": 0}),
        ({"line": "a", "count": 1_000_001}, "/count", "too_large", {"le": 1_000_000}),
        ({"line": "a", "count": "5"}, "/count", "wrong_type", {}),
        ({"line": "a", "count": True}, "/count", "wrong_type", {}),
        ({"line": "a", "count": 1.5}, "/count", "wrong_type", {}),
        ({"line": "a", "flag": 1}, "/flag", "wrong_type", {}),
        ({"line": "a", "flag": "true"}, "/flag", "wrong_type", {}),
        ({"line": "a", "few": [1, 2, 3]}, "/few", "too_long", {"max_length": 2}),
        ({"line": "a", "few": [1, -1]}, "/few/1", "too_small", {"ge": 0}),
    ],
)
def test_a_field_that_cannot_stay_is_pointed_at_with_a_code(
    lab_client: TestClient, values: dict[str, Any], pointer: str, code: str, context: dict[str, int]
) -> None:
    body = problem(lab_client.post("/lab/echo", json=values, headers=JSON), 422, "invalid_input")
    assert [(e["pointer"], e["code"]) for e in body["errors"]] == [(pointer, code)]
    for name, bound in context.items():
        message = body["errors"][0]["message"]
        assert str(bound) in message or message == f"field.{code}", name


@pytest.mark.parametrize(
    ("values", "pointer", "told"),
    [
        ({"line": "a", "few": 5}, "/few", "[ … ]"),
        ({"line": "a", "named": "q1"}, "/named", "{ … }"),
        ({"line": "a", "on": "tomorrow"}, "/on", "2026-11-26"),
        ({"line": "a", "at": "tomorrow"}, "/at", "2026-11-26T10:00Z"),
        ({"line": "a", "at": "2026-11-26T10:00"}, "/at", "2026-11-26T10:00Z"),
    ],
)
def test_what_is_written_otherwise_is_told_how_it_is_written(
    lab_client: TestClient, values: dict[str, Any], pointer: str, told: str
) -> None:
    body = problem(lab_client.post("/lab/echo", json=values, headers=JSON), 422, "invalid_input")
    assert [e["pointer"] for e in body["errors"]] == [pointer]
    assert told in body["errors"][0]["message"]


def test_the_pointer_of_a_parameter_names_where_it_stands(lab_client: TestClient) -> None:
    def told(**query: str | int) -> set[tuple[str, str]]:
        response = lab_client.get("/lab/query/x", params=query)
        return {(e["pointer"], e["code"]) for e in response.json()["errors"]}

    assert told(limit=101, cursor="a" * 513) == {("query/limit", "too_large"), ("query/cursor", "too_long")}
    assert told(limit=100) == {("path/number", "wrong_type")}


def test_a_pointer_leads_into_lists_and_ends_before_a_key_that_was_the_clients_idea(
    lab_client: TestClient,
) -> None:
    response = lab_client.post("/lab/echo", json={"line": "a", "named": {"q1": "x", "Souad Test": "x"}})
    assert [e["pointer"] for e in response.json()["errors"]] == ["/named/q1", "/named"]


def test_a_rules_refusal_points_at_its_field_as_a_schemas_does(lab_client: TestClient) -> None:
    body = problem(lab_client.get("/lab/invalid"), 422, "invalid_input")
    assert [(e["pointer"], e["code"]) for e in body["errors"]] == [("/field", "too_short")]
    assert "{" not in body["errors"][0]["message"]


@pytest.mark.parametrize(("sent", "status"), [('"3"', 200), ('W/"3"', 200), ("3", 200), (' "3" ', 200)])
def test_the_present_version_lets_a_change_through(lab_client: TestClient, sent: str, status: int) -> None:
    response = lab_client.patch("/lab/version", headers={"If-Match": sent})
    assert (response.status_code, response.headers["etag"]) == (status, '"3"')


@pytest.mark.parametrize("sent", ['"2"', '"4"'])
def test_any_other_version_is_stale(lab_client: TestClient, sent: str) -> None:
    problem(lab_client.patch("/lab/version", headers={"If-Match": sent}), 412, "stale_version")


@pytest.mark.parametrize("sent", ["*", '""', '"3", "4"', '"-3"', '"x"', '"' + "9" * 30 + '"', '"²"'])
def test_what_is_no_version_is_told_from_a_stale_one(lab_client: TestClient, sent: str) -> None:
    told = problem(
        lab_client.patch("/lab/version", headers={b"If-Match": sent.encode()}), 422, "invalid_input"
    )
    assert [error["pointer"] for error in told["errors"]] == ["header/if-match"]


def test_a_change_needs_a_version(lab_client: TestClient) -> None:
    problem(lab_client.patch("/lab/version"), 428, "version_required")


def test_every_answer_carries_the_headers_of_safety(lab_client: TestClient) -> None:
    for path in ("/health", "/api/v1/nothing", "/api/v1/openapi.json"):
        headers = lab_client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-request-id"]


def test_the_documentation_page_brings_its_own_policy(lab_client: TestClient) -> None:
    page = lab_client.get("/docs")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "http" not in page.headers["content-security-policy"]


def test_the_meaning_of_a_code_is_told_in_the_language_of_the_request(lab_client: TestClient) -> None:
    meaning = lab_client.get("/problems/not_found", headers={"Accept-Language": "fr"}).json()
    assert meaning["code"] == "not_found"
    problem(lab_client.get("/problems/nonsense"), 404, "not_found")
