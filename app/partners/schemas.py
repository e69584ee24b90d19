from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from app.core.actor import Role
from app.core.fields import Code, Day, Email, Flag, Line, Prose, Reason, RequiredLine
from app.core.ids import AgreementId, ContactId, InstitutionId, ServiceId, UserId
from app.core.schemas import Change, Input, Output
from app.core.sharing import DataCategory
from app.core.text import clean, digits_to_ascii
from app.partners.states import AgreementAction, AgreementStatus


def _phone(value: str) -> str:
    kept = clean(digits_to_ascii(value))
    if sum(char.isdigit() for char in kept) < 3 or set(kept) - set("0123456789+()-./ "):
        raise ValueError("bad_format")
    return kept


def _once(values: list[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


# An office's number may be a short one (a helpline of four digits), so it is kept as it is dialled.
Phone = Annotated[str, Field(max_length=32, examples=["05 36 00 00 00"]), AfterValidator(_phone)]
TerritoryCode = Annotated[str, Field(pattern=r"^[0-9]{1,4}(\.[0-9]{1,4}){0,4}$", examples=["02.411"])]
Address = Annotated[Prose, Field(max_length=500)]
Reference = Annotated[RequiredLine, Field(max_length=100)]
Codes = Annotated[list[Code], Field(max_length=20), AfterValidator(_once)]
Territories = Annotated[list[TerritoryCode], Field(max_length=50), AfterValidator(_once)]
Services = Annotated[list[ServiceId], Field(max_length=200), AfterValidator(_once)]
Categories = Annotated[list[DataCategory], Field(max_length=20), AfterValidator(_once)]
Parties = Annotated[list[RequiredLine], Field(min_length=1, max_length=20)]
Years = Annotated[int, Field(strict=True, ge=0, le=120)]
Capacity = Annotated[int, Field(strict=True, ge=1, le=100_000)]
Sex = Literal["female", "male"]
QuotaPeriod = Literal["month", "quarter", "year"]
Hours = Annotated[int, Field(strict=True, ge=1, le=24 * 90)]
Days = Annotated[int, Field(strict=True, ge=1, le=365)]


def _no_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


def left_as_is() -> Any:
    """The default of a PATCH's field that may be left out but not emptied; it stays out of the documentation."""
    return Field(None, json_schema_extra=_no_default)


# --- institutions ---------------------------------------------------------------------------------------------


class ContactIn(Input):
    name: RequiredLine = Field(examples=["نادية مثال"])
    function: Line | None = Field(None, examples=["Chargée de l’accueil"])
    email: Email | None = None
    phone: Phone | None = None

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.email is None and self.phone is None:
            raise ValueError("contact_unreachable")
        return self


class ContactList(Input):
    contacts: list[ContactIn] = Field(
        max_length=20, description="In the order in which they are told of something."
    )


class InstitutionCreate(Input):
    kind: Code = Field(examples=["charity"], description="A term of `institution_kind`.")
    name_ar: RequiredLine = Field(examples=["جمعية المثال"])
    name_fr: RequiredLine = Field(examples=["Association Exemple"])
    territory_code: TerritoryCode
    address: Address | None = Field(None, examples=["1, rue de l’Exemple, Oujda"])
    contacts: list[ContactIn] = Field(default_factory=list, max_length=20)


class InstitutionUpdate(Change):
    kind: Code = left_as_is()
    name_ar: RequiredLine = left_as_is()
    name_fr: RequiredLine = left_as_is()
    territory_code: TerritoryCode = left_as_is()
    address: Address | None = None
    is_active: Flag = left_as_is()


class ContactOut(Output):
    id: ContactId
    name: str
    function: str | None
    email: str | None
    phone: str | None


class InstitutionRow(Output):
    id: InstitutionId
    kind: str
    name_ar: str
    name_fr: str
    territory_code: str
    address: str | None
    is_active: bool
    version: int


class InstitutionOut(InstitutionRow):
    contacts: list[ContactOut]


class InstitutionPage(Output):
    items: list[InstitutionRow]
    next: str | None


# --- services -------------------------------------------------------------------------------------------------


class ServiceCreate(Input):
    name_ar: RequiredLine = Field(examples=["ورشة مثال"])
    name_fr: RequiredLine = Field(examples=["Atelier exemple"])
    need_code: Code = Field(examples=["training"], description="A term of `need`: what the service answers.")
    targets: Codes = Field(
        default_factory=list, description="Terms of `service_target`; none: for everybody."
    )
    languages: Codes = Field(default_factory=list, description="Terms of `language` that are spoken there.")
    territory_codes: Territories = Field(
        default_factory=list, description="Where it is open; none: wherever an agreement holds."
    )
    min_age: Years | None = None
    max_age: Years | None = None
    sex: Sex | None = Field(None, description="Only for women, only for men; null: for both.")
    conditions: Prose | None = Field(None, examples=["Apporter une copie de la carte nationale."])
    capacity: Capacity | None = Field(None, description="People served at the same time.")


class ServiceUpdate(Change):
    name_ar: RequiredLine = left_as_is()
    name_fr: RequiredLine = left_as_is()
    need_code: Code = left_as_is()
    targets: Codes = left_as_is()
    languages: Codes = left_as_is()
    territory_codes: Territories = left_as_is()
    min_age: Years | None = None
    max_age: Years | None = None
    sex: Sex | None = None
    conditions: Prose | None = None
    capacity: Capacity | None = None
    is_active: Flag = left_as_is()


class ServiceOut(Output):
    id: ServiceId
    institution_id: InstitutionId
    institution_name_ar: str
    institution_name_fr: str
    name_ar: str
    name_fr: str
    need_code: str
    targets: list[str]
    languages: list[str]
    territory_codes: list[str]
    min_age: int | None
    max_age: int | None
    sex: Sex | None
    conditions: str | None
    capacity: int | None
    is_active: bool
    is_covered: bool = Field(description="An agreement in force today covers it somewhere.")
    version: int


class ServicePage(Output):
    items: list[ServiceOut]
    next: str | None


# --- agreements -----------------------------------------------------------------------------------------------


class AgreementCreate(Input):
    reference: Reference = Field(examples=["CONV-2026-01"])
    title: RequiredLine = Field(examples=["Convention cadre d’accompagnement social"])
    parties: Parties = Field(examples=[["Réseau", "Partenaire"]])
    territory_code: TerritoryCode = Field(
        description="Holds in this territory and in all that lie within it."
    )
    starts_on: Day
    ends_on: Day | None = Field(None, description="The last day; null: until it is ended.")
    quota: Capacity | None = Field(None, description="Referrals sent in one period.")
    quota_period: QuotaPeriod | None = None
    decide_hours: Hours | None = Field(None, description="Working hours to answer; null: by urgency.")
    reminder_days: Days | None = None
    expiry_days: Days | None = None
    data_categories: Categories = Field(
        default_factory=list, description="The most that may be shared; consent may allow less."
    )
    service_ids: Services = Field(default_factory=list)


class AgreementUpdate(Change):
    reference: Reference = left_as_is()
    title: RequiredLine = left_as_is()
    parties: Parties = left_as_is()
    territory_code: TerritoryCode = left_as_is()
    starts_on: Day = left_as_is()
    ends_on: Day | None = None
    quota: Capacity | None = None
    quota_period: QuotaPeriod | None = None
    decide_hours: Hours | None = None
    reminder_days: Days | None = None
    expiry_days: Days | None = None
    data_categories: Categories = left_as_is()
    service_ids: Services = left_as_is()


class AgreementReason(Input):
    reason: Reason = Field(description="Kept with the step, for who asks later why it stopped.")


class AgreementRow(Output):
    id: AgreementId
    institution_id: InstitutionId
    institution_name_ar: str
    institution_name_fr: str
    reference: str
    title: str
    parties: list[str]
    territory_code: str
    starts_on: date
    ends_on: date | None
    quota: int | None
    quota_period: QuotaPeriod | None
    decide_hours: int | None
    reminder_days: int | None
    expiry_days: int | None
    data_categories: list[DataCategory]
    status: AgreementStatus
    is_in_force: bool = Field(description="Signed, not suspended, and today lies between its dates.")
    version: int


class AgreementStep(Output):
    action: AgreementAction | Literal["draft"]
    to_status: AgreementStatus
    actor_id: UserId | None
    actor_role: Role
    at: datetime
    reason: str | None


class AgreementOut(AgreementRow):
    service_ids: list[ServiceId]
    history: list[AgreementStep] = Field(description="Every step of its life, oldest first.")


class AgreementPage(Output):
    items: list[AgreementRow]
    next: str | None
