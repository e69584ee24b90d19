"""Files on the disk: random names, outside anything that is served, bound to the fate of a transaction.

A file is written and synced before the commit of the row that names it, so that a kept row has its file. What a
rolled-back transaction wrote is removed, and what a transaction removes goes after its commit. A crash in between
leaves at most a file without a row, which the sweep finds. The sweep only sets files aside: whoever starts with an
empty or an older database over the same directory has a month to put back what its rows do not name.
"""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from app.core.clock import now
from app.core.db import WriteSession
from app.core.errors import DomainError

UNTOUCHED = timedelta(hours=1)  # a younger file without a row may belong to a transaction that still runs
KEPT_ASIDE = timedelta(days=30)  # how long a file without a row can still be put back
_ASIDE = ".orphans"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CHUNK = 65_536  # bytes


class ContentLost(DomainError):
    """The row is there and its file is not, or not whole: a backup has to bring it back."""

    status, code = HTTPStatus.GONE, "content_lost"


@dataclass
class _Pending:
    """What a transaction wrote, and what goes when it is committed."""

    written: list[Path] = field(default_factory=list)
    removed: list[Path] = field(default_factory=list)
    is_committed: bool = False


_KEY = "files_pending"


def path_of(directory: Path, name: str) -> Path:
    """Where a file lies; a folder per first two digits keeps folders short."""
    return directory / name[:2] / name


def write(db: WriteSession, directory: Path, content: bytes) -> str:
    """Keep a file if the transaction is kept; return its internal name."""
    name = secrets.token_hex(32)
    path = path_of(directory, name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _pending(db).written.append(path)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    for folder in (path.parent, directory):
        _sync_folder(folder)
    return name


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove(db: WriteSession, directory: Path, name: str) -> None:
    """Remove a file once the transaction is committed."""
    _pending(db).removed.append(path_of(directory, name))


def whole(directory: Path, name: str, size: int) -> Path:
    """The path of a file that is there with all its bytes. Raises `ContentLost`."""
    path = path_of(directory, name)
    try:
        found = path.stat().st_size
    except FileNotFoundError:
        raise ContentLost() from None
    if found != size:
        raise ContentLost()
    return path


def chunks(path: Path) -> Iterator[bytes]:
    """Read a file piece by piece, so that its size never stands in memory."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def untouched(directory: Path) -> list[str]:
    """The names of all files that no running transaction can still be writing."""
    limit = (now() - UNTOUCHED).timestamp()
    found: list[str] = []
    for folder in _folders(directory):
        if folder.name != _ASIDE:
            found += [path.name for path in folder.iterdir() if path.stat().st_mtime < limit]
    return sorted(found)


def set_aside(directory: Path, names: list[str]) -> None:
    """Move files to `.orphans/<yyyy-mm-dd>` (the day in UTC); moving one back to its folder undoes it."""
    folder = directory / _ASIDE / now().date().isoformat()
    for name in names:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # its transaction was slow to remove it, and has done so now
            path_of(directory, name).rename(folder / name)


def discard_aside(directory: Path) -> int:
    """Remove for good what was set aside `KEPT_ASIDE` ago; return how many files that were."""
    last_day = (now().date() - KEPT_ASIDE).isoformat()
    paths: list[Path] = []
    for folder in _folders(directory / _ASIDE):
        if _DAY.fullmatch(folder.name) and folder.name < last_day:
            paths += folder.iterdir()
    discard(paths)
    for folder in {path.parent for path in paths}:
        with suppress(OSError):
            folder.rmdir()
    return len(paths)


def _folders(directory: Path) -> list[Path]:
    return sorted(directory.iterdir()) if directory.exists() else []


def _pending(db: WriteSession) -> _Pending:
    db.connection()  # the transaction whose end decides
    pending: _Pending = db.info.setdefault(_KEY, _Pending())
    return pending


def _after_commit(session: Session) -> None:
    """Note the real commit; the release of a savepoint decides nothing."""
    pending: _Pending | None = session.info.get(_KEY)
    if pending is not None and not session.in_nested_transaction():
        pending.is_committed = True


def _after_soft_rollback(session: Session, previous: SessionTransaction) -> None:
    """A savepoint rolled back may have brought rows back to life: nothing is removed now, the sweep finds the rest."""
    pending: _Pending | None = session.info.get(_KEY)
    if pending is not None and previous.nested:
        pending.removed.clear()


def _after_transaction_end(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is not None:
        return
    pending: _Pending | None = session.info.pop(_KEY, None)
    if pending is not None:
        discard(pending.removed if pending.is_committed else pending.written)


def discard(paths: list[Path]) -> None:
    """Remove files; one that cannot be removed now is found again as an orphan."""
    for path in paths:
        with suppress(OSError):
            path.unlink()


event.listen(Session, "after_commit", _after_commit)
event.listen(Session, "after_soft_rollback", _after_soft_rollback)
event.listen(Session, "after_transaction_end", _after_transaction_end)
