"""Who is told of which step of a referral. Both parties read it in their own list of notices."""

from app.auth import queries as auth
from app.cases.models import Case
from app.consents.events import ConsentEnded
from app.core.actor import Role
from app.core.db import WriteSession
from app.core.ids import UserId
from app.notifications import service as notifications
from app.referrals import queries
from app.referrals.events import ReferralMessageSent, ReferralMoved, ReferralOverdue
from app.referrals.models import Referral
from app.referrals.states import ReferralAction


def tell_of_step(db: WriteSession, event: ReferralMoved) -> None:
    """Tell both sides, but not the one who acted."""
    referral = db.get_one(Referral, event.referral_id)
    if referral.sent_at is None:  # a draft that was abandoned was nobody's business
        return
    audience = {*_window_side(db, referral), *_partner_side(db, referral)}
    if event.action == ReferralAction.send and referral.legal_basis is not None:
        audience |= set(
            auth.supervisors_of(db, referral.window_id)
        )  # sharing without consent is not done alone
    notifications.notify(
        db,
        sorted(audience - {event.by}),
        f"referral.{event.action}",
        "referral",
        referral.id,
        event.step_id,
    )


def tell_of_message(db: WriteSession, event: ReferralMessageSent) -> None:
    """Tell the other side that something was written."""
    referral = db.get_one(Referral, event.referral_id)
    from_partner = event.by_role == Role.partner_agent
    audience = _window_side(db, referral) if from_partner else _partner_side(db, referral)
    notifications.notify(db, audience, "referral.message", "referral", referral.id, event.step_id)


def settle_own(db: WriteSession, event: ReferralMoved | ReferralMessageSent) -> None:
    """Whoever takes a step of a referral, or writes about it, knows what they were told of it before."""
    if event.by is not None:
        notifications.settle_own(db, event.by, "referral", event.referral_id, event.step_id)


def tell_of_consent(db: WriteSession, event: ConsentEnded) -> None:
    """A person agreed to less: both sides of every referral under way learn that less is seen from now on."""
    for referral in queries.sent_of_person(db, event.person_id):
        audience = {*_window_side(db, referral), *_partner_side(db, referral)}
        notifications.notify(
            db,
            sorted(audience - {event.by}),
            "referral.consent_ended",
            "referral",
            referral.id,
            event.consent_id,
        )


def tell_of_delay(db: WriteSession, event: ReferralOverdue) -> None:
    """Remind the partner; from a breach or the third reminder on, tell the window's supervisors as well."""
    referral = db.get_one(Referral, event.referral_id)
    audience = _partner_side(db, referral)
    if event.level == "supervisors":
        audience = [*audience, *_window_side(db, referral), *auth.supervisors_of(db, referral.window_id)]
    notifications.notify(
        db, sorted(set(audience)), f"referral.{event.kind}", "referral", referral.id, event.step_id
    )


def _window_side(db: WriteSession, referral: Referral) -> list[UserId]:
    return list({referral.drafted_by, db.get_one(Case, referral.case_id).referent_id})


def _partner_side(db: WriteSession, referral: Referral) -> list[UserId]:
    return list(auth.agents_of(db, referral.institution_id))
