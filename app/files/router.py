from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from app.auth.deps import CreateDb
from app.core.deps import PageQuery, ReadDb, WriteDb
from app.core.errors import Forbidden, NotFound
from app.core.http import ApiRoute, answer, page_answer, refuses
from app.files import downloads, queries, service, storage
from app.files.deps import (
    AttachmentDownloaded,
    AttachmentSeen,
    AttachmentToRemove,
    Config,
    FileReader,
    FileWriter,
    SubjectSeen,
    Upload,
)
from app.files.schemas import AttachmentOut, AttachmentPage

router = APIRouter(route_class=ApiRoute, tags=["attachments"])

_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file, to be saved and never shown in place.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post("/attachments", response_model=AttachmentOut, status_code=201)
@refuses(NotFound, service.TooManyAttachments)
def attach_file(actor: FileWriter, config: Config, sent: Upload, db: CreateDb) -> Response:
    """Attach a file to a person, a case or a referral that you may write to.

    The type is recognised by the content: PDF, JPEG, PNG, WebP, HEIC, DOCX, XLSX, ODT and plain UTF-8 text are
    taken. The name is cleaned, and an extension that does not fit the content is replaced by the right one.
    """
    added = service.attach(db, actor, config, sent.subject_type, sent.subject_id, sent.received)
    content = {name: getattr(added, name) for name in queries.SHOWN}
    return answer(content, 201, location=f"/api/v1/attachments/{added.id}")


@router.get("/attachments", response_model=AttachmentPage)
@refuses(NotFound)
def list_attachments(
    _: FileReader, subject: SubjectSeen, db: ReadDb, request: Request, page: PageQuery
) -> Response:
    """The files of one person, case or referral, the newest first.

    An institution is told of those that its agents sent with a referral, and of the window's where they are shared.
    """
    return page_answer(request, queries.page(db, page, subject.type, subject.id, subject.reach.sent_by))


@router.get("/attachments/{attachment_id}", response_model=AttachmentOut)
def get_attachment(_: FileReader, found: AttachmentSeen) -> Response:
    """What is known of one file."""
    return answer(queries.shown(found))


@router.get("/attachments/{attachment_id}/content", responses=_CONTENT, response_class=StreamingResponse)
@refuses(storage.ContentLost)
def download_attachment(_: FileReader, config: Config, found: AttachmentDownloaded) -> StreamingResponse:
    """The file itself, for saving. Every download is recorded with who and when."""
    path = storage.whole(config.attachments_dir, found["stored_name"], found["size"])
    headers = {
        "Content-Disposition": downloads.disposition(found["name"]),
        "Content-Length": str(found["size"]),
    }
    return StreamingResponse(storage.chunks(path), media_type=found["media_type"], headers=headers)


@router.delete("/attachments/{attachment_id}", status_code=204)
@refuses(Forbidden)
def remove_attachment(actor: FileWriter, config: Config, db: WriteDb, attachment: AttachmentToRemove) -> None:
    """Remove a file for good. A partner's agent removes only what they sent themselves."""
    service.remove(db, actor, attachment, config.attachments_dir)
