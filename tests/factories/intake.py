"""Interviews and arrivals for tests, built through the services."""

from typing import Any

from app.core.actor import Actor
from app.core.db import WriteSession
from app.core.ids import WindowId
from app.intake import arrivals, service
from app.intake.models import Arrival, Interview
from app.intake.schemas import ArrivalCreate, CompletedInterviewCreate, InterviewCreate
from app.vocabularies import service as vocabularies
from tests.factories.vocabularies import term

TERMS = {
    "need": ("housing", "income", "health"),
    "arrival_reason": ("first_visit", "appointment"),
    "counter_topic": ("opening_hours", "documents"),
    "language": ("ar", "ary", "fr"),
}


def define_terms(db: WriteSession) -> None:
    """The codes that the intake's own tests use."""
    for vocabulary, codes in TERMS.items():
        vocabularies.define(db, vocabulary, [term(code) for code in codes])


def arrival(db: WriteSession, actor: Actor, window_id: WindowId, **values: Any) -> Arrival:
    """Somebody who waits."""
    told = {"first_name": "فاطمة (مثال)", "reason": "first_visit", **values}
    return arrivals.arrive(db, actor, window_id, ArrivalCreate(**told))


def draft(db: WriteSession, actor: Actor, window_id: WindowId, **values: Any) -> Interview:
    """An interview that has been begun."""
    return service.start(db, actor, InterviewCreate(window_id=window_id, **values))


def told(**values: Any) -> dict[str, Any]:
    """What a whole interview with a person who is not registered yet says, as JSON."""
    return {
        "channel": "walk_in",
        "new_person": {"given_name_ar": "مثالية", "family_name_ar": "الاختبار", "sex": "female"},
        "narrative": "تبحث عن سكن (مثال).",
        "needs": ["housing"],
        "urgency": "normal",
        "conclusion": "case_opened",
        **values,
    }


def completed(db: WriteSession, actor: Actor, window_id: WindowId, **values: Any) -> Interview:
    """A whole interview, completed."""
    return service.record(db, actor, CompletedInterviewCreate(window_id=window_id, **told(**values)))
