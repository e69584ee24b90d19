"""What can be checked only once the whole form is known: what expressions refer to, and in which order they settle."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError

from app.instruments import xpath
from app.instruments.errors import FormProblem, InstrumentInvalid, Problem
from app.instruments.form import CompiledForm
from app.instruments.program import order_of
from app.instruments.sheets import Row
from app.instruments.xpath import ExpressionRefused

EXPRESSIONS = ("relevant", "constraint", "required_when", "calculation", "need_when")


def check_expressions(form: CompiledForm, rows: Mapping[str, Row]) -> None:
    """Raises InstrumentInvalid with a problem for each expression that cannot be published."""
    problems = [*_of_items(form, rows), *_of_bands(form)]
    if problems:
        raise InstrumentInvalid(problems)


def _of_items(form: CompiledForm, rows: Mapping[str, Row]) -> Iterator[Problem]:
    known = _with_values(form)
    for item in form.items:
        for column in EXPRESSIONS:
            refusal = _refusal(getattr(item, column), known | {""})
            if refusal:
                yield rows[item.name].problem(*refusal)


def _of_bands(form: CompiledForm) -> Iterator[Problem]:
    known = _with_values(form)
    for band in form.bands:
        refusal = _refusal(band.when, known)
        if refusal:
            yield Problem(refusal[0], "choices", 0, refusal[1])


def _with_values(form: CompiledForm) -> set[str]:
    return {item.name for item in form.items if item.type not in ("note", "group")}


def _refusal(source: str, known: set[str]) -> tuple[FormProblem, str] | None:
    if not source:
        return None
    try:
        node = xpath.parse(source)
    except ExpressionRefused as refused:
        return refused.problem, refused.subject
    unknown = next((name for name in xpath.references(node) if name not in known), None)
    return None if unknown is None else (FormProblem.REFERENCE_UNKNOWN, unknown or ".")


def check_order(form: CompiledForm, rows: Mapping[str, Row]) -> None:
    try:
        order_of(form.items)
    except CycleError as error:
        names = sorted(set(error.args[1]))
        raise InstrumentInvalid([rows[name].problem(FormProblem.CYCLE, name) for name in names]) from None
