"""What of a form no draft of an interview can hold, and what in a draft cannot be: told at the field of each."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from http import HTTPStatus
from typing import Any, ClassVar, cast

from app.core import i18n
from app.core.errors import DomainError, InvalidInput
from app.core.prepared import Row
from app.core.text import clean
from app.intake import completion
from app.intake.models import Interview
from app.intake.schemas import InterviewUpdate
from app.web import answers
from app.web.answers import Told
from app.web.forms import Form, explained, validated
from app.web.questions import field_of, not_understood

BIRTHS = "page.intake.birth_not_understood"
_NEVER_BLANK = ("purpose", "decision")  # of an answer about sharing, even in a draft


class DraftKept(DomainError):
    """Something in the form of a draft cannot stand; whatever else it says is saved, and stays so."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "draft_kept"
    commits = True
    example: ClassVar[Mapping[str, object]] = {"errors": [{"pointer": "/narrative", "code": "too_long"}]}


def refusal(form: Form, version: int, errors: Iterable[Told]) -> DraftKept:
    """What is wrong with a form whose other fields were kept: sent again, it stands upon what it has saved itself."""
    form.put("_version", str(version))
    return DraftKept(errors=list(errors))


def fitting(form: Form, before: Mapping[str, Any], zone: str) -> tuple[InterviewUpdate, list[Told]]:
    """The changes of a form that a draft can hold, and what is wrong with the others: of them what is known stays.

    Raises `InvalidInput` for a form that says of no question that it holds it.
    """
    changes, wrong = answers.members(form, before), list[Told]()
    try:
        changes |= answers.held_at(form, before["held_at"], zone)
    except InvalidInput as unread:
        wrong += cast(list[Told], unread.details["errors"])
    try:
        return validated(InterviewUpdate, changes), wrong
    except InvalidInput as unfit:
        errors = cast(list[Told], unfit.details["errors"])
    wrong += of_the_form(_told(error, changes) for error in errors)
    return validated(InterviewUpdate, _without(changes, errors)), wrong


def half_answered(interview: Interview) -> list[Told]:
    """What the answers about sharing that the forms ask for still lack. What else cannot be is told at the check."""
    asked = {place for place, consent in enumerate(interview.consents) if answers.is_general(consent)}
    return [
        error
        for error in completion.unanswered(interview)
        if int(error["pointer"].split("/")[2]) in asked and field_of(error["pointer"]).startswith("/sharing/")
    ]


def of_the_form(errors: Iterable[Told]) -> list[Told]:
    """What is wrong at the fields of the forms; what several answers about sharing have in common is asked and told once."""
    told: dict[tuple[str, str], Told] = {}
    for error in errors:
        placed = in_the_form(error)
        told.setdefault((placed["pointer"], placed["code"]), placed)
    return list(told.values())


def in_the_form(error: Mapping[str, Any]) -> Told:
    """What is wrong with a member of a draft, as it is told beside the field that it comes from."""
    told = {**error, "pointer": field_of(error["pointer"])}
    return told | ({"message": i18n.text(BIRTHS)} if not_understood(error) else {})


def remarks(interview: Mapping[str, Any]) -> dict[str, str]:
    """What was written down and cannot be, by the field in which it stands: told while somebody goes on writing."""
    written = answers.shown(interview)
    told = remarked(completion.unreadable(Row(interview)))
    return {name: message for name, message in told.items() if written.get(name)}


def remarked(errors: list[Told]) -> dict[str, str]:
    """What is wrong in words, by the name of the field."""
    told = explained(completion.InterviewIncomplete.code, {"errors": errors})["errors"]
    return {
        placed["pointer"].strip("/").replace("/", "."): placed["message"] for placed in map(in_the_form, told)
    }


def _told(error: Told, changes: Told) -> Told:
    """A text that is too long says by how much: whoever has written it looks for what to leave out."""
    most = error.get("context", {}).get("characters")
    if most is None:
        return error
    said = str(_at(changes, error["pointer"]))
    over = max(len(said), len(clean(said, multiline=True))) - most
    words = i18n.text(i18n.form("page.intake.too_long", over), n=i18n.digits(over), most=i18n.digits(most))
    return {**error, "message": words}


def _at(told: Any, pointer: str) -> Any:
    for part in pointer.strip("/").split("/"):
        told = told[int(part)] if isinstance(told, list) else told[part]
    return told


def _without(changes: Told, errors: Iterable[Told]) -> Told:
    """The changes without what cannot stand; an answer about sharing lacks it only, as a draft may."""
    kept = deepcopy(changes)
    for error in errors:
        member, *inside = error["pointer"].strip("/").split("/")
        if member == "consents" and len(inside) > 1 and inside[1] not in _NEVER_BLANK:
            kept["consents"][int(inside[0])].pop(inside[1], None)
        else:
            kept.pop(member, None)
    return kept
