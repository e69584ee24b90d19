from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.core.ids import AttachmentId, InstitutionId, UserId
from app.core.schemas import Output
from app.files.models import SubjectType


class AttachmentOut(Output):
    id: AttachmentId
    subject_type: SubjectType
    subject_id: UUID
    name: str = Field(examples=["certificat.pdf"], description="As sent, cleaned, with its true extension.")
    media_type: str = Field(
        examples=["application/pdf"], description="Recognised by the content, never as declared."
    )
    size: int = Field(description="Bytes.")
    sha256: str
    uploaded_by: UserId
    institution_id: InstitutionId | None = Field(
        description="The partner whose agent sent it; null: somebody of the window."
    )
    created_at: datetime


class AttachmentPage(Output):
    items: list[AttachmentOut]
    next: str | None
