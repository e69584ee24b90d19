"""Evaluates answers against a compiled form, on the server, as ODK XForms does on the device.

What is irrelevant counts as blank, a blank answer passes every constraint, and calculations are made anew each time in
the order of what they depend on. Expressions run in libxml2 on a document built from the answers, where all questions
are children of one root; nothing is parsed and nothing is fetched.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from lxml import etree

from app.core.fields import MAX_SAFE_INTEGER
from app.instruments import answers as reading
from app.instruments import scoring
from app.instruments.answers import Answer, AnswerRefused
from app.instruments.form import MAX_TEXT, NAME, UNANSWERABLE, CompiledForm, Item
from app.instruments.functions import write_number
from app.instruments.program import Program, program_of
from app.instruments.workbook import ILLEGAL_TEXT
from app.instruments.xpath import ROOT

Calculated = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Violation:
    """`code` is unknown_question, unknown_choice, wrong_type, too_long, required or constraint."""

    question: str  # "" when what was sent as a name cannot be one
    code: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Answers and results are a person's data and stay out of the representation."""

    answers: dict[str, Answer] = field(repr=False)  # normalised, of relevant questions only
    calculated: dict[str, Calculated] = field(repr=False)
    violations: tuple[Violation, ...]
    scores: dict[str, float | None] = field(repr=False)
    total: float | None = field(repr=False)
    band: str | None = field(repr=False)
    needs: tuple[str, ...] = field(repr=False)
    relevant: frozenset[str] = field(repr=False)  # questions, notes and groups
    missing: tuple[str, ...] = field(repr=False)  # required and blank, complete or not
    dropped: tuple[str, ...] = field(repr=False)  # answered although irrelevant, read-only or calculated


def evaluate(
    form: CompiledForm,
    answers: Mapping[str, object],
    *,
    today: date,
    complete: bool,
    earlier: Mapping[str, Calculated] | None = None,
) -> Evaluation:
    """Takes any JSON values and never raises for them. `complete` makes blank required questions violations.

    `earlier` are values calculated by an earlier evaluation of the same assessment, which `once()` keeps.
    """
    run = _Run(form, answers, today, earlier or {})
    for item in run.program.order:
        run.settle(item)
    missing = tuple(run.missing())
    refused = [*run.unknown(), *run.refused()]
    if complete:
        refused += [Violation(name, "required") for name in missing]
    return _evaluation(run, tuple(refused), missing)


def _evaluation(run: "_Run", violations: tuple[Violation, ...], missing: tuple[str, ...]) -> Evaluation:
    tally = scoring.tally(run.form, run.relevant, {**run.calculated, **run.answers})
    return Evaluation(
        answers={item.name: run.answers[item.name] for item in run.form.items if item.name in run.answers},
        calculated={
            item.name: run.calculated[item.name] for item in run.form.items if item.name in run.calculated
        },
        violations=violations,
        scores=tally.scores,
        total=tally.total,
        band=scoring.band(run.form, run.bands(), tally.total),
        needs=tuple(dict.fromkeys(run.needs())),
        relevant=frozenset(run.relevant),
        missing=missing,
        dropped=tuple(item.name for item in run.form.items if item.name in run.dropped),
    )


class _Run:
    """One evaluation: its document, and what has been settled so far."""

    def __init__(
        self, form: CompiledForm, sent: Mapping[str, object], today: date, earlier: Mapping[str, Calculated]
    ) -> None:
        self.form = form
        self.program: Program = program_of(form)
        self.sent = {name: value for name, value in sent.items() if not reading.is_blank(value)}
        self.root = etree.Element(ROOT, today=today.isoformat(), now=f"{today.isoformat()}T00:00:00")
        self.nodes = {item.name: etree.SubElement(self.root, item.name) for item in form.items}
        self.earlier = earlier
        self.answers: dict[str, Answer] = {}
        self.calculated: dict[str, Calculated] = {}
        self.refusals: dict[str, str] = {}
        self.relevant: set[str] = set()
        self.dropped: set[str] = set()

    def settle(self, item: Item) -> None:
        """Everything the item depends on is settled already."""
        is_relevant = self._is_relevant(item)
        if is_relevant:
            self.relevant.add(item.name)
            self._fill(item)
        is_asked = is_relevant and item.is_answered_by_people
        if item.name in self.sent and item.type not in UNANSWERABLE and not is_asked:
            self.dropped.add(item.name)

    def _fill(self, item: Item) -> None:
        if item.type == "calculate":
            self._calculate(item)
        elif item.readonly:
            self._answer(item, item.default_answer)
        elif item.type not in UNANSWERABLE and item.name in self.sent:
            self._answer(item, self.sent[item.name])

    def _is_relevant(self, item: Item) -> bool:
        if item.path and item.path[-1] not in self.relevant:
            return False
        return item.name not in self.program.relevant or self._holds(self.program.relevant[item.name])

    def _holds(self, expression: etree.XPath) -> bool:
        return bool(expression(self.root))

    def _calculate(self, item: Item) -> None:
        node = self.nodes[item.name]
        node.set("earlier", _earlier_text(self.earlier.get(item.name)))
        value = self.program.calculation[item.name](self.root)
        text, kept = _calculated(value)
        if len(text) > MAX_TEXT:
            self.refusals[item.name] = "too_long"
            text, kept = "", None
        node.text = text
        self.calculated[item.name] = kept

    def _answer(self, item: Item, sent: object) -> None:
        try:
            answer = reading.normalise(item, sent)
        except AnswerRefused as refusal:
            self.refusals[item.name] = refusal.code
            return
        self.answers[item.name] = answer
        self.nodes[item.name].text = reading.as_text(answer)

    def unknown(self) -> Iterator[Violation]:
        for name in self.sent:
            item = self.form.by_name.get(name)
            if item is None or item.type in UNANSWERABLE:
                yield Violation(name if NAME.fullmatch(name) else "", "unknown_question")

    def refused(self) -> Iterator[Violation]:
        for item in self.form.items:
            if item.name in self.refusals:
                yield Violation(item.name, self.refusals[item.name])
            elif item.name in self.answers and not self._passes(item):
                yield Violation(item.name, "constraint")

    def _passes(self, item: Item) -> bool:
        return item.name not in self.program.constraint or self._holds(self.program.constraint[item.name])

    def missing(self) -> Iterator[str]:
        for item in self.form.items:
            if item.name in self.relevant and self._is_required(item) and not self._is_filled(item):
                yield item.name

    def _is_required(self, item: Item) -> bool:
        return item.required or (
            item.name in self.program.required_when and self._holds(self.program.required_when[item.name])
        )

    def _is_filled(self, item: Item) -> bool:
        """An answer that was refused has its own violation; it is not missing as well."""
        return item.name in self.answers or item.name in self.refusals

    def needs(self) -> Iterable[str]:
        for item in self.form.items:
            if item.needs and self.nodes[item.name].text and self._holds(self.program.need_when[item.name]):
                yield from item.needs

    def bands(self) -> Iterator[str]:
        for code, expression in self.program.bands.items():
            if self._holds(expression):
                yield code


def _calculated(value: object) -> tuple[str, Calculated]:
    """The text that other expressions see, and the value that is kept; a number that is none of them is blank."""
    if isinstance(value, bool):
        return ("true" if value else "false"), value
    if isinstance(value, float):
        return write_number(value), _kept_number(value)
    text = str(value)
    return text, text or None


def _kept_number(value: float) -> float | int | None:
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) <= MAX_SAFE_INTEGER else value


def _earlier_text(value: Calculated) -> str:
    """Stored text is cleaned of what a document cannot hold: it need not have been written by this engine."""
    if isinstance(value, str) or value is None:
        return ILLEGAL_TEXT.sub("", value or "")
    return _calculated(value if isinstance(value, bool) else float(value))[0]
