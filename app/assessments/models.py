from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.assessments.states import ASSESSMENT_LIFECYCLE, AssessmentStatus
from app.core.db import Base, Timestamps, Versioned
from app.core.ids import AssessmentId, CaseId, InstrumentId, UserId, uuid7
from app.core.moves import Transition


class Assessment(Versioned, Timestamps, Base, kw_only=True):
    """Answers to one version of an instrument at one moment of a case, with what follows from them."""

    __tablename__ = "assessments"
    __table_args__ = (Index(None, "case_id", "id"),)

    id: Mapped[AssessmentId] = mapped_column(
        primary_key=True, default_factory=lambda: AssessmentId(uuid7()), init=False
    )
    case_id: Mapped[CaseId] = mapped_column(ForeignKey("cases.id"))
    instrument_id: Mapped[InstrumentId] = mapped_column(ForeignKey("instruments.id"))
    assessed_by: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    calculated: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)  # by the instrument's own rules
    scores: Mapped[dict[str, Any]] = mapped_column(default_factory=dict, init=False)  # domain → number
    total: Mapped[float | None] = mapped_column(default=None, init=False)
    band: Mapped[str | None] = mapped_column(String(64), default=None, init=False)
    needs: Mapped[list[str]] = mapped_column(default_factory=list, init=False)  # revealed by the answers
    status: Mapped[AssessmentStatus] = mapped_column(default=ASSESSMENT_LIFECYCLE.initial, init=False)
    completed_at: Mapped[datetime | None] = mapped_column(default=None, init=False)


class AssessmentTransition(Transition, Base, kw_only=True):
    __tablename__ = "assessment_transitions"

    assessment_id: Mapped[AssessmentId] = mapped_column(ForeignKey("assessments.id"), index=True)
