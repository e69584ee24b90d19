from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Timestamps, Versioned
from app.core.ids import AgreementId, ContactId, InstitutionId, ServiceId, uuid7
from app.core.moves import Transition
from app.partners.states import AGREEMENT_LIFECYCLE, AgreementStatus


class Institution(Versioned, Timestamps, Base, kw_only=True):
    """A partner: it offers services and answers referrals."""

    __tablename__ = "institutions"
    __table_args__ = (Index(None, "name_fr", "id"),)

    id: Mapped[InstitutionId] = mapped_column(
        primary_key=True, default_factory=lambda: InstitutionId(uuid7()), init=False
    )
    kind: Mapped[str] = mapped_column(String(32))  # vocabulary institution_kind
    name_ar: Mapped[str] = mapped_column(String(200))
    name_fr: Mapped[str] = mapped_column(String(200))
    territory_code: Mapped[str] = mapped_column(ForeignKey("territories.code"))
    address: Mapped[str | None] = mapped_column(String(500), default=None)
    is_active: Mapped[bool] = mapped_column(default=True)


class Contact(Base, kw_only=True):
    """Somebody to reach at an institution; the first in order is told first, the others on escalation."""

    __tablename__ = "institution_contacts"
    __table_args__ = (Index(None, "institution_id", "position"),)

    id: Mapped[ContactId] = mapped_column(
        primary_key=True, default_factory=lambda: ContactId(uuid7()), init=False
    )
    institution_id: Mapped[InstitutionId] = mapped_column(ForeignKey("institutions.id"))
    name: Mapped[str] = mapped_column(String(200))
    function: Mapped[str | None] = mapped_column(String(200), default=None)
    email: Mapped[str | None] = mapped_column(String(254), default=None)
    phone: Mapped[str | None] = mapped_column(String(32), default=None)
    position: Mapped[int] = mapped_column(default=0)


class Service(Versioned, Timestamps, Base, kw_only=True):
    """What an institution offers: for which need, for whom, where, on which conditions."""

    __tablename__ = "services"
    __table_args__ = (
        Index(None, "institution_id", "id"),
        Index(None, "need_code", "id"),
        CheckConstraint("min_age IS NULL OR max_age IS NULL OR min_age <= max_age", name="ages_in_order"),
    )

    id: Mapped[ServiceId] = mapped_column(
        primary_key=True, default_factory=lambda: ServiceId(uuid7()), init=False
    )
    institution_id: Mapped[InstitutionId] = mapped_column(ForeignKey("institutions.id"))
    name_ar: Mapped[str] = mapped_column(String(200))
    name_fr: Mapped[str] = mapped_column(String(200))
    need_code: Mapped[str] = mapped_column(String(64))  # vocabulary need
    targets: Mapped[list[str]] = mapped_column(default_factory=list)  # vocabulary service_target
    languages: Mapped[list[str]] = mapped_column(default_factory=list)
    territory_codes: Mapped[list[str]] = mapped_column(
        default_factory=list
    )  # empty: wherever the agreement holds
    min_age: Mapped[int | None] = mapped_column(default=None)  # years
    max_age: Mapped[int | None] = mapped_column(default=None)
    sex: Mapped[str | None] = mapped_column(String(8), default=None)  # only for women, only for men
    conditions: Mapped[str | None] = mapped_column(default=None)
    capacity: Mapped[int | None] = mapped_column(default=None)  # people served at the same time
    is_active: Mapped[bool] = mapped_column(default=True)


class Agreement(Versioned, Timestamps, Base, kw_only=True):
    """A signed text as data: what may be referred, from where, how much, how fast, with which data."""

    __tablename__ = "agreements"
    __table_args__ = (
        Index(None, "institution_id", "status"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates_in_order"),
    )

    id: Mapped[AgreementId] = mapped_column(
        primary_key=True, default_factory=lambda: AgreementId(uuid7()), init=False
    )
    institution_id: Mapped[InstitutionId] = mapped_column(ForeignKey("institutions.id"))
    reference: Mapped[str] = mapped_column(String(100), unique=True)
    title: Mapped[str] = mapped_column(String(300))
    parties: Mapped[list[str]]
    territory_code: Mapped[str] = mapped_column(ForeignKey("territories.code"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None] = mapped_column(default=None)
    quota: Mapped[int | None] = mapped_column(default=None)  # referrals sent …
    quota_period: Mapped[str | None] = mapped_column(String(8), default=None)  # … a month, quarter or year
    decide_hours: Mapped[int | None] = mapped_column(default=None)  # None: the urgency's default
    reminder_days: Mapped[int | None] = mapped_column(default=None)
    expiry_days: Mapped[int | None] = mapped_column(default=None)
    data_categories: Mapped[list[str]] = mapped_column(default_factory=list)
    status: Mapped[AgreementStatus] = mapped_column(default=AGREEMENT_LIFECYCLE.initial, init=False)


class AgreementService(Base, kw_only=True):
    """A service that an agreement covers."""

    __tablename__ = "agreement_services"
    __table_args__ = (Index(None, "service_id"),)

    agreement_id: Mapped[AgreementId] = mapped_column(ForeignKey("agreements.id"), primary_key=True)
    service_id: Mapped[ServiceId] = mapped_column(ForeignKey("services.id"), primary_key=True)


class AgreementTransition(Transition, Base, kw_only=True):
    __tablename__ = "agreement_transitions"

    agreement_id: Mapped[AgreementId] = mapped_column(ForeignKey("agreements.id"), index=True)
