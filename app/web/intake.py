"""Interviews as one dense page: the story on one side, a dozen fields on the other, saved while somebody writes."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.auth.deps import CreateDb
from app.consents.models import ConsentForm, ConsentPurpose
from app.core.clock import now
from app.core.db import ReadSession, WriteSession
from app.core.deps import ExpectedVersion, PageQuery, ReadDb, WriteDb, check_version
from app.core.fields import Reason
from app.core.ids import PersonId, WindowId
from app.core.schemas import Input
from app.core.sharing import DataCategory
from app.core.text import is_arabic
from app.intake import case_queries, queries, service
from app.intake.deps import InterviewLister, InterviewReader, InterviewSeen, InterviewToWrite, InterviewWriter
from app.intake.models import Interview
from app.intake.schemas import InterviewCreate, InterviewUpdate
from app.intake.states import Channel, Conclusion, InterviewStatus, Urgency
from app.people.deps import PersonWriter
from app.people.identifiers import IdentifierKind
from app.people.models import Sex
from app.people.schemas import IdentifierIn, OptionalLine
from app.web import answers, drafts, face, recognising, terms, unfit, wording
from app.web.face import PageForm, see
from app.web.forms import Form, validated
from app.web.questions import PLACES, asked, gone, label_of, still
from app.web.recognising import LookedFor, heed, may_be, who_is_heard
from app.web.rendering import fragment, page
from app.windows import queries as windows

router = face.router()


class Beginning(Input):
    """What is known when an interview begins: somebody registered, or what was searched for and not found."""

    window_id: WindowId
    person_id: PersonId | None = None
    reason: Reason | None = None
    name: OptionalLine = None
    phone: OptionalLine = None
    birth: OptionalLine = None
    identifier: IdentifierIn | None = None

    @property
    def new_person(self) -> dict[str, Any] | None:
        """A first word is taken for the given name: whoever writes it down sees both."""
        script = "ar" if is_arabic(self.name or "") else "latin"
        given, _, family = (self.name or "").partition(" ")
        told = {
            f"given_name_{script}": given,
            f"family_name_{script}": family.strip(),
            "phones": [{"number": self.phone}] if self.phone else None,
            "birth": answers.birth(self.birth) if self.birth else None,
            "identifiers": [self.identifier.model_dump(mode="json")] if self.identifier else None,
        }
        return {name: value for name, value in told.items() if value} or None


@router.post("/interviews")
def start(actor: InterviewWriter, _: PersonWriter, db: CreateDb, form: PageForm) -> Response:
    """Begin an interview without a ticket."""
    sent = form.data()
    if not sent.get("identifier", {}).get("value"):
        sent.pop("identifier", None)
    begun = validated(Beginning, sent)
    whom = None if begun.person_id else begun.new_person
    data = InterviewCreate(window_id=begun.window_id, channel=Channel.walk_in, new_person=whom)
    interview = service.start(db, actor, data)
    if begun.person_id is not None:
        service.name_person(db, actor, interview, begun.person_id, begun.reason)
    return see(f"/interviews/{interview.id}")


def choices(db: ReadSession) -> dict[str, Any]:
    """What can be chosen in the forms of an interview."""
    return {
        "needs": _in_themes(db),
        "reasons": terms.living(db, "no_document_reason"),
        "languages": terms.living(db, "language"),
        "sexes": list(Sex),
        "kinds": list(IdentifierKind),
        "urgencies": list(Urgency),
        "channels": list(Channel),
        "conclusions": list(Conclusion),
        "purposes": list(ConsentPurpose),
        "forms": list(ConsentForm),
        "categories": list(DataCategory),
        "usual": answers.USUALLY_SHARED,
    }


def _in_themes(db: ReadSession) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    needs = terms.living(db, "need")
    return [
        (theme, [need for need in needs if need["parent_code"] == theme["code"]])
        for theme in needs
        if theme["parent_code"] is None
    ]


def called(db: ReadSession, actor: InterviewReader, interview: Mapping[str, Any]) -> dict[str, Any] | None:
    """Who was called to an interview, as the ticket says; nobody, if it began without one."""
    found = queries.called(db, actor, [interview["id"]]).get(interview["id"])
    return found and {**found, "words": terms.words(db, "arrival_reason").get(found["reason"], "")}


@router.get("/interviews")
def list_drafts(request: Request, actor: InterviewLister, wanted: PageQuery, db: ReadDb) -> Response:
    """What one has begun and not finished, the newest first; the desk shows the first few."""
    begun = queries.page(db, actor, wanted, status=InterviewStatus.draft, mine=True)
    return page(request, "worker/drafts.html", next=begun.next, **drafts.told(db, actor, begun.items))


@router.get("/interviews/{interview_id}")
def show(
    request: Request,
    actor: InterviewReader,
    interview: InterviewSeen,
    wanted: LookedFor,
    db: ReadDb,
    form: PageForm,
) -> Response:
    """A draft as the form; an interview that is over as it was recorded."""
    told: dict[str, Any] = {
        "interview": interview,
        "called": called(db, actor, interview),
        **who_is_heard(db, actor, interview),
    }
    if interview["status"] is not InterviewStatus.draft:
        return page(
            request,
            "worker/interview_over.html",
            need_words=terms.by_code(db, "need"),
            choices=choices(db),
            is_held=interview["status"] is InterviewStatus.completed,
            is_joined=case_queries.was_added(db, interview),
            **told,
        )
    held_at = answers.wall_clock(interview["held_at"], windows.zone(db, interview["window_id"]))
    return page(
        request,
        "worker/interview.html",
        shown={**answers.shown_again(interview, form), "held_at": form.value("held_at") or held_at},
        choices=choices(db),
        **questions_of(interview, form),
        **may_be(db, actor, wanted, interview["set_aside"]),
        **told,
    )


def questions_of(interview: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """The questions of an interview now, and what became of those of a form that is shown again."""
    left_over = answers.left_over(interview, form)
    return {
        "questions": asked(interview),
        "remarks": unfit.remarks(interview),
        "kept": still(form, interview),
        "gone": gone(form, interview),
        "left_over": {question: (draft, answers.shown(draft)) for question, draft in left_over.items()},
    }


def keep(
    db: WriteSession, actor: InterviewWriter, interview: Interview, form: Form
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Save what a draft can hold of a form. Returns the draft as it was before, and what is wrong with the rest."""
    before = queries.read(db, actor, interview.id)
    changes, wrong = unfit.fitting(form, before, windows.zone(db, interview.window_id))
    service.save(db, actor, interview, changes)
    return before, wrong


@router.post("/interviews/{interview_id}")
def save(
    actor: InterviewWriter,
    _: PersonWriter,
    expected: ExpectedVersion,
    db: WriteDb,
    interview: InterviewToWrite,
    form: PageForm,
) -> Response:
    """Save the whole form, and go where the button leads. A known person may be chosen with the same press.

    Who goes on writing comes back to where something was written last: without scripts Enter saves, too. What cannot
    stand is refused once all else is saved; who wants to check the answers gives those about sharing whole.
    """
    check_version(interview.version, expected)
    before, wrong = keep(db, actor, interview, form)
    heed(db, actor, interview, form)
    further = form.value("next")
    if further == "other":
        service.save(db, actor, interview, InterviewUpdate(person_id=None))
    if further == "check":
        wrong = unfit.of_the_form([*wrong, *unfit.half_answered(interview)])
    if wrong:
        raise unfit.refusal(form, interview.version, wrong)
    here = f"/interviews/{interview.id}"
    match further:
        case "check" | "guided" | "people":
            return see(f"{here}/{further}")
        case recognising.NONE:
            return see(here, at="who")
        case "other":
            return see(here)
    last = answers.last_changed(before, queries.read(db, actor, interview.id))
    return see(here, done="draft_saved", at=PLACES[last] if last else None)


@router.post("/interviews/{interview_id}/autosave")
def autosave(
    request: Request,
    actor: InterviewWriter,
    expected: ExpectedVersion,
    db: WriteDb,
    interview: InterviewToWrite,
    form: PageForm,
) -> Response:
    """Save what can stand of a form while somebody goes on writing: of the whole one, or of that of one question.

    The answer says when it was saved, what could not be, and the new version. Where somebody else was faster it says so beside the form,
    which stays as it is: who writes decides.
    """
    before = queries.read(db, actor, interview.id)
    lost, kept = gone(form, before), still(form, before)
    is_over = interview.status is not InterviewStatus.draft
    if is_over or interview.version != expected:
        told = {"interview": interview, "version": interview.version, "gone": lost, "kept": kept}
        told |= {"is_over": is_over}
        return fragment(request, "worker/elsewhere.html", status=HTTPStatus.PRECONDITION_FAILED, **told)
    _, wrong = keep(db, actor, interview, form)
    return fragment(
        request,
        "worker/saved.html",
        at=now(),
        version=interview.version,
        gone=lost,
        unfit=list(dict.fromkeys(wording.plain(label_of(error["pointer"])) for error in wrong)),
        remarks=unfit.remarks(queries.read(db, actor, interview.id)) | unfit.remarked(wrong),
    )


@router.post("/interviews/{interview_id}/other")
def show_other(request: Request, actor: InterviewReader, interview: InterviewSeen, db: ReadDb) -> Response:
    """What somebody else has saved, beside the form of whoever was about to save something else."""
    return fragment(
        request,
        "worker/other.html",
        interview=interview,
        **who_is_heard(db, actor, interview),
        questions=asked(interview),
        shown=answers.shown(interview),
        choices=choices(db),
        need_words=terms.by_code(db, "need"),
    )
