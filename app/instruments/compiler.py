"""From an XLSForm to a published questionnaire.

XLSForm as documented by ODK, restricted to the types text, integer, decimal, date, select_one, select_multiple, note,
calculate and groups, with every text in every language of the form (`label::Français (fr)`: the code in brackets
counts). pyxform has the last word, so that the same sheet also opens in ODK tools. What a sheet adds to be an
assessment is written in columns that XLSForm leaves free:

survey    `domain`     the domain this question counts in; a domain's score is the sum over its questions of the scores
                       of the chosen answers, or of the number itself for integer, decimal and calculate
          `need`       codes of the needs revealed (separated by spaces), when
          `need_when`  this expression is true; not looked at while the question is blank
          `comment`    for authors, not read (also on the choices sheet)
choices   `score`      what the choice counts; empty: the choice says nothing about the domain
          list `domains`  reserved: codes and names of the domains
          list `bands`    reserved: codes and names of the bands, read from top to bottom. The first whose `when`
                          (an expression) is true, or whose `below` is above the total, is the band; one with neither
                          takes what is left
          list `form`     reserved: one row `title` with the questionnaire's name in each language
settings  `form_id`, `version`, `default_language` as in XLSForm; `form_title` when there is no list `form`
          `total`      `sum` (default) or `mean` of the domains' scores
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from pyxform.xls2xform import convert

from app.instruments import checks, workbook
from app.instruments.answers import AnswerRefused, is_blank, normalise
from app.instruments.choices import RESERVED, Lists, read_lists
from app.instruments.errors import FormProblem, InstrumentInvalid, Problem
from app.instruments.form import CODE, MAX_QUESTIONS, NAME, UNANSWERABLE, Choice, CompiledForm, Item, ItemType
from app.instruments.sheets import Row, Table, language_code, tabulate, texts_of
from app.instruments.workbook import SourceKind, Workbook

_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_TYPE = re.compile(r"text|integer|decimal|date|note|calculate")
_SELECT = re.compile(r"select[ _](one|multiple) \S+")
_YES = ("yes", "true", "true()")
_NO = ("", "no", "false", "false()")
_QUESTION_COLUMNS = ("constraint", "required", "readonly", "default")


def compile_form(source: bytes | str, kind: SourceKind) -> CompiledForm:
    """Raises InstrumentTooLarge, InstrumentUnreadable, or InstrumentInvalid with all problems of one pass."""
    book = workbook.read(source, kind)
    form, rows = _Compilation(book).form()
    checks.check_expressions(form, rows)
    checks.check_order(form, rows)
    _check_with_pyxform(book)
    return form


def _check_with_pyxform(book: Workbook) -> None:
    """Its messages quote the sheet in English; only the row is passed on. No Java validator is started."""
    try:
        convert(book.raw, validate=False)
    except Exception as error:  # besides PyXFormError it lets KeyError and the like through
        found = re.search(r"\[row : ([0-9]{1,6})\]", str(error))
        row = int(found[1]) if found else 0
        raise InstrumentInvalid([Problem(FormProblem.XLSFORM_REFUSED, "survey", row)]) from error


@dataclass(slots=True)
class _Compilation:
    book: Workbook
    problems: list[Problem] = field(default_factory=list)
    languages: tuple[str, ...] = ()
    lists: Lists = field(default_factory=Lists)

    def form(self) -> tuple[CompiledForm, Mapping[str, Row]]:
        """The form and the row each question was read from."""
        settings = self.read("settings").rows[0]
        default_language = language_code(settings.get("default_language"))
        survey, choices = (self.read(name, default_language) for name in ("survey", "choices"))
        self.languages = tuple(dict.fromkeys((*survey.languages, *choices.languages)))
        self.check_settings(settings, default_language)
        self.lists = read_lists(choices.rows, self.languages, self.problems)
        items = self.items(survey.rows)
        if self.problems:
            raise InstrumentInvalid(self.problems)
        rows = {row.get("name"): row for row in survey.rows}
        return self.assembled(settings, default_language, items), rows

    def assembled(self, settings: Row, default_language: str, items: tuple[Item, ...]) -> CompiledForm:
        title = settings.get("form_title") or settings.get("form_id")
        return CompiledForm(
            form_id=settings.get("form_id"),
            version=settings.get("version"),
            titles=self.lists.titles or dict.fromkeys(self.languages, title),
            default_language=default_language,
            languages=self.languages,
            items=items,
            domains=self.lists.domains,
            bands=self.lists.bands,
            total="mean" if settings.get("total") == "mean" else "sum",
        )

    def read(self, sheet: str, default_language: str = "") -> Table:
        table = tabulate(self.book.sheets[sheet], default_language)
        self.problems += table.problems
        return table

    def check_settings(self, settings: Row, default_language: str) -> None:
        sound = {
            "form_id": CODE.fullmatch(settings.get("form_id")),
            "version": _VERSION.fullmatch(settings.get("version")),
            "default_language": default_language in self.languages,
            "total": settings.get("total") in ("", "sum", "mean"),
        }
        self.problems += [
            settings.problem(
                FormProblem.SETTING_INVALID if settings.get(name) else FormProblem.SETTING_MISSING, name
            )
            for name in sound
            if not sound[name]
        ]

    def items(self, rows: tuple[Row, ...]) -> tuple[Item, ...]:
        if len(rows) > MAX_QUESTIONS:
            raise InstrumentInvalid([Problem(FormProblem.TOO_MANY_QUESTIONS, "survey")])
        found: dict[str, Item] = {}
        path: tuple[str, ...] = ()
        for row in rows:
            kind = re.sub(r"\s+", " ", row.get("type"))
            if kind in ("end group", "end_group"):
                path = self.close_group(row, path)
                continue
            item_type = self.type(row, kind)
            if item_type is None:
                continue
            item = self.item(row, item_type, path)
            if item.name in found:
                self.refuse(row, FormProblem.NAME_DUPLICATE, item.name)
            found[item.name] = item
            path = (*path, item.name) if item.type == "group" else path
        if path:
            self.problems.append(Problem(FormProblem.GROUP_UNBALANCED, "survey", 0, path[-1]))
        return tuple(found.values())

    def close_group(self, row: Row, path: tuple[str, ...]) -> tuple[str, ...]:
        if not path:
            self.refuse(row, FormProblem.GROUP_UNBALANCED)
        return path[:-1]

    def refuse(self, row: Row, code: FormProblem, subject: str = "") -> None:
        self.problems.append(row.problem(code, subject))

    def item(self, row: Row, item_type: ItemType, path: tuple[str, ...]) -> Item:
        name = row.get("name")
        if not NAME.fullmatch(name):
            self.refuse(row, FormProblem.NAME_INVALID, name)
        item = Item(
            name=name,
            type=item_type,
            path=path,
            labels=texts_of(
                row, "label", self.languages, self.problems, needed=item_type not in ("calculate", "group")
            ),
            hints=self.texts(row, "hint"),
            choices=self.choices(row, item_type),
            required=row.get("required").lower() in _YES,
            required_when=self.required_when(row),
            required_messages=self.texts(row, "required_message"),
            relevant=row.expression("relevant"),
            constraint=row.expression("constraint"),
            constraint_messages=self.texts(row, "constraint_message"),
            calculation=row.expression("calculation"),
            appearance=row.get("appearance"),
            readonly=row.get("readonly").lower() in _YES,
            default=row.get("default"),
            domain=row.get("domain"),
            needs=tuple(row.get("need").split()),
            need_when=row.expression("need_when"),
        )
        self.check_item(row, item)
        return item

    def texts(self, row: Row, column: str) -> dict[str, str]:
        return texts_of(row, column, self.languages, self.problems, needed=False)

    def type(self, row: Row, kind: str) -> ItemType | None:
        """None for a type we cannot evaluate: it is reported, and the rest of the row says nothing then."""
        if kind in ("begin group", "begin_group"):
            return "group"
        select = _SELECT.fullmatch(kind)
        if not select and not _TYPE.fullmatch(kind):
            self.refuse(row, FormProblem.TYPE_UNSUPPORTED, kind)
            return None
        return cast(ItemType, f"select_{select[1]}" if select else kind)

    def choices(self, row: Row, item_type: ItemType) -> tuple[Choice, ...]:
        if not item_type.startswith("select"):
            return ()
        name = row.get("type").split()[-1]
        if not self.lists.of(name):
            self.refuse(
                row, FormProblem.LIST_RESERVED if name in RESERVED else FormProblem.LIST_MISSING, name
            )
        return self.lists.of(name)

    def required_when(self, row: Row) -> str:
        return "" if row.get("required").lower() in (*_YES, *_NO) else row.expression("required")

    def check_item(self, row: Row, item: Item) -> None:
        for column in _misplaced(row, item):
            self.refuse(row, FormProblem.VALUE_MISPLACED, column)
        if item.type == "calculate" and not item.calculation:
            self.refuse(row, FormProblem.CALCULATION_MISSING, item.name)
        if item.domain and item.domain not in {domain.code for domain in self.lists.domains}:
            self.refuse(row, FormProblem.DOMAIN_UNKNOWN, item.domain)
        if bool(item.needs) != bool(item.need_when):
            self.refuse(row, FormProblem.NEED_INCOMPLETE, item.name)
        for need in item.needs:
            if not CODE.fullmatch(need):
                self.refuse(row, FormProblem.CODE_INVALID, need)
        if not _is_possible_default(item):
            self.refuse(row, FormProblem.DEFAULT_INVALID, item.name)


def _misplaced(row: Row, item: Item) -> list[str]:
    """Columns that would be ignored on this type: an author who filled them expects something to happen."""
    unread: list[str] = []
    if item.type in (*UNANSWERABLE, "calculate"):
        unread += _QUESTION_COLUMNS
    if item.type in UNANSWERABLE:
        unread += ("need", "domain")
    if item.type != "calculate":
        unread.append("calculation")
    if item.type in ("text", "date"):
        unread.append("domain")
    if item.readonly:
        unread += ("required", "constraint")
    found = [column for column in dict.fromkeys(unread) if row.get(column).lower() not in _NO]
    if row.get("readonly").lower() not in (*_YES, *_NO) or (item.readonly and is_blank(item.default)):
        found.append("readonly")
    return found


def _is_possible_default(item: Item) -> bool:
    """A fixed answer. What XLSForm would compute is refused: a text that looks like it, because it is ambiguous."""
    if is_blank(item.default) or item.type in (*UNANSWERABLE, "calculate"):
        return True
    if "${" in item.default or "(" in item.default:
        return False
    try:
        normalise(item, item.default_answer)
    except AnswerRefused:
        return False
    return True
