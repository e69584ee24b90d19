"""Scores, band and revealed needs of a set of settled answers, by the rules the instrument itself states."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.instruments.form import CompiledForm, Item

Value = str | int | float | bool | list[str] | None
Scores = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Tally:
    scores: dict[str, float | None]  # None: not scored, because not answered in full or not concerned
    total: float | None


def tally(form: CompiledForm, relevant: Iterable[str], values: Mapping[str, Value]) -> Tally:
    """A domain is scored once all its questions that apply are answered: part of a sum reads like a better result."""
    concerned = set(relevant)
    counted: dict[str, list[Item]] = {domain.code: [] for domain in form.domains}
    for item in form.items:
        if item.domain and item.name in concerned:
            counted[item.domain].append(item)
    blank = {item.domain for items in counted.values() for item in items if values.get(item.name) is None}
    scores = {domain: None if domain in blank else _sum(items, values) for domain, items in counted.items()}
    return Tally(scores, _total(form, scores, unanswered=bool(blank)))


def _sum(items: Iterable[Item], values: Mapping[str, Value]) -> float | None:
    points = [point for item in items for point in _points(item, values[item.name])]
    return math.fsum(points) if points else None


def _points(item: Item, value: Value) -> Iterator[float]:
    """A choice without a score adds nothing; neither does a calculation that gave a text."""
    if item.choices:
        chosen = value if isinstance(value, list) else [value]
        yield from (
            choice.score for choice in item.choices if choice.code in chosen and choice.score is not None
        )
    elif isinstance(value, int | float):
        yield float(value)


def _total(form: CompiledForm, scores: Scores, *, unanswered: bool) -> float | None:
    """A mean is taken over what is scored; a sum waits until everything that applies is answered."""
    points = [score for score in scores.values() if score is not None]
    if not points or (form.total == "sum" and unanswered):
        return None
    return math.fsum(points) / len(points) if form.total == "mean" else math.fsum(points)


def band(form: CompiledForm, held: Iterable[str], total: float | None) -> str | None:
    """`held` are the bands whose `when` is true. None when the first band left to try needs a total and has none."""
    true = set(held)
    for candidate in form.bands:
        if candidate.code in true:
            return candidate.code
        if candidate.below is None and candidate.when:
            continue
        if total is None:
            return None
        if candidate.below is None or total < candidate.below:
            return candidate.code
    return None


def compare(older: Scores, newer: Scores) -> dict[str, float | None]:
    """Newer minus older for each domain of either, None where one of them has no score."""
    return {domain: _difference(older.get(domain), newer.get(domain)) for domain in {**older, **newer}}


def _difference(older: float | None, newer: float | None) -> float | None:
    return None if older is None or newer is None else newer - older
