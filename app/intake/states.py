from enum import StrEnum

from app.core.actor import Role
from app.core.lifecycle import Lifecycle, Move


class Channel(StrEnum):
    walk_in = "walk_in"
    phone = "phone"
    mobile_window = "mobile_window"
    partner = "partner"  # sent by a partner


class Urgency(StrEnum):
    normal = "normal"
    urgent = "urgent"
    emergency = "emergency"


class Conclusion(StrEnum):
    information_only = "information_only"
    one_off_help = "one_off_help"
    case_opened = "case_opened"
    redirected = "redirected"


class InterviewStatus(StrEnum):
    draft = "draft"
    completed = "completed"
    abandoned = "abandoned"


class InterviewAction(StrEnum):
    complete = "complete"
    abandon = "abandon"


# In the row that tells of a completion: the interview opened no case, it was added to the one that was open.
ADDED = "added"


class ArrivalStatus(StrEnum):
    waiting = "waiting"
    in_interview = "in_interview"
    received = "received"
    answered = "answered"  # at the counter
    left = "left"
    cancelled = "cancelled"  # the ticket was given by mistake


class ArrivalAction(StrEnum):
    call = "call"
    finish = "finish"
    put_back = "put_back"
    answer = "answer"
    leave = "leave"
    cancel = "cancel"


_WINDOW = frozenset({Role.social_worker, Role.supervisor})

INTERVIEW_LIFECYCLE: Lifecycle[InterviewStatus, InterviewAction] = Lifecycle(
    InterviewStatus.draft,
    [
        Move(
            action=InterviewAction.complete,
            sources=frozenset({InterviewStatus.draft}),
            to=InterviewStatus.completed,
            by=_WINDOW,
        ),
        Move(
            action=InterviewAction.abandon,
            sources=frozenset({InterviewStatus.draft}),
            to=InterviewStatus.abandoned,
            by=_WINDOW,
        ),
    ],
)

ARRIVAL_LIFECYCLE: Lifecycle[ArrivalStatus, ArrivalAction] = Lifecycle(
    ArrivalStatus.waiting,
    [
        Move(
            action=ArrivalAction.call,
            sources=frozenset({ArrivalStatus.waiting}),
            to=ArrivalStatus.in_interview,
            by=_WINDOW,
        ),
        Move(
            action=ArrivalAction.finish,
            # Put back into the room, but heard after all: the interview that was begun has been completed.
            sources=frozenset({ArrivalStatus.in_interview, ArrivalStatus.waiting}),
            to=ArrivalStatus.received,
            by=_WINDOW,
            is_offered=False,  # completing the interview does it
        ),
        Move(
            action=ArrivalAction.put_back,
            sources=frozenset({ArrivalStatus.in_interview}),
            to=ArrivalStatus.waiting,
            by=_WINDOW,
        ),
        Move(
            action=ArrivalAction.answer,
            sources=frozenset({ArrivalStatus.waiting}),
            to=ArrivalStatus.answered,
            by=_WINDOW,
        ),
        Move(
            action=ArrivalAction.leave,
            sources=frozenset({ArrivalStatus.waiting}),
            to=ArrivalStatus.left,
            by=_WINDOW,
        ),
        Move(
            action=ArrivalAction.cancel,
            sources=frozenset({ArrivalStatus.waiting}),
            to=ArrivalStatus.cancelled,
            by=_WINDOW,
        ),
    ],
)
