"""Refusals of the questionnaire engine: codes and row numbers only, so that faces can translate them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from app.core.errors import DomainError

REPORTED_AT_MOST = 50  # an author repairs a sheet in passes; a longer list is not read


class FormProblem(StrEnum):
    """What keeps a spreadsheet from becoming a questionnaire; each value is a stable, translated code."""

    BAND_INVALID = "band_invalid"
    CALCULATION_MISSING = "calculation_missing"
    CHOICE_DUPLICATE = "choice_duplicate"
    CODE_INVALID = "code_invalid"
    COLUMN_DUPLICATE = "column_duplicate"
    COLUMN_UNSUPPORTED = "column_unsupported"
    CYCLE = "cycle"
    DEFAULT_INVALID = "default_invalid"
    DOMAIN_UNKNOWN = "domain_unknown"
    EXPRESSION_SYNTAX = "expression_syntax"
    EXPRESSION_TOO_DEEP = "expression_too_deep"
    EXPRESSION_TOO_LONG = "expression_too_long"
    FUNCTION_ARGUMENTS = "function_arguments"
    FUNCTION_UNKNOWN = "function_unknown"
    GROUP_UNBALANCED = "group_unbalanced"
    LANGUAGE_MISSING = "language_missing"
    LANGUAGE_UNNAMED = "language_unnamed"
    LIST_MISSING = "list_missing"
    LIST_RESERVED = "list_reserved"
    NAME_DUPLICATE = "name_duplicate"
    NAME_INVALID = "name_invalid"
    NEED_INCOMPLETE = "need_incomplete"
    NEED_UNKNOWN = "need_unknown"
    PATTERN_UNSAFE = "pattern_unsafe"
    REFERENCE_IN_TEXT = "reference_in_text"
    REFERENCE_UNKNOWN = "reference_unknown"
    SCORE_INVALID = "score_invalid"
    SETTING_INVALID = "setting_invalid"
    SETTING_MISSING = "setting_missing"
    SHEET_MISSING = "sheet_missing"
    SHEET_UNSUPPORTED = "sheet_unsupported"
    TEXT_ILLEGAL = "text_illegal"
    TOO_MANY_CHOICES = "too_many_choices"
    TOO_MANY_QUESTIONS = "too_many_questions"
    TYPE_UNSUPPORTED = "type_unsupported"
    VALUE_MISPLACED = "value_misplaced"
    XLSFORM_REFUSED = "xlsform_refused"


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason for refusal; `row` counts as a spreadsheet does (headers are row 1), 0 means the whole sheet."""

    code: FormProblem
    sheet: str
    row: int = 0
    subject: str = ""  # the type, column, function, question… at fault, as the author wrote it

    def details(self) -> dict[str, object]:
        """As every refusal of a field has it; the pointer leads into the workbook: `/<sheet>/<row>`."""
        return {
            "pointer": f"/{self.sheet}/{self.row}" if self.row else f"/{self.sheet}",
            "code": self.code.value,
            "context": {"sheet": self.sheet, "row": self.row, "subject": self.subject[:64]},
        }


class InstrumentInvalid(DomainError):
    """The source can be read, but does not describe a questionnaire this engine can evaluate."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "instrument_invalid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(errors=[problem.details() for problem in problems[:REPORTED_AT_MOST]])


class InstrumentUnreadable(DomainError):
    """The source is neither a Markdown XLSForm nor a plain, safe .xlsx workbook."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "instrument_unreadable"


class InstrumentTooLarge(DomainError):
    """The source, or what it unpacks to, is beyond what is read; `allowed` is in bytes."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "instrument_too_large"

    def __init__(self, allowed: int) -> None:
        super().__init__(allowed=allowed)
