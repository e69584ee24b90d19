import os
import shutil
import stat
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.db import Database, ReadSession, WriteSession
from app.core.ids import uuid7
from app.files import service, storage
from app.files.models import Attachment, SubjectType
from tests.factories.world import World


def kept(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.rglob("*") if path.is_file())


def row(world: World, name: str) -> Attachment:
    return Attachment(
        subject_type=SubjectType.person,
        subject_id=uuid7(),
        person_id=uuid7(),  # type: ignore[arg-type]
        name="x.txt",
        media_type="text/plain",
        size=1,
        sha256="0" * 64,
        stored_name=name,
        uploaded_by=world.worker.user,
    )


def test_a_file_is_kept_with_its_transaction_and_readable_by_its_owner_only(
    db: WriteSession, tmp_path: Path
) -> None:
    name = storage.write(db, tmp_path / "in", b"content")
    path = storage.path_of(tmp_path / "in", name)
    assert path.parent.name == name[:2]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    db.commit()
    assert path.read_bytes() == b"content"


def test_a_rolled_back_transaction_leaves_no_file(db: WriteSession, tmp_path: Path) -> None:
    storage.write(db, tmp_path, b"content")
    db.rollback()
    assert kept(tmp_path) == []


def test_a_session_that_is_closed_without_a_commit_leaves_no_file(database: Database, tmp_path: Path) -> None:
    with database.write_session() as session:
        storage.write(WriteSession(ReadSession(session)), tmp_path, b"content")
        assert len(kept(tmp_path)) == 1
    assert kept(tmp_path) == []


def test_a_commit_that_fails_leaves_no_file(database: Database, tmp_path: Path) -> None:
    class Refused(Exception):
        pass

    def refuse(_: Session) -> None:
        raise Refused

    with database.write_session() as session:
        storage.write(WriteSession(ReadSession(session)), tmp_path, b"content")
        event.listen(session, "before_commit", refuse)
        with pytest.raises(Refused):
            session.commit()
        session.rollback()
    assert kept(tmp_path) == []


def test_a_file_is_removed_after_the_commit_and_not_before(db: WriteSession, tmp_path: Path) -> None:
    name = storage.write(db, tmp_path, b"content")
    db.commit()
    storage.remove(db, tmp_path, name)
    assert kept(tmp_path) == [name]
    db.rollback()
    db.commit()
    assert kept(tmp_path) == [name]
    storage.remove(db, tmp_path, name)
    db.commit()
    assert kept(tmp_path) == []


def test_a_savepoint_decides_nothing(db: WriteSession, tmp_path: Path) -> None:
    with db.begin_nested():
        storage.write(db, tmp_path, b"content")
    assert len(kept(tmp_path)) == 1
    db.rollback()
    assert kept(tmp_path) == []


def test_a_removal_that_a_savepoint_took_back_removes_nothing(db: WriteSession, tmp_path: Path) -> None:
    name = storage.write(db, tmp_path, b"content")
    db.commit()
    savepoint = db.begin_nested()
    storage.remove(db, tmp_path, name)
    savepoint.rollback()
    db.commit()
    assert kept(tmp_path) == [name]


def test_removing_what_is_gone_already_is_no_trouble(db: WriteSession, tmp_path: Path) -> None:
    storage.remove(db, tmp_path, "ab" * 32)
    db.commit()
    assert kept(tmp_path) == []


def test_a_file_that_is_gone_or_not_whole_is_lost(db: WriteSession, tmp_path: Path) -> None:
    name = storage.write(db, tmp_path, b"content")
    assert b"".join(storage.chunks(storage.whole(tmp_path, name, 7))) == b"content"
    for asked, size in ((name, 8), ("ab" * 32, 7)):
        with pytest.raises(storage.ContentLost):
            storage.whole(tmp_path, asked, size)


def aside(directory: Path) -> list[str]:
    return kept(directory / ".orphans")


def test_the_sweep_sets_old_files_without_a_row_aside_and_no_other(
    db: WriteSession, world: World, tmp_path: Path
) -> None:
    assert service.sweep(db, tmp_path / "not yet made") == 0
    named, orphan = (storage.write(db, tmp_path, b"x") for _ in range(2))
    db.add(row(world, named))
    db.commit()
    assert service.sweep(db, tmp_path) == 0  # both may still belong to a running transaction
    with time_machine.travel(now() + timedelta(hours=2)):
        young = storage.write(db, tmp_path, b"x")
        moment = now().timestamp()
        os.utime(storage.path_of(tmp_path, young), (moment, moment))
        assert service.sweep(db, tmp_path) == 1
        assert service.sweep(db, tmp_path) == 0
        day = tmp_path / ".orphans" / now().date().isoformat()
    assert aside(tmp_path) == [orphan]
    assert (day / orphan).read_bytes() == b"x"
    assert kept(tmp_path) == sorted([named, young, orphan])


def test_what_was_set_aside_is_removed_after_thirty_days_and_nothing_else_there(
    db: WriteSession, tmp_path: Path
) -> None:
    """A fresh database over the files of another one names none of them: there is a month to notice."""
    storage.write(db, tmp_path, b"x")
    db.commit()
    (tmp_path / ".orphans" / "of mine").mkdir(parents=True)
    (tmp_path / ".orphans" / "of mine" / "note").touch()
    swept = now() + timedelta(hours=2)
    for later, removed, left in ((0, 1, 2), (30, 0, 2), (31, 1, 1), (32, 0, 1)):
        with time_machine.travel(swept + timedelta(days=later), tick=False):
            assert service.sweep(db, tmp_path) == removed
            assert len(aside(tmp_path)) == left
    assert [path.name for path in (tmp_path / ".orphans").iterdir()] == ["of mine"]


def test_a_file_that_went_while_the_sweep_was_looking_is_no_trouble(tmp_path: Path) -> None:
    storage.set_aside(tmp_path, ["ab" * 32])
    assert kept(tmp_path) == []


def test_the_disk_is_read_before_the_write_turn_is_taken(
    db: WriteSession, database: Database, tmp_path: Path
) -> None:
    storage.write(db, tmp_path, b"x")
    db.commit()
    with time_machine.travel(now() + timedelta(hours=2)), database.write_session() as session:
        event.listen(session, "after_begin", lambda *_: shutil.rmtree(tmp_path))
        assert service.sweep(WriteSession(ReadSession(session)), tmp_path) == 1  # found before it was gone
