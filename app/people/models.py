from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import Base, Timestamps, Versioned
from app.core.ids import HouseholdId, PersonId, UserId, WindowId, uuid7
from app.people.birth import BirthPrecision
from app.people.identifiers import IdentifierKind


class Sex(StrEnum):
    female = "female"
    male = "male"
    unknown = "unknown"


class ContactPreference(StrEnum):
    phone = "phone"
    message = "message"
    visit = "visit"
    through_relative = "through_relative"
    do_not_contact = "do_not_contact"


class Household(Timestamps, Base, kw_only=True):
    """People living together."""

    __tablename__ = "households"

    id: Mapped[HouseholdId] = mapped_column(
        primary_key=True, default_factory=lambda: HouseholdId(uuid7()), init=False
    )


class Person(Versioned, Timestamps, Base, kw_only=True):
    """A person, apart from any case: registered once, whatever the window and the year."""

    __tablename__ = "people"
    __table_args__ = (
        CheckConstraint(
            "given_name_ar IS NOT NULL OR family_name_ar IS NOT NULL"
            " OR given_name_latin IS NOT NULL OR family_name_latin IS NOT NULL",
            name="has_a_name",
        ),
        CheckConstraint("(birth_precision = 'exact') = (birth_on IS NOT NULL)", name="exact_birth_has_a_day"),
        Index(None, "household_id"),
    )

    id: Mapped[PersonId] = mapped_column(
        primary_key=True, default_factory=lambda: PersonId(uuid7()), init=False
    )
    given_name_ar: Mapped[str | None] = mapped_column(String(200), default=None)
    family_name_ar: Mapped[str | None] = mapped_column(String(200), default=None)
    given_name_latin: Mapped[str | None] = mapped_column(String(200), default=None)
    family_name_latin: Mapped[str | None] = mapped_column(String(200), default=None)
    sex: Mapped[Sex] = mapped_column(default=Sex.unknown)
    birth_precision: Mapped[BirthPrecision] = mapped_column(default=BirthPrecision.UNKNOWN)
    birth_on: Mapped[date | None] = mapped_column(default=None)  # exact
    birth_year: Mapped[int | None] = mapped_column(default=None)  # exact, year, and the middle of about
    birth_age: Mapped[int | None] = mapped_column(default=None)  # about: so many years …
    birth_stated_on: Mapped[date | None] = mapped_column(default=None)  # … on this day
    language: Mapped[str] = mapped_column(String(16), default="ar")
    contact_preference: Mapped[ContactPreference] = mapped_column(default=ContactPreference.phone)
    address: Mapped[str | None] = mapped_column(String(500), default=None)
    commune_code: Mapped[str | None] = mapped_column(ForeignKey("territories.code"), default=None, index=True)
    no_document_reason: Mapped[str | None] = mapped_column(String(64), default=None)
    notes: Mapped[str | None] = mapped_column(default=None)
    household_id: Mapped[HouseholdId | None] = mapped_column(ForeignKey("households.id"), default=None)
    relationship_to_head: Mapped[str | None] = mapped_column(String(32), default=None)
    is_head: Mapped[bool] = mapped_column(default=False)
    registered_by: Mapped[UserId | None] = mapped_column(default=None)
    duplicate_override: Mapped[str | None] = mapped_column(String(500), default=None)


# A household has one head at most.
Index(
    "uq_people_household_head",
    Person.household_id,
    unique=True,
    sqlite_where=text("is_head"),
    postgresql_where=text("is_head"),
)


class PersonWindow(Base, kw_only=True):
    """A window that has received the person; this is what makes a person visible there."""

    __tablename__ = "person_windows"
    __table_args__ = (Index(None, "window_id", "person_id"),)

    person_id: Mapped[PersonId] = mapped_column(ForeignKey("people.id"), primary_key=True)
    window_id: Mapped[WindowId] = mapped_column(ForeignKey("windows.id"), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(default_factory=now, init=False)
    reason: Mapped[str | None] = mapped_column(String(500), default=None)


class PersonIdentifier(Base, kw_only=True):
    """A number on a document, normalised for comparison and kept as it was read."""

    __tablename__ = "person_identifiers"
    __table_args__ = (UniqueConstraint("person_id", "kind", "value"), Index(None, "kind", "value"))

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[IdentifierKind]
    value: Mapped[str] = mapped_column(String(100))
    raw: Mapped[str] = mapped_column(String(100))


class PersonPhone(Base, kw_only=True):
    """A telephone number, in E.164 where it could be understood."""

    __tablename__ = "person_phones"
    __table_args__ = (Index(None, "person_id"), Index(None, "e164"))

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("people.id"))
    raw: Mapped[str] = mapped_column(String(50))
    e164: Mapped[str | None] = mapped_column(String(20), default=None)
    label: Mapped[str | None] = mapped_column(String(50), default=None)  # whose telephone it is


class PersonKey(Base, kw_only=True):
    """Blocking keys of the duplicate check: candidates come from equal keys, never from a scan."""

    __tablename__ = "person_keys"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
