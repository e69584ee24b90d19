"""What is wrong with a request or an answer: for the tests that send every route what no client should."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from tests.rules import asking
from tests.rules.asker import Asker
from tests.rules.oracle import granted, oracle
from tests.support.client import check

MARK = "سرّ-Secret7Q"  # nobody's field name
# Beyond the basic plane, direction overrides, isolates, zero width, combining marks, a non-character, Arabic digits.
EXOTIC = "\U0001f468\u200d\U0001f469 \u202eabc\u202c \u2067x\u2069 \u200c\u0627\u0653\u0654 \uffff\U0010ffff \u0663\u06f4 \u2028 \ufdfa"
DAYS = ["0001-01-01", "9999-12-31"]
INSTANTS = [
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59",
]


class Route:
    """A route under one of the oracle's names, and the first column to which it is open."""

    def __init__(self, key: str, route: APIRoute) -> None:
        self.key, self.route, self.column = key, route, granted(key)


def routes(application: FastAPI) -> Iterator[Route]:
    """Every route, under each of the oracle's keys for it."""
    known = {
        key: found.original_route
        for key, found in asking.walk(application)
        if isinstance(found.original_route, APIRoute) and found.original_route.include_in_schema
    }
    for key in oracle():
        if key.split(" (")[0] in known:
            yield Route(key, known[key.split(" (")[0]])


def with_json(application: FastAPI) -> Iterator[Route]:
    """The routes that read JSON, each once."""
    for route in routes(application):
        if route.route.body_field is not None and "(" not in route.key:
            ask = asking.ASKS[route.key]
            if not ask.form and ask.file is None:
                yield route


def parameters(application: FastAPI, route: Route) -> dict[str, Any]:
    """The query's parameters with their schemas, as they are documented."""
    method, path = route.key.split(" (")[0].split(" ")
    operation = application.openapi()["paths"][asking.API + path][method.lower()]
    return {p["name"]: p["schema"] for p in operation.get("parameters", []) if p["in"] == "query"}


def complaint(asker: Asker, route: Route, names: dict[str, str], what: str, **asked: Any) -> str | None:
    """What is wrong with the answer, if anything."""
    try:
        response = asker.ask(route.key, route.column, names, **asked)
        assert response.status_code < 500, response.text[:200]
        if response.status_code >= 400:
            refused(route, response)
    except AssertionError as error:
        return f"{route.key}, {what}: {error}"
    return None


def refused(route: Route, response: Any) -> None:
    """A documented problem that repeats nothing of what was sent."""
    assert response.headers["content-type"] == "application/problem+json"
    check(route.route, response)
    said = response.text + json.dumps(response.json(), ensure_ascii=False) + str(response.headers)
    assert "Secret7Q" not in said, said
    assert "سرّ" not in said, said


def complaints(found: Iterable[str | None]) -> None:
    wrong = [line for line in found if line]
    assert wrong == [], "\n".join(wrong)
