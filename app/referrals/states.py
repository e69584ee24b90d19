"""The life of a referral. Every surface - API, pages, links, jobs - goes through the one table `REFERRAL_LIFECYCLE`.

What can follow a state is in the rows that name it, alone or in one of the sets above the table.

What a move requires besides the state and the role (consent, agreement, reason, outcome) stands in `service`.
"""

from enum import StrEnum

from app.core.actor import Role
from app.core.lifecycle import Lifecycle, Move


class ReferralStatus(StrEnum):
    draft = "draft"
    sent = "sent"
    seen = "seen"
    info_requested = "info_requested"
    waitlisted = "waitlisted"
    accepted = "accepted"
    in_service = "in_service"
    on_hold = "on_hold"
    completed = "completed"
    not_completed = "not_completed"
    declined = "declined"
    withdrawn = "withdrawn"
    expired = "expired"


class ReferralAction(StrEnum):
    send = "send"
    open = "open"
    ask = "ask"
    answer = "answer"
    accept = "accept"
    decline = "decline"
    waitlist = "waitlist"
    schedule = "schedule"
    start = "start"
    hold = "hold"
    resume = "resume"
    complete = "complete"
    fail = "fail"
    withdraw = "withdraw"
    expire = "expire"


_S = ReferralStatus
_A = ReferralAction

PARTNER = frozenset({Role.partner_agent})
WORKER = frozenset({Role.social_worker, Role.supervisor})
CLOCK = frozenset({Role.system})

OPEN = frozenset(
    {_S.draft, _S.sent, _S.seen, _S.info_requested, _S.waitlisted, _S.accepted, _S.in_service, _S.on_hold}
)
FINAL = frozenset(_S) - OPEN
UNDECIDED = frozenset({_S.sent, _S.seen, _S.info_requested, _S.waitlisted})
PAUSED = frozenset({_S.info_requested, _S.on_hold})  # the clocks stand still
# After these a worker may refer again: a new draft that keeps the chain.
REFERABLE_AGAIN = frozenset({_S.declined, _S.expired, _S.not_completed, _S.withdrawn})


def _move(
    action: ReferralAction, sources: frozenset[ReferralStatus], to: ReferralStatus | None, by: frozenset[Role]
) -> Move[ReferralStatus, ReferralAction]:
    return Move(action=action, sources=sources, to=to, by=by)


_SERVED = frozenset({_S.accepted, _S.in_service, _S.on_hold})

REFERRAL_LIFECYCLE: Lifecycle[ReferralStatus, ReferralAction] = Lifecycle(
    _S.draft,
    [
        _move(_A.send, frozenset({_S.draft}), _S.sent, WORKER),
        _move(_A.open, frozenset({_S.sent}), _S.seen, PARTNER),
        _move(_A.ask, frozenset({_S.sent, _S.seen}), _S.info_requested, PARTNER),
        _move(_A.answer, frozenset({_S.info_requested}), _S.seen, WORKER),
        _move(_A.accept, frozenset({_S.sent, _S.seen, _S.waitlisted}), _S.accepted, PARTNER),
        _move(_A.decline, UNDECIDED, _S.declined, PARTNER),
        _move(_A.waitlist, frozenset({_S.sent, _S.seen}), _S.waitlisted, PARTNER),
        _move(_A.schedule, frozenset({_S.accepted}), _S.accepted, PARTNER | WORKER),
        _move(_A.start, frozenset({_S.accepted}), _S.in_service, PARTNER),
        _move(_A.hold, frozenset({_S.accepted, _S.in_service}), _S.on_hold, PARTNER),
        _move(_A.resume, frozenset({_S.on_hold}), None, PARTNER),  # back to where the pause began
        _move(_A.complete, _SERVED, _S.completed, PARTNER),
        _move(_A.fail, _SERVED, _S.not_completed, PARTNER),
        _move(_A.withdraw, OPEN, _S.withdrawn, WORKER),
        _move(_A.expire, UNDECIDED, _S.expired, CLOCK),
    ],
)


# --- the codes that a step or a row may carry ------------------------------------------------------------------


class Urgency(StrEnum):
    normal = "normal"
    urgent = "urgent"
    emergency = "emergency"


class DeclineReason(StrEnum):
    unreachable = "unreachable"
    no_show = "no_show"
    not_eligible = "not_eligible"
    no_place = "no_place"
    too_far = "too_far"
    not_interested = "not_interested"
    already_followed = "already_followed"
    missing_document = "missing_document"
    outside_mandate = "outside_mandate"
    incompatible_situation = "incompatible_situation"
    duplicate = "duplicate"
    other = "other"


class FailureReason(StrEnum):
    no_show = "no_show"
    unreachable = "unreachable"
    dropped_out = "dropped_out"
    not_eligible_after_all = "not_eligible_after_all"
    service_stopped = "service_stopped"
    other = "other"


class WithdrawalReason(StrEnum):
    person_choice = "person_choice"
    moved = "moved"
    solved_elsewhere = "solved_elsewhere"
    error = "error"
    other = "other"


class HoldReason(StrEnum):
    person_absent = "person_absent"
    waiting_for_document = "waiting_for_document"
    capacity = "capacity"
    health = "health"
    other = "other"


class Outcome(StrEnum):
    met = "met"
    partly_met = "partly_met"
    not_met = "not_met"


class EligibilityWarning(StrEnum):
    """What a worker must have read before sending, because it may make the partner decline."""

    sex = "sex"
    age = "age"
    target = "target"
    language = "language"
    territory = "territory"
    capacity = "capacity"
    quota = "quota"
    already_referred = "already_referred"
    needed_data = "needed_data"


class NeededFor(StrEnum):
    """For what a service needs a category of data."""

    whom = "whom"
    request = "request"
    age = "age"
    residence = "residence"
    reach = "reach"


class LegalBasis(StrEnum):
    """Grounds for sharing without consent (law 09-08, article 4, and the duty to protect)."""

    vital_interest = "vital_interest"
    legal_obligation = "legal_obligation"
    court_order = "court_order"
    child_protection = "child_protection"
