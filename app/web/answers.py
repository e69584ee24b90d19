"""What the forms of an interview say, made into the members of a draft; and a draft as the forms show it.

An interview is a list of questions. The quick form asks all of them on one page, the guided one each on a page of its own:
both read and show them through this module, so that one draft can be carried from one form to the other.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.consents.models import ConsentPurpose
from app.core import i18n
from app.core.sharing import DataCategory
from app.core.text import digits_to_ascii
from app.people.birth import BirthPrecision
from app.people.identifiers import IdentifierKind
from app.people.queries import NAMES
from app.web import births
from app.web.face import invalid
from app.web.forms import Form
from app.web.questions import QUESTIONS, WHO, gone, held, question_of_field, still

Told = dict[str, Any]

_WRITTEN = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_CLOCK = "%Y-%m-%dT%H:%M"  # a minute, as a field for it holds it
NOT_ASKED = "not_asked"
# What a partner can hardly do without: said beside the boxes, and never ticked for anybody. Consent is an act.
USUALLY_SHARED = (DataCategory.identity, DataCategory.contact, DataCategory.needs)


def members(form: Form, before: Mapping[str, Any]) -> Told:
    """What a form says of a draft, member by member; a question that was left blank in it empties its answer.

    Questions that the form does not hold, or that are no longer asked, keep what is known. Raises `InvalidInput`.
    """
    if not held(form):
        raise invalid("/asked", "missing")
    sent, questions = form.data(), still(form, before)
    changes: Told = {}
    if of_person := [question for question in questions if question in WHO]:
        changes["new_person"] = person(sent, of_person, before["new_person"])
    for question in questions:
        if question == "consents":
            changes["consents"] = _consents(sent, before)
        elif question not in WHO:
            changes |= {name: sent.get(name, empty) for name, empty in _OF_INTERVIEW[question].items()}
    return changes


def person(sent: Told, questions: Iterable[str], before: Told | None) -> Told | None:
    """What is told of somebody new, once these questions were answered."""
    who: Told = dict(before or {})
    for question in questions:
        _OF_PERSON[question](sent, who)
    return who or None


_OF_INTERVIEW: dict[str, Told] = {
    "narrative": {"narrative": None},
    "needs": {"needs": []},
    "urgency": {"urgency": None},
    "channel": {"channel": None},
    "conclusion": {"conclusion": None, "conclusion_note": None},
}


def held_at(form: Form, before: datetime, zone: str) -> Told:
    """When it was held, if the form says another minute than is known: what was on paper is typed in later.

    Raises `InvalidInput` for what is no day and hour.
    """
    said = digits_to_ascii(form.value("held_at") or "").strip()
    if not said or said == wall_clock(before, zone):
        return {}
    try:
        return {"held_at": datetime.strptime(said, _CLOCK).replace(tzinfo=ZoneInfo(zone)).isoformat()}
    except ValueError:
        raise invalid("/held_at", "bad_format") from None


def wall_clock(at: datetime, zone: str) -> str:
    """An instant as a window's clock shows it, as browsers write it into a field."""
    return at.astimezone(ZoneInfo(zone)).strftime(_CLOCK)


def _put(who: Told, name: str, value: Any) -> None:
    if value:
        who[name] = value
    else:
        who.pop(name, None)


def _name(sent: Told, who: Told) -> None:
    for name in NAMES:
        _put(who, name, sent.get("new_person", {}).get(name))


def _sex(sent: Told, who: Told) -> None:
    chosen = sent.get("new_person", {}).get("sex")
    _put(who, "sex", None if chosen == "unknown" else chosen)


def _birth(sent: Told, who: Told) -> None:
    said = sent.get("new_person", {}).get("birth")
    if said is None or said != shown_birth(who.get("birth")):  # an age keeps the day on which it was stated
        _put(who, "birth", said and birth(said))


def _document(sent: Told, who: Told) -> None:
    told = sent.get("document", {})
    first: list[Told] = []
    if told.get("kind") == IdentifierKind.NONE:
        first = [{"kind": IdentifierKind.NONE.value}]
    elif told.get("value"):
        first = [{"kind": told.get("kind", IdentifierKind.CIN.value), "value": told["value"]}]
    _put(who, "identifiers", [*first, *who.get("identifiers", ())[1:]])
    _put(who, "no_document_reason", told.get("reason") if told.get("kind") == IdentifierKind.NONE else None)


def _phone(sent: Told, who: Told) -> None:
    known, number = who.get("phones", ()), sent.get("phone")
    kept = {**(known[0] if known else {}), "number": number}
    _put(who, "phones", [*([kept] if number else []), *known[1:]])


_OF_PERSON: dict[str, Callable[[Told, Told], None]] = {
    "name": _name,
    "sex": _sex,
    "birth": _birth,
    "document": _document,
    "phone": _phone,
}


def birth(said: str) -> Told:
    """A birth as it is said at a window. What nobody understands stays as it was said: a day that there is not.

    It is refused when its question is answered or the interview is completed, not while somebody is typing.
    """
    return births.read(said) or {"precision": BirthPrecision.EXACT.value, "on": said}


def shown_birth(told: Mapping[str, Any] | None) -> str:
    """The same as it is typed; an age that was told roughly with the year that it stands for."""
    if not told:
        return ""
    age, stated = told.get("about_age"), str(told.get("stated_on") or "")
    if isinstance(age, int) and _WRITTEN.fullmatch(stated):
        return i18n.text("page.birth.about_typed", year=int(stated[:4]) - age, age=age)
    if told.get("on"):
        written = _WRITTEN.fullmatch(str(told["on"]))
        return "/".join(reversed(written.groups())) if written else str(told["on"])
    return str(next((told[name] for name in ("year", "about_age") if told.get(name) is not None), ""))


def _consents(sent: Told, before: Mapping[str, Any]) -> list[Told]:
    """One answer for each purpose that was spoken about, as far as it was given; what they have in common is asked once."""
    told = sent.get("consent", {})
    decisions = {p: told[p.value] for p in ConsentPurpose if told.get(p.value, NOT_ASKED) != NOT_ASKED}
    how = sent.get("sharing", {})
    categories = _shared(how)
    common = {name: how[name] for name in ("form", "witness", "language") if how.get(name)}
    answers = [
        {
            "purpose": purpose.value,
            "decision": decision,
            "categories": categories if decision == "given" and purpose.is_shared else [],
            **common,
        }
        for purpose, decision in decisions.items()
    ]
    return [*answers, *(kept for kept in before["consents"] if not is_general(kept))]


def _shared(how: Told) -> list[str]:
    """What may be shared: what was ticked, and with one box all that is usually needed."""
    ticked = how.get("categories", [])
    usual = USUALLY_SHARED if how.get("usual") else ()
    return [*ticked, *(category.value for category in usual if category.value not in ticked)]


def is_general(consent: Mapping[str, Any]) -> bool:
    """Whether an answer is about any partner and any need, as the forms ask it."""
    return not consent.get("institution_id") and not consent.get("need_code")


def shown(interview: Mapping[str, Any]) -> Told:
    """A draft as the fields of the forms show it."""
    who = interview["new_person"] or {}
    first: Told = next(iter(who.get("identifiers", ())), {})
    general = [consent for consent in interview["consents"] if is_general(consent)]
    how: Told = next(iter(general), {})
    shares: Told = next((consent for consent in general if consent["categories"]), {})
    return {
        **{name: interview[name] for name in ("narrative", "urgency", "channel", "conclusion", "needs")},
        "conclusion_note": interview["conclusion_note"],
        **{f"new_person.{name}": who.get(name) for name in NAMES},
        "new_person.sex": who.get("sex", "unknown"),
        "new_person.birth": shown_birth(who.get("birth")),
        "document.kind": first.get("kind", IdentifierKind.CIN.value),
        "document.value": first.get("value"),
        "document.reason": who.get("no_document_reason"),
        "phone": next((phone.get("number") for phone in who.get("phones", ())), None),
        **{f"consent.{consent['purpose']}": consent["decision"] for consent in general},
        "sharing.categories": shares.get("categories", ()),
        "sharing.usual": None,
        "sharing.form": how.get("form"),
        "sharing.witness": how.get("witness"),
        "sharing.language": how.get("language", "ar"),
    }


def shown_again(interview: Mapping[str, Any], form: Form) -> Told:
    """The same after a refusal: what was typed stands where it was typed, the rest is shown as it is now."""
    draft, typed_into = shown(interview), held(form)
    draft |= {f"consent.{purpose}": draft.get(f"consent.{purpose}") for purpose in ConsentPurpose}
    for name in draft:
        if question_of_field(name) in typed_into or form.values(name):
            draft[name] = form.values(name) if name in _SEVERAL else form.value(name)
    return draft


_SEVERAL = ("needs", "sharing.categories")


def left_over(interview: Mapping[str, Any], form: Form) -> dict[str, Told]:
    """What was typed into questions that are no longer asked: each as a draft that tells nothing else."""
    sent = form.data() if form else {}
    told = ((question, person(sent, [question], None)) for question in gone(form, interview))
    return {question: {**interview, "new_person": who} for question, who in told if who}


def last_changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
    """The last question, in the order of the pages, whose answer is another one now."""
    was, now_shown = shown(before), shown(after)
    changed = {
        question_of_field(name)
        for name in was.keys() | now_shown.keys()
        if was.get(name) != now_shown.get(name)
    }
    return next((question for question in reversed(QUESTIONS) if question in changed), None)
