from enum import StrEnum

from app.core.actor import Role
from app.core.lifecycle import Lifecycle, Move


class FollowUpKind(StrEnum):
    visit = "visit"
    call = "call"
    office = "office"
    message = "message"


class FollowUpStatus(StrEnum):
    planned = "planned"
    done = "done"
    missed = "missed"  # the person did not come or could not be reached
    cancelled = "cancelled"


class FollowUpAction(StrEnum):
    record = "record"
    miss = "miss"
    cancel = "cancel"
    postpone = "postpone"


class FollowUpReason(StrEnum):
    """Why it was planned."""

    rhythm = "rhythm"
    manual = "manual"
    referral_answered = "referral_answered"
    referral_ended = "referral_ended"
    no_show = "no_show"
    post_closure = "post_closure"
    unplanned = "unplanned"


# Closing a case cancels what is planned on it, but for what was planned to see whether its outcome holds.
OUTLIVES_CLOSING = frozenset({FollowUpReason.post_closure})

_WINDOW = frozenset({Role.social_worker, Role.supervisor})
_PLANNED = frozenset({FollowUpStatus.planned})

FOLLOW_UP_LIFECYCLE: Lifecycle[FollowUpStatus, FollowUpAction] = Lifecycle(
    FollowUpStatus.planned,
    [
        Move(action=FollowUpAction.record, sources=_PLANNED, to=FollowUpStatus.done, by=_WINDOW),
        Move(action=FollowUpAction.miss, sources=_PLANNED, to=FollowUpStatus.missed, by=_WINDOW),
        Move(
            action=FollowUpAction.cancel,
            sources=_PLANNED,
            to=FollowUpStatus.cancelled,
            by=_WINDOW | {Role.system},
        ),
        Move(action=FollowUpAction.postpone, sources=_PLANNED, to=FollowUpStatus.planned, by=_WINDOW),
    ],
)
