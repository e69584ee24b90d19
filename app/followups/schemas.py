from datetime import date, datetime

from pydantic import Field

from app.cases.states import Priority
from app.core.fields import Clock, Code, Day, Instant, Prose, Reason, RequiredProse
from app.core.ids import CaseId, FollowUpId, PersonId, ReferralId, UserId, WindowId
from app.core.schemas import Input, Output
from app.followups.states import FollowUpKind, FollowUpReason, FollowUpStatus

_HOUR = "The hour that was agreed on, if any: HH:MM by the clock of the window, 24 hours."


class NextContact(Input):
    """What comes next."""

    kind: FollowUpKind
    due_on: Day
    due_time: Clock | None = Field(None, description=_HOUR)
    purpose: Prose | None = Field(None, examples=["التأكد من التسجيل في التكوين"])


class FollowUpCreate(NextContact):
    worker_id: UserId | None = Field(
        None, description="Who will do it; the case's referent unless said otherwise."
    )


class ContactRecord(Input):
    """A contact that took place."""

    held_at: Instant | None = Field(None, description="Now, unless said otherwise.")
    happened: RequiredProse = Field(examples=["اتصلت بالمستفيدة: بدأت التكوين يوم الاثنين."])
    next_step: Prose | None = None
    next: NextContact | None = Field(
        None, description="Without it, the case's rhythm plans the next contact."
    )


class UnplannedContact(ContactRecord):
    kind: FollowUpKind
    planned_id: FollowUpId | None = Field(
        None, description="The planned contact of the case that this was, if any: it is done."
    )


class MissedContact(Input):
    reason: Code = Field(description="Vocabulary `attendance_reason`.", examples=["transport"])
    note: Prose | None = None
    next: NextContact | None = Field(None, description="Without it, a call is planned three working days on.")


class Postponement(Input):
    due_on: Day
    due_time: Clock | None = Field(None, description=f"{_HOUR} The one of the former day does not stay.")
    reason: Reason


class Cancellation(Input):
    reason: Reason


class FollowUpRow(Output):
    id: FollowUpId
    case_id: CaseId
    person_id: PersonId
    window_id: WindowId
    worker_id: UserId
    referral_id: ReferralId | None
    kind: FollowUpKind
    reason: FollowUpReason
    due_on: date
    due_time: str | None = Field(description=_HOUR, examples=["14:30"])
    status: FollowUpStatus
    held_at: datetime | None
    version: int


class FollowUpOut(FollowUpRow):
    purpose: str | None
    attendance_reason: str | None
    happened: str | None
    next_step: str | None
    allowed: list[str]


class DueRow(FollowUpRow):
    case_number: str
    case_priority: Priority
    person_name: str | None
    given_name_ar: str | None
    family_name_ar: str | None
    given_name_latin: str | None
    family_name_latin: str | None


class FollowUpPage(Output):
    items: list[FollowUpRow]
    next: str | None


class DuePage(Output):
    items: list[DueRow]
    next: str | None
