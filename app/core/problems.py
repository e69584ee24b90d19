"""Refusals as problem details (RFC 9457), in the language of the request, without a word of what was sent."""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from http import HTTPStatus
from itertools import takewhile
from typing import Any

import orjson
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.core import i18n
from app.core.errors import DomainError
from app.core.ids import CaseId, FollowUpId, UserId, uuid7

MEDIA_TYPE = "application/problem+json"

# Set by the gate: a refusal names the request whose line stands in the log.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class FieldProblem(BaseModel):
    """One field that cannot stay as it is."""

    pointer: str = Field(description="Where: an RFC 6901 pointer into the body, or `query/…`, `path/…`.")
    code: str = Field(description="Stable code of the reason.")
    message: str = Field(description="The reason in the language of the request.")


class Problem(BaseModel):
    """Every refusal has this shape. The members that may be null stand only where they tell something."""

    type: str = Field(examples=["/problems/not_found"])
    title: str
    status: int
    code: str = Field(description="Stable; the texts may change.")
    detail: str | None = None
    instance: str = Field(description="Names this occurrence, also in the server's log.")
    errors: list[FieldProblem] | None = Field(
        None, description="The fields that cannot stay as they are, each with its reason."
    )
    explanations: dict[str, str] | None = Field(
        None,
        description="What each code in `blockers` or `unacknowledged` means, in the language of the request.",
    )
    blockers: list[str] | None = Field(
        None,
        description="What stands in the way: `<code>`, or `<code>:<id>` of the thing (or the code of a datum).",
    )
    unacknowledged: list[str] | None = Field(
        None, description="Warnings that nobody has accepted yet: send again with them in `acknowledged`."
    )
    candidates: list[dict[str, Any]] | None = Field(
        None,
        description="Who the person may be, as the search for people answers, each with reasons and verdict.",
    )
    missing: list[str] | None = Field(
        None, description="The required questions without an answer, in the order of the questionnaire."
    )
    current: str | int | None = Field(
        None, description="Where it stands now: the state, or with `stale_version` the present version."
    )
    action: str | None = Field(None, description="What was asked for and may not be done.")
    allowed: list[str] | int | None = Field(
        None, description="What may be asked for now; with `instrument_too_large` the greatest size in bytes."
    )
    is_final: bool | None = Field(None, description="Nothing leads on from the present state.")
    is_draft_kept: bool | None = Field(
        None,
        description="`false`: the request would have begun what it could not complete, and nothing is left.",
    )
    permission: str | None = Field(None, description="The permission that the role lacks.")
    error: str | None = Field(None, description="The reason in the words of OAuth 2.0.")
    reason: str | None = Field(None, description="Why the body could not be read: `json`, `nul`, `depth` …")
    limit: int | None = Field(None, description="How much would be accepted: bytes, or files.")
    accepted: list[str] | None = Field(None, description="The types of files that are accepted.")
    wait_seconds: int | None = Field(None, description="How long to wait, as `Retry-After` says.")
    case_id: CaseId | None = Field(None, description="The living case that the person has already.")
    follow_up_id: FollowUpId | None = Field(None, description="The contact that was noted already.")
    requested_by: UserId | None = Field(None, description="Who has asked for the closing.")
    instrument_code: str | None = Field(None, description="The questionnaire whose version is meant.")
    instrument_version: str | None = Field(None, description="The version that exists already.")


def body(code: str, status: int, instance: str, details: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a problem in the request's language."""
    members: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": i18n.text(f"error.{code}"),
        "status": int(status),
        "code": code,
        "detail": _detail(code, details),
        "instance": instance,
    }
    for name, value in details.items():
        members.setdefault(name, value)
    if "errors" in details:
        members["errors"] = [
            {
                "pointer": error["pointer"],
                "code": error["code"],
                # The author of a questionnaire may have written the sentence, in the request's language.
                "message": error.get("message") or _message(error["code"], error.get("context", {})),
            }
            for error in details["errors"]
        ]
    if explained := explanations([*details.get("blockers", ()), *details.get("unacknowledged", ())]):
        members["explanations"] = explained
    return members


def _detail(code: str, details: Mapping[str, Any]) -> str:
    """What to do next. What has reached its end offers no other step; who has to wait is told how long.

    Where the same request began a draft, the refusal has left none.
    """
    if details.get("is_final"):
        return i18n.text(f"error.{code}.final")
    if details.get("is_draft_kept") is False:
        return i18n.text(f"error.{code}.unsaved")
    if "wait_seconds" in details:
        return i18n.text(f"error.{code}.wait", wait=i18n.span(details["wait_seconds"]))
    return i18n.text(f"error.{code}.detail", **details)


def _message(code: str, context: Mapping[str, Any]) -> str:
    """The reason; it tells the bound that was passed, the list that was looked into or what is expected, where known."""
    special = f"field.{code}.{context.get('expected')}"
    if i18n.has(special, "en"):
        return i18n.text(special)
    for name, place in _TOLD_IN.items():
        if name in context and i18n.has(f"field.{code}.{place}", "en"):
            return i18n.text(f"field.{code}.{place}", **{place: _as_text(context[name])})
    return i18n.text(f"field.{code}", **context)


# The place of the sentence in which each is told; the sentence is named after it.
_TOLD_IN = {
    "min_length": "bound",
    "max_length": "bound",
    "characters": "characters",
    "ge": "bound",
    "le": "bound",
    "list": "list",
    "allowed": "allowed",
    "format": "format",
}


def _as_text(told: object) -> str:
    return " · ".join(told) if isinstance(told, list) else str(told)


def explanations(items: Iterable[object]) -> dict[str, str]:
    """What stands in the way, by code, in the request's language; `<code>:<id>` is explained by its code."""
    codes = [str(item).partition(":")[0] for item in items]
    return {code: i18n.text(f"blocker.{code}") for code in codes}


def response(
    code: str,
    status: HTTPStatus | int,
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer a refusal."""
    members = body(code, status, f"urn:uuid:{request_id.get() or uuid7()}", details or {})
    return Response(
        orjson.dumps(members, default=str, option=orjson.OPT_UTC_Z),
        status_code=int(status),
        media_type=MEDIA_TYPE,
        headers={"Content-Language": i18n.language.get(), **(headers or {})},
    )


def of(error: DomainError) -> Response:
    """Answer a domain error, with `Retry-After` where waiting helps."""
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return response(error.code, error.status, error.details, headers)


# Pydantic's kinds of error, folded into the few that a user can act upon.
FIELD_CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "string_too_short": "too_short",
    "too_short": "too_short",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "greater_than_equal": "too_small",
    "greater_than": "too_small",
    "less_than_equal": "too_large",
    "less_than": "too_large",
    "enum": "unknown_choice",
    "literal_error": "unknown_choice",
    "union_tag_invalid": "unknown_choice",
    "string_pattern_mismatch": "bad_format",
    "uuid_parsing": "bad_format",
    "datetime_parsing": "bad_format",
    "datetime_from_date_parsing": "bad_format",
    "timezone_aware": "bad_format",
    "value_error": "not_allowed",
    "json_invalid": "malformed",
}


def fields(errors: Sequence[Any]) -> list[dict[str, Any]]:
    """Turn a validation's errors into pointers and codes, each told once; the values are left out on purpose."""
    told: dict[tuple[str, str], dict[str, Any]] = {}
    for error in errors[:50]:
        pointer, code = _pointer(error["loc"]), _code(error)
        told.setdefault((pointer, code), {"pointer": pointer, "code": code, "context": _context(error)})
    return list(told.values())


_BOUNDS = frozenset({"min_length", "max_length", "ge", "gt", "le", "lt"})
_CHOICE = re.compile(r"'(\w+)'")
_EXPECTED = {
    "model_type": "object",
    "model_attributes_type": "object",
    "dict_type": "object",
    "list_type": "list",
}
# How a time is written: as the clock on the spot shows it, or with its offset where an instant is meant.
_FORMATS = {
    "datetime_parsing": "2026-11-26T10:00",
    "datetime_from_date_parsing": "2026-11-26T10:00",
    "timezone_aware": "2026-11-26T10:00Z",
}


def _context(error: Any) -> dict[str, Any]:
    """What is known of the rule that was broken: its bounds, the codes of a closed list, or what is expected."""
    known, kind = error.get("ctx", {}), error["type"]
    if kind == "string_too_long":
        return {"characters": known["max_length"]}
    if kind in _EXPECTED:
        return {"expected": _EXPECTED[kind]}
    if kind in _FORMATS:
        return {"format": _FORMATS[kind]}
    if (cause := _cause(error)) and len(cause) > 1:
        return {"format": cause[1]}
    bounds = {name: v for name, v in known.items() if name in _BOUNDS and type(v) in {int, float}}
    allowed = _CHOICE.findall(known["expected"]) if kind in {"enum", "literal_error"} else []
    return {**bounds, "allowed": allowed} if allowed else bounds


def _code(error: Any) -> str:
    if cause := _cause(error):
        return cause[0]
    kind = str(error["type"])
    if kind in FIELD_CODES:
        return FIELD_CODES[kind]
    return "wrong_type" if kind.endswith(("_type", "_parsing", "_from_float")) else "not_allowed"


def _cause(error: Any) -> tuple[str, ...]:
    """What a validator of ours has raised: `ValueError("<code>")`, or `ValueError("<code>", "<how it is written>")`."""
    cause = error.get("ctx", {}).get("error")
    told = tuple(map(str, cause.args)) if isinstance(cause, ValueError) else ()
    return told if told and told[0].isidentifier() else ()


# What could be a field or a parameter in a program, or the id of a thing. Any other key was the client's idea and may
# be a person's name.
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _pointer(location: Sequence[object]) -> str:
    """An RFC 6901 pointer into the body, or the parameter's place; nothing follows a key that is not repeated."""
    place, *path = location
    if place not in {"body", "query"}:  # the names of the others are ours
        return "/".join([str(place), *map(str, path)])
    known = list(takewhile(lambda part: isinstance(part, int) or _FIELD_NAME.fullmatch(str(part)), path))
    below = "".join(f"/{part}" for part in known)
    return f"{place}{below}" if place == "query" else below or "body"
