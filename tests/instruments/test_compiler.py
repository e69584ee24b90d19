"""Which spreadsheets become questionnaires, and what each refusal says."""

import zipfile
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import DomainError
from app.instruments.compiler import compile_form
from app.instruments.errors import (
    REPORTED_AT_MOST,
    FormProblem,
    InstrumentInvalid,
    InstrumentTooLarge,
    InstrumentUnreadable,
    Problem,
)
from app.instruments.form import MAX_CHOICES, MAX_QUESTIONS, Band, Choice, CompiledForm
from app.instruments.workbook import MAX_PARTS, MAX_SOURCE, MAX_UNPACKED, SourceKind
from tests.support.xlsforms import SETTINGS, Cells, choice, compiled, labelled, markdown, question, workbook

AGE = question("integer", "age")
YES_NO = [choice("yn", "yes", score="1"), choice("yn", "no", score="0")]


def problems_of(source: str | bytes) -> list[tuple[object, ...]]:
    with pytest.raises(InstrumentInvalid) as refused:
        compile_form(source, "markdown")
    errors = refused.value.details["errors"]
    assert isinstance(errors, list)
    return [(error["code"], *error["context"].values()) for error in errors]


def refusal(*survey: Cells, choices: Sequence[Cells] = (), **settings: str) -> list[tuple[object, ...]]:
    return problems_of(markdown(survey, choices, {**SETTINGS, **settings}))


SMALL_XLSX: dict[str, list[list[object]]] = {
    "settings": [["form_title", "form_id", "version", "default_language"], ["Essai", "essai", 2, "fr"]],
    "survey": [
        ["Type", "name", "label::Français (fr)", "required"],
        ["integer", "age", "Âge", True],
        [None, None, None, None],
        ["select one yn", "agrees", "D’accord ?", None],
    ],
    "choices": [["list name", "name", "label::Français (fr)", "score"], ["yn", "yes", "Oui", 1.0], ["yn", "no", "Non", 0.5]],
    "notes to self": [["whatever"]],
}  # fmt: skip


def test_a_form_keeps_its_rows_in_order_with_their_texts_in_every_language() -> None:
    form = compiled(
        [
            question("begin group", "home", relevant="${age} >= 18"),
            question("select_one yn", "owner", required="yes", appearance="quick", default="no", **{"hint::fr": "h", "hint::ar": "ه"}),
            question("end group", ""),
            question("integer", "age", required="${owner2} = 'x'", constraint=". < 120"),
            question("text", "owner2", readonly="yes", default="x"),
            question("note", "thanks", comment="not read"),
        ],
        YES_NO,
    )  # fmt: skip
    assert form.languages == ("fr", "ar")
    assert [(item.name, item.type, item.path) for item in form.items] == [
        ("home", "group", ()),
        ("owner", "select_one", ("home",)),
        ("age", "integer", ()),
        ("owner2", "text", ()),
        ("thanks", "note", ()),
    ]
    owner, age = form.by_name["owner"], form.by_name["age"]
    assert owner.labels == {"fr": "owner", "ar": "owner ع"}
    assert owner.hints == {"fr": "h", "ar": "ه"}
    assert owner.choices[0] == Choice(code="yes", labels={"fr": "yes", "ar": "yes ع"}, score=1.0)
    assert (owner.required, owner.required_when, owner.appearance, owner.default) == (True, "", "quick", "no")
    assert (age.required, age.required_when, age.constraint) == (False, "${owner2} = 'x'", ". < 120")
    assert form.titles == {"fr": "Essai", "ar": "Essai"}


def test_what_is_stored_reads_back_as_the_same_form() -> None:
    form = compiled(
        [AGE], [choice("form", "title"), choice("bands", "low", below="3"), choice("bands", "rest")]
    )
    again = CompiledForm.from_json(form.to_json())
    assert again == form
    assert hash(again) == hash(form)
    assert again.digest == form.digest != compiled([question("integer", "years")]).digest
    assert form.titles == labelled_by_code("title")
    assert form.bands == (
        Band(code="low", labels=labelled_by_code("low"), below=3.0),
        Band(code="rest", labels=labelled_by_code("rest")),
    )


def labelled_by_code(text: str) -> dict[str, str]:
    return dict(zip(("fr", "ar"), labelled(text).values(), strict=True))


def test_a_workbook_and_markdown_compile_alike() -> None:
    form = compile_form(workbook(SMALL_XLSX), "xlsx")
    assert (form.form_id, form.version, form.languages) == ("essai", "2", ("fr",))
    assert [(item.name, item.type, item.required) for item in form.items] == [
        ("age", "integer", True),
        ("agrees", "select_one", False),
    ]
    assert [choice.score for choice in form.by_name["agrees"].choices] == [1.0, 0.5]


def test_rows_are_numbered_as_the_spreadsheet_shows_them() -> None:
    rows: list[list[object]] = [*SMALL_XLSX["survey"], ["geopoint", "where", "Où ?", None]]
    with pytest.raises(InstrumentInvalid) as refused:
        compile_form(workbook({**SMALL_XLSX, "survey": rows}), "xlsx")
    assert refused.value.details["errors"] == [
        {
            "pointer": "/survey/5",
            "code": "type_unsupported",
            "context": {"sheet": "survey", "row": 5, "subject": "geopoint"},
        }
    ]


def test_a_label_without_language_is_in_the_default_language() -> None:
    form = compiled([{"type": "text", "name": "a", "label": "A"}], default_language="Français (fr)")
    assert form.items[0].labels == {"fr": "A"}


def test_curly_quotes_of_spreadsheets_are_straightened_in_expressions_only() -> None:
    form = compiled([question("text", "a", constraint=". = ‘x’ or . = “y”", **labelled("l’aide"))])
    assert form.items[0].constraint == ". = 'x' or . = \"y\""
    assert form.items[0].labels["fr"] == "l’aide"


@pytest.mark.parametrize(
    "type_",
    ["begin repeat", "image", "geopoint", "select_one yn or_other", "select_one_from_file x.csv", "rank yn", "hidden", "start", ""],
)  # fmt: skip
def test_a_type_we_cannot_evaluate_is_refused_with_its_row(type_: str) -> None:
    assert refusal(AGE, question(type_, "x"), choices=YES_NO) == [("type_unsupported", "survey", 3, type_)]


@pytest.mark.parametrize(
    ("columns", "code", "subject"),
    [
        ({"name": "é"}, "name_invalid", "é"),
        ({"name": ""}, "name_invalid", ""),
        ({"name": "age"}, "name_duplicate", "age"),
        ({"label::Français (fr)": ""}, "language_missing", "label::fr"),
        ({"hint::ar": "ه"}, "language_missing", "hint::fr"),
        ({"label::Français (fr)": "Vous avez ${age} ans"}, "reference_in_text", "label"),
        ({"type": "select_one none"}, "list_missing", "none"),
        ({"type": "select_multiple domains"}, "list_reserved", "domains"),
        ({"type": "calculate"}, "calculation_missing", "x"),
        ({"calculation": "1"}, "value_misplaced", "calculation"),
        ({"domain": "money"}, "value_misplaced", "domain"),
        ({"type": "note", "required": "yes"}, "value_misplaced", "required"),
        ({"type": "begin_group", "default": "1"}, "value_misplaced", "default"),
        ({"type": "note", "need": "food", "need_when": "1"}, "value_misplaced", "need"),
        ({"readonly": "yes"}, "value_misplaced", "readonly"),
        ({"readonly": "${age} > 1"}, "value_misplaced", "readonly"),
        ({"readonly": "yes", "default": "a", "constraint": ". = 'a'"}, "value_misplaced", "constraint"),
        ({"type": "integer", "domain": "health"}, "domain_unknown", "health"),
        ({"need": "food"}, "need_incomplete", "x"),
        ({"need_when": ". = 1"}, "need_incomplete", "x"),
        ({"need": "Food", "need_when": ". = 1"}, "code_invalid", "Food"),
        ({"default": "today()"}, "default_invalid", "x"),
        ({"default": "${age}"}, "default_invalid", "x"),
        ({"type": "integer", "default": "many"}, "default_invalid", "x"),
        ({"type": "select_multiple yn", "default": "yes maybe"}, "default_invalid", "x"),
    ],
)
def test_a_question_that_cannot_mean_what_it_says_is_refused(
    columns: dict[str, str], code: str, subject: str
) -> None:
    row = {**question("text", "x"), **columns}
    closing = [question("end_group", "")] if row["type"] == "begin_group" else []
    choices = [*YES_NO, choice("domains", "money")]
    found = refusal(AGE, row, *closing, choices=choices)
    assert (code, "survey", 3, subject) in found
    assert all(problem[:3] == (code, "survey", 3) for problem in found)


@pytest.mark.parametrize(
    ("columns", "code", "subject"),
    [
        ({"relevant": "${nobody} = 1"}, "reference_unknown", "nobody"),
        ({"relevant": "${told} = 1"}, "reference_unknown", "told"),
        ({"constraint": "sum(.)"}, "function_unknown", "sum"),
        ({"required": "1 +"}, "expression_syntax", ""),
        ({"relevant": ". = 1"}, "cycle", "x"),
        ({"need": "food", "need_when": "regex(., '(a+)+')"}, "pattern_unsafe", "regex"),
        ({"constraint": "1" + "+1" * 1000}, "expression_too_long", ""),
    ],
)
def test_an_expression_that_cannot_be_evaluated_is_refused(
    columns: dict[str, str], code: str, subject: str
) -> None:
    assert refusal(question("note", "told"), question("text", "x", **columns)) == [
        (code, "survey", 3, subject)
    ]


def test_questions_that_decide_over_each_other_are_refused() -> None:
    first = question("calculate", "first", calculation="${second} + 1")
    second = question("calculate", "second", calculation="if(${age} > 1, ${first}, 0)")
    assert refusal(AGE, first, second) == [("cycle", "survey", 3, "first"), ("cycle", "survey", 4, "second")]


def test_a_group_cannot_depend_on_what_it_holds() -> None:
    survey = [question("begin_group", "g", relevant="${age} > 1"), AGE, question("end_group", "")]
    assert {problem[3] for problem in refusal(*survey)} == {"g", "age"}


@pytest.mark.parametrize(
    ("rows", "row", "subject"),
    [([question("begin_group", "g"), AGE], 0, "g"), ([AGE, question("end_group", "")], 3, "")],
)
def test_groups_open_and_close_in_pairs(rows: list[Cells], row: int, subject: str) -> None:
    assert refusal(*rows) == [("group_unbalanced", "survey", row, subject)]


@pytest.mark.parametrize(
    ("choices", "code", "row", "subject"),
    [
        ([choice("yn", "maybe yes")], "code_invalid", 2, "maybe yes"),
        ([choice("", "yes")], "name_invalid", 2, ""),
        ([*YES_NO, choice("yn", "no")], "choice_duplicate", 4, "no"),
        ([choice("yn", "yes", score="high")], "score_invalid", 2, "high"),
        ([choice("yn", "yes", score="1e999")], "score_invalid", 2, "1e999"),
        ([choice("yn", "yes", below="1")], "value_misplaced", 2, "below"),
        ([choice("domains", "money", score="1")], "value_misplaced", 2, "score"),
        ([choice("domains", "Money")], "code_invalid", 2, "Money"),
        ([choice("bands", "rest"), choice("bands", "low", below="1")], "band_invalid", 2, "rest"),
        ([choice("bands", "b", below="2"), choice("bands", "a", below="2")], "band_invalid", 3, "a"),
        ([choice("bands", "a", when=". = 1")], "reference_unknown", 0, "."),
        ([choice("bands", "a", when="${nobody} = 1")], "reference_unknown", 0, "nobody"),
        ([choice("yn", str(n)) for n in range(MAX_CHOICES + 1)], "too_many_choices", MAX_CHOICES + 2, "yn"),
        ([{**choice("yn", "yes"), "label::العربية (ar)": ""}], "language_missing", 2, "label::ar"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused(
    choices: list[Cells], code: str, row: int, subject: str
) -> None:
    assert refusal(AGE, choices=choices) == [(code, "choices", row, subject)]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("relevent", "column_unsupported"),
        ("choice_filter", "column_unsupported"),
        ("repeat_count", "column_unsupported"),
        ("media::image", "column_unsupported"),
        ("name::fr", "column_unsupported"),
        ("hint::Français", "language_unnamed"),
    ],
)
def test_a_column_without_meaning_is_refused_rather_than_ignored(header: str, code: str) -> None:
    assert refusal({**AGE, header: "1"}) == [(code, "survey", 1, header)]


def test_two_headers_for_one_column_are_refused() -> None:
    found = refusal({**AGE, "relevant": "1 = 1", "relevance": "1 = 2"})
    assert found == [("column_duplicate", "survey", 1, "relevance")]


def test_a_cell_outside_of_the_headed_columns_is_refused() -> None:
    source = markdown([AGE]).replace("| age ع |", "| age ع | stray |").replace("(ar) |", "(ar) | |", 1)
    assert problems_of(source) == [("column_unsupported", "survey", 1, "None")]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("form_id", "Form 1"),
        ("version", ""),
        ("default_language", "en"),
        ("default_language", ""),
        ("total", "median"),
    ],
)
def test_settings_are_checked(setting: str, value: str) -> None:
    assert problems_of(markdown([AGE], settings={**SETTINGS, setting: value})) == [
        ("setting_invalid" if value else "setting_missing", "settings", 2, setting)
    ]


def test_sheets_are_looked_for_and_unsupported_ones_refused() -> None:
    entities: list[Cells] = [{"list_name": "people"}]
    assert problems_of(markdown([AGE], settings={}, entities=entities)) == [
        ("sheet_unsupported", "entities", 0, ""),
        ("sheet_missing", "settings", 0, ""),
    ]


def test_text_that_xml_cannot_hold_is_refused() -> None:
    assert refusal(AGE, question("text", "x", **labelled("a\x07b"))) == [("text_illegal", "survey", 3, "")]


def test_too_many_rows_are_refused_before_they_are_read() -> None:
    rows = [question("text", f"q{number}") for number in range(MAX_QUESTIONS + 1)]
    assert refusal(*rows) == [("too_many_questions", "survey", 0, "")]
    assert len(compiled(rows[:MAX_QUESTIONS]).items) == MAX_QUESTIONS


def test_what_only_pyxform_refuses_is_refused_too() -> None:
    assert refusal(AGE, question("text", "meta")) == [("xlsform_refused", "survey", 3, "")]


def test_only_the_first_problems_are_listed() -> None:
    problems = [Problem(FormProblem.CYCLE, "survey", row, "x" * 100) for row in range(REPORTED_AT_MOST + 1)]
    errors = InstrumentInvalid(problems).details["errors"]
    assert isinstance(errors, list)
    assert len(errors) == REPORTED_AT_MOST
    assert errors[0]["context"]["subject"] == "x" * 64


def test_a_source_beyond_the_limit_is_refused_unread() -> None:
    with pytest.raises(InstrumentTooLarge) as refused:
        compile_form(b"|" * (MAX_SOURCE + 1), "markdown")
    assert refused.value.details == {"allowed": MAX_SOURCE}


def archive(parts: Mapping[str, bytes]) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in parts.items():
            zipped.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize(
    "parts",
    [{"bomb.xml": bytes(MAX_UNPACKED + 1)}, {f"{number}.xml": b"" for number in range(MAX_PARTS + 1)}],
)
def test_a_workbook_that_unpacks_to_too_much_is_refused(parts: Mapping[str, bytes]) -> None:
    with pytest.raises(InstrumentTooLarge):
        compile_form(archive(parts), "xlsx")


def with_part(replace: Callable[[bytes], bytes]) -> bytes:
    with zipfile.ZipFile(BytesIO(workbook(SMALL_XLSX))) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    return archive({**parts, "xl/workbook.xml": replace(parts["xl/workbook.xml"])})


@pytest.mark.parametrize(
    "replace",
    [
        lambda part: b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + part,
        lambda part: part.decode().encode("utf-16"),
        lambda part: part[:40],
    ],
)
def test_a_workbook_that_declares_entities_or_is_broken_is_refused(replace: Callable[[bytes], bytes]) -> None:
    with pytest.raises(InstrumentUnreadable):
        compile_form(with_part(replace), "xlsx")


def test_a_corrupt_part_is_refused() -> None:
    content = bytearray(archive({"part.xml": b"a" * 100}))
    content[40] ^= 0xFF
    with pytest.raises(InstrumentUnreadable):
        compile_form(bytes(content), "xlsx")


@settings(deadline=None)  # the machine may be busy
@given(st.binary(max_size=200) | st.text(alphabet="| survey\nchoicestypename#\\-", max_size=200))
def test_any_other_source_is_refused_with_a_code(source: bytes | str) -> None:
    kinds: tuple[SourceKind, ...] = ("markdown", "xlsx")
    for kind in kinds:
        with pytest.raises(DomainError) as refused:
            compile_form(source, kind)
        assert refused.value.code.startswith("instrument_")


def test_a_path_is_read_as_text_not_as_a_file() -> None:
    with pytest.raises(InstrumentUnreadable):
        compile_form("seeds/data/autonomy_matrix.md", "markdown")
