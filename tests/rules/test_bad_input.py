"""Whatever is sent, to every route: a clear coded refusal or a plain answer, never a 500, never an echo.

Every request is first one that the route would grant (`asking`); then one thing about it is wrong.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import uuid4

import orjson
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.core.http import MAX_DEPTH
from tests.rules import asking
from tests.rules.asker import Asker
from tests.rules.oracle import granted, oracle
from tests.support.client import check

MARK = "سرّ-Secret7Q"  # nobody's field name
JSON = {"Content-Type": "application/json"}
MIB = 1_048_576
# Beyond the basic plane, direction overrides, isolates, zero width, combining marks, a non-character, Arabic digits.
EXOTIC = "\U0001f468‍\U0001f469 \u202eabc\u202c \u2067x\u2069 ‌ا\u0653\u0654 \uffff\U0010ffff ٣۴ \u2028 ﷺ"
DAYS = ["0001-01-01", "9999-12-31"]
INSTANTS = [
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59",
]
WRONG: list[Any] = [MARK, {MARK: MARK}, [MARK], 2**53 - 1, True]


class Route:
    """A route with a body, ready to be asked."""

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


# --- bodies ---------------------------------------------------------------------------------------------------

DEEP = b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1)
UNREADABLE: dict[str, bytes] = {
    "not JSON": f'{{"{MARK}": '.encode(),
    "NaN": b'{"Secret7Q": NaN}',
    "infinity": b'{"Secret7Q": Infinity}',
    "lone surrogate": b'{"Secret7Q": "\\ud800"}',
    "NUL": b'{"Secret7Q": "\\u0000"}',
    "beyond 2^53": b'{"Secret7Q": 9007199254740993}',
    "33 deep": b'{"Secret7Q": ' + DEEP + b"}",
}
MEANINGLESS: dict[str, bytes] = {
    "a list": b'["Secret7Q"]',
    "null": b"null",
    "an unknown field": b'{"Secret7Q": "Secret7Q", "secret": "Secret7Q"}',
    "nothing": b"",
}


def test_a_body_that_cannot_be_read_is_refused_everywhere(asker: Asker, application: FastAPI) -> None:
    def ask(route: Route, what: str, content: bytes, headers: dict[str, str], expected: str) -> str | None:
        names = asker.names(route.column, own=True)
        response = asker.ask(
            route.key, route.column, names, json=None, content=content, headers={**headers, "If-Match": '"1"'}
        )
        try:
            refused(route, response)
            found = f"{response.status_code} {response.json()['code']}"
            assert found == expected, f"{found} instead of {expected}"
        except AssertionError as error:
            return f"{route.key}, {what}: {error}"
        return None

    def every() -> Iterator[str | None]:
        for route in with_json(application):
            for what, content in UNREADABLE.items():
                yield ask(route, what, content, JSON, "400 malformed_request")
            for what, content in MEANINGLESS.items():
                yield ask(route, what, content, JSON, "422 invalid_input")
            yield ask(route, "text", b"{}", {"Content-Type": "text/plain"}, "415 unsupported_media_type")
            yield ask(route, "too large", b" " * (MIB + 1), JSON, "413 body_too_large")

    complaints(every())


def test_no_value_of_a_field_breaks_a_route_or_comes_back(asker: Asker, application: FastAPI) -> None:
    components = application.openapi()["components"]["schemas"]

    def every() -> Iterator[str | None]:
        for route in with_json(application):
            names = asker.names(route.column, own=True)
            body = asking.filled(asking.ASKS[route.key].body, names)
            known = dict(fields(schema_of(application, route), components))
            for what, changed in bodies(body, known):
                yield complaint(asker, route, names, what, json=changed)

    complaints(every())


def bodies(body: Any, known: dict[tuple[str, ...], Any]) -> Iterator[tuple[str, Any]]:
    """What means nothing in any field, in all fields at once; what may mean something in one field, in each alone."""
    for value in WRONG:
        yield f"everything = {value!r}", all_put(body, known, value)
    texts = [at for at, schema in known.items() if is_text(json.dumps(schema))]
    yield "exotic texts", all_put(body, texts, EXOTIC)
    for at, schema in known.items():
        times = [*DAYS, *INSTANTS] if '"format": "date' in json.dumps(schema) else []
        for value in [None, MARK, *times]:
            yield f"{'/'.join(at)} = {value!r}", put(body, at, value)


def is_text(schema: str) -> bool:
    return '"type": "string"' in schema and '"enum"' not in schema and '"format"' not in schema


def all_put(body: Any, places: Iterable[tuple[str, ...]], value: Any) -> Any:
    for at in places:
        body = put(body, at, value)
    return body


def schema_of(application: FastAPI, route: Route) -> dict[str, Any]:
    method, path = route.key.split(" ")
    operation = application.openapi()["paths"][asking.API + path][method.lower()]
    schema: dict[str, Any] = operation["requestBody"]["content"]["application/json"]["schema"]
    return schema


def fields(schema: Any, components: Any, depth: int = 0) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every field of a body, those of objects inside it and of objects in its lists too."""
    for one in schema.get("anyOf", [schema]):
        resolved = components[one["$ref"].rsplit("/", 1)[1]] if "$ref" in one else one
        for name, inner in resolved.get("properties", {}).items() if depth < 3 else ():
            yield (name,), inner
            for at, deeper in fields(inner, components, depth + 1):
                yield (name, *at), deeper
        if resolved.get("type") == "array":
            for at, deeper in fields(resolved["items"], components, depth + 1):
                yield ("0", *at), deeper


def put(body: Any, at: tuple[str, ...], value: Any) -> Any:
    """A copy of a body with another value at one place; what is not there yet on the way is made."""
    first, *rest = at
    if first == "0":
        return [put(body[0] if isinstance(body, list) and body else {}, tuple(rest), value)]
    present = dict(body) if isinstance(body, dict) else {}
    present[first] = put(present.get(first), tuple(rest), value) if rest else value
    return present


# Whole objects that hold together and stand at the end of time, where arithmetic on days goes over the edge.
NEXT = [{"kind": "call", "due_on": day} for day in DAYS]
BIRTHS: list[dict[str, Any]] = [
    *({"precision": "exact", "on": day} for day in DAYS),
    *({"precision": "year", "year": year} for year in (1, 9999)),
    *({"precision": "about", "about_age": age, "stated_on": day} for age in (0, 150) for day in DAYS),
]
APPOINTMENTS = [
    {"at": at, "zone": zone}
    for at in ("0001-01-01T00:00", "9999-12-31T23:59")
    for zone in (
        "UTC",
        "Pacific/Kiritimati",
        "Etc/GMT+12",
        "Africa/Casablanca",
        "",
        "/etc/passwd",
        "../..",
        MARK,
    )
]
ENDS: dict[str, list[dict[str, Any]]] = {
    "POST /people": [{"birth": birth} for birth in BIRTHS],
    "POST /people/search": [{"birth": birth} for birth in BIRTHS],
    "PATCH /people/{person_id}": [{"birth": birth} for birth in BIRTHS],
    "POST /interviews/completed": [{"new_person": {**asking.NEWCOMER, "birth": birth}} for birth in BIRTHS],
    "POST /partner/referrals/{referral_id}/accept": [{"appointment": one} for one in APPOINTMENTS],
    "POST /partner/referrals/{referral_id}/schedule": APPOINTMENTS,
    "POST /referrals/{referral_id}/schedule": APPOINTMENTS,
    "POST /follow-ups/{follow_up_id}/record": [{"next": one} for one in NEXT],
    "POST /follow-ups/{follow_up_id}/miss": [{"next": one} for one in NEXT],
    "POST /cases/{case_id}/contacts": [{"next": one} for one in NEXT],
    "POST /institutions/{institution_id}/agreements": [
        {"starts_on": first, "ends_on": last, "quota": 1, "quota_period": period}
        for first in DAYS
        for last in (None, DAYS[1])
        for period in ("month", "quarter", "year")
    ],
    "POST /windows": [{"time_zone": zone} for zone in ("", "/etc/passwd", "../..", MARK)],
    "POST /cases/{case_id}/assessments": [
        {"answers": {name: value}} for name in ("home", "hours", MARK) for value in (*WRONG, EXOTIC)
    ],
    "POST /instruments/{instrument_id}/evaluations": [
        {"answers": {name: value}} for name in ("home", "hours", MARK) for value in (*WRONG, EXOTIC, *DAYS)
    ],
}


def test_what_holds_together_at_the_ends_of_time_breaks_nothing(asker: Asker, application: FastAPI) -> None:
    def every() -> Iterator[str | None]:
        for route in with_json(application):
            names = asker.names(route.column, own=True)
            body = asking.filled(asking.ASKS[route.key].body, names)
            for more in ENDS.get(route.key, []):
                yield complaint(asker, route, names, str(more), json={**body, **more})

    assert ENDS.keys() <= {route.key for route in with_json(application)}
    complaints(every())


FORMS: dict[str, tuple[dict[str, str], bytes]] = {
    "nothing": ({}, b""),
    "JSON": (JSON, b'{"Secret7Q": 1}'),
    "an empty form": ({"Content-Type": "application/x-www-form-urlencoded"}, b""),
    "a form": (
        {"Content-Type": "application/x-www-form-urlencoded"},
        b"username=Secret7Q%00&password=%ff%fe&grant_type=Secret7Q&file=Secret7Q&subject_id=Secret7Q",
    ),
    "a form of many parts": ({"Content-Type": "application/x-www-form-urlencoded"}, b"Secret7Q=1&" * 2000),
    "parts without a boundary": ({"Content-Type": "multipart/form-data"}, b"Secret7Q"),
    "parts that never begin": ({"Content-Type": "multipart/form-data; boundary=b"}, b"Secret7Q"),
    "a part without a name": (
        {"Content-Type": "multipart/form-data; boundary=b"},
        b"--b\r\nContent-Disposition: form-data\r\n\r\nSecret7Q\r\n--b--\r\n",
    ),
    "parts of an unknown alphabet": (
        {"Content-Type": "multipart/form-data; boundary=b; charset=Secret7Q"},
        b'--b\r\nContent-Disposition: form-data; name="subject_type"\r\n\r\n\xff\r\n--b--\r\n',
    ),
    "parts that can spell a lone surrogate": (
        {"Content-Type": "multipart/form-data; boundary=b; charset=utf-7"},
        b'--b\r\nContent-Disposition: form-data; name="subject_type"\r\n\r\n+2AA-\r\n'
        b'--b\r\nContent-Disposition: form-data; name="subject_id"\r\n\r\n+2AA-\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="+2AA-"\r\n\r\nx\r\n--b--\r\n',
    ),
    "texts where a file belongs": (
        {"Content-Type": "multipart/form-data; boundary=b"},
        b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nSecret7Q\r\n--b--\r\n',
    ),
    "a file where texts belong": (
        {"Content-Type": "multipart/form-data; boundary=b"},
        b'--b\r\nContent-Disposition: form-data; name="username"; filename="x"\r\n\r\nSecret7Q\r\n'
        b'--b\r\nContent-Disposition: form-data; name="subject_id"; filename="x"\r\n\r\nSecret7Q\r\n--b--\r\n',
    ),
    "too large": ({"Content-Type": "multipart/form-data; boundary=b"}, b" " * (11 * MIB)),
}


@pytest.mark.parametrize(
    "key", ["POST /auth/token", "POST /instruments/workbooks", "POST /attachments (to a person)"]
)
def test_a_form_that_is_none_is_refused(asker: Asker, application: FastAPI, key: str) -> None:
    route = next(route for route in routes(application) if route.key == key)
    names = asker.names(route.column, own=True)

    def every() -> Iterator[str | None]:
        for what, (headers, content) in FORMS.items():
            response = asker.ask(
                key, route.column, names, data=None, files=None, headers=headers, content=content
            )
            try:
                refused(route, response)
            except AssertionError as error:
                yield f"{key}, {what}: {error}"

    complaints(every())


# --- addresses, queries, headers ------------------------------------------------------------------------------


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
    f"{uuid4()}%0A",
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


SOME_ID = str(uuid4())
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


def parameters(application: FastAPI, route: Route) -> dict[str, Any]:
    """The query's parameters with their schemas, as they are documented."""
    method, path = route.key.split(" (")[0].split(" ")
    operation = application.openapi()["paths"][asking.API + path][method.lower()]
    return {p["name"]: p["schema"] for p in operation.get("parameters", []) if p["in"] == "query"}


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
