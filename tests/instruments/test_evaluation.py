"""What a set of answers gives: relevance, refusals, calculations, scores, band and needs."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.instruments import scoring
from app.instruments.evaluation import Evaluation, Violation, evaluate
from app.instruments.form import MAX_TEXT, CompiledForm
from app.instruments.program import program_of
from tests.support.xlsforms import Cells, choice, compiled, question

TODAY = date(2026, 3, 15)

CHOICES: list[Cells] = [
    choice("yn", "yes", score="1"),
    choice("yn", "no", score="0"),
    choice("yn", "silent"),
    choice("uses", "water", score="2"),
    choice("uses", "power", score="3"),
    choice("domains", "home"),
    choice("domains", "money"),
    choice("bands", "alarm", when="${alarm} = 'yes'"),
    choice("bands", "low", below="4"),
    choice("bands", "middle", below="10", when="${income} > 100"),
    choice("bands", "high"),
]

SURVEY: list[Cells] = [
    question("integer", "people", required="yes", constraint=". > 0 and . <= 40"),
    question("begin_group", "home_group", relevant="${people} > 1"),
    question("select_one yn", "shared", domain="home", need="housing legal", need_when=". = 'no'"),
    question("begin_group", "inner"),
    question("select_multiple uses", "uses", domain="home"),
    question("end_group", ""),
    question("end_group", ""),
    question("text", "why", relevant="${shared} = 'no'", required="${people} > 5"),
    question("decimal", "income", domain="money", need="income housing", need_when=". < 10"),
    question("date", "since", constraint=". <= today()"),
    question("select_one yn", "alarm"),
    question("text", "office", readonly="yes", default="وجدة"),
    question("select_multiple uses", "fixed", readonly="yes", default="power water"),
    question("note", "thanks"),
    question("calculate", "twice", calculation="${per_head} * 2"),
    question("calculate", "per_head", calculation="${income} div ${people}"),
    question("calculate", "opened", calculation="once(today())"),
    question("calculate", "is_many", calculation="${people} > 5", relevant="${people} != ''"),
]

FORM = compiled(SURVEY, CHOICES)


def run(answers: dict[str, object], *, complete: bool = False, form: CompiledForm = FORM) -> Evaluation:
    return evaluate(form, answers, today=TODAY, complete=complete)


def code_of(name: str, answer: object) -> str | None:
    found = {violation.question: violation.code for violation in run({"people": 2, name: answer}).violations}
    return found.get(name)


def test_answers_are_kept_normalised() -> None:
    evaluation = run(
        {
            "people": " ٤ ",
            "shared": "no",
            "uses": ["power", "water", "power"],
            "why": " trop\r\npetit\r",
            "income": "۱۲٫۵",
            "since": "٢٠٢٤-٠٢-٢٩",
            "alarm": None,
        }
    )
    assert evaluation.violations == ()
    assert evaluation.answers == {
        "people": 4,
        "shared": "no",
        "uses": ["water", "power"],
        "why": "trop\npetit",
        "income": 12.5,
        "since": "2024-02-29",
        "office": "وجدة",
        "fixed": ["water", "power"],
    }


@pytest.mark.parametrize(
    ("name", "answer", "code"),
    [
        ("people", 3.0, None), ("people", "+3", None), ("people", 3.5, "wrong_type"), ("people", True, "wrong_type"),
        ("people", "3.0", "wrong_type"), ("people", [3], "wrong_type"), ("people", 10**15, "wrong_type"),
        ("people", float("nan"), "wrong_type"), ("people", float("inf"), "wrong_type"), ("people", 41, "constraint"),
        ("income", "1,5", None), ("income", -0.0, None), ("income", 1e-7, None), ("income", "1e3", "wrong_type"),
        ("income", "NaN", "wrong_type"), ("income", {}, "wrong_type"),
        ("since", "2026-03-15", None), ("since", "2026-03-16", "constraint"), ("since", "2026-02-30", "wrong_type"),
        ("since", "20260301", "wrong_type"), ("since", 20260301, "wrong_type"),
        ("shared", "maybe", "unknown_choice"), ("shared", 1, "wrong_type"), ("shared", ["yes"], "wrong_type"),
        ("uses", "water", "wrong_type"), ("uses", ["gas"], "unknown_choice"), ("uses", [["water"]], "wrong_type"),
        ("uses", [], None), ("why", "a\x00b", "wrong_type"), ("why", "\ud800", "wrong_type"), ("why", 5, "wrong_type"),
        ("why", "a\tb\nc 😀", None), ("why", "a" * MAX_TEXT, None), ("why", "a" * (MAX_TEXT + 1), "too_long"),
        ("thanks", "x", "unknown_question"), ("home_group", "x", "unknown_question"), ("nobody", "x", "unknown_question"),
    ],
)  # fmt: skip
def test_an_answer_that_does_not_fit_its_question_is_a_violation(
    name: str, answer: object, code: str | None
) -> None:
    answers = {"people": 2, "shared": "no"} if name == "why" else {"people": 2}
    violations = run({**answers, name: answer}).violations
    assert violations == (() if code is None else (Violation(name, code),))


def test_a_name_that_cannot_be_a_question_is_not_repeated() -> None:
    assert run({"Fatima Zahra, née à Oujda": "x"}).violations == (Violation("", "unknown_question"),)


def test_a_refused_answer_counts_as_blank_but_not_as_missing() -> None:
    evaluation = run({"people": "many", "uses": ["water"]}, complete=True)
    assert evaluation.violations == (Violation("people", "wrong_type"),)
    assert evaluation.missing == ()
    assert "uses" not in evaluation.relevant


def test_required_is_a_violation_only_when_complete_and_relevant() -> None:
    assert run({}).violations == ()
    assert run({}).missing == ("people",)
    assert run({}, complete=True).violations == (Violation("people", "required"),)
    assert run({"people": 6, "shared": "no"}, complete=True).missing == ("why",)
    assert run({"people": 5, "shared": "no"}, complete=True).missing == ()
    assert run({"people": 6, "shared": "yes"}, complete=True).missing == ()


def test_what_is_irrelevant_is_dropped_with_all_that_follows_from_it() -> None:
    evaluation = run({"people": 1, "shared": "no", "uses": ["gas"], "why": "x", "income": 50})
    assert evaluation.dropped == ("shared", "uses", "why")
    assert evaluation.violations == ()
    assert evaluation.needs == ()
    assert evaluation.scores == {"home": None, "money": 50.0}
    assert not {"home_group", "shared", "inner", "uses", "why"} & evaluation.relevant


def test_calculated_and_read_only_values_are_not_taken_from_answers() -> None:
    evaluation = run({"people": 2, "income": 30, "per_head": 99, "office": "Rabat"})
    assert evaluation.dropped == ("office", "per_head")
    assert evaluation.answers["office"] == "وجدة"
    assert evaluation.calculated == {"twice": 30, "per_head": 15, "opened": "2026-03-15", "is_many": False}


def test_a_calculation_without_result_is_blank() -> None:
    evaluation = run({"income": 30})
    assert evaluation.calculated == {"twice": None, "per_head": None, "opened": "2026-03-15"}
    assert run({"people": 4, "income": 30}).calculated["per_head"] == 7.5


@pytest.mark.parametrize(
    ("earlier", "kept"),
    [("2025-01-01", "2025-01-01"), (None, "2026-03-15"), (12.0, "12"), (7, "7"), (True, "true"), ("\x00", "2026-03-15")],
)  # fmt: skip
def test_once_keeps_what_was_calculated_earlier(earlier: str | float | bool | None, kept: str) -> None:
    evaluation = evaluate(FORM, {}, today=TODAY, complete=False, earlier={"opened": earlier, "nobody": 1})
    assert evaluation.calculated["opened"] == kept


def test_a_calculated_text_cannot_grow_without_bound() -> None:
    doubling = [
        question("calculate", f"c{n}", calculation=f"concat(${{c{n - 1}}}, ${{c{n - 1}}})")
        for n in range(1, 20)
    ]
    form = compiled([question("text", "c0"), *doubling])
    evaluation = run({"c0": "ab"}, form=form)
    assert evaluation.violations == (Violation("c13", "too_long"),)
    assert evaluation.calculated["c12"] == "ab" * 2**12
    assert evaluation.calculated["c13"] is None


def test_scores_add_up_within_a_domain_once_it_is_answered_in_full() -> None:
    assert run({"people": 2, "shared": "yes"}).scores == {"home": None, "money": None}
    full = run({"people": 2, "shared": "yes", "uses": ["water", "power"], "income": 7})
    assert full.scores == {"home": 6.0, "money": 7.0}
    assert full.total == 13.0


def test_a_choice_without_score_says_nothing_about_its_domain() -> None:
    assert run({"people": 2, "shared": "silent", "uses": ["water"]}).scores["home"] == 2.0


def test_a_sum_waits_for_every_domain_and_a_mean_does_not() -> None:
    answers: dict[str, object] = {"people": 2, "shared": "yes", "uses": ["water"]}
    mean = compiled(SURVEY, CHOICES, total="mean")
    assert run(answers).total is None
    assert run(answers, form=mean).total == 3.0
    assert run({**answers, "income": 6}, form=mean).total == 4.5
    assert run({}, form=mean).total is None


def test_a_calculated_number_counts_and_a_calculated_text_does_not() -> None:
    survey = [
        question("calculate", "number", calculation="1 + 2", domain="home"),
        question("calculate", "words", calculation="'five'", domain="home"),
        question("calculate", "only_words", calculation="'six'", domain="money"),
    ]
    evaluation = run({}, form=compiled(survey, CHOICES[5:7]))
    assert evaluation.scores == {"home": 3.0, "money": None}
    assert evaluation.band is None


@pytest.mark.parametrize(
    ("answers", "band"),
    [
        ({"alarm": "yes"}, "alarm"),
        ({}, None),
        ({"people": 1, "income": 3}, "low"),
        ({"people": 1, "income": 4}, "middle"),
        ({"people": 1, "income": 101}, "middle"),
        ({"people": 1, "income": 10}, "high"),
    ],
)
def test_the_first_band_that_holds_counts(answers: dict[str, object], band: str | None) -> None:
    assert run(answers).band == band


def test_there_may_be_no_band_for_a_total() -> None:
    bands = [choice("domains", "home"), choice("bands", "low", below="4", when="once(false())")]
    form = compiled([question("integer", "a", domain="home")], bands)
    assert run({"a": 3}, form=form).band == "low"
    assert run({"a": 4}, form=form).band is None


def test_needs_are_revealed_once_in_the_order_of_the_form() -> None:
    assert run({"people": 2, "shared": "no", "income": 5}).needs == ("housing", "legal", "income")
    assert run({"people": 2, "shared": "yes", "income": 15}).needs == ()


def test_a_date_constraint_compares_days_and_a_blank_passes() -> None:
    assert code_of("since", "2026-03-16") == "constraint"
    assert code_of("since", "") is None


def test_nothing_personal_stands_in_the_representation() -> None:
    assert repr(run({"people": 2, "why": "secret"})) == "Evaluation(violations=())"


def test_comparing_gives_newer_minus_older_by_domain() -> None:
    older = {"home": 2.0, "money": None, "health": 3.0}
    newer = {"home": 5.0, "money": 4.0, "work": 1.0}
    assert scoring.compare(older, newer) == {"home": 3.0, "money": None, "health": None, "work": None}


def test_names_that_mean_something_in_xpath_are_ordinary_names() -> None:
    names = ["div", "mod", "and", "or", "form", "text", "xml", "o"]
    sum_of_all = question("calculate", "total", calculation=" + ".join(f"${{{name}}}" for name in names))
    form = compiled([*(question("integer", name) for name in names), sum_of_all])
    assert run(dict.fromkeys(names, 2), form=form).calculated == {"total": 16}


def test_threads_share_a_form_without_mixing_answers() -> None:
    def score(income: int) -> float | None:
        return run({"people": 1, "income": income}).scores["money"]

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(score, range(400))) == [float(income) for income in range(400)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["yes", "no", "water", "3"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
NAMES = st.sampled_from([item.name for item in FORM.items]) | st.text(max_size=5)


@settings(deadline=None)  # the machine may be busy
@given(st.dictionaries(NAMES, JSON, max_size=8), st.booleans())
def test_any_json_value_is_kept_refused_or_dropped_and_nothing_is_raised(
    answers: dict[str, object], complete: bool
) -> None:
    evaluation = run(answers, complete=complete)
    accounted = {
        *evaluation.answers,
        *evaluation.dropped,
        *(violation.question for violation in evaluation.violations),
    }
    for name, answer in answers.items():
        is_blank = answer is None or answer == [] or (isinstance(answer, str) and not answer.strip())
        assert is_blank or name in accounted or "" in accounted
    assert set(evaluation.answers) <= evaluation.relevant


@settings(deadline=None)  # the machine may be busy
@given(st.dictionaries(st.sampled_from(["shared", "uses", "why"]), JSON))
def test_irrelevant_answers_never_influence_the_result(answers: dict[str, object]) -> None:
    alone = run({"people": 1, "income": 5}, complete=True)
    with_them = run({"people": 1, "income": 5, **answers}, complete=True)
    for name in (
        "answers",
        "calculated",
        "violations",
        "scores",
        "total",
        "band",
        "needs",
        "relevant",
        "missing",
    ):
        assert getattr(with_them, name) == getattr(alone, name)


@settings(deadline=None)  # the machine may be busy
@given(st.dictionaries(NAMES, JSON, max_size=8))
def test_evaluating_what_was_kept_gives_the_same_again(answers: dict[str, object]) -> None:
    first = run(answers)
    again = run(dict(first.answers))
    assert again.answers == first.answers
    assert (again.scores, again.band, again.needs) == (first.scores, first.band, first.needs)


def test_what_decides_over_other_questions_is_known_also_through_calculations() -> None:
    form = compiled(
        [
            question("integer", "adults"),
            question("integer", "children"),
            question("calculate", "all_of_them", calculation="${adults} + ${children}"),
            question("text", "crowded", relevant="${all_of_them} > 5"),
            question("text", "why", required="${crowded} != ''"),
            question("calculate", "twice", calculation="${adults} * 2"),
        ]
    )
    assert program_of(form).deciding == {"adults", "children", "all_of_them", "crowded"}
