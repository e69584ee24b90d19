from datetime import date, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from app.core.fields import Code, Count, Line, Prose, Reason, RequiredLine, Telephone
from app.core.fields import Day as Day
from app.core.ids import HouseholdId, PersonId, WindowId
from app.core.schemas import Change, Input, Output
from app.core.text import clean
from app.people.birth import Birth, BirthPrecision
from app.people.identifiers import IdentifierKind
from app.people.matching import Reason as MatchReason
from app.people.matching import Verdict
from app.people.models import ContactPreference, Sex


def _or_none(value: str | None) -> str | None:
    return value or None


OptionalLine = Annotated[Line | None, AfterValidator(_or_none)]
OptionalProse = Annotated[Prose | None, AfterValidator(_or_none)]
# What cleaning leaves is held against the bound once more: some letters are two once they are normalised.
Address = Annotated[
    Annotated[str, Field(max_length=500), AfterValidator(clean), Field(max_length=500)] | None,
    AfterValidator(_or_none),
]
CommuneCode = Annotated[
    str, Field(pattern=r"^[0-9]+(\.[0-9]+)*$", max_length=24, examples=["02.411.01.23"])
]  # of the Haut-Commissariat au Plan
_Short = Annotated[Line, Field(max_length=50)]


class BirthIn(Input):
    """A birth as far as it is known: the day, the year, or an age that was stated on some day."""

    precision: BirthPrecision = Field(examples=[BirthPrecision.ABOUT])
    on: Day | None = Field(None, description="With `exact`.")
    year: Annotated[int, Field(strict=True, ge=1, le=9999)] | None = Field(None, description="With `year`.")
    about_age: Count | None = Field(
        None, description="With `about`: completed years, as the person put it …", examples=[40]
    )
    stated_on: Day | None = Field(
        None, description="… on this day. With `about`.", examples=[date(2026, 3, 2)]
    )

    @property
    def value(self) -> Birth:
        return Birth(self.precision, self.on, self.year, self.about_age, self.stated_on)

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        _ = self.value
        return self


class IdentifierIn(Input):
    """A number on a document; kind `none` records that there is no document at all."""

    kind: IdentifierKind = Field(examples=[IdentifierKind.CIN])
    value: Annotated[Line, Field(max_length=100)] = Field(
        "", description="As it is written on the document.", examples=["ZZ 999999"]
    )

    @model_validator(mode="after")
    def _told(self) -> Self:
        if self.kind is not IdentifierKind.NONE and not self.value:
            raise ValueError("missing")
        return self


class PhoneTold(Input):
    """A telephone among all of a person's; one that is there already is not judged anew."""

    number: Annotated[RequiredLine, Field(max_length=50)] = Field(
        description="As it is dialled here.", examples=["06 00 00 00 00"]
    )
    label: Annotated[_Short | None, AfterValidator(_or_none)] = Field(
        None, description="Whose telephone it is, if not the person's own.", examples=["neighbour"]
    )


class PhoneIn(PhoneTold):
    """A new telephone: with as many digits as a number has; ten from its 0 on, or nine after +212, if it is Moroccan."""

    number: Telephone = Field(description="As it is dialled here.", examples=["06 00 00 00 00"])


MOST_NUMBERS = 10  # of documents, and of telephones
Identifiers = Annotated[list[IdentifierIn], Field(max_length=MOST_NUMBERS)]
Phones = Annotated[list[PhoneIn], Field(max_length=MOST_NUMBERS)]


class PersonCreate(Input):
    """At least one name in one script; everything else may still be unknown."""

    window_id: WindowId = Field(description="The window of yours that receives the person.")
    given_name_ar: OptionalLine = Field(None, examples=["فاطمة (مثال)"])
    family_name_ar: OptionalLine = Field(None, examples=["المثالية"])
    given_name_latin: OptionalLine = Field(None, examples=["Fatima (exemple)"])
    family_name_latin: OptionalLine = Field(None, examples=["El Mitalia"])
    sex: Sex = Sex.unknown
    birth: BirthIn = Field(default_factory=lambda: BirthIn(precision=BirthPrecision.UNKNOWN))
    identifiers: Identifiers = Field(default_factory=list)
    no_document_reason: Code | None = Field(
        None,
        description="Vocabulary `no_document_reason`; needed with an identifier of kind `none`.",
        examples=["lost"],
    )
    phones: Phones = Field(default_factory=list)
    language: Code = Field("ar", description="Vocabulary `language`.", examples=["ary"])
    contact_preference: ContactPreference = ContactPreference.phone
    address: Address = Field(None, examples=["12, rue de l'Exemple"])
    commune_code: CommuneCode | None = None
    notes: OptionalProse = None
    duplicate_override: Reason | None = Field(
        None, description="Why this is another person than the candidates that the duplicate check found."
    )


class PersonUpdate(Change):
    """Only what is sent changes. Lists replace what was there; null empties what may be empty."""

    given_name_ar: OptionalLine = None
    family_name_ar: OptionalLine = None
    given_name_latin: OptionalLine = None
    family_name_latin: OptionalLine = None
    sex: Sex | None = None
    birth: BirthIn | None = None
    identifiers: Identifiers | None = Field(None, description="Replaces all of them.")
    no_document_reason: Code | None = None
    phones: Annotated[list[PhoneTold], Field(max_length=MOST_NUMBERS)] | None = Field(
        None, description="Replaces all of them; a number that is there already may stay as it is."
    )
    language: Code | None = None
    contact_preference: ContactPreference | None = None
    address: Address = None
    commune_code: CommuneCode | None = None
    notes: OptionalProse = None
    duplicate_override: Reason | None = Field(
        None, description="Why this is another person than the candidates whom the change has brought up."
    )


class PersonSearch(Input):
    """What is known of somebody who may be registered already. At least one member is needed."""

    name: OptionalLine = Field(
        None,
        description="Given and family name in either script; a single word only finds with a birth.",
        examples=["Fatima El Mitalia"],
    )
    birth: BirthIn | None = None
    phone: Annotated[_Short | None, AfterValidator(_or_none)] = Field(None, examples=["0600000000"])
    identifier: IdentifierIn | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self.phone or self.identifier:
            return self
        if not (self.name or self.birth):
            raise ValueError("nothing_to_search")
        if not self.name or (" " not in self.name.strip() and not self.birth):
            raise ValueError("search_incomplete")  # it would find nobody, and look like "not registered"
        return self


class ReceptionCreate(Input):
    window_id: WindowId = Field(description="The window of yours that receives the person now.")
    reason: Reason


class BirthOut(Output):
    precision: BirthPrecision
    on: date | None
    year: int | None
    about_age: int | None
    stated_on: date | None


class AgeOut(Output):
    least: int = Field(description="Completed years today, at least …")
    most: int = Field(description="… and at most.")


class IdentifierOut(Output):
    kind: IdentifierKind
    value: str = Field(description="Written one way, for comparison.")
    raw: str = Field(description="As it was read.")


class PhoneOut(Output):
    number: str = Field(description="As it was said.")
    e164: str | None
    local: str | None = Field(description="As it is dialled in Morocco.")
    label: str | None


class Doubt(Output):
    """Something unusual about a number; it was kept all the same."""

    pointer: str = Field(examples=["/identifiers/0"])
    code: str = Field(examples=["cin_unusual"])


class PersonBrief(Output):
    id: PersonId
    given_name_ar: str | None
    family_name_ar: str | None
    given_name_latin: str | None
    family_name_latin: str | None
    sex: Sex
    birth: BirthOut
    contact_preference: ContactPreference
    commune_code: str | None
    version: int


class PersonOut(PersonBrief):
    age: AgeOut | None
    identifiers: list[IdentifierOut]
    no_document_reason: str | None
    phones: list[PhoneOut]
    language: str
    address: str | None
    notes: str | None
    household_id: HouseholdId | None
    is_head: bool
    relationship_to_head: str | None
    window_ids: list[WindowId] = Field(description="The windows that have received the person.")
    duplicate_override: str | None
    created_at: datetime
    updated_at: datetime
    warnings: list[Doubt]


class PersonPage(Output):
    items: list[PersonBrief]
    next: str | None


class KnowingWindow(Output):
    id: WindowId
    code: str
    name_ar: str
    name_fr: str


class Candidate(Output):
    """Somebody registered who may be the one. Names only of people whom one of your windows has received."""

    person_id: PersonId
    score: float = Field(description="Between 0 and 1, for ordering.", examples=[0.97])
    verdict: Verdict | None
    reasons: list[MatchReason]
    is_visible: bool
    given_name_ar: str | None
    family_name_ar: str | None
    given_name_latin: str | None
    family_name_latin: str | None
    initials: str | None = Field(description="Of a person known elsewhere only.", examples=["F. M."])
    birth_year: int | None
    sex: Sex
    windows: list[KnowingWindow]


class CandidateList(Output):
    items: list[Candidate]
