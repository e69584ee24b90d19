"""Whatever stands in an address, a query or a header: a clear coded refusal, never a 500, never an echo."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import orjson
from fastapi import FastAPI

from tests.rules import asking
from tests.rules.asker import Asker
from tests.rules.oracle import oracle
from tests.rules.wrong import DAYS, EXOTIC, INSTANTS, MARK, Route, complaint, complaints, parameters, routes


def test_an_unknown_row_and_a_foreign_one_are_the_same_to_everybody(
    asker: Asker, application: FastAPI
) -> None:
    def every() -> Iterator[str | None]:
        for route in routes(application):
            for column, cell in oracle()[route.key].items():
                place = asking.ROW.search(route.key)
                if cell.endswith("/404") and place:
                    foreign = asker.names(column, own=False)
                    answers = [
                        without_instance(asker.ask(route.key, column, names))
                        for names in (foreign, strangers(foreign))
                    ]
                    if answers[0] != answers[1]:
                        yield f"{route.key} as {column}: {answers}"

    complaints(every())


def strangers(names: dict[str, str]) -> dict[str, str]:
    """The same names for rows that do not exist."""
    changed = {name: str(uuid4()) for name in names if name.endswith("_id") and not name.startswith("my_")}
    return {**names, **changed, "number": "XXX9-2026-00001"}


def without_instance(response: Any) -> tuple[int, dict[str, Any]]:
    problem = {name: value for name, value in response.json().items() if name != "instance"}
    return response.status_code, problem


IDS = [
    MARK,
    "%00",
    "%ff%fe",
    "%ED%A0%80",
    "0",
    "-1",
    "null",
    "x" * 5000,
    "٣",
    f"{UUID(int=1)}%0A",
    "{x}",
    "%2e%2e",
]


def test_an_id_that_is_none_is_refused(asker: Asker, application: FastAPI) -> None:
    def every() -> Iterator[str | None]:
        for route in routes(application):
            names = asker.names(route.column, own=True)
            for place in asking.ROW.findall(route.key) if "(" not in route.key else ():
                at = asking.ASKS.get(route.key, asking.Ask()).at
                for value in IDS:
                    changed = {**names, place: value, at.get(place, "")[1:]: value}
                    yield complaint(asker, route, changed, f"{place} = {value[:40]!r}")

    complaints(every())


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


SOME_ID = str(UUID(int=1))
CURSORS = [
    MARK,
    "\x00",
    "x" * 513,
    *(
        encoded(orjson.dumps(value))
        for value in (
            None,
            [MARK],
            [None, None],
            [MARK, MARK],
            [2**62],
            [True, SOME_ID],
            [{}, SOME_ID],
            [2**31, SOME_ID],
            ["a\x00b", SOME_ID],
            [EXOTIC, SOME_ID],
            *([instant, SOME_ID] for instant in INSTANTS),
            *([day, SOME_ID] for day in DAYS),
            [-1, "2026-01-01", SOME_ID],
        )
    ),
    encoded(b"[" * 300),
    encoded(b'["\\ud800", 1]'),
    encoded(b"[1e999, NaN]"),
]


def test_a_cursor_that_no_list_gave_breaks_none(asker: Asker, application: FastAPI) -> None:
    def every() -> Iterator[str | None]:
        for route in routes(application):
            if "cursor" in parameters(application, route):
                names = asker.names(route.column, own=True)
                query = asking.filled(asking.ASKS.get(route.key, asking.Ask()).query, names)
                for cursor in CURSORS:
                    asked = {**query, "cursor": cursor}
                    yield complaint(asker, route, names, f"cursor {cursor[:60]!r}", params=asked)

    complaints(every())


QUERY = [MARK, "", "\x00", "x" * 5000, "-1", "1e3", EXOTIC, str(2**70)]


def test_no_value_of_a_query_breaks_a_list_or_comes_back(asker: Asker, application: FastAPI) -> None:
    def every() -> Iterator[str | None]:
        for route in routes(application):
            names = asker.names(route.column, own=True)
            query = asking.filled(asking.ASKS.get(route.key, asking.Ask()).query, names)
            for parameter, schema in parameters(application, route).items():
                dated = [*DAYS, *INSTANTS] if "date" in json.dumps(schema) else []
                for value in [*QUERY, *dated] if parameter != "cursor" else ():
                    asked = {**query, parameter: value}
                    yield complaint(asker, route, names, f"?{parameter}={value[:40]!r}", params=asked)

    complaints(every())


# As the bytes that they are sent as.
HEADERS = {
    "If-Match": ["", "*", "Secret7Q", '"', '"-1"', '"' + "9" * 400 + '"', "é"],
    "Idempotency-Key": ["", "short", "x" * 129, "with a blank", "é" * 8],
    "Authorization": [
        "",
        "Bearer",
        "Bearer Secret7Q",
        "Basic Secret7Q",
        "Bearer a.b.c",
        "Bearer " + "x" * 9000,
    ],
    "Accept-Language": ["", "*", "Secret7Q", "ar;q=x", "ar;q=nan", ",;,", "x" * 5000, "é"],
    "Content-Type": ["", "/", "application/json; charset=Secret7Q", "application/jsoné", "Secret7Q"],
}


def test_no_value_of_a_header_breaks_a_route_or_comes_back(asker: Asker, application: FastAPI) -> None:
    def every() -> Iterator[str | None]:
        for route in routes(application):
            names = asker.names(route.column, own=True)
            for name in chosen(route):
                for value in HEADERS[name]:
                    raw = {name.encode(): value.encode("latin-1")}
                    yield complaint(asker, route, names, f"{name}: {value[:40]!r}", headers=raw)

    complaints(every())


def chosen(route: Route) -> list[str]:
    """The headers that a route reads; those that every route reads are tried on one route of each kind."""
    text = json.dumps(sorted(str(code) for code in route.route.responses))
    named: list[str] = []
    if "412" in text:
        named.append("If-Match")
    if route.route.status_code == 201:
        named.append("Idempotency-Key")
    if route.key in {"GET /auth/me", "POST /people"}:
        named += ["Authorization", "Accept-Language", "Content-Type"]
    return named
