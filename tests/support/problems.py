"""What every refusal looks like."""

from typing import Any


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The body of a refusal, after it was found to be the one expected."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert (body["status"], body["code"], body["type"]) == (status, code, f"/problems/{code}")
    assert body["instance"] == f"urn:uuid:{response.headers['x-request-id']}"  # which is in the log
    return body


def code(response: Any) -> tuple[int, str]:
    """The status of a refusal and its code."""
    return response.status_code, response.json()["code"]


def refusals(response: Any) -> list[tuple[str, str]]:
    """What was refused of the input: a pointer and a code for each."""
    assert response.status_code == 422, response.text
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]
