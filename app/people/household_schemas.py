"""Living together: what is told of a household, and what is shown of it."""

from typing import Self

from pydantic import Field, model_validator

from app.core.fields import Code, Flag
from app.core.ids import HouseholdId, PersonId
from app.core.schemas import Input, Output
from app.people.models import Sex


class HouseholdJoin(Input):
    """Empty: a new household with this person as its head. Else the household that another person lives in."""

    with_person_id: PersonId | None = None
    relationship: Code | None = Field(
        None, description="To the head; vocabulary `relationship`.", examples=["child"]
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.with_person_id is None) != (self.relationship is None):
            raise ValueError("join_incomplete")
        return self


class NewMember(Input):
    """Somebody who moves into the household in which a person lives."""

    member_id: PersonId
    relationship: Code = Field(description="To the head; vocabulary `relationship`.", examples=["child"])


class HouseholdChange(Input):
    """Either the relationship to the head, or `is_head` for a household that has lost its head."""

    relationship: Code | None = Field(
        None, description="To the head; vocabulary `relationship`.", examples=["spouse"]
    )
    is_head: Flag = False

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.relationship is not None) == self.is_head:
            raise ValueError("one_of_two")
        return self


class Member(Output):
    person_id: PersonId
    given_name_ar: str | None
    family_name_ar: str | None
    given_name_latin: str | None
    family_name_latin: str | None
    sex: Sex
    birth_year: int | None
    is_head: bool
    relationship_to_head: str | None


class HouseholdOut(Output):
    id: HouseholdId | None = Field(description="Null when no household is recorded.")
    members: list[Member] = Field(description="The head first. Only people whom one of your windows knows.")
    others: int = Field(description="How many more live there, known to other windows only.")
