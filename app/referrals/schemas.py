from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from app.core.fields import Code, Line, Prose, Reason, RequiredProse
from app.core.ids import (
    AgreementId,
    CaseId,
    ConsentId,
    InstitutionId,
    MessageId,
    PersonId,
    ReferralId,
    ServiceId,
    TransitionId,
    UserId,
    WindowId,
)
from app.core.schemas import Change, Input, Output
from app.core.sharing import DataCategory
from app.partners.schemas import ServiceOut
from app.referrals.states import (
    EligibilityWarning,
    LegalBasis,
    NeededFor,
    Outcome,
    ReferralStatus,
    Urgency,
    WithdrawalReason,
)


class ReferralCreate(Input):
    service_id: ServiceId
    needs: list[Code] = Field(
        default_factory=list, max_length=20, description="Empty: the need that the service answers."
    )
    urgency: Urgency | None = Field(None, description="Without it: as urgent as the case presses.")
    situation: Prose | None = Field(
        None,
        description="Written for the partner; shown if the person agreed to share the situation.",
        examples=["ترغب في تعلم الخياطة (مثال)"],
    )


class ReferralUpdate(Change):
    needs: list[Code] | None = Field(None, min_length=1, max_length=20, examples=[["training"]])
    urgency: Urgency | None = None
    situation: Prose | None = None


class LegalGrounds(Input):
    basis: LegalBasis
    # In one annotation: the bound of a field's default would stand before that of `Reason`, which overrules it.
    reason: Annotated[
        Reason,
        Field(
            min_length=15,
            description="Why the person cannot be asked, or why the refusal does not bind. Supervisors are told.",
        ),
    ]


class ReferralSend(Input):
    categories: list[DataCategory] | None = Field(
        None,
        max_length=20,
        description="What to share; without it, all that the agreement and the person allow. What they do not allow "
        "is refused by name, never left out in silence: `categories` of the readiness tells what may be named.",
        examples=[["identity", "needs"]],
    )
    acknowledged: list[EligibilityWarning] = Field(
        default_factory=list, max_length=20, description="Warnings that were read and are accepted."
    )
    legal_grounds: LegalGrounds | None = Field(
        None, description="For sharing without consent; `categories` must then name what is really needed."
    )


class Reply(Input):
    answer: RequiredProse


def _wall_time(value: datetime) -> datetime:
    if value.tzinfo is not None:
        raise ValueError("wall_time_expected")
    return value.replace(second=0, microsecond=0)


class AppointmentIn(Input):
    at: Annotated[datetime, AfterValidator(_wall_time)] = Field(
        description="Wall time at the partner's, without a zone.", examples=["2026-12-03T09:30"]
    )
    zone: str = Field("Africa/Casablanca", max_length=64)
    place: Line | None = None


class Withdrawal(Input):
    reason: WithdrawalReason
    note: Prose | None = Field(None, description="For the window; the partner sees the reason only.")


class ReReferral(Input):
    service_id: ServiceId
    needs: list[Code] = Field(default_factory=list, max_length=20)
    urgency: Urgency | None = None
    situation: Prose | None = None


class MessageCreate(Input):
    text: RequiredProse = Field(examples=["هل يمكن تقديم الموعد؟ (مثال)"])


class AppointmentOut(Output):
    at: datetime
    local: str = Field(examples=["2026-12-03T09:30"])
    zone: str
    place: str | None


class ReferralRow(Output):
    id: ReferralId
    case_id: CaseId
    window_id: WindowId
    institution_id: InstitutionId
    service_id: ServiceId
    needs: list[str]
    urgency: Urgency
    status: ReferralStatus
    sent_at: datetime | None
    decide_by: datetime | None
    expires_at: datetime | None
    breached_at: datetime | None
    ended_at: datetime | None
    previous_id: ReferralId | None
    version: int


class ReferralPage(Output):
    items: list[ReferralRow]
    next: str | None


class ReferralOut(ReferralRow):
    person_id: PersonId
    drafted_by: UserId
    situation: str | None
    agreement_id: AgreementId | None
    consent_ids: list[ConsentId]
    legal_basis: LegalBasis | None
    legal_basis_reason: str | None
    categories: list[str]
    acknowledged: list[str]
    remind_at: datetime | None
    paused_at: datetime | None
    reminders: int
    contact_name: str | None
    contact_phone: str | None
    expected_on: date | None
    appointment: AppointmentOut | None
    started_on: date | None
    next_step: str | None
    outcomes: dict[str, Outcome]
    outcome_note: str | None
    allowed: list[str] = Field(description="What this role may do with it now.")


class Suggestion(Output):
    service: ServiceOut
    agreement_id: AgreementId | None = Field(
        description="In force where the case is. Without one nothing can be sent."
    )
    is_quota_used: bool = Field(description="As many were sent under the agreement as its period allows.")
    is_by_theme: bool = Field(
        description="It serves the theme of the need; whether the need itself, the partner knows."
    )
    misfits: list[EligibilityWarning] = Field(
        description="In what the person differs from those the service is for; to be acknowledged when sending."
    )
    places: int | None = Field(description="Left now; null: no limit is known.")
    was_tried: bool = Field(description="In this case, and nothing came of it.")
    answer_hours: float | None = Field(
        description="The median of the partner's last answers; null: too few to tell.", examples=[20.5]
    )


class SuggestionList(Output):
    items: list[Suggestion]


class ReadinessOut(Output):
    is_ready: bool = Field(description="Nothing stands in the way and nothing is to be acknowledged.")
    blockers: list[str]
    warnings: list[EligibilityWarning] = Field(description="To be acknowledged when sending.")
    needed: dict[DataCategory, NeededFor] = Field(
        description="Of what the agreement allows: what the service cannot well do without, and for what."
    )
    explanations: dict[str, str] = Field(description="What each code means, in the language of the request.")
    refused: bool = Field(description="The person refused to share some of this.")
    agreement_id: AgreementId | None
    categories: list[str] = Field(description="What the partner would see.")


class StepOut(Output):
    id: TransitionId
    action: str
    from_status: ReferralStatus | None
    to_status: ReferralStatus
    actor_id: UserId | None
    actor_role: str
    at: datetime
    reason_code: str | None
    note: str | None


class StepList(Output):
    items: list[StepOut]


class MessageOut(Output):
    id: MessageId
    from_partner: bool
    author_id: UserId
    text: str
    at: datetime


class MessagePage(Output):
    items: list[MessageOut]
    next: str | None


class ChainLink(Output):
    id: ReferralId
    institution_id: InstitutionId
    service_id: ServiceId
    status: ReferralStatus
    sent_at: datetime | None


class Chain(Output):
    items: list[ChainLink]
