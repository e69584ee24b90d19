"""The API's description is whole: valid, every reference leads somewhere, every body has a shape and an example."""

import ast
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs
import schemathesis
from schemathesis.core.result import Ok

from app.core.db import Database
from app.core.errors import DomainError
from app.main import API, create_app
from tests.rules.test_catalogues import descendants, nodes

MEDIA_TYPES = {
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
METHODS = ("get", "post", "put", "patch", "delete")


@cache
def document() -> dict[str, Any]:
    return create_app(Database("sqlite://")).openapi()


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document()["paths"].items():
        for method in METHODS:
            if method in item:
                yield f"{method.upper()} {path.removeprefix(API)}", item[method]


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def resolve(reference: str) -> Any:
    place: Any = document()
    for part in reference.removeprefix("#/").split("/"):
        place = place[part]
    return place


def test_a_tool_can_read_the_description() -> None:
    schema = schemathesis.openapi.from_dict(document())
    found = list(schema.get_all_operations())
    assert all(isinstance(operation, Ok) for operation in found)
    assert len(found) == len(list(operations()))


def test_every_shape_is_a_valid_schema() -> None:
    for name, schema in document()["components"]["schemas"].items():
        assert jsonschema_rs.meta.is_valid(
            {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
        ), name


def test_every_reference_leads_somewhere() -> None:
    for reference in set(references(document())):
        assert resolve(reference), reference


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [operation["operationId"] for _, operation in operations()]
    assert len(names) == len(set(names))


def test_an_operation_is_called_by_what_is_done_and_to_what_and_no_other_is_called_so() -> None:
    """Its summary is what an index of the operations shows of it."""
    called: dict[str, list[str]] = {}
    for key, operation in operations():
        called.setdefault(operation["summary"], []).append(key)
    assert {summary: keys for summary, keys in called.items() if len(keys) > 1} == {}
    assert {summary: keys for summary, keys in called.items() if len(summary.split()) < 2} == {}


def test_an_operation_says_what_it_does_in_a_sentence() -> None:
    silent = [key for key, operation in operations() if len(operation.get("description", "").split()) < 2]
    assert silent == []


def test_a_body_is_of_a_known_type_and_has_a_shape() -> None:
    for key, operation in operations():
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            assert media_type in MEDIA_TYPES, key
            assert content["schema"], key


def test_an_answer_has_a_shape() -> None:
    for key, operation in operations():
        kept = {status: answer for status, answer in operation["responses"].items() if status < "300"}
        assert kept, key
        for status, answer in kept.items():
            assert (status == "204") == ("content" not in answer), key
            assert all(content["schema"] for content in answer.get("content", {}).values()), key


def test_a_refusal_has_the_shape_of_a_problem_and_an_example_for_each_code() -> None:
    validator = jsonschema_rs.validator_for(
        {"$ref": "#/components/schemas/Problem", "components": document()["components"]}
    )
    for key, operation in operations():
        refusals = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        assert "503" in refusals, key
        for status, answer in refusals.items():
            content = answer["content"]["application/problem+json"]
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}, key
            for code, example in content["examples"].items():
                value = example["value"]
                assert (value["code"], value["status"], value["type"]) == (
                    code,
                    int(status),
                    f"/problems/{code}",
                )
                assert validator.is_valid(value), (key, code)
                assert not value["title"].startswith("error."), code


def test_every_member_that_a_refusal_may_tell_is_described() -> None:
    described = document()["components"]["schemas"]["Problem"]["properties"]
    assert all(
        member.get("description")
        for name, member in described.items()
        if name not in {"title", "type", "status", "detail"}
    )
    assert set(details_of_refusals()) - described.keys() == set()


def details_of_refusals() -> Iterator[str]:
    """The details given where a refusal is made; those of a field's reason stand within its sentence."""
    codes = {error.__name__ for error in descendants(DomainError)} - {"InvalidInput"}
    for call in nodes(ast.Call):
        if getattr(call.func, "id", getattr(call.func, "attr", None)) in codes:
            yield from (keyword.arg for keyword in call.keywords if keyword.arg not in {None, "retry_after"})


def test_the_description_is_served_and_brings_what_the_page_needs() -> None:
    assert document()["openapi"].startswith("3.1")
    assert document()["info"]["description"]
    assert list(document()["components"]["securitySchemes"])
