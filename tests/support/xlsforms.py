"""Small XLSForms: only what a test is about, in French and Arabic where there is text."""

from collections.abc import Mapping, Sequence
from io import BytesIO

import openpyxl

from app.instruments.compiler import compile_form
from app.instruments.form import CompiledForm

Cells = Mapping[str, str]

# A questionnaire of one question, as a spreadsheet program holds it.
ONE_QUESTION: Mapping[str, Sequence[Sequence[object]]] = {
    "survey": [["type", "name", "label::Français (fr)"], ["integer", "age", "Âge"]],
    "settings": [["form_title", "form_id", "version", "default_language"], ["Essai", "essai", 2, "fr"]],
}

SETTINGS: Cells = {"form_title": "Essai", "form_id": "essai", "version": "1", "default_language": "fr"}


def labelled(text: str) -> dict[str, str]:
    return {"label::Français (fr)": text, "label::العربية (ar)": f"{text} ع"}


def question(type_: str, name: str, **columns: str) -> dict[str, str]:
    texts = {} if type_ in ("calculate", "end_group") else labelled(name)
    return {"type": type_, "name": name, **texts, **columns}


def choice(list_name: str, name: str, **columns: str) -> dict[str, str]:
    return {"list_name": list_name, "name": name, **labelled(name), **columns}


def markdown(
    survey: Sequence[Cells],
    choices: Sequence[Cells] = (),
    settings: Cells = SETTINGS,
    **sheets: Sequence[Cells],
) -> str:
    """A sheet without rows is left out."""
    tables = {"settings": [settings] if settings else [], "survey": survey, "choices": choices, **sheets}
    return "\n\n".join(_table(name, rows) for name, rows in tables.items() if rows)


def _table(name: str, rows: Sequence[Cells]) -> str:
    headers = list(dict.fromkeys(header for row in rows for header in row))
    lines = [headers, *([row.get(header, "").replace("|", r"\|") for header in headers] for row in rows)]
    return "\n".join([f"| {name} |", *("| | " + " | ".join(line) + " |" for line in lines)])


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]] = ONE_QUESTION) -> bytes:
    """Sheets of rows as a spreadsheet program saves them."""
    book = openpyxl.Workbook()
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def compiled(survey: Sequence[Cells], choices: Sequence[Cells] = (), **settings: str) -> CompiledForm:
    return compile_form(markdown(survey, choices, {**SETTINGS, **settings}), "markdown")
