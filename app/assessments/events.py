from dataclasses import dataclass
from typing import ClassVar

from app.core.ids import AssessmentId, CaseId
from app.outbox.service import Event


@dataclass(frozen=True, kw_only=True)
class AssessmentCompleted(Event):
    """The answers are final, with the scores, the band and the needs that follow from them."""

    name: ClassVar[str] = "assessment.completed"
    assessment_id: AssessmentId
    case_id: CaseId
