from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from app.consents.models import ConsentDecision, ConsentForm, ConsentPurpose
from app.consents.states import ConsentState
from app.core.fields import Code, Day, Reason
from app.core.ids import ConsentId, InstitutionId, InterviewId, PersonId, UserId
from app.core.schemas import Input, Output
from app.core.sharing import DataCategory
from app.people.schemas import OptionalLine

_ORDER = list(DataCategory)


def _in_order(values: list[DataCategory]) -> list[DataCategory]:
    return sorted(set(values), key=_ORDER.index)


Categories = Annotated[
    list[DataCategory],
    Field(max_length=20, examples=[["identity", "contact", "needs"]]),
    AfterValidator(_in_order),
]


class ConsentDraft(Input):
    """An answer about sharing as far as it was given: a draft may lack how, before whom, and what may be shared."""

    purpose: ConsentPurpose = ConsentPurpose.referral
    decision: ConsentDecision
    institution_id: InstitutionId | None = Field(None, description="Excludes `need_code`.")
    need_code: Code | None = Field(
        None, description="Vocabulary `need`; a theme covers the needs below it.", examples=["housing"]
    )
    categories: Categories = Field(
        default_factory=list,
        description="What may be shared; for a refusal, nothing means everything. Blank where nothing is shared.",
    )
    valid_until: Day | None = Field(
        None, description="The last day on which a given consent holds; null: until it is withdrawn."
    )
    form: ConsentForm | None = Field(None, description="How it was given; null: not told yet.")
    witness: OptionalLine = Field(None, description="Who witnessed an oral answer.")
    language: Code = Field(
        "ar", description="In which it was explained; vocabulary `language`.", examples=["ary"]
    )


class ConsentCreate(ConsentDraft):
    """An answer about sharing: to one institution, to any partner that serves a need, or to any partner at all.

    For `statistics` and `contact` nothing is shared with a partner: neither a recipient nor categories are told.
    """

    form: ConsentForm


class Withdrawal(Input):
    reason: Reason


class Narrowing(Input):
    """What remains of a consent: fewer categories, an earlier end, or both."""

    categories: Categories = Field(
        default_factory=list, description="What remains; blank where nothing is shared for the purpose."
    )
    valid_until: Day | None = Field(None, description="Null: as before.")


class ConsentOut(Output):
    id: ConsentId
    person_id: PersonId
    purpose: ConsentPurpose
    decision: ConsentDecision
    state: ConsentState
    institution_id: InstitutionId | None
    need_code: str | None
    categories: list[DataCategory]
    valid_until: date | None
    form: ConsentForm
    witness: str | None
    language: str
    recorded_by: UserId
    recorded_at: datetime
    interview_id: InterviewId | None
    ended_at: datetime | None
    ended_by: UserId | None
    end_reason: str | None
    replaced_by: ConsentId | None


class ConsentPage(Output):
    items: list[ConsentOut]
    next: str | None
