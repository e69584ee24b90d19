"""What the query of an address asks for, read into a dataclass at once.

FastAPI reads each parameter in turn and looks for every one whether it is a list: a dozen that nobody sends cost a tenth of
a page of fifty rows. Here pydantic reads them together; what a route takes is documented all the same (`documented`).
"""

from collections.abc import Collection, Iterable
from dataclasses import fields
from typing import Any, Generic, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError

COMPONENTS = "#/components/schemas/"

T = TypeVar("T")


class Asked(Generic[T]):
    """A dependency that answers with the query as a dataclass whose fields all have defaults.

    Of a name that is sent twice the last counts. Names that it does not have are the route's to refuse: another dependency
    may read them. Raises `RequestValidationError` with all that is wrong in the query, before the path is looked at.
    """

    def __init__(self, what: type[T]) -> None:
        self.asks = self
        self.names = frozenset(field.name for field in fields(what))  # type: ignore[arg-type]
        self.adapter = TypeAdapter(what)

    async def __call__(self, request: Request) -> T:
        query = request.query_params if request.scope["query_string"] else {}
        try:
            return self.adapter.validate_python({name: query[name] for name in self.names & query.keys()})
        except ValidationError as refusal:
            errors = refusal.errors(include_url=False, include_input=False)
            raise RequestValidationError(
                [{**error, "loc": ("query", *error["loc"])} for error in errors]
            ) from None


def documented(asked: Iterable[Asked[Any]]) -> list[dict[str, Any]]:
    """Describe the fields as OpenAPI parameters. The shapes that they name are given by `shapes`."""
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "schema": {key: value for key, value in field.items() if key != "description"},
            **({"description": field["description"]} if "description" in field else {}),
        }
        for one in asked
        for name, field in one.adapter.json_schema(ref_template=f"{COMPONENTS}{{model}}")[
            "properties"
        ].items()
    ]


def shapes(asked: Collection[Asked[Any]]) -> dict[str, Any]:
    """The shapes that the fields name, by their names."""
    found: dict[str, Any] = {}
    for one in asked:
        found |= one.adapter.json_schema(ref_template=f"{COMPONENTS}{{model}}").get("$defs", {})
    return found
