"""What plans or cancels contacts by itself: when a case or a referral moves (subscribed in `app.wiring`)."""

from app.cases.events import CaseAssigned, CaseClosed, CaseOpened, CasePriorityChanged, CaseReopened
from app.cases.models import Case
from app.cases.states import CaseStatus
from app.core.actor import SYSTEM
from app.core.db import WriteSession
from app.followups import queries, service
from app.followups.states import OUTLIVES_CLOSING, FollowUpAction, FollowUpReason
from app.referrals.events import ReferralMoved
from app.windows import queries as windows


def plan_first(db: WriteSession, event: CaseOpened) -> None:
    """A new case starts its rhythm, unless it was closed before this was told."""
    case = db.get_one(Case, event.case_id)
    if case.status is not CaseStatus.closed:
        service.plan_rhythm(db, SYSTEM, case, cause_id=event.case_id)


def plan_after_reopening(db: WriteSession, event: CaseReopened) -> None:
    """A reopened case takes its rhythm up again, unless a contact that was planned while it was closed is to come."""
    service.go_on(db, SYSTEM, db.get_one(Case, event.case_id), None)
    service.refresh_due(db, event.case_id)


def follow_priority(db: WriteSession, event: CasePriorityChanged) -> None:
    """A more pressing case is not left to the old rhythm; a calmer one keeps the date it was promised."""
    case = db.get_one(Case, event.case_id)
    due_on = service.rhythm_due(db, case, windows.today(db, case.window_id))
    for follow_up in queries.planned_of(db, case.id):
        if follow_up.reason is FollowUpReason.rhythm and follow_up.due_on > due_on:
            follow_up.due_on, follow_up.due_time = due_on, None
            service.note_down(db, SYSTEM, "replan", follow_up)
    service.refresh_due(db, case.id)


def hand_over(db: WriteSession, event: CaseAssigned) -> None:
    """What the former referent had to do is the new one's; what colleagues have promised stays theirs."""
    case = db.get_one(Case, event.case_id)
    for follow_up in queries.planned_of(db, case.id):
        if follow_up.worker_id == event.former_id:
            follow_up.worker_id = case.referent_id
            service.note_down(db, SYSTEM, "hand-over", follow_up)
    db.flush()


def cancel_planned(db: WriteSession, event: CaseClosed) -> None:
    """A closed case keeps nobody waiting; contacts after closure are planned on purpose, later.

    One that was reopened before this was told keeps what it has.
    """
    if db.get_one(Case, event.case_id).status is not CaseStatus.closed:
        return
    for follow_up in queries.planned_of(db, event.case_id):
        if follow_up.reason not in OUTLIVES_CLOSING:
            service.lead(db, SYSTEM, follow_up, FollowUpAction.cancel, reason_code="case_closed")


TOLD = {
    "accept": FollowUpReason.referral_answered,
    "waitlist": FollowUpReason.referral_answered,
    "decline": FollowUpReason.referral_answered,
    "expire": FollowUpReason.referral_ended,
    "complete": FollowUpReason.referral_ended,
    "fail": FollowUpReason.referral_ended,
}


def plan_after_referral(db: WriteSession, event: ReferralMoved) -> None:
    """A partner's answer is told to the person; what did not work is talked over; a no-show is asked about."""
    reason = TOLD.get(event.action)
    case = db.get_one(Case, event.case_id)
    if reason is None or case.status is CaseStatus.closed:
        return
    if event.reason_code == "no_show":
        reason = FollowUpReason.no_show
    service.plan_call(
        db, SYSTEM, case, reason, event.step_id, service.ANSWER_DAYS, referral_id=event.referral_id
    )
