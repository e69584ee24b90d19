from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import Base
from app.core.ids import ConsentId, InstitutionId, InterviewId, PersonId, UserId, uuid7


class ConsentPurpose(StrEnum):
    referral = "referral"
    service_coordination = "service_coordination"
    statistics = "statistics"
    contact = "contact"

    @property
    def is_shared(self) -> bool:
        """Whether data of the person go to a partner for it: only then is it asked which, and to whom."""
        return self in {ConsentPurpose.referral, ConsentPurpose.service_coordination}


class ConsentDecision(StrEnum):
    given = "given"
    refused = "refused"


class ConsentForm(StrEnum):
    """How the answer was given."""

    signature = "signature"
    thumbprint = "thumbprint"
    oral_with_witness = "oral_with_witness"


class Consent(Base, kw_only=True):
    """A person's answer about sharing. It is never edited: narrowing ends it and records a new one."""

    __tablename__ = "consents"
    __table_args__ = (
        Index(None, "person_id", "id"),
        CheckConstraint("form <> 'oral_with_witness' OR witness IS NOT NULL", name="oral_has_a_witness"),
    )

    id: Mapped[ConsentId] = mapped_column(
        primary_key=True, default_factory=lambda: ConsentId(uuid7()), init=False
    )
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("people.id"))
    purpose: Mapped[ConsentPurpose]
    decision: Mapped[ConsentDecision]
    # To whom and what: of purposes that are shared (`ConsentPurpose.is_shared`), blank for the others.
    institution_id: Mapped[InstitutionId | None] = mapped_column(ForeignKey("institutions.id"))  # None: any …
    need_code: Mapped[str | None] = mapped_column(String(64))  # … partner that serves this need (or any need)
    categories: Mapped[list[str]]
    valid_until: Mapped[date | None]
    form: Mapped[ConsentForm]
    witness: Mapped[str | None] = mapped_column(String(200), default=None)
    language: Mapped[str] = mapped_column(String(16), default="ar")  # in which it was explained
    recorded_by: Mapped[UserId]
    recorded_at: Mapped[datetime] = mapped_column(default_factory=now, init=False)
    interview_id: Mapped[InterviewId | None] = mapped_column(ForeignKey("interviews.id"), default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    ended_by: Mapped[UserId | None] = mapped_column(default=None, init=False)
    end_reason: Mapped[str | None] = mapped_column(String(500), default=None, init=False)
    replaced_by: Mapped[ConsentId | None] = mapped_column(ForeignKey("consents.id"), default=None, init=False)
