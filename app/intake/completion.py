"""Completing an interview: one transaction in which a person, consents and a case may come to be."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from app.audit import service as audit
from app.cases import queries as case_queries
from app.cases import service as cases
from app.cases.models import Case
from app.cases.states import Priority
from app.consents import service as consents
from app.consents.schemas import ConsentCreate, ConsentDraft
from app.core import problems
from app.core.actor import Actor
from app.core.clock import now, today
from app.core.db import WriteSession
from app.core.errors import DomainError, InvalidInput
from app.core.moves import move
from app.core.prepared import Row
from app.intake import arrivals
from app.intake.events import InterviewCompleted
from app.intake.models import Interview, InterviewTransition
from app.intake.schemas import InterviewCompletion
from app.intake.states import ADDED, INTERVIEW_LIFECYCLE, Conclusion, InterviewAction, Urgency
from app.outbox import service as outbox
from app.people import numbers, supplements
from app.people import queries as people_queries
from app.people import service as people
from app.people.models import Person
from app.people.schemas import BirthIn, PersonCreate
from app.vocabularies import service as vocabularies
from app.windows import queries as windows

PRIORITY_OF: dict[Urgency | None, Priority] = {
    Urgency.emergency: Priority.urgent,
    Urgency.urgent: Priority.high,
    Urgency.normal: Priority.medium,
}


class InterviewIncomplete(DomainError):
    """The draft cannot be completed as it is; `errors` point at what lacks or does not hold. The draft is kept."""

    code = "interview_incomplete"
    example: ClassVar[Mapping[str, object]] = {
        "errors": [{"pointer": "/person_id", "code": "person_missing"}]
    }


def complete(db: WriteSession, actor: Actor, interview: Interview, data: InterviewCompletion) -> None:
    """Close the interview and do what was concluded, all of it or nothing.

    Raises `IllegalMove`, `InterviewIncomplete`, `people.PossibleDuplicates` and `cases.CaseAlreadyOpen`.
    """
    INTERVIEW_LIFECYCLE.move(interview.status, InterviewAction.complete, actor.role)
    missing = [_lack(name) for name in lacking(interview)]
    if errors := [*missing, *unreadable(interview)]:
        raise InterviewIncomplete(errors=errors)
    with db.no_autoflush:  # nothing that is asked here is still to be written, and every flush is costly
        with _kept_draft():
            vocabularies.check(db, "/needs", "need", interview.needs)
        person = _person(db, actor, interview, data)
        living = _living(db, interview, person, data) if person is not None else None
        case = _case(db, actor, interview, person, living, data) if person is not None else None
        if person is not None:
            _record_consents(db, actor, interview, person)
        _close(db, actor, interview, person, case, is_added=living is not None)
        arrivals.heard(db, actor, interview.id)
        _tell(db, actor, interview)


def lacking(interview: Interview | Row) -> list[str]:
    """The fields without which this interview cannot be completed.

    Somebody who only wanted information may stay unnamed; then there is nobody to record a consent of.
    """
    wanted = ["channel", "narrative", "urgency", "conclusion"]
    if interview.conclusion is not Conclusion.information_only:
        wanted += ["needs", "person_id"]
    elif interview.consents:
        wanted.append("person_id")
    if interview.conclusion is Conclusion.redirected:
        wanted.append("conclusion_note")
    named = interview.new_person is not None
    return [name for name in wanted if not getattr(interview, name) and not (name == "person_id" and named)]


def _lack(name: str) -> dict[str, Any]:
    if name == "person_id":  # a new person would do
        return {"pointer": "/person_id", "code": "person_missing"}
    return {"pointer": f"/{name}", "code": "missing"}


def unreadable(interview: Interview | Row) -> list[dict[str, Any]]:
    """What was written down and cannot be: told together with what lacks, and before it is asked for."""
    wrong = [] if interview.new_person is None else _unreadable_person(interview)
    return wrong + unanswered(interview)


def unanswered(interview: Interview | Row) -> list[dict[str, Any]]:
    """What the answers about sharing lack or cannot be: a draft keeps them as far as they were given."""
    checks: list[Callable[[dict[str, Any]], object]] = [_answer]
    checks += [partial(_judge, check) for check in consents.CHECKS]
    return [
        error
        for position, told in enumerate(interview.consents)
        for check in checks
        for error in _wrong(partial(check, told), "consents", position)
    ]


def _answer(told: dict[str, Any]) -> ConsentCreate:
    """An answer as it is recorded: what is blank in the draft lacks."""
    return ConsentCreate.model_validate({name: value for name, value in told.items() if value is not None})


def _judge(check: Callable[[ConsentDraft], None], told: dict[str, Any]) -> None:
    check(ConsentDraft.model_validate(told))


def _unreadable_person(interview: Interview | Row) -> list[dict[str, Any]]:
    """The form of what was told, and what of it can be judged by itself."""
    wrong = _wrong(partial(_newcomer, interview), "new_person")
    told = interview.new_person or {}
    if "birth" in told and not any(error["pointer"].startswith("/new_person/birth") for error in wrong):
        wrong += _wrong(lambda: people.birth_of(BirthIn.model_validate(told["birth"])), "new_person")
    return wrong or _wrong(partial(_check_documents, _newcomer(interview)), "new_person")


def _check_documents(told: PersonCreate) -> None:
    numbers.check_documents([number.kind for number in told.identifiers], told.no_document_reason)


def _wrong(check: Callable[[], object], *path: str | int) -> list[dict[str, Any]]:
    """What a check finds wrong with a part of the draft."""
    try:
        with _kept_draft(*path):
            check()
    except InterviewIncomplete as error:
        return cast(list[dict[str, Any]], error.details["errors"])
    return []


def _newcomer(interview: Interview | Row, duplicate_override: str | None = None) -> PersonCreate:
    return PersonCreate.model_validate(
        {
            **(interview.new_person or {}),
            "window_id": interview.window_id,
            "duplicate_override": duplicate_override,
        }
    )


def _person(db: WriteSession, actor: Actor, interview: Interview, data: InterviewCompletion) -> Person | None:
    if interview.person_id is not None:
        person = people_queries.get(db, actor, interview.person_id)
        if interview.new_person is not None:
            with _kept_draft("new_person"):
                supplements.supplement(db, actor, person, _newcomer(interview), data.duplicate_override)
        return person
    if interview.new_person is None or _stays_unnamed(db, interview):
        return None
    with _kept_draft("new_person"):
        return people.register(db, actor, _newcomer(interview, data.duplicate_override))


def _stays_unnamed(db: WriteSession, interview: Interview) -> bool:
    """Nobody is registered by a ticket's first name because of a question that was answered."""
    only_asked = interview.conclusion is Conclusion.information_only and not interview.consents
    return only_asked and arrivals.tells_no_more(db, interview)


def _living(db: WriteSession, interview: Interview, person: Person, data: InterviewCompletion) -> Case | None:
    """The living case to which the interview is added; none where one is to be opened, even if that is refused."""
    if interview.conclusion is Conclusion.case_opened and not data.join_case:
        return None
    return case_queries.living_case(db, person.id, interview.window_id)


def _case(
    db: WriteSession,
    actor: Actor,
    interview: Interview,
    person: Person,
    living: Case | None,
    data: InterviewCompletion,
) -> Case | None:
    """The case that the interview belongs to: the living one here, or else the one that is opened now.

    Raises `CaseAlreadyOpen`, naming the living one, unless it may be joined.
    """
    if living is not None:
        cases.contacted(db, living.id, _held_on(db, interview))
        return living
    opens = interview.conclusion is Conclusion.case_opened
    return _opened(db, actor, interview, person, data) if opens else None


def _opened(
    db: WriteSession, actor: Actor, interview: Interview, person: Person, data: InterviewCompletion
) -> Case:
    return cases.open_case(
        db,
        actor,
        person=person,
        window_id=interview.window_id,
        priority=data.priority or PRIORITY_OF[interview.urgency],
        needs=interview.needs,
        summary=data.summary,
        opened_on=today(windows.zone(db, interview.window_id)),
        contacted_on=_held_on(db, interview),
    )


def _held_on(db: WriteSession, interview: Interview) -> date:
    return interview.held_at.astimezone(ZoneInfo(windows.zone(db, interview.window_id))).date()


def _record_consents(db: WriteSession, actor: Actor, interview: Interview, person: Person) -> None:
    for position, told in enumerate(interview.consents):
        with _kept_draft("consents", position):
            consents.record(db, actor, person, _answer(told), interview_id=interview.id)


@contextmanager
def _kept_draft(*path: str | int) -> Iterator[None]:
    """Turn what is wrong inside a part of the draft into `InterviewIncomplete`, pointing into the draft."""
    try:
        yield
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise InterviewIncomplete(
            errors=problems.fields([{**e, "loc": ("body", *path, *e["loc"])} for e in found])
        ) from None
    except InvalidInput as error:
        inside = "".join(f"/{part}" for part in path)
        told: list[Mapping[str, Any]] = error.details["errors"]  # type: ignore[assignment]
        raise InterviewIncomplete(
            errors=[{**e, "pointer": f"{inside}{e['pointer']}"} for e in told]
        ) from None


def _close(
    db: WriteSession,
    actor: Actor,
    interview: Interview,
    person: Person | None,
    case: Case | None,
    *,
    is_added: bool,
) -> None:
    """Lead the interview to its end. What was told for the person's file stands there now and is not kept twice."""
    move(
        db,
        actor,
        interview,
        INTERVIEW_LIFECYCLE,
        InterviewAction.complete,
        lambda **row: InterviewTransition(interview_id=interview.id, **row),
        reason_code=ADDED if is_added else None,
        worker_id=actor.user,
        person_id=person and person.id,
        new_person=None,
        set_aside=[],
        consents=[],
        case_id=case and case.id,
        completed_at=now(),
    )


def _tell(db: WriteSession, actor: Actor, interview: Interview) -> None:
    conclusion = str(interview.conclusion)
    audit.record(
        db,
        actor,
        "interview:complete",
        "interview",
        interview.id,
        person_id=interview.person_id,
        conclusion=conclusion,
        case_id=interview.case_id,
    )
    outbox.publish(
        db,
        InterviewCompleted(
            interview_id=interview.id,
            window_id=interview.window_id,
            person_id=interview.person_id,
            case_id=interview.case_id,
            conclusion=conclusion,
        ),
    )
