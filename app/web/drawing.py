"""A questionnaire as a page draws it: what is asked now, in the reader's language, with earlier answers beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.numbers import format_decimal

from app.core import i18n
from app.core.db import ReadSession
from app.instruments import queries as instruments
from app.instruments.answers import is_blank
from app.instruments.evaluation import Evaluation
from app.instruments.form import CompiledForm, Item, Texts
from app.instruments.program import program_of
from app.web import wording
from app.web.forms import Form

ANSWERS = "answers"
PARTS = 5  # of a bar where the instrument has no levels of its own


@dataclass(frozen=True)
class Drawn:
    """One row of the form: a question, a note, or the title of a group."""

    item: Item
    label: str
    hint: str
    depth: int
    choices: list[tuple[str, str]]
    is_required: bool
    decides: bool  # whether another question may come or go with the answer
    value: Any
    earlier: str


@dataclass(frozen=True)
class Result:
    """What one domain came to: how many parts of how many, the level in words, and the change since last time."""

    label: str
    score: float | None
    filled: int
    parts: int
    words: list[str]
    difference: float | None


def text_of(form: CompiledForm, texts: Texts) -> str:
    """An author's text in the language of the request, or in that of the instrument."""
    return texts.get(i18n.language.get()) or texts.get(form.default_language, "")


def form_of(db: ReadSession, assessment: Mapping[str, Any]) -> CompiledForm:
    """The version of the instrument that an assessment answers."""
    return instruments.form(db, assessment["instrument_id"])


def sent(typed: Form) -> dict[str, Any]:
    """The answers of a form that was sent: every question that stood in it, `None` where it was left blank."""
    told = typed.data().get(ANSWERS, {})
    answered = told if isinstance(told, dict) else {}
    return {name: answered.get(name) for name in typed.values("asked")}


def drawn(
    form: CompiledForm, state: Evaluation, answers: Mapping[str, Any], before: "Before | None"
) -> Iterator[Drawn]:
    """The rows of the form that are asked now, in the order of the sheet; calculations are not shown."""
    missing, deciding = set(state.missing), program_of(form).deciding
    for item in form.items:
        if item.name not in state.relevant or item.type == "calculate":
            continue
        yield Drawn(
            item=item,
            label=text_of(form, item.labels),
            hint=text_of(form, item.hints),
            depth=len(item.path),
            choices=[(choice.code, text_of(form, choice.labels)) for choice in item.choices],
            is_required=item.required or item.name in missing,
            decides=item.name in deciding,
            value=answers.get(item.name),
            earlier=before.answer(item.name) if before else "",
        )


@dataclass(frozen=True)
class Before:
    """The assessment before this one, read by its own version of the instrument."""

    form: CompiledForm
    answers: Mapping[str, Any]

    def answer(self, name: str) -> str:
        """What was answered then, in words; empty where nothing was."""
        item, value = self.form.by_name.get(name), self.answers.get(name)
        return "" if item is None or is_blank(value) else in_words(self.form, item, value)


def in_words(form: CompiledForm, item: Item, value: Any) -> str:
    """An answer as people read it: choices by their labels, days as days, numbers in the reader's digits."""
    if item.choices:
        chosen = value if isinstance(value, list) else [value]
        said = [text_of(form, choice.labels) for choice in item.choices if choice.code in chosen]
        return f"{wording.plain('page.assessments.comma')} ".join(said)
    if item.type == "date":
        return wording.day_text(date.fromisoformat(value))
    if item.type in {"integer", "decimal"}:
        return wording.digits(figure(float(value)))
    return str(value)


def answered(form: CompiledForm, assessment: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Question and answer, both in words, in the order of the form."""
    return [
        (text_of(form, item.labels), in_words(form, item, assessment["answers"][item.name]))
        for item in form.items
        if item.name in assessment["answers"]
    ]


def figure(value: float) -> str:
    """A number as the language writes it, without a fraction that says nothing."""
    return format_decimal(value, "0.##", locale=wording.LOCALES[wording.language()])


def results(
    form: CompiledForm, assessment: Mapping[str, Any], older: Mapping[str, Any] | None
) -> list[Result]:
    """Every domain of a completed assessment as a bar and words."""
    scores, before = assessment["scores"], (older or {}).get("scores", {})
    found = []
    for domain in form.domains:
        score, earlier = scores.get(domain.code), before.get(domain.code)
        items = [item for item in form.items if item.domain == domain.code]
        filled, parts = _bar(items, score)
        known = score is not None and earlier is not None
        found.append(
            Result(
                label=text_of(form, domain.labels),
                score=score,
                filled=filled,
                parts=parts,
                words=[in_words(form, i, v) for i in items if (v := assessment["answers"].get(i.name))],
                difference=score - earlier if known else None,
            )
        )
    return found


def _bar(items: list[Item], score: float | None) -> tuple[int, int]:
    """How much of a bar is filled; a domain of one question has a part for each of its levels."""
    points = [[c.score for c in item.choices if c.score is not None] for item in items]
    most = sum(max(p) for p in points if p)
    if score is None or most <= 0:
        return 0, PARTS
    if len(points) == 1 and most <= 10 and most == int(most):
        return max(0, min(round(score), int(most))), int(most)
    return max(0, min(PARTS, round(score / most * PARTS))), PARTS


def band_of(form: CompiledForm, code: str | None) -> tuple[str, int, int] | None:
    """A band in words, its place from the first on, and how many there are."""
    for place, band in enumerate(form.bands, 1):
        if band.code == code:
            return text_of(form, band.labels), place, len(form.bands)
    return None


def band(db: ReadSession, assessment: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The band of an assessment's result with its words, as the questionnaire of today names it."""
    known = instruments.current(db, assessment["instrument_code"]) if assessment else None
    if assessment is None or known is None:
        return None
    bands = instruments.read(db, known["id"])["bands"]
    return next((one for one in bands if one["code"] == assessment["band"]), None)
