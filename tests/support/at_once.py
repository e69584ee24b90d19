"""Requests that really overlap: one event loop, the endpoints in threads of their own, as in a server."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx2
from fastapi import FastAPI


@dataclass(frozen=True)
class Call:
    """One request to one server process."""

    app: FastAPI
    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""


def at_once(*calls: Call) -> list[httpx2.Response]:
    """Send all of them before any is answered; the answers stand in the order of the calls."""
    answers: dict[int, httpx2.Response] = {}

    async def send(place: int, call: Call) -> None:
        transport = httpx2.ASGITransport(app=call.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
            answers[place] = await client.request(
                call.method, call.path, headers=dict(call.headers), content=call.content
            )

    async def send_all() -> None:
        async with anyio.create_task_group() as tasks:
            for place, call in enumerate(calls):
                tasks.start_soon(send, place, call)

    with_deadline(send_all)
    return [answers[place] for place in range(len(calls))]


def with_deadline(work: Callable[[], Any], seconds: float = 30) -> Any:
    """Run something asynchronous to its end, or fail."""

    async def limited() -> Any:
        with anyio.fail_after(seconds):
            return await work()

    return anyio.run(limited)
