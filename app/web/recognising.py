"""Whoever is heard may be registered already: who may be meant, who it is, and what was told beyond their file."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from app.cases import queries as cases
from app.core.actor import Actor
from app.core.db import ReadSession, WriteSession
from app.core.deps import ReadDb, WriteDb
from app.core.fields import Reason
from app.core.ids import InterviewId, PersonId
from app.core.prepared import Row
from app.core.schemas import Input
from app.intake import arrivals, service
from app.intake.deps import InterviewReader, InterviewSeen, InterviewToWrite, InterviewWriter
from app.intake.models import Interview
from app.intake.schemas import InterviewUpdate
from app.intake.states import InterviewStatus
from app.people import queries as people
from app.people import service as registry
from app.people.deps import PeopleSearcher, PersonReader, PersonWriter
from app.people.schemas import PersonSearch
from app.people.supplements import beyond
from app.web import answers, face, searching
from app.web.face import PageForm, see
from app.web.forms import Form, validated
from app.web.questions import QUESTIONS, WHO, by_question
from app.web.rendering import fragment, page

router = face.router()


NONE = "none"  # a button's: none of the people who were shown is the one


class Choice(Input):
    """Which of the people that were shown is being heard."""

    person_id: PersonId
    reason: Reason | None = None
    question: str | None = None  # of the guided form, from which somebody came


def who_is_heard(db: ReadSession, actor: InterviewReader, interview: Mapping[str, Any]) -> dict[str, Any]:
    """The registered person of an interview, their living case here, and what was told beyond the file, by question.

    The interview's page has recorded that it tells of them.
    """
    whom = people.read(db, actor, interview["person_id"]) if interview["person_id"] else None
    living = cases.living_id(db, whom["id"], interview["window_id"]) if whom else None
    if whom is None or not interview["new_person"]:
        return {"whom": whom, "living": living, "lacking": {}, "differing": {}}
    told = beyond(whom, interview["new_person"])
    return {
        "whom": whom,
        "living": living,
        "lacking": _drawn(told.lacking),
        "differing": _drawn(told.differing),
    }


def _drawn(told: Mapping[str, Any]) -> dict[str, tuple[dict[str, Any], str]]:
    birth = answers.shown_birth(told.get("birth"))
    return {question: (members, birth) for question, members in by_question(told).items()}


def heed(db: WriteSession, actor: InterviewWriter, interview: Interview, form: Form) -> None:
    """Do what a button inside a form of an interview says of the person, once what was typed is saved."""
    if chosen := form.value("chosen"):
        choice = validated(Choice, {"person_id": chosen})
        service.name_person(db, actor, interview, choice.person_id, None)
    if question := form.value("leave_out"):
        _leave_out(db, actor, interview, question)
    if form.value("next") == NONE:
        _set_aside(db, actor, interview, form)


def _leave_out(db: WriteSession, actor: InterviewWriter, interview: Interview, question: str) -> None:
    """What was told in answer to one question is not to be added to the person's file."""
    told = by_question(interview.new_person or {})
    told.pop(question, None)
    kept = {name: value for members in told.values() for name, value in members.items()}
    service.save(db, actor, interview, InterviewUpdate(new_person=kept or None))


def _set_aside(db: WriteSession, actor: InterviewWriter, interview: Interview, form: Form) -> None:
    """None of those who were shown is the one: they are not shown again, until somebody asks for them."""
    aside = {"set_aside": [*interview.set_aside, *form.values("shown")]}
    service.save(db, actor, interview, validated(InterviewUpdate, aside))


# --- who may be meant -----------------------------------------------------------------------------------------


def _wanted(request: Request, _: PersonReader, interview: InterviewSeen, db: ReadDb) -> PersonSearch | None:
    """The search for who is told of in a draft. The first name on a ticket alone finds everybody of that name.

    Where questions come one by one, those that are not about the person search for nobody.
    """
    is_open = interview["status"] is InterviewStatus.draft and interview["person_id"] is None
    is_about_them = request.path_params.get("question", WHO[0]) in WHO
    if not (is_open and is_about_them) or arrivals.tells_no_more(db, Row(interview)):
        return None
    return searching.of_draft(interview["new_person"])


async def _looked_for(
    request: Request, actor: PersonReader, wanted: Annotated[PersonSearch | None, Depends(_wanted)]
) -> PersonSearch | None:
    """A draft is searched for as soon as it is opened: that is on record as any search."""
    if wanted is not None:
        await request.app.state.accesses.record(actor, "person:search", "person", None, None)
    return wanted


LookedFor = Annotated[PersonSearch | None, Depends(_looked_for)]


def may_be(
    db: ReadSession, actor: Actor, wanted: PersonSearch | None, set_aside: Iterable[str]
) -> dict[str, Any]:
    """Who may be meant and was not set aside yet; None where there is too little to search by."""
    if wanted is None:
        return {"found": None, "aside": False}
    everybody, aside = registry.search(db, actor, wanted), set(set_aside)
    found = [one for one in everybody if str(one["person_id"]) not in aside]
    return {"found": found, "aside": len(found) < len(everybody)}


@router.post("/search/known")
def known(
    request: Request, actor: PeopleSearcher, _: InterviewReader, db: ReadDb, form: PageForm
) -> Response:
    """Who is known of those who may be meant, while a name is being typed."""
    wanted = searching.of_draft(answers.person(form.data(), WHO, None))
    told = may_be(db, actor, wanted, form.values("set_aside"))
    return fragment(request, "worker/known.html", window=form.value("window"), **told)


def _sought(actor: PeopleSearcher, interview: InterviewSeen, db: ReadDb) -> list[dict[str, Any]] | None:
    wanted = searching.of_draft(interview["new_person"])
    return None if wanted is None else registry.search(db, actor, wanted)


Sought = Annotated[list[dict[str, Any]] | None, Depends(_sought)]


@router.get("/interviews/{interview_id}/people")
def show_people(
    request: Request, interview: InterviewSeen, found: Sought, question: str | None = None
) -> Response:
    """Who is known of those who may be meant, on a page of its own; also who was set aside before.

    `question` is the one of the guided form from which somebody came, and to which they go back.
    """
    back = _way(interview["id"], question)
    return page(request, "worker/people.html", interview=interview, found=found, question=question, back=back)


def _way(interview_id: InterviewId, question: str | None) -> str:
    here = f"/interviews/{interview_id}"
    return f"{here}/guided/{question}" if question in QUESTIONS else here


@router.post("/interviews/{interview_id}/none-of-these")
def set_aside(
    actor: InterviewWriter, _: PersonWriter, db: WriteDb, interview: InterviewToWrite, form: PageForm
) -> Response:
    """Say that none of the people who were shown is being heard."""
    _set_aside(db, actor, interview, form)
    return see(_way(interview.id, form.value("question")))


@router.post("/interviews/{interview_id}/person")
def choose(
    actor: InterviewWriter, _: PersonWriter, db: WriteDb, interview: InterviewToWrite, form: PageForm
) -> Response:
    """Say which registered person is being heard; who is known elsewhere is received here for a reason."""
    choice = form.read(Choice)
    service.name_person(db, actor, interview, choice.person_id, choice.reason)
    if interview.conclusion:
        return see(f"/interviews/{interview.id}/check")
    return see(_way(interview.id, onward(choice.question)))


def onward(question: str | None) -> str | None:
    """The question that comes next in the guided form once it is known who is heard: who it is, is asked no more."""
    return QUESTIONS[QUESTIONS.index(WHO[-1]) + 1] if question in WHO else question
