"""Makes rows of known columns and translated texts out of the raw cells of a sheet."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.instruments.errors import FormProblem, Problem
from app.instruments.form import Texts
from app.instruments.workbook import Sheet

_LANGUAGE = re.compile(r"(?:.*\(([a-z]{2,3}(?:-[A-Za-z]{2,8})?)\)|([a-z]{2,3}(?:-[A-Za-z]{2,8})?))")
_STRAIGHT_QUOTES = str.maketrans("‘’“”", "''\"\"")  # spreadsheets bend them while one types
_ALIASES = {"relevance": "relevant", "calculate": "calculation", "read_only": "readonly"}

TRANSLATED = {
    "survey": ("label", "hint", "constraint_message", "required_message"),
    "choices": ("label",),
    "settings": (),
}
PLAIN = {
    "survey": (
        "type", "name", "relevant", "constraint", "required", "calculation", "appearance", "readonly", "default",
        "domain", "need", "need_when", "comment",
    ),
    "choices": ("list_name", "name", "score", "below", "when", "comment"),
    "settings": ("form_title", "form_id", "version", "default_language", "total"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    sheet: str
    number: int
    cells: Mapping[str, str]
    texts: Mapping[str, Texts]

    def get(self, column: str) -> str:
        return self.cells.get(column, "")

    def expression(self, column: str) -> str:
        return self.get(column).translate(_STRAIGHT_QUOTES)

    def problem(self, code: FormProblem, subject: str = "") -> Problem:
        return Problem(code, self.sheet, self.number, subject)


@dataclass(frozen=True, slots=True)
class Table:
    rows: tuple[Row, ...]
    languages: tuple[str, ...]  # in the order of the columns
    problems: list[Problem] = field(default_factory=list)


def language_code(name: str) -> str:
    """`fr` out of `Français (fr)` or `fr`; "" when no code is given."""
    found = _LANGUAGE.fullmatch(name.strip())
    return (found[1] or found[2]) if found else ""


def tabulate(sheet: Sheet, default_language: str = "") -> Table:
    """A column we give no meaning to is refused: a misspelt `relevant` must not silently ask everybody."""
    problems: list[Problem] = []
    columns: dict[str, tuple[str, str]] = {}
    for header in sheet.headers:
        column = _column(sheet.name, header, default_language)
        if isinstance(column, FormProblem):
            problems.append(Problem(column, sheet.name, 1, header))
        elif column in columns.values():
            problems.append(Problem(FormProblem.COLUMN_DUPLICATE, sheet.name, 1, header))
        else:
            columns[header] = column
    languages = tuple(dict.fromkeys(language for _, language in columns.values() if language))
    rows = tuple(_row(sheet.name, number, cells, columns) for number, cells in sheet.rows)
    return Table(rows, languages, problems)


def _column(sheet: str, header: str, default_language: str) -> tuple[str, str] | FormProblem:
    """The column a header stands for and its language, "" for columns that hold no text for people."""
    first, separator, language = header.partition("::")
    name = "_".join(first.split()).lower()
    name = _ALIASES.get(name, name)
    if name in PLAIN[sheet] and not separator:
        return name, ""
    if name not in TRANSLATED[sheet]:
        return FormProblem.COLUMN_UNSUPPORTED
    code = language_code(language) if separator else default_language
    return (name, code) if code else FormProblem.LANGUAGE_UNNAMED


def _row(sheet: str, number: int, cells: Mapping[str, str], columns: Mapping[str, tuple[str, str]]) -> Row:
    plain: dict[str, str] = {}
    texts: dict[str, Texts] = {}
    for name, language, cell in _known(cells, columns):
        if language:
            texts.setdefault(name, {})[language] = cell
        else:
            plain[name] = cell
    return Row(sheet, number, plain, texts)


def _known(
    cells: Mapping[str, str], columns: Mapping[str, tuple[str, str]]
) -> Iterator[tuple[str, str, str]]:
    for header, cell in cells.items():
        if header in columns:
            yield *columns[header], cell.strip()


def texts_of(
    row: Row, column: str, languages: tuple[str, ...], problems: list[Problem], *, needed: bool
) -> Texts:
    """A text exists in every language of the form or in none: nobody is to be asked in half a language."""
    texts = row.texts.get(column, {})
    for language in languages:
        if not texts.get(language) and (texts or needed):
            problems.append(row.problem(FormProblem.LANGUAGE_MISSING, f"{column}::{language}"))
    if any("${" in text for text in texts.values()):
        problems.append(row.problem(FormProblem.REFERENCE_IN_TEXT, column))
    return dict(texts)
