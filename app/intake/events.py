from dataclasses import dataclass
from typing import ClassVar

from app.core.ids import CaseId, InterviewId, PersonId, WindowId
from app.outbox.service import Event


@dataclass(frozen=True, kw_only=True)
class InterviewCompleted(Event):
    """Somebody was heard to the end. `case_id` is the file that was opened or that the interview belongs to."""

    name: ClassVar[str] = "interview.completed"

    interview_id: InterviewId
    window_id: WindowId
    person_id: PersonId | None
    case_id: CaseId | None
    conclusion: str
