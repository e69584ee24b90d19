"""The query of an address read into a dataclass: as FastAPI would read it, refused and documented as it would be."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import anyio
import pytest
from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.testclient import TestClient
from pydantic import Field
from starlette.responses import Response

from app.core.asked import Asked, documented, shapes


class Colour(StrEnum):
    red = "red"
    green = "green"


@dataclass(frozen=True, kw_only=True)
class Wish:
    limit: Annotated[int, Field(ge=1, le=100, description="Rows a page.")] = 50
    whose: UUID | None = None
    colour: Colour | None = None
    only_new: bool = False


def read(query: str) -> Wish:
    return anyio.run(Asked(Wish), Request({"type": "http", "query_string": query.encode()}))


def test_what_is_not_asked_for_is_as_the_dataclass_says() -> None:
    assert read("") == Wish()


def test_values_are_read_from_their_text() -> None:
    whose = UUID("01920000-0000-7000-8000-000000000000")
    found = read(f"limit=7&whose={whose}&colour=green&only_new=true")
    assert found == Wish(limit=7, whose=whose, colour=Colour.green, only_new=True)
    assert found.colour is Colour.green


def test_the_last_of_several_counts_and_other_names_are_left_to_the_route() -> None:
    assert read("limit=7&limit=8&of_another_dependency=1") == Wish(limit=8)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "limit=", "whose=1", "colour=blue", "only_new=perhaps"]
)
def test_a_refusal_is_that_of_a_parameter_declared_to_fastapi(query: str) -> None:
    app = FastAPI()

    @app.get("/")
    def declared(
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        whose: UUID | None = None,
        colour: Colour | None = None,
        only_new: bool = False,
    ) -> Response:
        raise AssertionError("it was to be refused")

    refused: list[dict[str, Any]] = TestClient(app).get(f"/?{query}").json()["detail"]
    with pytest.raises(RequestValidationError) as own:
        read(query)
    assert [(e["type"], list(e["loc"])) for e in own.value.errors()] == [
        (e["type"], e["loc"]) for e in refused
    ]


def test_a_refusal_does_not_hold_what_was_sent() -> None:
    with pytest.raises(RequestValidationError) as refusal:
        read("colour=Zahra")
    assert "Zahra" not in str(refusal.value.errors())
    assert refusal.value.__cause__ is None


def said(parameter: dict[str, Any]) -> dict[str, Any]:
    """What a schema says beyond its title, and beyond that nothing is the default of what may be left out."""
    said = {key: value for key, value in parameter["schema"].items() if key not in {"title", "description"}}
    return said if said.get("default") is not None else {**said, "default": None}


def test_it_is_documented_as_fastapi_documents_a_model() -> None:
    asked = Asked(Wish)
    router = APIRouter()

    @router.get("/")
    def declared(wish: Annotated[Wish, Depends()]) -> Response:
        raise NotImplementedError

    app = FastAPI()
    app.include_router(router)
    theirs = {p["name"]: p for p in app.openapi()["paths"]["/"]["get"]["parameters"]}
    ours = {p["name"]: p for p in documented([asked])}
    assert ours.keys() == theirs.keys()
    for name, one in ours.items():
        assert (
            (one["in"], one["required"]) == (theirs[name]["in"], theirs[name]["required"]) == ("query", False)
        )
        assert said(one) == said(theirs[name])
    assert ours["limit"]["description"] == "Rows a page."
    assert shapes([asked])["Colour"]["enum"] == ["red", "green"]
