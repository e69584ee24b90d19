"""What a partner answers, and what is shown to it."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from app.core.fields import Code, Day, Prose, RequiredLine, RequiredProse, Telephone
from app.core.ids import ReferralId, ServiceId, WindowId
from app.core.schemas import Input, Output
from app.referrals.schemas import AppointmentIn, AppointmentOut
from app.referrals.states import DeclineReason, FailureReason, HoldReason, Outcome, ReferralStatus, Urgency


class Question(Input):
    question: RequiredProse


class Acceptance(Input):
    contact_name: RequiredLine = Field(examples=["مينة المثالية"])
    contact_phone: Telephone | None = Field(None, examples=["05 36 00 00 00"])
    appointment: AppointmentIn | None = None


class Decline(Input):
    reason: DeclineReason
    note: Prose | None = Field(None, description="Required when the reason is `other`.")
    next_step: Prose | None = Field(None, description="What the window might try instead.")


class Waitlist(Input):
    expected_on: Day
    note: Prose | None = None


class Start(Input):
    attended_on: Day = Field(description="Not before the day on which it was sent, and not after today.")


class Hold(Input):
    reason: HoldReason
    note: Prose | None = None


class Completion(Input):
    outcomes: dict[Code, Outcome] = Field(
        max_length=20,
        examples=[{"training": "met"}],
        description="One for each need; or `overall` alone, for all of them, where the needs are not shared.",
    )
    note: RequiredProse


class Failure(Input):
    reason: FailureReason
    note: Prose | None = None


class PartnerBase(Output):
    id: ReferralId
    service_id: ServiceId
    window_id: WindowId
    urgency: Urgency
    status: ReferralStatus
    sent_at: datetime
    decide_by: datetime | None
    expires_at: datetime | None
    started_on: date | None = Field(description="When the person first attended.")
    ended_at: datetime | None
    version: int


class PartnerRow(PartnerBase):
    appointment_at: datetime | None = Field(
        description="As it was set: nobody is awaited any more after `started_on`."
    )


class PartnerPage(Output):
    items: list[PartnerRow]
    next: str | None


class PartnerReferralOut(PartnerBase):
    is_withheld: bool = Field(description="The person no longer agrees to share, or never did.")
    categories: list[str] = Field(description="What may be seen now.")
    person: dict[str, Any] | None = Field(description="Only the fields of the categories.")
    needs: list[str] | None
    situation: str | None
    assessment: dict[str, Any] | None
    contact_name: str | None
    contact_phone: str | None
    expected_on: date | None
    appointment: AppointmentOut | None
    next_step: str | None = Field(
        description="What the institution suggested on declining, until the person withdraws."
    )
    outcomes: dict[str, Outcome] = Field(description="Empty while the needs are not shared.")
    outcome_note: str | None = Field(description="The institution's own words, until the person withdraws.")
    allowed: list[str]
