from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field

from app.cases.states import Priority
from app.consents.schemas import ConsentCreate, ConsentDraft
from app.core.clock import now
from app.core.fields import Code, Flag, Instant, Prose, Reason
from app.core.ids import ArrivalId, CaseId, InterviewId, PersonId, UserId, WindowId
from app.core.schemas import Input, Output
from app.core.text import clean
from app.intake.states import ArrivalStatus, Channel, Conclusion, InterviewStatus, Urgency
from app.people.schemas import Doubt, PersonCreate

T = TypeVar("T")

CLOCK_SKEW = timedelta(minutes=5)
EARLIEST_YEAR = 2000
MOST_CONSENTS = 20
FIRST_NAME_LENGTH = 100  # of its column
# The window is the interview's, and an override is given when the duplicates have been seen.
NEW_PERSON_MEMBERS = frozenset(PersonCreate.model_fields) - {"window_id", "duplicate_override"}
_TOLD_IN_LISTS = frozenset({"identifiers", "phones"})
_COUNTED = frozenset({"year", "about_age"})  # the numbers among what is told of a birth


def _past(value: datetime) -> datetime:
    if value.year < EARLIEST_YEAR:
        raise ValueError("too_early")
    if value > now() + CLOCK_SKEW:
        raise ValueError("in_the_future")
    return value


def _known_members(value: dict[str, Any]) -> dict[str, Any]:
    """Only the shape is judged while a draft is written: a text is a text, a list a list of things told together."""
    if not value.keys() <= NEW_PERSON_MEMBERS:
        raise ValueError("unknown_field")
    if not all(_is_shaped(name, told) for name, told in value.items()):
        raise ValueError("wrong_type")
    return value


def _is_shaped(name: str, told: Any) -> bool:
    if told is None:
        return True
    if name in _TOLD_IN_LISTS:
        return isinstance(told, list) and all(_is_told_together(one) for one in told)
    return _is_told_together(told) if name == "birth" else isinstance(told, str)


def _is_told_together(told: Any) -> bool:
    return isinstance(told, dict) and all(
        part is None or type(part) is (int if name in _COUNTED else str) for name, part in told.items()
    )


def _first_name(value: str) -> str:
    """Cleaning may empty a text of invisible signs, and writes some letters longer."""
    cleaned = clean(value)
    if not cleaned:
        raise ValueError("too_short")
    if len(cleaned) > FIRST_NAME_LENGTH:
        raise ValueError("too_long")
    return cleaned


def _once(values: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(values))


PastInstant = Annotated[Instant, AfterValidator(_past)]
FirstName = Annotated[str, Field(min_length=1, max_length=FIRST_NAME_LENGTH), AfterValidator(_first_name)]
NewPerson = Annotated[dict[str, Any], AfterValidator(_known_members)]
SetAside = Annotated[list[PersonId], Field(max_length=200), AfterValidator(_once)]
Needs = Annotated[list[Code], Field(max_length=50, examples=[["housing"]]), AfterValidator(_once)]


# --- reception -----------------------------------------------------------------------------------------------


class ArrivalCreate(Input):
    """A ticket and a first name, no more: whoever is at the reception needs nothing else to call somebody."""

    first_name: FirstName = Field(examples=["فاطمة (مثال)"])
    reason: Code = Field(description="Vocabulary `arrival_reason`.", examples=["new_request"])


class CounterAnswer(Input):
    topic: Code = Field(description="Vocabulary `counter_topic`.", examples=["opening_hours"])


class ArrivalOut(Output):
    id: ArrivalId
    window_id: WindowId
    on: date
    ticket: int = Field(description="Counts from 1, each day anew at each window.")
    first_name: str
    reason: str
    arrived_at: datetime
    waiting_minutes: int | None = Field(description="Whole minutes since the arrival, for who still waits.")
    status: ArrivalStatus
    interview_id: InterviewId | None
    topic: str | None = Field(description="What the counter answered, if it did.")
    answered_at: datetime | None
    version: int


class ArrivalPage(Output):
    items: list[ArrivalOut]
    next: str | None


class ArrivalSummary(Output):
    window_id: WindowId
    on: date
    total: int = Field(description="Who came: without the tickets that were given by mistake.")
    by_status: dict[ArrivalStatus, int]
    by_reason: dict[str, int] = Field(examples=[{"new_request": 12}])
    by_topic: dict[str, int] = Field(description="What was answered at the counter.")


# --- interviews ----------------------------------------------------------------------------------------------


class InterviewDraft(Input):
    """What may be written down while listening: anything may still lack."""

    held_at: PastInstant = Field(default_factory=now, description="When it was held; now, unless told.")
    channel: Channel | None = None
    person_id: PersonId | None = Field(None, description="A registered person.")
    new_person: NewPerson | None = Field(
        None,
        description="Members of `PersonCreate` (without `window_id` and `duplicate_override`) as far as they "
        "are known. They are kept as they are and checked when the interview is completed: then somebody new is "
        "registered, or what the file of the registered person lacks of it is added there.",
        examples=[{"given_name_ar": "فاطمة", "family_name_ar": "المثالية"}],
    )
    set_aside: SetAside = Field(
        default_factory=list,
        description="People whom a search has shown and who are not the one: they are not offered again while the "
        "draft is written. The duplicate check at its end asks about them all the same.",
    )
    narrative: Prose | None = Field(None, examples=["تبحث عن سكن بعد نهاية عقد الكراء (مثال)."])
    needs: Needs = Field(default_factory=list, description="Vocabulary `need`.")
    urgency: Urgency | None = None
    consents: list[ConsentDraft] = Field(
        default_factory=list,
        max_length=MOST_CONSENTS,
        description="Recorded when the interview is completed. Until then each may lack its form, its witness and its "
        "categories.",
    )
    conclusion: Conclusion | None = None
    conclusion_note: Prose | None = Field(None, description="Where to, when the person was redirected.")


class InterviewCreate(InterviewDraft):
    window_id: WindowId
    arrival_id: ArrivalId | None = Field(None, description="Who was waiting and is now being heard.")


class InterviewUpdate(InterviewDraft):
    """Only the members that are sent are changed; null empties one."""


class InterviewCompletion(Input):
    """What is decided in the moment of completing."""

    priority: Priority | None = Field(None, description="Of the case; follows from the urgency unless given.")
    summary: Prose | None = Field(None, description="First words of the case's summary.")
    join_case: Flag = Field(
        False, description="Put the interview into the person's living case here instead of opening one."
    )
    duplicate_override: Reason | None = Field(
        None, description="Why the new person is none of the candidates that were shown."
    )


class CompletedInterviewCreate(InterviewCreate, InterviewCompletion):
    """A whole interview in one request: nothing of it is still to be told."""

    consents: list[ConsentCreate] = Field(  # type: ignore[assignment]  # frozen: nobody puts a draft's into it
        default_factory=list, max_length=MOST_CONSENTS
    )


class InterviewAbandonment(Input):
    reason: Reason = Field(examples=["The person left before the end."])


class InterviewRow(Output):
    id: InterviewId
    window_id: WindowId
    worker_id: UserId = Field(description="Who began it or, for a draft that was taken over, who saved last.")
    held_at: datetime
    channel: Channel | None
    person_id: PersonId | None
    given_name_ar: str | None
    family_name_ar: str | None
    given_name_latin: str | None
    family_name_latin: str | None
    needs: list[str]
    urgency: Urgency | None
    conclusion: Conclusion | None
    case_id: CaseId | None
    status: InterviewStatus
    version: int


class InterviewPage(Output):
    items: list[InterviewRow]
    next: str | None


class InterviewOut(Output):
    id: InterviewId
    window_id: WindowId
    worker_id: UserId
    held_at: datetime
    channel: Channel | None
    person_id: PersonId | None
    new_person: dict[str, Any] | None
    set_aside: list[PersonId]
    narrative: str | None
    needs: list[str]
    urgency: Urgency | None
    consents: list[ConsentDraft] = Field(
        description="Of a draft, what is still to be recorded; of a completed interview, what it recorded. Whether "
        "an answer still holds stands among the person's consents."
    )
    conclusion: Conclusion | None
    conclusion_note: str | None
    case_id: CaseId | None
    status: InterviewStatus
    completed_at: datetime | None
    version: int


class InterviewDone(InterviewOut):
    warnings: list[Doubt] = Field(
        description="Unusual numbers in the person's file, kept all the same: check them while the person is there."
    )
