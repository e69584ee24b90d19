"""Reads the sheets of an XLSForm, Markdown or .xlsx, from bytes that nobody vouches for."""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

from openpyxl import Workbook as Spreadsheet
from openpyxl.cell import WriteOnlyCell
from pyxform.xls2json_backends import md_to_dict, xlsx_to_dict

from app.instruments.errors import (
    FormProblem,
    InstrumentInvalid,
    InstrumentTooLarge,
    InstrumentUnreadable,
    Problem,
)

MAX_SOURCE = 2**20  # bytes, as uploaded
MAX_UNPACKED = 8 * 2**20  # bytes, all parts of a workbook together
MAX_PARTS = 200

SourceKind = Literal["markdown", "xlsx"]
SHEETS = ("survey", "choices", "settings")

# What XML 1.0 cannot hold.
ILLEGAL_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    headers: tuple[str, ...]
    rows: tuple[
        tuple[int, Mapping[str, str]], ...
    ]  # numbered as a spreadsheet does; blank cells and rows left out


@dataclass(frozen=True, slots=True)
class Workbook:
    sheets: Mapping[str, Sheet]
    raw: dict[str, Any]  # the form pyxform wants to be given


def read(source: bytes | str, kind: SourceKind) -> Workbook:
    """Raises InstrumentTooLarge, InstrumentUnreadable or InstrumentInvalid."""
    content = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    if len(content) > MAX_SOURCE:
        raise InstrumentTooLarge(MAX_SOURCE)
    if kind == "xlsx":
        _check_archive(content)
    raw = _parse(xlsx_to_dict if kind == "xlsx" else md_to_dict, content)
    _check_sheets(raw)
    sheets = {name: _sheet(name, raw) for name in SHEETS}
    _check_text(sheets)
    return Workbook(sheets, raw)


def as_xlsx(tables: bytes) -> bytes:
    """The same sheets as a workbook, for who writes the next version in a spreadsheet. Raises what `read` raises."""
    spreadsheet = Spreadsheet(write_only=True)
    for sheet in read(tables, "markdown").sheets.values():
        page = spreadsheet.create_sheet(sheet.name)
        page.append(_cells(page, sheet.headers))
        for _, row in sheet.rows:
            page.append(_cells(page, [row.get(header, "") for header in sheet.headers]))
    written = BytesIO()
    spreadsheet.save(written)
    return written.getvalue()


def _cells(page: Any, values: Iterable[str]) -> list[Any]:
    """Text, whatever it begins with: an expression of a questionnaire is no formula of a spreadsheet."""
    cells = [WriteOnlyCell(page, value) for value in values]
    for cell in cells:
        cell.data_type = "s"
    return cells


def _check_archive(content: bytes) -> None:
    """Declared sizes are checked before anything is unpacked; unpacking never goes beyond what is declared."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise InstrumentTooLarge(MAX_UNPACKED)
            if any(_may_declare_entities(archive.read(part)) for part in parts):
                raise InstrumentUnreadable
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OSError,
    ) as error:
        raise InstrumentUnreadable from error


def _may_declare_entities(part: bytes) -> bool:
    """No office program writes a DOCTYPE; parts in UTF-16 could hide one from this search and are refused as well."""
    return (
        b"<!DOCTYPE" in part
        or b"<!ENTITY" in part
        or part[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
    )


def _parse(reader: Callable[[BytesIO], dict[str, Any]], content: bytes) -> dict[str, Any]:
    try:
        return reader(BytesIO(content))
    except Exception as error:  # the readers let every error of three libraries through
        raise InstrumentUnreadable from error


def _check_sheets(raw: Mapping[str, Any]) -> None:
    """Sheets that XLSForm gives a meaning to, and we do not, are refused; others are an author's own notes."""
    unsupported = [name for name in ("external_choices", "osm", "entities") if name in raw]
    problems = [Problem(FormProblem.SHEET_UNSUPPORTED, name) for name in unsupported]
    problems += [
        Problem(FormProblem.SHEET_MISSING, name)
        for name in ("survey", "settings")
        if not any(raw.get(name, ()))
    ]
    if problems:
        raise InstrumentInvalid(problems)


def _sheet(name: str, raw: Mapping[str, Any]) -> Sheet:
    """Markdown and Excel both leave cells without a header behind, under None or its name."""
    rows = [{str(header): str(cell) for header, cell in row.items()} for row in raw.get(name, ())]
    headers = dict.fromkeys(
        header for group in raw.get(f"{name}_header", ()) for header in group if header != "None"
    )
    headers.update(dict.fromkeys(header for row in rows for header in row))
    return Sheet(name, tuple(headers), tuple((number, row) for number, row in enumerate(rows, 2) if row))


def _check_text(sheets: Mapping[str, Sheet]) -> None:
    problems = [
        Problem(FormProblem.TEXT_ILLEGAL, sheet.name, number)
        for sheet in sheets.values()
        for number, row in sheet.rows
        if any(ILLEGAL_TEXT.search(cell) for cell in (*row, *row.values()))
    ]
    if problems:
        raise InstrumentInvalid(problems)
