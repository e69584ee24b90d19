"""Requests made up from the OpenAPI document itself: every answer must be one that the document promises."""

from collections.abc import Iterator, Mapping
from typing import Any

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.rules import asking
from tests.rules.asker import Asker, undone
from tests.rules.oracle import oracle

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 5  # of each operation
ROLES = ("worker", "supervisor", "agent", "administrator")
_few = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def operations(application: FastAPI) -> Iterator[tuple[str, Any]]:
    """Every documented operation under the oracle's name for it."""
    document: Any = schemathesis.openapi.from_dict(application.openapi())
    for found in document.get_all_operations():
        operation = found.ok()
        yield f"{operation.method.upper()} {operation.path.removeprefix(asking.API)}", operation


def openers(route: str) -> list[str]:
    """The roles to which a route is open; everybody is refused alike elsewhere, which the matrix tells."""
    cells = {
        column
        for key, cells in oracle().items()
        if key.split(" (")[0] == route
        for column in ROLES
        if cells[column][:2] in {"ok", "mi", "al"}
    }
    return sorted(cells) or ["worker"]


def made_up(route: str, operation: Any, names: Mapping[str, str]) -> Any:
    """Cases that keep to the document and cases that do not.

    Paths point at rows that are there, so that what is made up about the rest is really looked at.
    """
    known = (key for key in oracle() if key.split(" (")[0] == route and key in asking.ASKS)
    ask = asking.ASKS.get(next(known, ""), asking.Ask())
    at = {**names, **asking.filled(ask.at, names)}
    fixed = {name: at[name] for name in asking.ROW.findall(route)}
    version = {"If-Match": f'"{names[ask.version + "_version"]}"'} if ask.version else {}
    modes = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
    return st.one_of(
        [
            operation.as_strategy(mode, path_parameters=fixed or None, headers=version or None)
            for mode in modes
        ]
    )


def sendable(part: Any) -> Any:
    """Numbers made up as parts of a form are sent as they are written."""
    if isinstance(part, tuple | list):
        return tuple(sendable(inner) for inner in part)
    return part if part is None or isinstance(part, str | bytes) else str(part)


def complaint(asker: Asker, route: str, operation: Any) -> str | None:
    """The first answer to an operation that was not promised."""
    columns = openers(route)
    names = asker.names(columns[0], own=True)

    @_few
    @given(case=made_up(route, operation, names), column=st.sampled_from(columns))
    def ask(case: Any, column: str) -> None:
        asked = case.as_transport_kwargs(base_url="http://testserver")
        del asked["cookies"]  # no route reads any
        if isinstance(asked.get("data"), str | bytes):
            asked["content"] = asked.pop("data")
        if asked.get("files"):
            asked["files"] = [sendable(part) for part in asked["files"]]
        asked["headers"] = {**asked["headers"], **asker.signed_in[column]}
        with undone(asker.database):
            response = asker.client.send(**asked)
        response.request.read()  # the checks look at what was sent
        case.validate_response(response, checks=CHECKS)

    try:
        ask()
    except (Exception, BaseExceptionGroup) as failure:
        return f"{route}: {failure!r} {getattr(failure, 'exceptions', '')}"
    return None


def test_every_answer_is_one_that_the_document_promises(asker: Asker, application: FastAPI) -> None:
    found = (complaint(asker, route, operation) for route, operation in operations(application))
    wrong = [line for line in found if line]
    assert wrong == [], "\n".join(wrong)
