"""Files of persons, cases and referrals: taken when they are what we take, kept and removed with their rows."""

import hashlib
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path, PurePath
from uuid import UUID

from app.audit import service as audit
from app.core.actor import Actor
from app.core.db import WriteSession
from app.core.errors import DomainError, Forbidden, InvalidInput
from app.core.ids import PersonId
from app.core.settings import Settings
from app.files import kinds, queries, storage
from app.files.models import Attachment, SubjectType
from app.files.policy import FileUse, may_remove, reach
from app.files.policy import subjects as subjects

_AT_ONCE = 500  # names asked for in one query


class FileTooLarge(DomainError):
    """The file is larger than this installation takes; `limit` says how many bytes that is."""

    status, code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "file_too_large"


class FileTypeRefused(DomainError):
    """By its content the file is none of the types that are taken, which `accepted` names."""

    status, code = HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "file_type_refused"


class TooManyAttachments(DomainError):
    """The subject holds as many files as it may: remove one first."""

    code = "too_many_attachments"


@dataclass(frozen=True, repr=False)
class Received:
    """A file that was found good, not yet kept."""

    name: str
    media_type: str
    content: bytes
    is_renamed: bool = False  # it was called by the extension of another kind


def examine(declared_name: str, content: bytes, *, limit: int) -> Received:
    """Judge a file before anything is written: size in bytes, content, name.

    Raises `InvalidInput` for an empty one, `FileTooLarge`, `FileTypeRefused`.
    """
    if not content:
        raise InvalidInput("/file", "empty_file")
    if len(content) > limit:
        raise FileTooLarge(limit=limit)
    kind = kinds.recognise(content)
    if kind is None:
        raise FileTypeRefused(accepted=[known.extensions[0] for known in (*kinds.KINDS, kinds.TEXT)])
    name = kinds.safe_name(declared_name, kind)
    is_renamed = not declared_name.lower().endswith(PurePath(name).suffix.lower())
    return Received(name, kind.media_type, content, is_renamed)


def attach(
    db: WriteSession,
    actor: Actor,
    config: Settings,
    subject_type: SubjectType,
    subject_id: UUID,
    received: Received,
) -> Attachment:
    """Keep a file with a person, a case or a referral that the actor may write to.

    Raises `TooManyAttachments` and what `reach` raises.
    """
    person_id = reach(db, actor, subject_type, subject_id, FileUse.add).person_id
    most = config.attachments_per_subject
    if queries.count(db, subject_type, subject_id, most) >= most:
        raise TooManyAttachments(limit=most)
    attachment = Attachment(
        subject_type=subject_type,
        subject_id=subject_id,
        person_id=person_id,
        name=received.name,
        media_type=received.media_type,
        size=len(received.content),
        sha256=hashlib.sha256(received.content).hexdigest(),
        stored_name=storage.write(db, config.attachments_dir, received.content),
        uploaded_by=actor.user,
        institution_id=actor.institution_id,
    )
    db.add(attachment)
    db.flush()
    _record(db, actor, "attachment:add", attachment, person_id)
    return attachment


def remove(db: WriteSession, actor: Actor, attachment: Attachment, directory: Path) -> None:
    """Remove a file with its row. Raises `Forbidden` for a partner's agent who did not send it."""
    if not may_remove(actor, attachment.uploaded_by, attachment.institution_id):
        raise Forbidden(action="remove")
    _record(db, actor, "attachment:remove", attachment, attachment.person_id)
    storage.remove(db, directory, attachment.stored_name)
    db.delete(attachment)


def _record(db: WriteSession, actor: Actor, action: str, attachment: Attachment, person_id: PersonId) -> None:
    where = {"of_type": attachment.subject_type, "of_id": attachment.subject_id}
    audit.record(db, actor, action, "attachment", attachment.id, person_id=person_id, **where)


def sweep(db: WriteSession, directory: Path) -> int:
    """Set files aside that no row names, and remove those set aside long ago; return how many. Run by the worker.

    The disk is read before the first question to the database, so that nobody waits for it to get the write turn.
    """
    swept = storage.discard_aside(directory)
    found = storage.untouched(directory)
    for start in range(0, len(found), _AT_ONCE):
        asked = found[start : start + _AT_ONCE]
        named = queries.known(db, asked)
        orphans = [name for name in asked if name not in named]
        storage.set_aside(directory, orphans)
        swept += len(orphans)
    return swept
