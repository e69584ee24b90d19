"""Answers against their instrument: what a draft keeps, and what an assessment is completed with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.core.errors import DomainError, InvalidInput
from app.instruments.answers import AnswerRefused, normalise
from app.instruments.evaluation import Calculated, Evaluation, Violation, evaluate
from app.instruments.form import CompiledForm
from app.instruments.presentation import field_problem


class AnswersRefused(InvalidInput):
    """Some answers cannot stand; `errors` point at each with a sentence, the author's own where there is one."""

    def __init__(self, form: CompiledForm, violations: Iterable[Violation]) -> None:
        found = list(violations)
        self.names = frozenset(violation.question for violation in found)
        DomainError.__init__(self, errors=[field_problem(form, violation) for violation in found])


class AnswersDoNotHold(DomainError):
    """Answers of the draft go against their constraints; `errors` point at each in the draft, which is kept."""

    code = "answers_do_not_hold"


class AssessmentIncomplete(DomainError):
    """Required questions are blank; `missing` names them in the order of the form."""

    code = "assessment_incomplete"

    def __init__(self, form: CompiledForm, missing: Iterable[str]) -> None:
        names = list(missing)
        errors = [field_problem(form, Violation(name, "required")) for name in names]
        super().__init__(missing=names, errors=errors)


@dataclass(frozen=True, slots=True)
class Filled:
    """What a draft keeps; a person's data, and therefore out of the representation."""

    answers: dict[str, Any] = field(repr=False)
    calculated: dict[str, Calculated] = field(repr=False)


def fill(
    form: CompiledForm,
    present: Mapping[str, Any],
    sent: Mapping[str, object],
    *,
    today: date,
    earlier: Mapping[str, Calculated],
) -> Filled:
    """Put the answers that were sent in the place of present ones. Raises `AnswersRefused`.

    A draft may be incomplete and at odds with its constraints, but every answer must be one of its question. An
    answer that is irrelevant for now is kept aside: what made it so may change again before completion.
    """
    merged = {**present, **sent}
    evaluation = evaluate(form, merged, today=today, complete=False, earlier=earlier)
    aside, refused = _kept_aside(form, merged, evaluation.dropped)
    refused += [violation for violation in evaluation.violations if violation.code != "constraint"]
    if refused:
        raise AnswersRefused(form, refused)
    return Filled({**aside, **evaluation.answers}, evaluation.calculated)


def lacking(
    form: CompiledForm,
    present: Mapping[str, Any],
    sent: Mapping[str, object],
    *,
    today: date,
    earlier: Mapping[str, Calculated],
    refused: frozenset[str],
) -> list[dict[str, Any]]:
    """The required questions that would be blank beside answers that were refused, as a refusal's `errors` hold them."""
    fitting = {name: answer for name, answer in {**present, **sent}.items() if name not in refused}
    missing = evaluate(form, fitting, today=today, complete=False, earlier=earlier).missing
    return [field_problem(form, Violation(name, "required")) for name in missing if name not in refused]


def _kept_aside(
    form: CompiledForm, answers: Mapping[str, Any], dropped: Iterable[str]
) -> tuple[dict[str, Any], list[Violation]]:
    """Those of the answers left out that a person gave; calculated and read-only values are made anew each time."""
    kept: dict[str, Any] = {}
    refused = []
    for name in dropped:
        item = form.by_name[name]
        if not item.is_answered_by_people:
            continue
        try:
            kept[name] = normalise(item, answers[name])
        except AnswerRefused as refusal:
            refused.append(Violation(name, refusal.code))
    return kept, refused


def finish(
    form: CompiledForm, answers: Mapping[str, Any], *, today: date, earlier: Mapping[str, Calculated]
) -> Evaluation:
    """Evaluate as final: what is irrelevant is left out.

    Raises `AnswersRefused` for answers against a constraint, with those that lack, or else `AssessmentIncomplete`.
    """
    evaluation = evaluate(form, answers, today=today, complete=True, earlier=earlier)
    if any(violation.code != "required" for violation in evaluation.violations):
        place = {item.name: at for at, item in enumerate(form.items)}
        in_turn = sorted(evaluation.violations, key=lambda wrong: place.get(wrong.question, -1))
        raise AnswersRefused(form, in_turn)
    if evaluation.missing:
        raise AssessmentIncomplete(form, evaluation.missing)
    return evaluation
