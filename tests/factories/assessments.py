"""Instruments and assessments for tests, built through the services."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from app.assessments import service
from app.assessments.models import Assessment
from app.assessments.schemas import AssessmentCreate
from app.cases import closure
from app.cases import service as cases
from app.cases.models import Case
from app.cases.schemas import CaseClose
from app.cases.states import ClosingReason, Priority
from app.core.actor import Actor
from app.core.db import WriteSession
from app.instruments import service as instruments
from app.instruments.models import Instrument
from app.people import service as people
from app.people.schemas import PersonCreate
from app.vocabularies import service as vocabularies
from app.windows import queries as windows
from tests.factories.vocabularies import term
from tests.support.xlsforms import SETTINGS, Cells, choice, markdown, question

FRENCH, ARABIC = "constraint_message::Français (fr)", "constraint_message::العربية (ar)"

CHOICES = [
    choice("yn", "yes"),
    choice("yn", "no"),
    choice("level", "1", score="1"),
    choice("level", "3", score="3"),
    choice("level", "5", score="5"),
    choice("level", "silent"),
    choice("domains", "housing"),
    choice("domains", "income"),
    choice("bands", "fragile", below="4"),
    choice("bands", "good"),
]

SURVEY = [
    question(
        "select_one level", "home", required="yes", domain="housing", need="housing", need_when=". = '1'"
    ),
    question("select_one level", "money", domain="income", need="income", need_when=". = '1'"),
    question("select_one yn", "works"),
    question(
        "integer",
        "hours",
        relevant="${works} = 'yes'",
        required="yes",
        constraint=". <= 60",
        **{FRENCH: "Au plus 60 heures.", ARABIC: "ستون ساعة على الأكثر."},
    ),
    question("integer", "children", constraint=". < 20"),
    question("calculate", "month", calculation="${hours} * 4"),
    question("calculate", "begun_on", calculation="once(today())"),
]

COMPLETE = {"home": "1", "money": "3", "works": "yes", "hours": 30}


def define_terms(db: WriteSession) -> None:
    """The codes that the instruments of tests, and people, refer to."""
    vocabularies.define(db, "need", [term("housing"), term("income")])
    vocabularies.define(db, "language", [term("ar"), term("ary"), term("fr")])


@cache
def source(code: str = "situation", version: str = "1") -> bytes:
    """Two domains, a question that depends on another, a constraint, two calculations."""
    settings = {**SETTINGS, "form_id": code, "version": version, "total": "mean"}
    return markdown(SURVEY, CHOICES, settings).encode()


def publish(db: WriteSession, actor: Actor, code: str = "situation", version: str = "1") -> Instrument:
    """A published instrument; the vocabulary is defined first."""
    define_terms(db)
    return instruments.publish(db, actor, source(code, version), "markdown")


def publish_survey(db: WriteSession, actor: Actor, survey: Sequence[Cells]) -> Instrument:
    """A published instrument with a test's own questions."""
    define_terms(db)
    return instruments.publish(db, actor, markdown(survey, CHOICES, SETTINGS).encode(), "markdown")


def case(db: WriteSession, actor: Actor, name: str = "مثالية") -> Case:
    """An open case of somebody new at the actor's window."""
    (window_id,) = actor.window_ids
    vocabularies.define(db, "language", [term("ar")])
    person = people.register(
        db,
        actor,
        PersonCreate(
            window_id=window_id,
            given_name_ar=name,
            family_name_ar="الاختبار",
            duplicate_override="another invented person",
        ),
    )
    return cases.open_case(
        db,
        actor,
        person=person,
        window_id=window_id,
        priority=Priority.medium,
        needs=[],
        summary=None,
        opened_on=windows.today(db, window_id),
    )


def close(db: WriteSession, actor: Actor, case: Case) -> None:
    """A closed case."""
    closure.close(db, actor, case, CaseClose(reason=ClosingReason.goals_met))


def draft(db: WriteSession, actor: Actor, case: Case, **answers: Any) -> Assessment:
    """An assessment that has been begun with the instrument `situation`."""
    return service.start(db, actor, case, AssessmentCreate(instrument_code="situation", answers=answers))


def completed(db: WriteSession, actor: Actor, case: Case, **answers: Any) -> Assessment:
    """A completed assessment; answers not given are those of `COMPLETE`."""
    data = AssessmentCreate(instrument_code="situation", answers={**COMPLETE, **answers}, complete=True)
    return service.start(db, actor, case, data)
