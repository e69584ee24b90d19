"""`shubbak …` as a process of its own, which can be killed like one, without importing the application each time.

Importing takes some seconds and starting takes a fraction of one. A nursery process imports once and forks a child for
each command; what the child then runs is the command's own door, `app.cli.main`.
"""

import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx2

PATIENCE = 60.0  # seconds; only a fault takes as long
PAUSE = 0.01  # seconds between two looks

_nursery = multiprocessing.get_context("forkserver")
_nursery.set_forkserver_preload(["app.cli", "app.main", "app.worker", "seeds.load", "uvicorn"])


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def environment(url: str, directory: Path, **more: object) -> dict[str, str]:
    """The settings of a command that works on this database and keeps its files in this directory.

    `SHUBBAK_DATABASE_URL` is left empty where the URL is the one that an empty value stands for.
    """
    given = "" if url == f"sqlite:///{directory / 'shubbak.db'}" else url
    settings = {"SHUBBAK_DATABASE_URL": given, "SHUBBAK_DATA_DIR": directory}
    settings |= {f"SHUBBAK_{name.upper()}": value for name, value in more.items()}
    return {name: str(value) for name, value in settings.items()}


class Command:
    """One running command. What it prints goes into a file."""

    def __init__(self, *arguments: str, settings: Mapping[str, str], output: Path) -> None:
        self._output = output
        self._process: ForkServerProcess = _nursery.Process(
            target=_run, args=(arguments, dict(settings), output)
        )
        self._process.start()

    @property
    def output(self) -> str:
        """What it has printed so far."""
        return self._output.read_text() if self._output.exists() else ""

    def wait(self) -> int:
        """Its exit code, or the signal that ended it as a negative number."""
        self._process.join(PATIENCE)
        assert self._process.exitcode is not None, f"it still runs:\n{self.output}"
        return self._process.exitcode

    def is_running(self) -> bool:
        return self._process.is_alive()

    def terminate(self) -> int:
        """SIGTERM, as a service manager stops it; returns what `wait` returns."""
        self._process.terminate()
        return self.wait()

    def end(self) -> None:
        """SIGKILL for it and what it started: nothing of them gets the chance to tidy up."""
        assert self._process.pid is not None
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.join(PATIENCE)


def _run(arguments: tuple[str, ...], settings: Mapping[str, str], output: Path) -> None:
    """In the child: become the command, with a process group of its own."""
    os.setsid()
    handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(handle, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # the nursery closed its own, and the server hands it on
    sys.stdin = os.fdopen(0)
    os.environ.update(settings)
    os.chdir(output.parent)  # where no developer's `.env` lies
    sys.argv = ["shubbak", *arguments]
    from app.cli import main

    main()


@contextmanager
def running(*arguments: str, settings: Mapping[str, str], output: Path) -> Iterator[Command]:
    """A command that has ended by the end of the block."""
    command = Command(*arguments, settings=settings, output=output)
    try:
        yield command
    finally:
        command.end()


def await_health(command: Command, port: int) -> None:
    """Return once the server answers that its database does, or fail at once when it has ended instead."""

    def is_healthy() -> bool:
        assert command.is_running(), f"the server ended:\n{command.output}"
        try:
            return httpx2.get(f"http://127.0.0.1:{port}/health", timeout=5).is_success
        except httpx2.TransportError:
            return False

    until(is_healthy)


def until(holds: Callable[[], bool]) -> None:
    """Look again and again until it holds; fail when it does not in time."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(PAUSE)
