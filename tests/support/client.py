"""A client that holds every answer against what the API's documentation says of its route."""

from typing import Any

from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from pydantic import TypeAdapter
from starlette.types import Receive, Scope, Send


class CheckedClient(TestClient):
    """Every refusal must be documented for its route, every answer have the shape of its response model."""

    def __init__(self, app: FastAPI, portal: BlockingPortal | None = None) -> None:
        self.scope: Scope = {}

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                self.scope = scope
            await app(scope, receive, send)

        super().__init__(watched, raise_server_exceptions=True)
        self.portal = portal

    def request(self, method: str, url: Any, **options: Any) -> Any:
        response = super().request(method, url, **options)
        route = self.scope.get("route")
        if isinstance(route, APIRoute) and route.include_in_schema:
            check(route, response)
        return response


def check(route: APIRoute, response: Any) -> None:
    where = f"{response.request.method} {route.path}"
    if response.status_code >= 400:
        problem = response.json()
        assert response.headers["content-type"] == "application/problem+json", where
        documented = route.responses.get(response.status_code, {}).get("content", {})
        examples = documented.get("application/problem+json", {}).get("examples", {})
        assert problem["code"] in examples, (
            f"{where} does not document {response.status_code} {problem['code']}"
        )
        assert problem["title"] != f"error.{problem['code']}", f"{where}: {problem['code']} has no text"
    elif response.status_code == 204:
        assert response.content == b"", where
    elif route.response_model is not None:
        body = response.json()
        adapter: TypeAdapter[Any] = TypeAdapter(route.response_model)
        assert_same_shape(adapter.dump_python(adapter.validate_python(body), mode="json"), body, where)


def assert_same_shape(model: Any, body: Any, where: str) -> None:
    """The model and the bytes have the same members; the bytes were not made by the model."""
    if isinstance(model, dict) and isinstance(body, dict):
        assert model.keys() == body.keys(), f"{where}: {sorted(model.keys() ^ body.keys())}"
        for name in model:
            assert_same_shape(model[name], body[name], f"{where}/{name}")
    elif isinstance(model, list) and isinstance(body, list):
        for one, other in zip(model, body, strict=True):
            assert_same_shape(one, other, where)
