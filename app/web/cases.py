"""The list of cases, the page of one, its timeline and its documents."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, File, Request, UploadFile
from fastapi.responses import StreamingResponse
from starlette.responses import Response

from app.auth.deps import CreateDb
from app.cases import caseload
from app.cases.deps import CaseFilters, CaseLister, CaseOpenedToRead, CaseReader, CaseToWrite
from app.cases.schemas import CaseSort
from app.cases.states import CaseStatus, Priority
from app.core.deps import PageQuery, ReadDb, WriteDb
from app.files import downloads, service, storage
from app.files.deps import AttachmentDownloaded, AttachmentToRemove, Config, FileReader, FileWriter
from app.files.models import SubjectType
from app.referrals import overviews as referrals
from app.web import case_events, choices, face, subjects
from app.web.case_events import Chapter
from app.web.case_page import gather
from app.web.face import invalid, see
from app.web.rendering import page
from app.windows import queries as windows

router = face.router()


@router.get("/cases")
def list_cases(
    request: Request, actor: CaseLister, db: ReadDb, wanted: PageQuery, chosen: CaseFilters
) -> Response:
    """The cases of one's windows, filtered; the next page is asked for by its cursor."""
    found = caseload.page(db, actor, wanted, chosen)
    known = {window_id: windows.read(db, actor, window_id) for window_id in sorted(actor.window_ids)}
    return page(
        request,
        "cases/list.html",
        cases=found.items,
        next=found.next,
        chosen=chosen,
        kept={name: value for name, value in request.query_params.items() if name != "cursor" and value},
        is_mine=chosen.referent_id is not None and chosen.referent_id == actor.user_id,
        windows=known,
        priorities=choices.of(Priority),
        statuses=choices.of(CaseStatus),
        sorts=choices.of(CaseSort),
    )


@router.get("/cases/{case_id}")
def show_case(
    request: Request, actor: CaseReader, db: ReadDb, case: CaseOpenedToRead, kind: Chapter | None = None
) -> Response:
    """The page of a case; `kind` is what its timeline is narrowed to."""
    return page(request, "cases/case.html", **gather(db, actor, case, kind))


@router.get("/cases/{case_id}/timeline")
def show_timeline(
    request: Request,
    actor: CaseReader,
    db: ReadDb,
    case: CaseOpenedToRead,
    wanted: PageQuery,
    kind: Chapter | None = None,
) -> Response:
    """Everything that happened, page by page."""
    referred = referrals.of_case(db, actor, case["id"])
    found = case_events.page(db, case["id"], wanted, kind, referred)
    zone = windows.zone(db, case["window_id"])
    return page(
        request,
        "cases/timeline.html",
        case=case,
        timeline=found,
        chapter=kind,
        chapters=list(case_events.KINDS),
        zone=zone,
    )


# --- documents ------------------------------------------------------------------------------------------------


def _received(
    _: FileWriter, config: Config, file: Annotated[UploadFile | None, File()] = None
) -> service.Received:
    """Judge the file before the write turn, as the API does."""
    if file is None:
        raise invalid("/file", "missing")
    limit = config.attachment_limit_bytes
    return service.examine(file.filename or "", file.file.read(limit + 1), limit=limit)


Received = Annotated[service.Received, Depends(_received)]


@router.post("/cases/{case_id}/attachments")
def attach(
    actor: FileWriter, config: Config, received: Received, db: CreateDb, case: CaseToWrite
) -> Response:
    """Keep a document with a case."""
    service.attach(db, actor, config, SubjectType.case, UUID(str(case.id)), received)
    return see(f"/cases/{case.id}", done="document_added")


@router.get("/attachments/{attachment_id}")
def download(_: FileReader, config: Config, found: AttachmentDownloaded) -> StreamingResponse:
    """The document itself, for saving; who downloaded it is recorded."""
    path = storage.whole(config.attachments_dir, found["stored_name"], found["size"])
    headers = {
        **face.HEADERS,
        "Content-Disposition": downloads.disposition(found["name"]),
        "Content-Length": str(found["size"]),
    }
    return StreamingResponse(storage.chunks(path), media_type=found["media_type"], headers=headers)


@router.post("/attachments/{attachment_id}/remove")
def remove(actor: FileWriter, config: Config, db: WriteDb, attachment: AttachmentToRemove) -> Response:
    """Remove a document for good."""
    back = subjects.address(actor, attachment.subject_type, attachment.subject_id)
    service.remove(db, actor, attachment, config.attachments_dir)
    return see(back, done="document_removed")
