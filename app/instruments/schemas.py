from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from app.core.ids import InstrumentId, UserId
from app.core.schemas import Input, Output
from app.instruments.form import MAX_QUESTIONS, Band, Domain, Item, Texts
from app.instruments.workbook import MAX_SOURCE

# What a question takes depends on the instrument, so the engine judges the values, not the schema.
Answers = Annotated[
    dict[str, Any],
    Field(
        max_length=MAX_QUESTIONS,
        description="Question → answer: a text, a number, a date (`2026-03-15`), the code of a choice, or the list "
        "of codes of several; `null` takes an answer back.",
        examples=[{"household_size": 4, "housing": "2"}],
    ),
]

_SHEETS = """| settings |
| | form_title | form_id | version | default_language |
| | Sleep | sleep | 1 | English (en) |

| survey |
| | type | name | label::English (en) | required |
| | integer | hours | Hours of sleep last night | yes |
"""


class InstrumentSource(Input):
    # The sheets are kept as they were written: blanks may stand in a cell on purpose.
    model_config = ConfigDict(str_strip_whitespace=False)

    kind: Literal["markdown"] = Field(description="Workbooks have a route of their own.")
    source: str = Field(
        min_length=1,
        max_length=MAX_SOURCE,
        description="The sheets of an XLSForm as Markdown tables.",
        examples=[_SHEETS],
    )


class InstrumentRow(Output):
    id: InstrumentId
    code: str = Field(examples=["autonomy_matrix"])
    version: str = Field(examples=["1"])
    titles: Texts = Field(examples=[{"ar": "مصفوفة الاستقلالية", "en": "Autonomy matrix"}])
    published_at: datetime
    published_by: UserId | None
    retired_at: datetime | None


class InstrumentPage(Output):
    items: list[InstrumentRow]
    next: str | None


class InstrumentOut(InstrumentRow):
    default_language: str = Field(examples=["ar"])
    languages: list[str] = Field(examples=[["ar", "fr", "en", "fa"]])
    items: list[Item] = Field(description="Questions, notes and groups in the order of the sheet.")
    domains: list[Domain]
    bands: list[Band]
    total: Literal["sum", "mean"]


class AnswersToTry(Input):
    answers: Answers


class ViolationOut(Output):
    question: str = Field(description="Empty when what was sent as a name cannot be one.")
    code: str = Field(examples=["constraint"])
    message: str


class EvaluationOut(Output):
    answers: dict[str, Any] = Field(description="As they would be kept.")
    calculated: dict[str, Any]
    relevant: list[str] = Field(description="What is to be shown now.")
    missing: list[str] = Field(description="Required and blank.")
    dropped: list[str] = Field(description="Answered, but not asked at present.")
    violations: list[ViolationOut]
    scores: dict[str, float | None] = Field(description="By domain; null while it cannot be scored.")
    total: float | None
    band: str | None
    needs: list[str] = Field(description="Codes of the vocabulary `need` that the answers reveal.")
