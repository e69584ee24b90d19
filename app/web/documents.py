"""The documents of a person: added, saved to one's own machine, removed."""

from typing import Annotated

from fastapi import Depends, File, UploadFile
from starlette.responses import Response, StreamingResponse

from app.auth.deps import CreateDb
from app.core.deps import WriteDb
from app.core.ids import PersonId
from app.files import service, storage
from app.files.deps import (
    AttachmentDownloaded,
    AttachmentToRemove,
    Config,
    FileReader,
    FileWriter,
    disposition,
)
from app.files.models import SubjectType
from app.web import face
from app.web.face import invalid, see

router = face.router()


def _examined(
    _: FileWriter, config: Config, file: Annotated[UploadFile | None, File()] = None
) -> service.Received:
    """Judge the file outside the write turn: looking into it takes longer than writing its row."""
    if file is None:
        raise invalid("/file", "missing")
    limit = config.attachment_limit_bytes
    return service.examine(file.filename or "", file.file.read(limit + 1), limit=limit)


@router.post("/people/{person_id}/documents")
def add_document(
    actor: FileWriter,
    config: Config,
    received: Annotated[service.Received, Depends(_examined)],
    db: CreateDb,
    person_id: PersonId,
) -> Response:
    service.attach(db, actor, config, SubjectType.person, person_id, received)
    return see(f"/people/{person_id}", done="document_added")


@router.get("/people/{person_id}/documents/{attachment_id}")
def download(_: FileReader, config: Config, found: AttachmentDownloaded) -> Response:
    """The file itself, for saving; who saved it is on record."""
    path = storage.whole(config.attachments_dir, found["stored_name"], found["size"])
    headers = {
        "Content-Disposition": disposition(found["name"]),
        "Content-Length": str(found["size"]),
        "Cache-Control": "no-store",
    }
    return StreamingResponse(storage.chunks(path), media_type=found["media_type"], headers=headers)


@router.post("/people/{person_id}/documents/{attachment_id}/remove")
def remove(
    actor: FileWriter, config: Config, db: WriteDb, person_id: PersonId, attachment: AttachmentToRemove
) -> Response:
    service.remove(db, actor, attachment, config.attachments_dir)
    return see(f"/people/{person_id}", done="document_removed")
