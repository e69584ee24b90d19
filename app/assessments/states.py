from enum import StrEnum

from app.core.actor import Role
from app.core.lifecycle import Lifecycle, Move


class AssessmentStatus(StrEnum):
    draft = "draft"
    completed = "completed"
    discarded = "discarded"


class AssessmentAction(StrEnum):
    complete = "complete"
    discard = "discard"


_WINDOW = frozenset({Role.social_worker, Role.supervisor})

ASSESSMENT_LIFECYCLE: Lifecycle[AssessmentStatus, AssessmentAction] = Lifecycle(
    AssessmentStatus.draft,
    [
        Move(
            action=AssessmentAction.complete,
            sources=frozenset({AssessmentStatus.draft}),
            to=AssessmentStatus.completed,
            by=_WINDOW,
        ),
        Move(
            action=AssessmentAction.discard,
            sources=frozenset({AssessmentStatus.draft}),
            to=AssessmentStatus.discarded,
            by=_WINDOW,
        ),
    ],
)
