"""The same draft, one question a page: for whoever is new at the window.

A page is addressed by its question, not by its place: which questions are asked may change while one is open.
"""

from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from starlette.responses import Response

from app.core.deps import ExpectedVersion, ReadDb, WriteDb, check_version
from app.core.errors import NotFound, StaleVersion
from app.intake import completion, service
from app.intake.deps import InterviewReader, InterviewSeen, InterviewToWrite, InterviewWriter
from app.intake.models import Interview
from app.intake.schemas import InterviewUpdate
from app.intake.states import InterviewStatus
from app.people.deps import PersonWriter
from app.web import answers, face, intake, recognising, unfit
from app.web.face import PageForm, see
from app.web.forms import Form
from app.web.intake import called, choices, keep, questions_of
from app.web.questions import QUESTIONS, WHO, asked, question_of
from app.web.recognising import LookedFor, heed, may_be, onward, who_is_heard
from app.web.rendering import page

router = face.router()

OTHER = "other"  # a button's: somebody else is being heard
CHECK = "check"  # where an answer leads back to, when it was asked for again from there


def _question(question: str) -> str:
    if question not in QUESTIONS:
        raise NotFound()
    return question


Question = Annotated[str, Depends(_question)]


@router.get("/interviews/{interview_id}/guided")
def begin(interview: InterviewSeen) -> Response:
    return see(f"/interviews/{interview['id']}/guided/{QUESTIONS[0]}")


@router.get("/interviews/{interview_id}/guided/{question}")
def ask(
    request: Request,
    actor: InterviewReader,
    interview: InterviewSeen,
    db: ReadDb,
    question: Question,
    wanted: LookedFor,
    form: PageForm,
    then: Literal["check"] | None = None,
) -> Response:
    """One question; `then` says that its answer leads back to the check. If it is no longer asked, the whole form comes instead, with what was typed meanwhile."""
    questions = asked(interview)
    if interview["status"] is not InterviewStatus.draft or (question not in questions and not form):
        return see(f"/interviews/{interview['id']}")
    if question not in questions:
        return intake.show(request, actor, interview, wanted, db, form)
    return page(
        request,
        "worker/guided.html",
        interview=interview,
        **who_is_heard(db, actor, interview),
        called=called(db, actor, interview),
        shown=answers.shown_again(interview, form),
        choices=choices(db),
        question=question,
        number=questions.index(question) + 1,
        last=len(questions),
        then=then,
        window=str(interview["window_id"]),
        **questions_of(interview, form),
        **may_be(db, actor, wanted, interview["set_aside"]),
    )


@router.post("/interviews/{interview_id}/guided/{question}")
def take(
    actor: InterviewWriter,
    _: PersonWriter,
    expected: ExpectedVersion,
    db: WriteDb,
    interview: InterviewToWrite,
    question: Question,
    form: PageForm,
) -> Response:
    """Save the answer and go on, or back; behind the last question all answers are checked."""
    check_version(interview.version, expected)
    before, wrong = keep(db, actor, interview, form)
    questions = asked(before)
    if question not in questions:
        raise StaleVersion(current=interview.version)
    if form.value("next") == OTHER:
        service.save(db, actor, interview, InterviewUpdate(person_id=None))
    heed(db, actor, interview, form)
    if _goes_on(form):
        wrong = unfit.of_the_form([*wrong, *_unreadable(interview, question)])
    if wrong:
        raise unfit.refusal(form, interview.version, wrong)
    return see(f"/interviews/{interview.id}/{_place_after(form, question, questions)}")


def _place_after(form: Form, question: str, questions: tuple[str, ...]) -> str:
    before, after = _beside(questions, question)
    if form.value("chosen"):
        return f"guided/{onward(question)}"
    if form.value("leave_out"):
        return f"guided/{question}"
    match form.value("next"):
        case recognising.NONE:
            return f"guided/{question}"
        case "people":
            return f"people?question={question}"
        case "other":
            return f"guided/{WHO[0]}"
        case "back":
            return f"guided/{before}"
    is_asked_again = form.value("then") == CHECK
    return f"guided/{after}" if after and not is_asked_again else "check?by=guided"


def _goes_on(form: Form) -> bool:
    """Whether somebody goes on to the next question: back, or to the people who may be meant, is another way."""
    is_about_whom = form.value("chosen") or form.value("leave_out")
    return not is_about_whom and form.value("next") in {None, "on"}


def _unreadable(interview: Interview, question: str) -> list[dict[str, Any]]:
    """What cannot be is told where it is asked."""
    return [error for error in completion.unreadable(interview) if question_of(error["pointer"]) == question]


def _beside(questions: tuple[str, ...], question: str) -> tuple[str, str | None]:
    """The question before this one, or the first; and the one behind it, if it is not the last."""
    place = questions.index(question)
    return questions[max(0, place - 1)], next(iter(questions[place + 1 :]), None)
