"""What a browser's form sends, made into what the input schemas of the API read.

Names in a form are paths: `birth.year`, `phones.0.number`, `outcomes.<id>.status`. A name that ends with `[]` collects
its values into a list. `:int` and `:flag` say that the field is no text, `:held` that nobody typed it: the page itself put
it there. What was left blank was not answered and is not sent. Names that begin with an underscore belong to the face: the proof of origin, the key under which a creation is kept,
the version that was read, the page on which the form stood.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from app.core import i18n, problems
from app.core.errors import InvalidInput
from app.core.schemas import Change
from app.core.text import digits_to_ascii, has_forbidden

MOST_FIELDS = 1000
_KINDS = ("int", "flag")
HELD = ":held"
_CODE = re.compile(
    r"[a-z0-9_.:+-]+|\d{4}-[\dT:-]+", re.ASCII
)  # a choice, a number, a day and hour, a telephone

M = TypeVar("M", bound=BaseModel)


class Form:
    """The fields of one form as they were typed, and what is wrong with them."""

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self.fields: list[tuple[str, str]] = list(fields)
        self.errors: dict[str, Mapping[str, Any]] = {}

    def __bool__(self) -> bool:
        return bool(self.fields)

    def own(self, name: str) -> str | None:
        """A field of the face's own (`_version`), or None."""
        return next((value for field, value in self.fields if field == name and value), None)

    def values(self, name: str) -> list[str]:
        """Everything typed under a name, for showing the form again."""
        return [value for field, value in self.fields if bare(field) == name]

    def value(self, name: str) -> str | None:
        found = self.values(name)
        return found[0] if found else None

    def put(self, name: str, value: str) -> None:
        """Let a field hold what a file that was sent with it holds."""
        self.fields = [(field, typed) for field, typed in self.fields if field != name]
        self.fields.append((name, value))

    def instant(self, name: str, zone: str) -> datetime | None:
        """A day and hour as the clock of a zone shows them; None where none was typed. Raises `InvalidInput`."""
        said = digits_to_ascii(self.value(name) or "").strip()
        try:
            return datetime.fromisoformat(said).replace(tzinfo=ZoneInfo(zone)) if said else None
        except ValueError:
            raise InvalidInput(path_of(name), "bad_format") from None

    def written(self) -> list[str]:
        """What was written in words, for giving it back where the form stands no more: no codes, no numbers, no days."""
        return [
            value.strip()
            for field, value in self.fields
            if not field.startswith("_")
            and not field.endswith(HELD)
            and value.strip()
            and not _CODE.fullmatch(value.strip())
        ]

    def error(self, name: str) -> Mapping[str, Any] | None:
        """What is wrong with a field: its code, and why in the language of the request."""
        return self.errors.get(path_of(name))

    def data(self) -> dict[str, Any]:
        """The answered fields as nested data. Raises `InvalidInput` for what no field can hold."""
        root: dict[str, Any] = {}
        for field, typed in self.fields:
            value = typed.strip().replace("\r\n", "\n")  # an end of a line is one sign, as browsers count it
            if field.startswith("_") or not value:
                continue
            if has_forbidden(value):
                raise InvalidInput(path_of(bare(field)), "not_allowed")
            name, _, kind = field.partition(":")
            _put(root, name.removesuffix("[]").split("."), _read(value, kind), many=name.endswith("[]"))
        told: dict[str, Any] = _listed(root)
        return told

    def read(self, schema: type[M], **more: Any) -> M:
        """Read the form as an input schema, with what the page itself knows. Raises `InvalidInput`.

        A form of a change shows what is known: what was emptied in it is missing, unless the page says (`more`) that
        it may be. What is not sent stays as it is, so that it would look saved otherwise.
        """
        if issubclass(schema, Change) and (
            emptied := self._blank() & schema.model_fields.keys() - more.keys()
        ):
            raise _missing(emptied)
        return validated(schema, {**self.data(), **more})

    def _blank(self) -> set[str]:
        """The fields that were shown and in which nothing stands."""
        shown = {bare(field) for field, _ in self.fields}
        return shown - {bare(field) for field, typed in self.fields if typed.strip()}

    def point(self, errors: Iterable[Mapping[str, Any]]) -> None:
        """Keep what was refused beside the fields that it is about."""
        for error in errors:
            path = str(error["pointer"]).removeprefix("body")
            self.errors.setdefault(path, error)


def _missing(names: Iterable[str]) -> InvalidInput:
    refusal = InvalidInput("body", "missing")
    refusal.details["errors"] = [{"pointer": f"/{name}", "code": "missing"} for name in sorted(names)]
    return refusal


def validated(schema: type[M], told: Mapping[str, Any]) -> M:
    """What a page has made of its fields as an input schema. Raises `InvalidInput`, pointing at the schema's members."""
    try:
        return schema.model_validate(told)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        refusal = InvalidInput("body", "not_allowed")
        refusal.details["errors"] = problems.fields([{**e, "loc": ("body", *e["loc"])} for e in found])
        raise refusal from None


def bare(field: str) -> str:
    return field.partition(":")[0].removesuffix("[]")


def path_of(name: str) -> str:
    return "/" + bare(name).replace(".", "/")


def _read(value: str, kind: str) -> Any:
    if kind == "flag":
        return value in {"1", "on", "true"}
    if kind == "int":
        digits = digits_to_ascii(value)
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else value
    return value


def _put(root: dict[str, Any], path: list[str], value: Any, *, many: bool) -> None:
    *way, last = path
    for part in way:
        root = root.setdefault(part, {})
        if not isinstance(root, dict):
            raise InvalidInput("body", "malformed")
    if many:
        root.setdefault(last, []).append(value)
    else:
        root[last] = value


def _listed(value: Any) -> Any:
    """Members named 0, 1, 2 … were the places of a list; a place that was left blank closes up."""
    if not isinstance(value, dict):
        return value
    told = {name: _listed(member) for name, member in value.items()}
    if told and all(name.isdigit() for name in told):
        return [told[name] for name in sorted(told, key=int)]
    return told


def explained(code: str, details: Mapping[str, Any]) -> dict[str, Any]:
    """A refusal as a page tells it: what, why, and what stands in the way."""
    body = problems.body(code, 0, "", details)
    return {
        "title": body["title"],
        "detail": body["detail"],
        "errors": body.get("errors", []),
        "explanations": list(body.get("explanations", {}).values()),
        "details": details,
        "code": code,
        "language": i18n.language.get(),
    }
