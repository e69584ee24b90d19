"""The first instrument: complete in four languages, and its rules give what they promise."""

import csv
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.instruments.compiler import compile_form
from app.instruments.evaluation import Evaluation, Violation, evaluate

DATA = Path(__file__).resolve().parents[2] / "seeds" / "data"
FORM = compile_form((DATA / "autonomy_matrix.md").read_bytes(), "markdown")

NEEDS = {
    "housing": "housing", "income": "income", "employment": "employment", "education": "training", "health": "health",
    "mental_health": "mental_health", "family": "family", "civil_papers": "civil_papers", "mobility": "mobility",
    "digital": "digital", "safety": "violence", "children": "childhood",
}  # fmt: skip
BANDS = ("crisis", "vulnerable", "fragile", "good", "autonomous")


def assess(levels: dict[str, int], children: int = 2, default: int | None = 5) -> Evaluation:
    """Levels not given are `default`; None leaves them blank."""
    everywhere = {} if default is None else dict.fromkeys(NEEDS, default)
    answers = {domain: str(level) for domain, level in {**everywhere, **levels}.items()}
    household = {"household_size": 4, "children_count": children}
    return evaluate(FORM, {**household, **answers}, today=date(2026, 3, 15), complete=True)


def test_it_is_in_four_languages_with_arabic_first() -> None:
    assert (FORM.form_id, FORM.version, FORM.default_language) == ("autonomy_matrix", "1", "ar")
    assert FORM.languages == ("ar", "fr", "en", "fa")
    assert set(FORM.titles) == set(FORM.languages)
    assert tuple(band.code for band in FORM.bands) == BANDS


def test_it_has_twelve_domains_of_five_levels_each_described_in_its_own_words() -> None:
    assert tuple(domain.code for domain in FORM.domains) == tuple(NEEDS)
    for domain in NEEDS:
        levels = FORM.by_name[domain].choices
        assert [(level.code, level.score) for level in levels] == [(str(n), float(n)) for n in range(1, 6)]
    for language in FORM.languages:
        texts = [level.labels[language] for domain in NEEDS for level in FORM.by_name[domain].choices]
        assert len(set(texts)) == 60


def test_a_level_of_two_or_less_reveals_the_need_of_its_domain() -> None:
    with (DATA / "needs.csv").open(encoding="utf-8") as file:
        assert set(NEEDS.values()) <= {row["code"] for row in csv.DictReader(file)}
    for domain, need in NEEDS.items():
        assert assess({domain: 3}).needs == ()
        assert assess({domain: 2}).needs == (need,)
        assert assess({domain: 1}).needs == (need,)


def test_children_are_asked_about_only_where_there_are_children() -> None:
    without = assess({"children": 1}, children=0)
    assert (without.dropped, without.needs, without.scores["children"]) == (("children",), (), None)
    assert without.band == "autonomous"


def test_there_cannot_be_more_children_than_people() -> None:
    assert assess({}, children=4).violations == ()
    assert assess({}, children=5).violations == (Violation("children_count", "constraint"),)


def test_what_was_not_discussed_stays_out_except_four_domains() -> None:
    evaluation = assess({"safety": 4, "housing": 4, "income": 3}, default=None)
    assert evaluation.violations == (Violation("health", "required"),)
    assert evaluation.total == pytest.approx(11 / 3)


@pytest.mark.parametrize(
    ("levels", "default", "band"),
    [
        ({"safety": 1}, 5, "crisis"),
        ({"housing": 1}, 5, "crisis"),
        ({"health": 1}, 5, "crisis"),
        ({"mental_health": 1}, 5, "crisis"),
        ({"children": 1}, 5, "crisis"),
        ({"digital": 1, "mobility": 1, "education": 1}, 5, "crisis"),
        ({"income": 2}, 1, "crisis"),
        ({"digital": 1, "mobility": 1}, 5, "vulnerable"),
        ({"income": 2, "family": 2, "digital": 2, "mobility": 2}, 5, "vulnerable"),
        ({}, 2, "vulnerable"),
        ({"income": 2}, 5, "fragile"),
        ({}, 3, "fragile"),
        ({}, 4, "good"),
        ({"income": 3}, 5, "autonomous"),
        ({}, 5, "autonomous"),
    ],
)
def test_the_band_follows_the_documented_rule(levels: dict[str, int], default: int, band: str) -> None:
    assert assess(levels, default=default).band == band


@settings(deadline=None)  # the machine may be busy
@given(st.fixed_dictionaries({domain: st.integers(1, 5) for domain in NEEDS}), st.sampled_from(list(NEEDS)))
def test_a_better_level_never_makes_the_band_worse(levels: dict[str, int], domain: str) -> None:
    before = assess(levels)
    after = assess({**levels, domain: min(5, levels[domain] + 1)})
    assert before.band is not None
    assert after.band is not None
    assert BANDS.index(after.band) >= BANDS.index(before.band)


def test_an_evaluation_takes_milliseconds() -> None:
    """About half a millisecond on a quiet machine; the ceiling leaves room for a busy one."""
    assess({})
    started = time.perf_counter()
    for _ in range(20):
        assess({})
    assert (time.perf_counter() - started) / 20 < 0.02
