"""People with cases for tests, built through the services."""

from datetime import date
from typing import Any

from app.cases import plan, service
from app.cases.events import CaseClosed
from app.cases.models import Action, Case, Goal
from app.cases.schemas import ActionCreate, GoalCreate
from app.cases.states import Priority
from app.core.actor import Actor
from app.core.clock import today
from app.core.db import WriteSession
from app.core.ids import uuid7
from app.people import service as people
from app.people.models import Person
from app.people.schemas import PersonCreate
from app.vocabularies import service as vocabularies
from tests.factories.vocabularies import term

TERMS = {"need": ("housing", "income", "training"), "language": ("ar",)}


def define_terms(db: WriteSession) -> None:
    """The codes that people and cases are built with here."""
    for vocabulary, codes in TERMS.items():
        vocabularies.define(db, vocabulary, [term(code) for code in codes])


def person(db: WriteSession, actor: Actor, **values: Any) -> Person:
    """Somebody registered at the actor's window; the same name again is another person."""
    told = {
        "window_id": next(iter(actor.window_ids)),
        "given_name_ar": "فاطمة (مثال)",
        "family_name_ar": "المثالية",
        "duplicate_override": "Another invented person.",
        **values,
    }
    return people.register(db, actor, PersonCreate.model_validate(told))


def case(
    db: WriteSession,
    actor: Actor,
    *,
    whose: Person | None = None,
    priority: Priority = Priority.medium,
    opened_on: date | None = None,
    summary: str | None = None,
) -> Case:
    """A case at the actor's window, with the actor as its referent."""
    return service.open_case(
        db,
        actor,
        person=whose or person(db, actor),
        window_id=next(iter(actor.window_ids)),
        priority=priority,
        needs=["housing"],
        summary=summary,
        opened_on=opened_on or today(),
    )


def goal(db: WriteSession, actor: Actor, of: Case, words: str = "أريد غرفة (مثال)", **values: Any) -> Goal:
    return plan.add_goal(db, actor, of, GoalCreate(words=words, **values))


def action(db: WriteSession, actor: Actor, of: Case, under: Goal, **values: Any) -> Action:
    return plan.add_action(
        db, actor, of, under, ActionCreate.model_validate({"words": "زيارة (مثال)", **values})
    )


def closed(case: Case, by: Actor) -> CaseClosed:
    """What is told of a closing."""
    return CaseClosed(step_id=uuid7(), case_id=case.id, by=by.user, reason="goals_met")
