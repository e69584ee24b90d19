"""For tests that ask a thousand times: the checks of `CheckedClient` over one event loop, at half the cost."""

from typing import Any

import httpx2
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from tests.support.client import check


class QuickClient:
    """Every refusal must be documented for its route, every answer have the shape of its response model."""

    def __init__(self, app: FastAPI, portal: BlockingPortal) -> None:
        self.portal, self.scope = portal, dict[str, Any]()

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            self.scope = dict(scope)
            await app(self.scope, receive, send)

        transport = httpx2.ASGITransport(app=watched)
        self.client = httpx2.AsyncClient(transport=transport, base_url="http://testserver")

    def send(self, **asked: Any) -> Any:
        """Ask without checking; the keywords are those of an httpx request, `method` and `url` among them."""
        return self.portal.call(lambda: self.client.request(**asked))

    def request(self, **asked: Any) -> Any:
        """Ask and check the answer."""
        response = self.send(**asked)
        route = self.scope.get("route")
        if isinstance(route, APIRoute) and route.include_in_schema:
            check(route, response)
        return response
