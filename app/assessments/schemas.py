from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from app.assessments.states import AssessmentAction, AssessmentStatus
from app.core.fields import Flag
from app.core.ids import AssessmentId, CaseId, InstrumentId, PersonId, UserId
from app.core.schemas import Input, Output
from app.instruments.schemas import Answers

InstrumentCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", examples=["autonomy_matrix"])]


class AssessmentCreate(Input):
    instrument_id: InstrumentId | None = Field(None, description="One version; or give `instrument_code`.")
    instrument_code: InstrumentCode | None = Field(
        None, description="The current version of this instrument."
    )
    answers: Answers = Field(default_factory=dict)
    complete: Flag = Field(
        False, description="Complete it in the same request; nothing is kept if it cannot be."
    )

    @model_validator(mode="after")
    def _one_instrument(self) -> Self:
        if (self.instrument_id is None) == (self.instrument_code is None):
            raise ValueError("one_instrument")
        return self


class AssessmentUpdate(Input):
    answers: Answers = Field(description="Only what changed: the other answers stay.")


class AssessmentRow(Output):
    id: AssessmentId
    case_id: CaseId
    instrument_id: InstrumentId
    instrument_code: str = Field(examples=["autonomy_matrix"])
    instrument_version: str = Field(examples=["1"])
    assessed_by: UserId
    status: AssessmentStatus
    total: float | None = Field(examples=[2.75])
    band: str | None = Field(examples=["fragile"])
    needs: list[str] = Field(description="Revealed by the answers.", examples=[["housing"]])
    created_at: datetime
    completed_at: datetime | None
    is_valid: bool = Field(description="Completed, and recently enough to rely on.")
    version: int


class AssessmentPage(Output):
    items: list[AssessmentRow]
    next: str | None


class AssessmentOut(AssessmentRow):
    person_id: PersonId
    answers: dict[str, Any] = Field(examples=[{"household_size": 4, "housing": "2"}])
    calculated: dict[str, Any] = Field(description="By the instrument's own rules.")
    scores: dict[str, float | None] = Field(
        description="By domain, once completed; null where the answers give none.",
        examples=[{"housing": 2.0}],
    )
    allowed: list[AssessmentAction] = Field(description="What this role may do with it now.")


class ComparedOut(Output):
    id: AssessmentId
    instrument_version: str
    completed_at: datetime
    total: float | None
    band: str | None
    needs: list[str]


class DomainDifference(Output):
    domain: str = Field(examples=["housing"])
    older: float | None
    newer: float | None
    difference: float | None = Field(description="Newer minus older; null where one of them has no score.")


class ComparisonOut(Output):
    older: ComparedOut
    newer: ComparedOut
    domains: list[DomainDifference]
    total: float | None = Field(description="Newer minus older.")
