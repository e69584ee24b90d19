"""What a partner answers. Each function is one row of the table in `states`, with what the row requires."""

from app.audit import service as audit
from app.cases import service as cases
from app.cases.models import Case
from app.cases.states import Stage
from app.core.actor import Actor
from app.core.db import WriteSession
from app.core.errors import InvalidInput
from app.referrals import partner_view
from app.referrals.models import Referral
from app.referrals.partner_schemas import Acceptance, Completion, Decline, Failure, Hold, Start, Waitlist
from app.referrals.schemas import AppointmentIn
from app.referrals.states import ReferralAction, ReferralStatus
from app.referrals.steps import appointment_columns, need_note, step
from app.windows import queries as windows

OVERALL = "overall"  # one outcome for every need, where the partner does not know the needs


def open_it(db: WriteSession, actor: Actor, referral: Referral) -> Referral:
    """The partner saw it for the first time; seeing it again changes nothing."""
    if referral.status is not ReferralStatus.sent:
        audit.record(db, actor, "referral:read", "referral", referral.id, person_id=referral.person_id)
        return referral
    return step(db, actor, referral, ReferralAction.open)


def ask(db: WriteSession, actor: Actor, referral: Referral, question: str) -> Referral:
    """Ask the window something first; the clocks stand still until it answers."""
    return step(db, actor, referral, ReferralAction.ask, note=question)


def accept(db: WriteSession, actor: Actor, referral: Referral, data: Acceptance) -> Referral:
    """Take the person on, naming whom to turn to."""
    appointment = appointment_columns(data.appointment, "/appointment") if data.appointment else {}
    step(
        db,
        actor,
        referral,
        ReferralAction.accept,
        contact_name=data.contact_name,
        contact_phone=data.contact_phone,
        **appointment,
    )
    cases.reach(db, actor, db.get_one(Case, referral.case_id), Stage.accompaniment)
    return referral


def decline(db: WriteSession, actor: Actor, referral: Referral, data: Decline) -> Referral:
    """Say no, with a coded reason and, if possible, what to try instead. What follows from it:

    - nothing more comes of this referral: it ends, with its clocks, and stands in the way of no closing any more;
    - the window may refer again, to the same or another service (`states.REFERABLE_AGAIN`), and sees among the
      suggestions that this one was tried;
    - `ReferralMoved`, as after every step (`app.wiring`): the window is told, and a talk with the person is planned.
    """
    need_note(data.reason, data.note)
    return step(
        db,
        actor,
        referral,
        ReferralAction.decline,
        reason_code=data.reason,
        note=data.note,
        next_step=data.next_step,
    )


def waitlist(db: WriteSession, actor: Actor, referral: Referral, data: Waitlist) -> Referral:
    """No place yet; one is expected on a day to come."""
    if data.expected_on < windows.today(db, referral.window_id):
        raise InvalidInput("/expected_on", "in_the_past")
    return step(db, actor, referral, ReferralAction.waitlist, note=data.note, expected_on=data.expected_on)


def schedule(db: WriteSession, actor: Actor, referral: Referral, data: AppointmentIn) -> Referral:
    """Set or move the appointment, from either side."""
    return step(db, actor, referral, ReferralAction.schedule, **appointment_columns(data))


def start(db: WriteSession, actor: Actor, referral: Referral, data: Start) -> Referral:
    """The person attended for the first time: not before it was sent, and not after today, where the window is."""
    calendar = windows.calendar(db, referral.window_id)
    if data.attended_on > windows.today(db, referral.window_id):
        raise InvalidInput("/attended_on", "attended_after_today")
    if referral.sent_at is not None and data.attended_on < referral.sent_at.astimezone(calendar.tz).date():
        raise InvalidInput("/attended_on", "attended_before_sending")
    return step(db, actor, referral, ReferralAction.start, started_on=data.attended_on)


def hold(db: WriteSession, actor: Actor, referral: Referral, data: Hold) -> Referral:
    """Pause the service."""
    need_note(data.reason, data.note)
    return step(
        db,
        actor,
        referral,
        ReferralAction.hold,
        reason_code=data.reason,
        note=data.note,
    )


def resume(db: WriteSession, actor: Actor, referral: Referral) -> Referral:
    """Go on where the pause began."""
    return step(db, actor, referral, ReferralAction.resume)


def complete(db: WriteSession, actor: Actor, referral: Referral, data: Completion) -> Referral:
    """The service ended: an outcome for each need, and a note."""
    told = data.outcomes
    if set(told) == {OVERALL}:
        told = dict.fromkeys(referral.needs, told[OVERALL])
    if set(told) != set(referral.needs):
        knows_needs = partner_view.read(db, actor, referral.id)["needs"] is not None
        raise InvalidInput("/outcomes", "every_need" if knows_needs else "overall_expected")
    outcomes = {need: str(outcome) for need, outcome in told.items()}
    return step(db, actor, referral, ReferralAction.complete, outcomes=outcomes, outcome_note=data.note)


def fail(db: WriteSession, actor: Actor, referral: Referral, data: Failure) -> Referral:
    """The service did not come to its end."""
    need_note(data.reason, data.note)
    return step(db, actor, referral, ReferralAction.fail, reason_code=data.reason, outcome_note=data.note)
