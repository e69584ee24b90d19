"""The end of an interview: check the answers, then complete it, or give it up."""

from typing import Any, Literal

from fastapi import Request
from starlette.responses import Response

from app.auth.deps import CreateDb
from app.core import i18n
from app.core.deps import ExpectedVersion, ReadDb, WriteDb, check_version
from app.core.ids import CaseId, InterviewId
from app.core.prepared import Row
from app.intake import completion, service
from app.intake.deps import InterviewReader, InterviewSeen, InterviewToWrite, InterviewWriter
from app.intake.schemas import InterviewAbandonment, InterviewCompletion
from app.intake.states import InterviewStatus
from app.people.deps import CandidatesTold
from app.web import answers, face, terms, unfit, wording
from app.web.face import PageForm, see
from app.web.forms import explained
from app.web.intake import called, choices
from app.web.questions import PLACES, asked, field_of, id_of, label_of, not_understood, question_of
from app.web.recognising import who_is_heard
from app.web.rendering import page

router = face.router()


@router.get("/interviews/{interview_id}/check")
def check(
    request: Request,
    actor: InterviewReader,
    interview: InterviewSeen,
    db: ReadDb,
    by: Literal["guided"] | None = None,
) -> Response:
    """Every answer once more, with what still lacks; after a refusal, with what is wrong beside each.

    Each leads to its field: in the form of all questions, or to its own page for whoever came `by` the guided way.
    """
    if interview["status"] is not InterviewStatus.draft:
        return _over(interview["id"], interview["case_id"], interview["status"])
    questions = asked(interview)
    told = who_is_heard(db, actor, interview)
    wrong = _wrong(request, interview, (*questions, *told["lacking"]), by)
    return page(
        request,
        "worker/check.html",
        interview=interview,
        **told,
        called=called(db, actor, interview),
        shown=answers.shown(interview),
        choices=choices(db),
        need_words=terms.by_code(db, "need"),
        questions=questions,
        wrong=wrong,
        by=by,
        ways={
            question: _way(
                interview,
                question,
                by,
                field_of(wrong[question][0]["pointer"]) if question in wrong else None,
            )
            for question in (*questions, *told["lacking"])
        },
        needed={question_of(name) for name in completion.lacking(Row(interview))},
    )


def _wrong(
    request: Request, interview: dict[str, Any], questions: tuple[str, ...], by: str | None
) -> dict[str, list[dict[str, str]]]:
    """What the refusal says of each question; in the list above the answers it names the question, too.

    What cannot be is told before anybody is refused.
    """
    wrong: dict[str, list[dict[str, str]]] = {}
    refusal = face.refusal(request) or explained(
        completion.InterviewIncomplete.code, {"errors": completion.unreadable(Row(interview))}
    )
    refusal["errors"] = _each_once(refusal["errors"])
    for error in refusal["errors"]:
        question, field = question_of(error["pointer"]), field_of(error["pointer"])
        if question in questions:
            if not_understood(error):
                error["message"] = i18n.text(unfit.BIRTHS)
            if (field, error["code"]) == ("/sharing/form", "missing"):  # of three ways one is chosen
                error["message"] = i18n.text("page.form.choose_one")
            error["leads"] = _way(interview, question, by, field)
            error["about"] = wording.plain(label_of(field))
            wrong.setdefault(question, []).append(error)
    return wrong


def _each_once(errors: list[dict[str, str]]) -> list[dict[str, str]]:
    """What several answers about sharing have in common stands in one field."""
    told = {(field_of(error["pointer"]), error["code"]): error for error in reversed(errors)}
    return list(reversed(told.values()))


def _way(interview: dict[str, Any], question: str, by: str | None, field: str | None) -> str:
    """To where an answer is changed: the field itself, where one is known to be wrong."""
    here = f"/interviews/{interview['id']}"
    if question not in asked(interview):
        return f"{here}#beyond"
    page_of = f"{here}/guided/{question}?then=check" if by else here
    return f"{page_of}#{id_of(field) if field else PLACES[question]}"


@router.post("/interviews/{interview_id}/complete")
def complete(
    actor: InterviewWriter,
    expected: ExpectedVersion,
    _: CandidatesTold,
    db: CreateDb,
    interview: InterviewToWrite,
    form: PageForm,
) -> Response:
    """Complete the interview: the case is where one goes on, if there is one. Whoever comes second is led there, too.

    It is completed as it was read: what a colleague has written meanwhile is read before.
    """
    if interview.status is InterviewStatus.completed:
        return _over(interview.id, interview.case_id, interview.status)
    check_version(interview.version, expected)
    completion.complete(db, actor, interview, form.read(InterviewCompletion))
    if interview.case_id is not None:
        return see(f"/cases/{interview.case_id}", done="interview_completed")
    return see(f"/interviews/{interview.id}", done="interview_completed")


def _over(interview_id: InterviewId, case_id: CaseId | None, status: InterviewStatus) -> Response:
    """Where what an interview came to stands."""
    if status is not InterviewStatus.completed:
        return see(f"/interviews/{interview_id}")
    return see(
        f"/cases/{case_id}" if case_id else f"/interviews/{interview_id}", done="interview_was_completed"
    )


@router.post("/interviews/{interview_id}/abandon")
def abandon(
    actor: InterviewWriter,
    expected: ExpectedVersion,
    db: WriteDb,
    interview: InterviewToWrite,
    form: PageForm,
) -> Response:
    """Give the draft up; whoever was being heard waits again."""
    check_version(interview.version, expected)
    service.abandon(db, actor, interview, form.read(InterviewAbandonment).reason)
    return see("/desk", done="interview_abandoned")
