"""Server and load generator as processes on cores of their own, and the CPU that they use."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_TICK = os.sysconf("SC_CLK_TCK")
STARTS_WITHIN = 30  # seconds


def cores() -> tuple[int, int]:
    """One core for the server and one for whoever asks; the same one where there is no other."""
    known = sorted(os.sched_getaffinity(0))
    return known[-1], known[0]


@dataclass(frozen=True)
class Server:
    """One running server. `database` is the process above PostgreSQL's backends, or 0."""

    port: int
    pid: int
    database: int = 0

    def cpu(self) -> float:
        """Seconds of CPU used so far by the server and by its database."""
        return _used(self.pid) + (_used_by_family(self.database) if self.database else 0)

    def settle(self) -> None:
        """Wait until the server has nothing left to do."""
        busy = True
        while busy:
            before = _used(self.pid)
            time.sleep(0.25)
            busy = _used(self.pid) - before > 0.02


@contextmanager
def server(kind: str, environment: Mapping[str, str], log: Path, database: int = 0) -> Iterator[Server]:
    """One of the applications of `bench.served`."""
    port = _free_port()
    command = [sys.executable, "-m", "bench.served", kind, str(port), str(cores()[0])]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment}, stdout=output, stderr=output
        )
    try:
        _wait(process, port, log)
        yield Server(port, process.pid, database)
    finally:
        process.terminate()
        process.wait()


@contextmanager
def worker(environment: Mapping[str, str], log: Path) -> Iterator[None]:
    """What runs beside the server on PostgreSQL, on the core of whoever asks."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", "from app.cli import main; main()", "worker"],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=output,
            stderr=output,
        )
    os.sched_setaffinity(process.pid, {cores()[1]})
    try:
        yield
    finally:
        process.terminate()
        process.wait()


class Generator:
    """The load generator's process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.traffic", str(cores()[1])],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def drive(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """Send a job's requests. RuntimeError when an answer was not the expected one."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        if told["wrong"]:
            raise RuntimeError("unexpected answer:\n" + told["wrong"][-1])
        return told

    def stop(self) -> None:
        self._process.communicate()


def _used(pid: int) -> float:
    """User and system time of a process with all its threads."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICK


def _used_by_family(parent: int) -> float:
    """The same of a process, its living children and those that have ended."""
    ended = _stat(parent)
    total = _used(parent) + (int(ended[13]) + int(ended[14])) / _TICK
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if int(_stat(int(entry.name))[1]) == parent:
                    total += _used(int(entry.name))
            except FileNotFoundError:
                continue  # it ended while we were looking
    return total


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat from the third on: the second may hold blanks."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{log.read_text()[-2000:]}")
