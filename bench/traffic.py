"""The load generator, a process of its own: raw HTTP/1.1 on kept connections, one request at a time on each.

It reads one job as JSON from its input and writes what happened as JSON to its output.
"""

import asyncio
import json
import os
import sys
import time
from collections import deque
from itertools import cycle
from typing import Any

import uvloop

BUSY = 8  # connections


class _Run:
    """The requests still to send, and how those that were sent went."""

    def __init__(self, job: dict[str, Any]) -> None:
        requests = [request.encode() for request in job["requests"]]
        # What creates is sent once; what reads goes round.
        self.requests = iter(requests) if job["once"] else cycle(requests)
        self.expected = f" {job['status']} ".encode()
        self.until = time.perf_counter() + job["seconds"]
        self.times: list[float] = []
        self.wrong: deque[str] = deque(maxlen=3)
        self.first_body = b""

    def next(self) -> bytes | None:
        return None if time.perf_counter() > self.until else next(self.requests, None)


class _Client(asyncio.Protocol):
    """One connection: it sends, waits for the whole answer, and sends again."""

    def __init__(self, run: _Run, done: asyncio.Future[None]) -> None:
        self.run, self.done = run, done
        self.buffer = b""
        self.wanted = -1
        self.head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self._send()

    def _send(self) -> None:
        request = self.run.next()
        if request is None:
            self.transport.close()
            return
        self.started = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if self.wanted < 0:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self.head = self.buffer[:end]
            self.wanted = end + 4 + _length(self.head)
        if len(self.buffer) >= self.wanted:
            self._finish()

    def _finish(self) -> None:
        run = self.run
        run.times.append(time.perf_counter() - self.started)
        if run.expected not in self.head[:20]:
            run.wrong.append(self.buffer[:600].decode(errors="replace"))
        run.first_body = run.first_body or self.buffer[self.buffer.find(b"\r\n\r\n") + 4 :]
        self.buffer, self.wanted = b"", -1
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)
        if exc is not None:
            self.run.wrong.append(repr(exc))


def _length(head: bytes) -> int:
    at = head.lower().index(b"content-length:") + 15
    return int(head[at:].split(b"\r\n", 1)[0])


async def _drive(job: dict[str, Any]) -> dict[str, Any]:
    run, loop = _Run(job), asyncio.get_running_loop()
    ends: list[asyncio.Future[None]] = []
    started = time.perf_counter()
    for _ in range(job["connections"]):
        end: asyncio.Future[None] = loop.create_future()
        ends.append(end)
        await loop.create_connection(lambda end=end: _Client(run, end), "127.0.0.1", job["port"])  # type: ignore[misc]
    await asyncio.gather(*ends)
    seconds = time.perf_counter() - started
    times = sorted(run.times)
    return {
        "requests": len(times),
        "seconds": seconds,
        "p50": times[len(times) // 2] * 1000 if times else 0,
        "p95": times[int(len(times) * 0.95)] * 1000 if times else 0,
        "wrong": list(run.wrong),
        "body": run.first_body.decode(errors="replace"),
    }


def main() -> None:
    os.sched_setaffinity(0, {int(sys.argv[1])})
    uvloop.install()
    for line in sys.stdin:
        print(json.dumps(asyncio.run(_drive(json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()
