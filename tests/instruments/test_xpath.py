"""Expressions: which are read, and what they give when libxml2 evaluates them."""

import contextlib
import math
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.instruments import functions, patterns, xpath
from app.instruments.errors import FormProblem
from app.instruments.evaluation import evaluate
from app.instruments.form import NAME
from app.instruments.xpath import ExpressionRefused
from tests.support.xlsforms import choice, compiled, question

TODAY = date(2026, 3, 15)

ANSWERS = {
    "age": 42,
    "income": 1500.5,
    "born": "1984-03-15",
    "town": "وجدة",
    "uses": ["water", "power"],
    "blank": None,
}

LISTS = [choice("uses", "water"), choice("uses", "power"), choice("uses", "net")]

QUESTIONS = [
    question("integer", "age"),
    question("decimal", "income"),
    question("date", "born"),
    question("text", "town"),
    question("select_multiple uses", "uses"),
    question("text", "blank"),
    question("integer", "none"),
]


def value_of(expression: str, **answers: object) -> object:
    form = compiled([*QUESTIONS, question("calculate", "result", calculation=expression)], LISTS)
    return evaluate(form, {**ANSWERS, **answers}, today=TODAY, complete=False).calculated["result"]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 mod 4 - -2", 5),
        ("10 div 4", 2.5),
        ("2 - 3 - 4", -5),
        ("'a' = \"a\" and 1 < 2 or false()", True),
        ("1 = 1 = true()", True),
        ("not(${age} >= 18)", False),
        ("${age}", "42"),
        ("${none}", None),
        ("${none} + 1", None),
        ("-0.0 * 1", 0),
        ("1 div 0", None),
        ("string(1234567890123)", "1234567890123"),
        ("concat(${town}, ' ', ${age}, ' ', 0.5, ' ', true())", "وجدة 42 0.5 true"),
        ("string(if(true(), true(), ''))", "true"),
        ("string(1 div 0)", None),
        ("string-length(${town})", 4),
        ("number('12') + number(true())", 13),
        ("number('twelve')", None),
        ("number('9999-99-99')", None),
        ("selected(${uses}, 'power')", True),
        ("selected(${uses}, 'pow')", False),
        ("count-selected(${uses})", 2),
        ("count-selected(${blank})", 0),
        ("selected-at(${uses}, 1)", "power"),
        ("selected-at(${uses}, 2)", None),
        ("if(${age} > 40, 'older', 'younger')", "older"),
        ("if(${blank}, 'said', 'blank')", "blank"),
        ("if(${none}, 'some', 'blank or zero')", "blank or zero"),
        ("if('', 1, 2) + 0", 2),
        ("if(3, 1, 2)", 1),
        ("coalesce(${blank}, ${none}, ${town})", "وجدة"),
        ("coalesce(1 div 0 - 1 div 0, '')", None),
        ("today()", "2026-03-15"),
        ("now()", "2026-03-15T00:00:00"),
        ("date(0)", "1970-01-01"),
        ("date('2024-02-29T23:00:00')", "2024-02-29"),
        ("date('2023-02-29')", None),
        ("date(1 div 0)", None),
        ("date(${born} + 1)", "1984-03-16"),
        ("${born} <= today()", True),
        ("today() < ${born}", False),
        ("${born} > date('2020-01-01')", False),
        ("${born} = '1984-03-15'", True),
        ("${born} = today() - 15340", True),
        ("${blank} <= today()", False),
        ("int((today() - ${born}) div 365)", 42),
        ("substr(${born}, 0, 4)", "1984"),
        ("decimal-date-time('1970-01-02T12:00:00')", 1.5),
        ("format-date(${born}, '%d/%m/%Y')", "15/03/1984"),
        ("format-date('2026-01-02T03:04:05', '%e %n %y %H %h %M %S %%')", "2 1 26 03 3 04 05 %"),
        ("format-date(${blank}, '%Y')", None),
        ("int(-2.7)", -2),
        ("int('x')", None),
        ("round(2.5)", 3),
        ("round(-2.5)", -2),
        ("round(1.005, 2)", 1.01),
        ("round(1250, -2)", 1300),
        ("round(1, 1 div 0)", None),
        ("pow(2, 10)", 1024),
        ("pow(10, 400)", None),
        ("pow(-1, 0.5)", None),
        ("abs(-3)", 3),
        ("min(3, ${age}, 7)", 3),
        ("max(3, ${age}, 7)", 42),
        ("min(3, ${none})", None),
        ("regex(${town}, '[ء-ي]+')", True),
        ("regex('AB123456', '[A-Z]{1,2}[0-9]{1,6}')", True),
        ("regex('AB123456 ', '[A-Z]{1,2}[0-9]{1,6}')", False),
        ("boolean-from-string('1') and not(boolean-from-string('0'))", True),
        ("boolean(${blank})", False),
        ("substr('abcdef', 1, 3)", "bc"),
        ("substr('abcdef', -2)", "ef"),
        ("substr('abcdef', 'x')", "abcdef"),
        ("substring('abcdef', 2, 3)", "bcd"),
        ("translate('abcb', 'bcb', '-')", "a--"),
        ("contains('abc', 'bc') and not(contains('abc', 'cb'))", True),
        ("contains('abc', '')", True),
        ("concat(substring-before('a=b=c', '='), substring-after('a=b=c', '='))", "ab=c"),
        ("concat('(', substring-before('abc', 'x'), substring-after('abc', 'x'), ')')", "()"),
        ("normalize-space('  a   b ')", "a b"),
        ("true() = 1", True),
        ("${age} != 42", False),
        ("${blank} = ''", True),
        ("${none} = ''", True),
        ("'5' = 5.0", True),
    ],
)
def test_an_expression_gives_what_odk_gives(expression: str, value: object) -> None:
    assert value_of(expression) == value


@pytest.mark.parametrize(
    ("expression", "problem", "subject"),
    [
        ("1 +", FormProblem.EXPRESSION_SYNTAX, ""),
        ("1 2", FormProblem.EXPRESSION_SYNTAX, "2"),
        ("(1", FormProblem.EXPRESSION_SYNTAX, ""),
        ("age > 1", FormProblem.EXPRESSION_SYNTAX, ">"),
        ("'open", FormProblem.EXPRESSION_SYNTAX, "'open"),
        ("//form", FormProblem.EXPRESSION_SYNTAX, "//form"),
        ("../age", FormProblem.EXPRESSION_SYNTAX, "/age"),
        ("${age}[1]", FormProblem.EXPRESSION_SYNTAX, "[1]"),
        ("count(${age})", FormProblem.FUNCTION_UNKNOWN, "count"),
        ("document('http://example.org')", FormProblem.FUNCTION_UNKNOWN, "document"),
        ("jr:itext('x')", FormProblem.FUNCTION_UNKNOWN, "jr:itext"),
        ("o:number(1)", FormProblem.FUNCTION_UNKNOWN, "o:number"),
        ("${last-saved#age}", FormProblem.REFERENCE_UNKNOWN, "last-saved#age"),
        ("not()", FormProblem.FUNCTION_ARGUMENTS, "not"),
        ("today(1)", FormProblem.FUNCTION_ARGUMENTS, "today"),
        ("concat('a')", FormProblem.FUNCTION_ARGUMENTS, "concat"),
        ("regex('a', ${p})", FormProblem.FUNCTION_ARGUMENTS, "regex"),
        ("regex('a', '(a+)+')", FormProblem.PATTERN_UNSAFE, "regex"),
        ("format-date(today(), '%A')", FormProblem.PATTERN_UNSAFE, "format-date"),
        ("(" * 33 + "1" + ")" * 33, FormProblem.EXPRESSION_TOO_DEEP, "("),
        ("1" + "+1" * 101, FormProblem.EXPRESSION_TOO_DEEP, "+"),
        ("-" * 1999 + "1", FormProblem.EXPRESSION_TOO_DEEP, "-"),
        ("1" + " " * 2000, FormProblem.EXPRESSION_TOO_LONG, ""),
    ],
)
def test_what_lies_outside_the_closed_part_of_xpath_is_refused(
    expression: str, problem: FormProblem, subject: str
) -> None:
    with pytest.raises(ExpressionRefused) as refused:
        xpath.parse(expression)
    assert (refused.value.problem, refused.value.subject) == (problem, subject)


def test_the_deepest_expression_allowed_is_still_evaluated() -> None:
    deepest = "if(1 > 0 and " * 31 + "1" + "+1" * 38 + ", 1, 2)" * 31
    assert value_of(deepest) == 1
    assert value_of("1" + "+1" * 100) == 101


def test_references_name_every_question_read() -> None:
    node = xpath.parse("if(. > ${a}, -${b}, concat('x', 1, ${c}))")
    assert list(xpath.references(node)) == ["", "a", "b", "c"]


@settings(deadline=None)  # the machine may be busy
@given(st.text(alphabet="${}()ab.,'\"<>=!*+-/ 01:|[]@", max_size=60))
def test_any_text_is_parsed_or_refused(source: str) -> None:
    with contextlib.suppress(ExpressionRefused):
        assert all(name == "" or NAME.fullmatch(name) for name in xpath.references(xpath.parse(source)))


@settings(deadline=None)  # the machine may be busy
@given(st.floats(allow_nan=True, allow_infinity=True))
def test_a_written_number_is_read_back_without_exponent(number: float) -> None:
    text = functions.write_number(number)
    assert "e" not in text.lower()
    assert text == "" if not math.isfinite(number) else float(text) == number


@pytest.mark.parametrize(
    "pattern",
    [
        r"[0-9]{4}", r"(?:\+212|0)[5-7][0-9]{8}", r"[A-Za-z]{1,2}\d+", r"(a|b)?c", r"(?:ab)+", r".*", r"^\w+@\w+\.\w+$", r"a{2,}?",
        r"[^\d\-]*",
    ],
)  # fmt: skip
def test_ordinary_patterns_are_safe(pattern: str) -> None:
    assert patterns.is_safe_regex(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+", "(a|a)*", "(a?){30}", ".*.*.*.*", "a?" * 30, r"(a)\1", "(?=a)", "(?P<n>a)", "*a", "a**", "(a", "a)", "[z-a]", "[a--b]",
        "a|*", "(*a)", r"\p{L}", "(?:(?:a*)b)+",
    ],
)  # fmt: skip
def test_patterns_that_may_run_away_or_mean_nothing_are_unsafe(pattern: str) -> None:
    assert not patterns.is_safe_regex(pattern)


@settings(deadline=None)  # the machine may be busy
@given(st.text(alphabet="ab()[]{}?*+|^$\\.,0123-", max_size=20))
def test_a_pattern_found_safe_compiles_and_matches_quickly(pattern: str) -> None:
    if patterns.is_safe_regex(pattern):
        started = time.perf_counter()
        functions.FUNCTIONS[(xpath.OPENROSA, "regex")](None, "a" * 254 + "!", pattern)
        assert time.perf_counter() - started < 5


def test_a_text_beyond_the_matched_length_matches_nothing() -> None:
    assert value_of("regex(${town}, 'a*')", town="a" * 255) is True
    assert value_of("regex(${town}, 'a*')", town="a" * 256) is False
