"""Whoever is heard may be registered already: who may be meant, who it is, and what was told beyond their file."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from app.core.db import ReadSession, WriteSession
from app.core.deps import ReadDb, WriteDb
from app.core.fields import Reason
from app.core.ids import PersonId
from app.core.schemas import Input
from app.intake import service
from app.intake.deps import InterviewReader, InterviewSeen, InterviewToWrite, InterviewWriter
from app.intake.models import Interview
from app.intake.schemas import InterviewUpdate
from app.people import queries as people
from app.people import service as registry
from app.people.deps import PeopleSearcher, PersonWriter
from app.people.supplements import beyond
from app.web import answers, face, searching
from app.web.face import PageForm, see
from app.web.forms import validated
from app.web.questions import WHO, by_question
from app.web.rendering import fragment, page

router = face.router()


class Choice(Input):
    """Which of the people that were shown is being heard."""

    person_id: PersonId
    reason: Reason | None = None


def who_is_heard(db: ReadSession, actor: InterviewReader, interview: Mapping[str, Any]) -> dict[str, Any]:
    """The registered person of an interview, and what was told beyond the file, by question.

    The interview's page has recorded that it tells of them.
    """
    whom = people.read(db, actor, interview["person_id"]) if interview["person_id"] else None
    if whom is None or not interview["new_person"]:
        return {"whom": whom, "lacking": {}, "differing": {}}
    told = beyond(whom, interview["new_person"])
    return {"whom": whom, "lacking": _drawn(told.lacking), "differing": _drawn(told.differing)}


def _drawn(told: Mapping[str, Any]) -> dict[str, tuple[dict[str, Any], str]]:
    birth = answers.shown_birth(told.get("birth"))
    return {question: (members, birth) for question, members in by_question(told).items()}


def recognise(db: WriteSession, actor: InterviewWriter, interview: Interview, chosen: str) -> None:
    """Name the person whom somebody has chosen in a form, among those who were received here."""
    choice = validated(Choice, {"person_id": chosen})
    service.name_person(db, actor, interview, choice.person_id, None)


def leave_out(db: WriteSession, actor: InterviewWriter, interview: Interview, question: str) -> None:
    """Take out of a draft what was told in answer to one question: it is not to be added to the person's file."""
    told = by_question(interview.new_person or {})
    told.pop(question, None)
    kept = {name: value for members in told.values() for name, value in members.items()}
    service.save(db, actor, interview, InterviewUpdate(new_person=kept or None))


@router.post("/search/known")
def known(
    request: Request, actor: PeopleSearcher, _: InterviewReader, db: ReadDb, form: PageForm
) -> Response:
    """Who is known of those who may be meant, while a name is being typed."""
    wanted = searching.of_draft(answers.person(form.data(), WHO, None))
    return fragment(
        request,
        "worker/known.html",
        found=registry.search(db, actor, wanted) if wanted is not None else None,
        window=form.value("window"),
    )


def _sought(actor: PeopleSearcher, interview: InterviewSeen, db: ReadDb) -> list[dict[str, Any]] | None:
    wanted = searching.of_draft(interview["new_person"])
    return None if wanted is None else registry.search(db, actor, wanted)


Sought = Annotated[list[dict[str, Any]] | None, Depends(_sought)]


@router.get("/interviews/{interview_id}/people")
def show_people(request: Request, interview: InterviewSeen, found: Sought) -> Response:
    """Who is known of those who may be meant, on a page of its own."""
    return page(request, "worker/people.html", interview=interview, found=found)


@router.post("/interviews/{interview_id}/person")
def choose(
    actor: InterviewWriter, _: PersonWriter, db: WriteDb, interview: InterviewToWrite, form: PageForm
) -> Response:
    """Say which registered person is being heard; who is known elsewhere is received here for a reason."""
    choice = form.read(Choice)
    service.name_person(db, actor, interview, choice.person_id, choice.reason)
    return see(f"/interviews/{interview.id}/check" if interview.conclusion else f"/interviews/{interview.id}")
