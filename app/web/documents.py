"""Documents, of whatever they are about: added, saved to one's own machine, removed."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, File, UploadFile
from starlette.responses import Response, StreamingResponse

from app.auth.deps import CreateDb
from app.cases.deps import CaseToWrite
from app.core.deps import WriteDb
from app.core.errors import NotFound
from app.core.ids import PersonId, ReferralId
from app.core.settings import settings
from app.files import downloads, service, storage
from app.files.deps import AttachmentDownloaded, AttachmentToRemove, Config, FileReader, FileWriter
from app.files.models import SubjectType
from app.referrals.deps import ReferralToAnswer, ReferralToWrite
from app.referrals.models import Referral
from app.web import face, marks, subjects
from app.web.face import invalid, see

router = face.router()


def _examined(
    _: FileWriter, config: Config, file: Annotated[UploadFile | None, File()] = None
) -> service.Received:
    """Judge the file outside the write turn: looking into it takes longer than writing its row."""
    if file is None or not file.filename:
        raise invalid("/file", "missing")
    limit = config.attachment_limit_bytes
    return service.examine(file.filename, file.file.read(limit + 1), limit=limit)


Received = Annotated[service.Received, Depends(_examined)]


def most_megabytes() -> int:
    """How large a document may be, as a page says it."""
    return settings().attachment_limit_bytes // 1_048_576


def _added(received: service.Received) -> str:
    """A name that promised another kind of file was put right: whoever looks for it in the list is told."""
    return "document_renamed" if received.is_renamed else "document_added"


# The addresses end so that the gate lets a document's size through.
@router.post("/people/{person_id}/attachments")
def add_to_person(
    actor: FileWriter, config: Config, received: Received, db: CreateDb, person_id: PersonId
) -> Response:
    service.attach(db, actor, config, SubjectType.person, person_id, received)
    return see(f"/people/{person_id}", done=_added(received))


@router.post("/cases/{case_id}/attachments")
def add_to_case(
    actor: FileWriter, config: Config, received: Received, db: CreateDb, case: CaseToWrite
) -> Response:
    service.attach(db, actor, config, SubjectType.case, UUID(str(case.id)), received)
    return see(f"/cases/{case.id}", done=_added(received))


@router.post("/referrals/{referral_id}/attachments")
def add_to_referral(
    actor: FileWriter, config: Config, received: Received, db: CreateDb, referral: ReferralToWrite
) -> Response:
    return _kept_with(db, actor, config, referral, received)


@router.post("/inbox/{referral_id}/attachments")
def send_from_partner(
    actor: FileWriter, config: Config, received: Received, db: CreateDb, referral: ReferralToAnswer
) -> Response:
    """What a partner hands to the window: an attestation, a result, a form that is to be signed."""
    return _kept_with(db, actor, config, referral, received)


def _kept_with(
    db: CreateDb, actor: FileWriter, config: Config, referral: Referral, received: Received
) -> Response:
    service.attach(db, actor, config, SubjectType.referral, referral.id, received)
    back = subjects.address(actor, SubjectType.referral, referral.id)
    return see(back, done=_added(received))


@router.get("/attachments/{attachment_id}")
@marks.a_file
def download(_: FileReader, config: Config, found: AttachmentDownloaded) -> StreamingResponse:
    """The document itself, for saving; who downloaded it is recorded."""
    return _handed_over(config, found)


@router.get("/inbox/{referral_id}/documents/{attachment_id}")
@marks.a_file
def download_shared(
    _: FileReader, config: Config, found: AttachmentDownloaded, referral_id: ReferralId
) -> StreamingResponse:
    """A document that was shared with a referral, for the partner's own papers."""
    if found["subject_id"] != referral_id:
        raise NotFound()
    return _handed_over(config, found)


def _handed_over(config: Config, found: AttachmentDownloaded) -> StreamingResponse:
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
