from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import Base, Timestamps, Versioned, codes
from app.core.ids import (
    AgreementId,
    CaseId,
    InstitutionId,
    MessageId,
    PersonId,
    ReferralId,
    ServiceId,
    UserId,
    WindowId,
    uuid7,
)
from app.core.moves import Transition
from app.referrals.states import REFERRAL_LIFECYCLE, UNDECIDED, LegalBasis, ReferralStatus, Urgency


def digits_of(referral_id: ReferralId) -> int:
    """Eight digits of chance out of an id: what people call the referral by (`naming.reference`)."""
    return referral_id.int % 10**8


def _own_digits(context: DefaultExecutionContext) -> int:
    return digits_of(context.get_current_parameters()["id"])  # type: ignore[no-untyped-call]


class Referral(Versioned, Timestamps, Base, kw_only=True):
    """A need of a case handed to a partner's service, under consent, until an outcome is known."""

    __tablename__ = "referrals"
    __table_args__ = (
        # The window and the service stand in them for the same reason as the window in those of cases.
        Index(None, "case_id", "window_id", "id"),
        Index(None, "person_id", "service_id"),
        Index(None, "institution_id", "sent_at", "id"),
        Index(None, "agreement_id", "sent_at"),
        Index(None, "service_id", "status"),
        Index(None, "window_id", "id"),
        Index(None, "digits"),
        Index(None, "window_id", "status", "id"),
        CheckConstraint(
            "status = 'draft' OR status = 'withdrawn' OR sent_at IS NOT NULL", name="sent_has_a_time"
        ),
        CheckConstraint("(status = 'on_hold') = (held_from IS NOT NULL)", name="hold_knows_its_way_back"),
        CheckConstraint(
            "(legal_basis IS NULL) = (legal_basis_reason IS NULL)", name="legal_basis_has_a_reason"
        ),
    )

    id: Mapped[ReferralId] = mapped_column(
        primary_key=True, default_factory=lambda: ReferralId(uuid7()), init=False
    )
    # Kept beside the id: no index reaches into one.
    digits: Mapped[int] = mapped_column(insert_default=_own_digits, init=False)
    case_id: Mapped[CaseId] = mapped_column(ForeignKey("cases.id"))
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("people.id"))
    window_id: Mapped[WindowId] = mapped_column(ForeignKey("windows.id"))
    institution_id: Mapped[InstitutionId] = mapped_column(ForeignKey("institutions.id"))
    service_id: Mapped[ServiceId] = mapped_column(ForeignKey("services.id"))
    drafted_by: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    needs: Mapped[list[str]]  # vocabulary need
    urgency: Mapped[Urgency]
    situation: Mapped[str | None] = mapped_column(default=None)  # written for the partner
    previous_id: Mapped[ReferralId | None] = mapped_column(
        ForeignKey("referrals.id"), default=None, index=True
    )
    status: Mapped[ReferralStatus] = mapped_column(default=REFERRAL_LIFECYCLE.initial, init=False)
    held_from: Mapped[ReferralStatus | None] = mapped_column(
        codes(ReferralStatus, "held_from"), default=None, init=False
    )

    # What made sending lawful, fixed when it was sent.
    agreement_id: Mapped[AgreementId | None] = mapped_column(
        ForeignKey("agreements.id"), default=None, init=False
    )
    consent_ids: Mapped[list[str]] = mapped_column(default_factory=list, init=False)
    legal_basis: Mapped[LegalBasis | None] = mapped_column(default=None, init=False)
    legal_basis_reason: Mapped[str | None] = mapped_column(String(500), default=None, init=False)
    categories: Mapped[list[str]] = mapped_column(
        default_factory=list, init=False
    )  # asked for when it was sent
    acknowledged: Mapped[list[str]] = mapped_column(default_factory=list, init=False)  # eligibility warnings

    # Clocks, in UTC. While paused they stand still and are moved on by the length of the pause.
    sent_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    decide_by: Mapped[datetime | None] = mapped_column(default=None, init=False)
    remind_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    expires_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    paused_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    reminders: Mapped[int] = mapped_column(default=0, init=False)
    breached_at: Mapped[datetime | None] = mapped_column(default=None, init=False)  # no decision in time

    # The partner's answer.
    contact_name: Mapped[str | None] = mapped_column(String(200), default=None, init=False)
    contact_phone: Mapped[str | None] = mapped_column(String(50), default=None, init=False)
    expected_on: Mapped[date | None] = mapped_column(default=None, init=False)  # waiting list
    appointment_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    appointment_local: Mapped[str | None] = mapped_column(String(16), default=None, init=False)  # wall time …
    appointment_zone: Mapped[str | None] = mapped_column(
        String(64), default=None, init=False
    )  # … and its zone
    appointment_place: Mapped[str | None] = mapped_column(String(300), default=None, init=False)
    started_on: Mapped[date | None] = mapped_column(default=None, init=False)
    next_step: Mapped[str | None] = mapped_column(default=None, init=False)  # suggested on declining
    outcomes: Mapped[dict[str, Any]] = mapped_column(default_factory=dict, init=False)  # need → Outcome
    outcome_note: Mapped[str | None] = mapped_column(default=None, init=False)
    ended_at: Mapped[datetime | None] = mapped_column(default=None, init=False)


_undecided = Referral.status.in_([status.value for status in sorted(UNDECIDED)])
Index("ix_referrals_expiring", Referral.expires_at, sqlite_where=_undecided, postgresql_where=_undecided)
Index("ix_referrals_reminding", Referral.remind_at, sqlite_where=_undecided, postgresql_where=_undecided)
Index("ix_referrals_deciding", Referral.decide_by, sqlite_where=_undecided, postgresql_where=_undecided)
_breached = Referral.breached_at.is_not(None)
Index(
    "ix_referrals_breached",
    Referral.window_id,
    Referral.id,
    sqlite_where=_breached,
    postgresql_where=_breached,
)
# Not by the state: a condition on values that are bound is one that no engine can hold against a partial index.
_given = Referral.appointment_at.is_not(None)
Index(
    "ix_referrals_appointments",
    Referral.window_id,
    Referral.appointment_at,
    Referral.id,
    sqlite_where=_given,
    postgresql_where=_given,
)


class ReferralTransition(Transition, Base, kw_only=True):
    """One step of a referral. `note` is what the parties wrote to each other with it."""

    __tablename__ = "referral_transitions"

    referral_id: Mapped[ReferralId] = mapped_column(ForeignKey("referrals.id"), index=True)


class ReferralMessage(Base, kw_only=True):
    """What one side wrote to the other about a referral."""

    __tablename__ = "referral_messages"
    __table_args__ = (Index(None, "referral_id", "id"),)

    id: Mapped[MessageId] = mapped_column(
        primary_key=True, default_factory=lambda: MessageId(uuid7()), init=False
    )
    referral_id: Mapped[ReferralId] = mapped_column(ForeignKey("referrals.id"))
    author_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    from_partner: Mapped[bool]
    text: Mapped[str]
    at: Mapped[datetime] = mapped_column(default_factory=now, init=False)
