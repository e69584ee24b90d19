"""The demonstration's caseload: each invented person is led along a path by the same services as a real one."""

from datetime import datetime, timedelta

from app.cases.states import ClosingReason, GoalStatus
from seeds import surroundings
from seeds.case_steps import (
    assessed,
    closed,
    closure_requested,
    contacted,
    handed_over,
    missed,
    planned,
    reopened,
    reviewed,
    suspended,
)
from seeds.cast import CAST
from seeds.intake_steps import consent_narrowed, consent_withdrawn, drafted, heard
from seeds.partner_steps import (
    accepted,
    accepted_for_a_day,
    answered,
    asked,
    completed,
    declined,
    expired,
    failed,
    held,
    messages,
    referral_drafted,
    referred_again,
    seen,
    sent,
    started,
    told,
    waitlisted,
    withdrawn,
)
from seeds.stage import Stage, Step, Story


def tell(stage: Stage, now: datetime) -> None:
    """Tell every story, and what surrounds them."""
    until = now - timedelta(hours=1)  # the last hour is the reception's
    stories = [Story(stage, role, number, until) for number, role in enumerate(CAST)]
    for story in stories:
        for step in PATHS[story.role.path]:
            step(story)
    surroundings.household(stories)
    surroundings.papers(stories)
    surroundings.reception(stage, now)


# How many days ago each step happened stands in brackets.
_OPEN = (heard("case_opened"),)
_ASSESSED = (*_OPEN, assessed())
_PLANNED = (*_ASSESSED, planned())
_DRAFT = (*_PLANNED, referral_drafted(8))
_SENT = (*_PLANNED, contacted(), referral_drafted(8), sent(6))
_SENT_LONG_AGO = (*_PLANNED, referral_drafted(40), sent(38), answered(36, seen))
_ACCEPTED_LONG_AGO = (*_SENT_LONG_AGO, answered(35, accepted), contacted(25))
_IN_SERVICE = (*_ACCEPTED_LONG_AGO, answered(22, started), contacted(10), reviewed(8))
_COMPLETED = (*_IN_SERVICE, assessed(7, progress=1), answered(5, completed))

PATHS: dict[str, tuple[Step, ...]] = {
    "information": (heard("information_only", 4),),
    "one_off": (heard("one_off_help", 9),),
    "redirected": (heard("redirected", 7),),
    "interview_draft": (drafted,),
    "open": (heard("case_opened", 2),),
    "silent": (heard("case_opened", 75, for_days=45),),
    "consent_refused": (heard("case_opened", 14, consent="refused"), assessed(10)),
    "consent_narrowed": (*_SENT, consent_narrowed(2)),
    "consent_withdrawn": (*_DRAFT, consent_withdrawn(4)),
    "assessed": (heard("case_opened", 14), assessed(10)),
    "planned": (heard("case_opened", 20), assessed(18), planned(15), contacted(6, next_in=6)),
    "handed_over": (*_PLANNED, contacted(), handed_over(5)),
    "referral_draft": _DRAFT,
    "sent": _SENT,
    "seen": (*_SENT, answered(4, seen), messages(3)),
    "info_requested": (*_SENT, answered(4, seen), answered(3, asked)),
    "info_given": (*_SENT, answered(4, seen), answered(3, asked), told(2)),
    "waitlisted": (*_SENT, answered(4, seen), answered(2, waitlisted)),
    "accepted": (*_SENT, answered(4, seen), answered(3, accepted)),
    "accepted_appointment": (*_SENT, answered(4, seen), answered(3, accepted_for_a_day)),
    "in_service": _IN_SERVICE,
    "on_hold": (*_IN_SERVICE, answered(4, held), missed(2)),
    "completed": _COMPLETED,
    "not_completed": (*_ACCEPTED_LONG_AGO, answered(6, failed)),
    "declined_then_again": (*_SENT, answered(5, seen), answered(4, declined), referred_again),
    "withdrawn": (*_SENT, withdrawn),
    "expired": (*_PLANNED, referral_drafted(40), sent(38), answered(36, seen), expired),
    "suspended": (*_PLANNED, contacted(30), suspended),
    "closed_met": (*_COMPLETED, closed(ClosingReason.goals_met)),
    "closed_partly": (*_COMPLETED, closed(ClosingReason.goals_partly_met, GoalStatus.partly_met)),
    "closed_moved": (*_PLANNED, contacted(), closed(ClosingReason.moved_away, GoalStatus.abandoned)),
    "closure_requested": (*_COMPLETED, closure_requested),
    "reopened": (*_COMPLETED, closed(ClosingReason.goals_met), reopened),
}
