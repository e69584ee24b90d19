from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.core.ids import NotificationId
from app.core.schemas import Output


class NotificationOut(Output):
    id: NotificationId
    kind: str = Field(description="Stable code of what happened.", examples=["referral.accept"])
    text: str = Field(description="The same in the language of the request; the texts may change.")
    subject_type: str = Field(description="What it is about.", examples=["referral"])
    subject_id: UUID
    created_at: datetime
    read_at: datetime | None


class NotificationPage(Output):
    items: list[NotificationOut]
    next: str | None
