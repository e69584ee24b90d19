from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, File, Form, Query, Request, UploadFile

from app.auth.deps import allowed
from app.auth.permissions import Permission
from app.core.actor import Actor
from app.core.deps import ReadDb, WriteDb
from app.core.errors import InvalidInput
from app.core.http import UnsupportedMediaType, refuses
from app.core.ids import AttachmentId, PersonId
from app.core.settings import Settings
from app.core.sharing import Withheld
from app.files import queries, service
from app.files.models import Attachment, SubjectType
from app.files.policy import AttachmentsClosed, FileUse, Reach, reach

FileReader = Annotated[Actor, Depends(allowed(Permission.file_read))]
FileWriter = Annotated[Actor, Depends(allowed(Permission.file_write))]

_PARTS = frozenset({"file", "subject_type", "subject_id"})


def _config(request: Request) -> Settings:
    return request.app.state.settings  # type: ignore[no-any-return]


Config = Annotated[Settings, Depends(_config)]


@refuses(UnsupportedMediaType, InvalidInput)
async def _one_form(request: Request, _: FileWriter) -> None:
    """Refuse what is not one form with exactly the known parts, as bodies in JSON are refused."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise UnsupportedMediaType()
    sent = [name for name, _ in (await request.form()).multi_items()]
    if set(sent) - _PARTS or len(sent) > len(_PARTS):
        raise InvalidInput("body", "unknown_field")


@dataclass(frozen=True, repr=False)
class Sent:
    """A file that was found good, and where it shall go."""

    subject_type: SubjectType
    subject_id: UUID
    received: service.Received


@refuses(service.FileTooLarge, service.FileTypeRefused, Withheld, AttachmentsClosed)
def _upload(
    _: Annotated[None, Depends(_one_form)],
    config: Config,
    file: Annotated[
        UploadFile, File(description="PDF, JPEG, PNG, WebP, HEIC, DOCX, XLSX, ODT or UTF-8 text.")
    ],
    subject_type: Annotated[SubjectType, Form()],
    subject_id: Annotated[UUID, Form()],
) -> Sent:
    """Judge the file outside the write turn: looking into it takes longer than writing its row."""
    limit = config.attachment_limit_bytes
    content = file.file.read(limit + 1)
    return Sent(subject_type, subject_id, service.examine(file.filename or "", content, limit=limit))


Upload = Annotated[Sent, Depends(_upload)]


@refuses(Withheld, AttachmentsClosed)
def _to_remove(actor: FileWriter, db: WriteDb, attachment_id: AttachmentId) -> Attachment:
    return queries.get(db, actor, attachment_id)


AttachmentToRemove = Annotated[Attachment, Depends(_to_remove, scope="function")]


@refuses(Withheld)
def _visible(actor: FileReader, db: ReadDb, attachment_id: AttachmentId) -> dict[str, Any]:
    return queries.read(db, actor, attachment_id)


Visible = Annotated[dict[str, Any], Depends(_visible, scope="function")]


async def _read(request: Request, actor: FileReader, found: Visible) -> dict[str, Any]:
    await _record(request, actor, "attachment:read", "attachment", found["id"], found["person_id"])
    return found


async def _download(request: Request, actor: FileReader, found: Visible) -> dict[str, Any]:
    await _record(request, actor, "attachment:download", "attachment", found["id"], found["person_id"])
    return found


AttachmentSeen = Annotated[dict[str, Any], Depends(_read, scope="function")]
AttachmentDownloaded = Annotated[dict[str, Any], Depends(_download, scope="function")]


@dataclass(frozen=True)
class Subject:
    """A person, a case or a referral whose files are asked for."""

    type: SubjectType
    id: UUID
    reach: Reach


def _subject(
    actor: FileReader,
    db: ReadDb,
    subject_type: Annotated[SubjectType, Query(description="What the files belong to.")],
    subject_id: Annotated[UUID, Query()],
) -> Subject:
    return Subject(subject_type, subject_id, reach(db, actor, subject_type, subject_id, FileUse.read))


async def _listed(
    request: Request, actor: FileReader, subject: Annotated[Subject, Depends(_subject, scope="function")]
) -> Subject:
    await _record(request, actor, "attachment:list", subject.type, subject.id, subject.reach.person_id)
    return subject


SubjectSeen = Annotated[Subject, Depends(_listed, scope="function")]


async def _record(
    request: Request, actor: Actor, action: str, subject_type: str, subject_id: UUID, person_id: PersonId
) -> None:
    """The access is committed before the file is shown."""
    await request.app.state.accesses.record(actor, action, subject_type, subject_id, person_id)
