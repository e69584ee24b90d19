"""The questions of an interview: which are asked, which of them a form holds, and where each stands."""

import re
from collections.abc import Mapping
from typing import Any

from app.web.forms import Form

WHO = ("name", "sex", "birth", "document", "phone")
QUESTIONS = ("narrative", *WHO, "needs", "urgency", "channel", "consents", "conclusion")
# Where the field of a question stands on the pages that ask it.
PLACES = {
    "narrative": "f-narrative",
    "name": "f-new_person-given_name_ar",
    "sex": "f-new_person-sex",
    "birth": "f-new_person-birth",
    "document": "f-document-kind",
    "phone": "f-phone",
    "needs": "f-needs",
    "urgency": "f-urgency",
    "channel": "f-channel",
    "consents": "f-consents",
    "conclusion": "f-conclusion",
}


def asked(interview: Mapping[str, Any]) -> tuple[str, ...]:
    """The questions of an interview: of somebody registered nothing is asked that is known."""
    known = interview["person_id"] is not None
    return tuple(question for question in QUESTIONS if not (known and question in WHO))


def held(form: Form) -> tuple[str, ...]:
    """The questions that a form holds, as it says itself: what was left blank in it is an answer, what is not in it none."""
    named = set(form.values("asked"))
    return tuple(question for question in QUESTIONS if question in named)


def gone(form: Form, interview: Mapping[str, Any]) -> tuple[str, ...]:
    """The questions of a form that are no longer asked: somebody registered was named since it was opened."""
    wanted = asked(interview)
    return tuple(question for question in held(form) if question not in wanted)


def still(form: Form, interview: Mapping[str, Any]) -> tuple[str, ...]:
    """The questions of a form that are still asked."""
    return tuple(question for question in asked(interview) if question in held(form))


def question_of(pointer: str) -> str:
    """The question to which a refusal points (`/new_person/birth/on`)."""
    first, *below = pointer.strip("/").split("/")
    if first == "new_person":
        return _QUESTION_OF_MEMBER.get(below[0], "name") if below else "name"
    return _QUESTION_OF_PART.get(first, first)


def not_understood(error: Mapping[str, Any]) -> bool:
    """Whether a refusal means a birth that is none of what the field understands: it stays in a draft as it was said."""
    return (error["pointer"], error["code"]) == ("/new_person/birth/on", "bad_format")


_QUESTION_OF_PART = {
    "person_id": "name",
    "consent": "consents",
    "sharing": "consents",
    "conclusion_note": "conclusion",
}
_QUESTION_OF_MEMBER = {
    "sex": "sex",
    "birth": "birth",
    "identifiers": "document",
    "no_document_reason": "document",
    "phones": "phone",
}


def field_of(pointer: str) -> str:
    """The field of the forms in which stands what a refusal of a draft points at, as a path."""
    return next((field for part, field in _FIELD_OF_PART.items() if re.match(part, pointer)), pointer)


def id_of(field: str) -> str:
    """The id of a field by its path, as `parts/fields.html` gives it."""
    return "f" + field.replace("/", "-")


_FIELD_OF_PART = {
    "/person_id": "/new_person/given_name_ar",
    "/new_person/birth": "/new_person/birth",
    "/new_person/phones": "/phone",
    "/new_person/identifiers/[0-9]+/kind": "/document/kind",
    "/new_person/identifiers": "/document/value",
    "/new_person/no_document_reason": "/document/reason",
    "/consents/[0-9]+/form": "/sharing/form",
    "/consents/[0-9]+/witness": "/sharing/witness",
    "/consents/[0-9]+/categories": "/sharing/categories",
    "/consents/[0-9]+/language": "/sharing/language",
}


def label_of(field: str) -> str:
    """The key of the words under which a field is told: its own where its question has several, else the question's."""
    return _LABEL_OF_FIELD.get(field) or f"page.answer.{question_of(field)}"


_LABEL_OF_FIELD = {
    "/held_at": "page.intake.held_at",
    "/sharing/form": "page.intake.how_given",
    "/sharing/witness": "page.intake.witness",
    "/sharing/categories": "page.intake.what_shared",
    "/sharing/language": "page.intake.explained_in",
    "/conclusion_note": "page.intake.conclusion_note",
}


def by_question(told: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What is told of somebody (members of `PersonCreate`), under the questions that were answered with it."""
    answers: dict[str, dict[str, Any]] = {}
    for member, value in told.items():
        answers.setdefault(question_of(f"/new_person/{member}"), {})[member] = value
    return {question: answers[question] for question in WHO if question in answers}


def question_of_field(name: str) -> str:
    return question_of("/" + name.replace(".", "/"))
