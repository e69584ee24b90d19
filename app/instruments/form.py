"""The compiled questionnaire: what is stored when an instrument is published, and all that evaluation reads."""

import hashlib
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Literal, Self

import orjson
from pydantic import BaseModel, ConfigDict

MAX_QUESTIONS = 500  # rows of the survey sheet, whatever they are
MAX_CHOICES = 200  # per list
MAX_EXPRESSION = 2000  # characters
MAX_TEXT = 10_000  # characters of a text answer or of a calculated value

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")

Texts = dict[str, str]  # language code → text
ItemType = Literal[
    "text", "integer", "decimal", "date", "select_one", "select_multiple", "note", "calculate", "group"
]


UNANSWERABLE = ("note", "group")  # drawn, but holding no value


class Part(BaseModel):
    """A published form never changes; answers given to it must mean the same for ever."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))


class Choice(Part):
    code: str
    labels: Texts
    score: float | None = None  # None: a choice that says nothing, such as "does not wish to answer"


class Item(Part):
    """One row of the survey sheet. Expressions are kept as authored; "" means that there is none."""

    name: str
    type: ItemType
    path: tuple[str, ...] = ()  # the groups around it, outermost first
    labels: Texts = {}
    hints: Texts = {}
    choices: tuple[Choice, ...] = ()
    required: bool = False
    required_when: str = ""
    required_messages: Texts = {}
    relevant: str = ""
    constraint: str = ""
    constraint_messages: Texts = {}
    calculation: str = ""
    appearance: str = ""
    readonly: bool = False
    default: str = ""  # as typed by the author; checked to be a possible answer
    domain: str = ""
    needs: tuple[str, ...] = ()
    need_when: str = ""

    @property
    def is_answered_by_people(self) -> bool:
        return self.type not in (*UNANSWERABLE, "calculate") and not self.readonly

    @property
    def default_answer(self) -> str | list[str]:
        return self.default.split() if self.type == "select_multiple" else self.default


class Domain(Part):
    code: str
    labels: Texts


class Band(Part):
    """Holds when `when` is true or the total is under `below`; with neither, it takes whatever is left."""

    code: str
    labels: Texts
    below: float | None = None
    when: str = ""


class CompiledForm(Part):
    form_id: str
    version: str
    titles: Texts
    default_language: str
    languages: tuple[str, ...]
    items: tuple[Item, ...]  # in the order of the sheet; groups before what they hold
    domains: tuple[Domain, ...] = ()
    bands: tuple[Band, ...] = ()  # read from the first to the last, the first that holds counts
    total: Literal["sum", "mean"] = "sum"

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the definition: equal digests mean that the same answers evaluate to the same result."""
        return hashlib.sha256(orjson.dumps(self.to_json(), option=orjson.OPT_SORT_KEYS)).hexdigest()

    @cached_property
    def by_name(self) -> Mapping[str, Item]:
        return {item.name: item for item in self.items}

    def __hash__(self) -> int:
        return hash((self.form_id, self.version, len(self.items)))

    def to_json(self) -> dict[str, object]:
        return self.model_dump(mode="json")

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> Self:
        """Read what `to_json` wrote. What was never compiled is not checked again: store only compiled forms."""
        return cls.model_validate(stored)
