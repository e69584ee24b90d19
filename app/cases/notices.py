"""Who is told of what happens to a case."""

from app.auth import queries as auth
from app.auth.events import AccountDisabled
from app.cases import caseload
from app.cases.events import CaseAssigned, CaseClosureDeclined, CaseClosureRequested, CaseStep
from app.cases.models import Case
from app.core.db import WriteSession
from app.notifications import service as notifications


def tell_new_referent(db: WriteSession, event: CaseAssigned) -> None:
    """The one who now answers for the case learns of it, unless it was their own doing."""
    if event.user_id != event.by:
        notifications.notify(db, [event.user_id], "case.assigned", "case", event.case_id, event.step_id)


def tell_former_referent(db: WriteSession, event: CaseAssigned) -> None:
    """The one who had the case learns that it was taken out of their hands, if they still serve where it is kept."""
    window_id = db.get_one(Case, event.case_id).window_id
    if event.former_id != event.by and auth.serves_at(db, event.former_id, window_id):
        notifications.notify(db, [event.former_id], "case.handed_on", "case", event.case_id, event.step_id)


def tell_supervisors(db: WriteSession, event: CaseClosureRequested) -> None:
    """A closing waits for a supervisor of the window."""
    audience = [user for user in auth.supervisors_of(db, event.window_id) if user != event.by]
    notifications.notify(db, audience, "case.closure_requested", "case", event.case_id, event.step_id)


def tell_of_left_cases(db: WriteSession, event: AccountDisabled) -> None:
    """Cases of somebody who works here no more wait for another referent: told once to each who may give them one."""
    windows = [left.window_id for left in caseload.carried_by(db, event.user_id)]
    audience = [user for window_id in windows for user in auth.supervisors_of(db, window_id)]
    notifications.notify(db, audience, "case.left_behind", "user", event.user_id, event.step_id)


def tell_who_asked(db: WriteSession, event: CaseClosureDeclined) -> None:
    """The closing that somebody asked for will not be: told to who still serves where the case is kept."""
    window_id = db.get_one(Case, event.case_id).window_id
    if event.requested_by != event.by and auth.serves_at(db, event.requested_by, window_id):
        notifications.notify(
            db, [event.requested_by], "case.closure_declined", "case", event.case_id, event.step_id
        )


def settle_own(db: WriteSession, event: CaseStep) -> None:
    """Whoever does something with a case knows what they were told of it. What asks for a decision waits for that."""
    notifications.settle_own(
        db, event.by, "case", event.case_id, event.step_id, but=["case.closure_requested"]
    )


def settle_closing(db: WriteSession, event: CaseStep) -> None:
    """A closing was decided, or taken back: nobody who was asked to decide has to any more."""
    notifications.settle_asked(db, "case.closure_requested", "case", event.case_id, event.step_id)
