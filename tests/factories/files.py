"""Small files of every kind that is taken, and some that are not; and subjects for them to belong to."""

import io
import zipfile
from collections.abc import Iterable
from uuid import UUID

from app.core.actor import Actor
from app.core.db import ReadSession
from app.core.errors import NotFound
from app.core.ids import InstitutionId, PersonId, WindowId, uuid7
from app.files.models import SubjectType
from app.files.policy import AttachmentsClosed, FileUse, Reach, Subjects


def zipped(*entries: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return packed.getvalue()


_WORD = b"<Types>application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml</Types>"
_SHEET = b"<Types>application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml</Types>"
_ODT = b"application/vnd.oasis.opendocument.text"


def docx(*more: tuple[str, bytes], types: bytes = _WORD) -> bytes:
    return zipped(("[Content_Types].xml", types), ("word/document.xml", b"<document/>"), *more)


def xlsx() -> bytes:
    return zipped(("[Content_Types].xml", _SHEET), ("xl/workbook.xml", b"<workbook/>"))


def odt(*more: tuple[str, bytes], mimetype: bytes = _ODT) -> bytes:
    return zipped(("mimetype", mimetype), ("content.xml", b"<content/>"), *more)


PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(32)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(32)
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(32)
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(32)
TEXT = "ملاحظة: حضر السيد مثال.\nNote de l’exemple.\n".encode()


class Owned:
    """A person, a case and a referral of one window; the referral was sent to one institution."""

    def __init__(self, window_id: WindowId, institution_id: InstitutionId) -> None:
        self.window_id, self.institution_id = window_id, institution_id
        self.person_id = PersonId(uuid7())
        self.ids = {kind: uuid7() for kind in SubjectType}
        self.closed: set[UUID] = set()  # may be read, not written to

    def hooks(self) -> Subjects:
        return {kind: self._hook(kind) for kind in SubjectType}

    def _hook(self, kind: SubjectType):  # type: ignore[no-untyped-def]
        def reach(_: ReadSession, actor: Actor, subject_id: UUID, use: FileUse) -> Reach:
            own = self.window_id in actor.window_ids or actor.institution_id == self.institution_id
            if subject_id != self.ids[kind] or not own:
                raise NotFound()
            if use is not FileUse.read and subject_id in self.closed:
                raise AttachmentsClosed()
            return Reach(self.person_id)

        return reach


def names(items: Iterable[dict[str, str]]) -> list[str]:
    return [item["name"] for item in items]
