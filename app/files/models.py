from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Timestamps
from app.core.ids import AttachmentId, InstitutionId, PersonId, UserId, uuid7


class SubjectType(StrEnum):
    person = "person"
    case = "case"
    referral = "referral"


class Attachment(Timestamps, Base, kw_only=True):
    """A file that belongs to a person, a case or a referral. Whoever may see that row may see the file."""

    __tablename__ = "attachments"
    __table_args__ = (Index(None, "subject_type", "subject_id", "id"),)

    id: Mapped[AttachmentId] = mapped_column(
        primary_key=True, default_factory=lambda: AttachmentId(uuid7()), init=False
    )
    subject_type: Mapped[SubjectType]
    subject_id: Mapped[UUID]
    person_id: Mapped[PersonId]  # whose file it is part of, for the trail
    name: Mapped[str] = mapped_column(String(200))  # shown, never used as a path
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]  # bytes
    sha256: Mapped[str] = mapped_column(String(64))
    stored_name: Mapped[str] = mapped_column(String(64), unique=True)  # random; the only name on the disk
    uploaded_by: Mapped[UserId]
    # The institution for which its agent sent it: an account may come to serve another, the document stays its sender's.
    institution_id: Mapped[InstitutionId | None] = mapped_column(default=None)
