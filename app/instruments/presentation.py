"""What an evaluation tells the people who fill the form, in the language of their request."""

from typing import Any

from app.core import i18n
from app.instruments.evaluation import Evaluation, Violation
from app.instruments.form import MAX_TEXT, CompiledForm, Texts


def field_problem(form: CompiledForm, violation: Violation) -> dict[str, Any]:
    """A violation as a refusal's `errors` hold it, pointing at the answer in the request's body."""
    pointer = f"/answers/{violation.question}" if violation.question else "/answers"
    return {"pointer": pointer, "code": violation.code, "message": message(form, violation)}


def message(form: CompiledForm, violation: Violation) -> str:
    """The sentence the author wrote for this question, or else the general one for the violation's code."""
    item = form.by_name.get(violation.question)
    if item is not None and violation.code == "constraint":
        authored = _in_request_language(form, item.constraint_messages)
    elif item is not None and violation.code == "required":
        authored = _in_request_language(form, item.required_messages)
    else:
        authored = ""
    return authored or i18n.text(f"field.{violation.code}", max_length=MAX_TEXT)


def _in_request_language(form: CompiledForm, texts: Texts) -> str:
    return texts.get(i18n.language.get()) or texts.get(form.default_language, "")


def shown(form: CompiledForm, evaluation: Evaluation) -> dict[str, Any]:
    """An evaluation for whoever draws the form while it is being filled, in the order of the sheet."""
    return {
        "answers": evaluation.answers,
        "calculated": evaluation.calculated,
        "relevant": [item.name for item in form.items if item.name in evaluation.relevant],
        "missing": list(evaluation.missing),
        "dropped": list(evaluation.dropped),
        "violations": [
            {"question": found.question, "code": found.code, "message": message(form, found)}
            for found in evaluation.violations
        ],
        "scores": evaluation.scores,
        "total": evaluation.total,
        "band": evaluation.band,
        "needs": list(evaluation.needs),
    }
