"""Whatever body is sent, to every route: a clear coded refusal or a plain answer, never a 500, never an echo.

Every request is first one that the route would grant (`asking`); then one thing about it is wrong.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from app.core.http import MAX_DEPTH
from tests.rules import asking
from tests.rules.asker import Asker
from tests.rules.wrong import (
    DAYS,
    EXOTIC,
    INSTANTS,
    MARK,
    Route,
    complaint,
    complaints,
    refused,
    routes,
    with_json,
)

JSON = {"Content-Type": "application/json"}
MIB = 1_048_576
WRONG: list[Any] = [MARK, {MARK: MARK}, [MARK], 2**53 - 1, True]
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
