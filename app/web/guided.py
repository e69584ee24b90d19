"""The same draft, one question a page: for whoever is new at the window."""

from fastapi import Request
from starlette.responses import Response

from app.core.deps import ExpectedVersion, ReadDb, WriteDb, check_version
from app.core.errors import NotFound
from app.intake import queries
from app.intake.deps import InterviewReader, InterviewSeen, InterviewToWrite, InterviewWriter
from app.intake.states import InterviewStatus
from app.web import answers, face
from app.web.face import PageForm, see
from app.web.intake import autosaved, called, choices, keep, whom
from app.web.rendering import page

router = face.router()


@router.get("/interviews/{interview_id}/guided")
def begin(interview: InterviewSeen) -> Response:
    return see(f"/interviews/{interview['id']}/guided/1")


@router.get("/interviews/{interview_id}/guided/{number}")
def ask(
    request: Request, actor: InterviewReader, interview: InterviewSeen, db: ReadDb, number: int
) -> Response:
    """The question with this number, counted from 1."""
    if interview["status"] is not InterviewStatus.draft:
        return see(f"/interviews/{interview['id']}")
    questions = answers.asked(interview)
    return page(
        request,
        "worker/guided.html",
        interview=interview,
        whom=whom(db, actor, interview),
        called=called(db, actor, interview),
        shown=answers.shown(interview),
        choices=choices(db),
        question=_question(questions, number),
        number=number,
        last=len(questions),
    )


@router.post("/interviews/{interview_id}/guided/{number}")
def take(
    actor: InterviewWriter,
    expected: ExpectedVersion,
    db: WriteDb,
    interview: InterviewToWrite,
    number: int,
    form: PageForm,
) -> Response:
    """Save the answer and go on, or back; behind the last question all answers are checked."""
    check_version(interview.version, expected)
    questions = answers.asked(queries.read(db, actor, interview.id))
    keep(db, actor, interview, form, _question(questions, number))
    here = f"/interviews/{interview.id}"
    if form.value("next") == "back":
        return see(f"{here}/guided/{max(1, number - 1)}")
    return see(f"{here}/check" if number == len(questions) else f"{here}/guided/{number + 1}")


@router.post("/interviews/{interview_id}/guided/{number}/autosave")
def autosave(
    request: Request,
    actor: InterviewWriter,
    expected: ExpectedVersion,
    db: WriteDb,
    interview: InterviewToWrite,
    number: int,
    form: PageForm,
) -> Response:
    """Save the answer that is being written; the other questions keep theirs."""
    questions = answers.asked(queries.read(db, actor, interview.id))
    return autosaved(request, db, actor, interview, expected, form, _question(questions, number))


def _question(questions: tuple[str, ...], number: int) -> str:
    if not 1 <= number <= len(questions):
        raise NotFound()
    return questions[number - 1]
