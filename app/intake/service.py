"""Interviews while they are being written: begun, saved, taken up by a colleague, given up."""

from collections.abc import Mapping
from typing import Any

from app.audit import service as audit
from app.core import changes
from app.core.actor import Actor
from app.core.db import ReadSession, WriteSession
from app.core.errors import InvalidInput, NotFound
from app.core.ids import PersonId, WindowId
from app.core.moves import begin, move
from app.intake import arrivals, completion, policy, queries
from app.intake.models import Arrival, Interview, InterviewTransition
from app.intake.schemas import CompletedInterviewCreate, InterviewCreate, InterviewDraft, InterviewUpdate
from app.intake.states import INTERVIEW_LIFECYCLE, Channel, InterviewAction, InterviewStatus
from app.people import queries as people
from app.people import service as registry
from app.people.policy import may_see
from app.vocabularies import service as vocabularies


def start(db: WriteSession, actor: Actor, data: InterviewCreate) -> Interview:
    """Begin a draft. Raises `NotFound` for a window, an arrival or a person that is not the actor's to see."""
    if not policy.serves_at(actor, data.window_id):
        raise NotFound()
    interview = Interview(
        window_id=data.window_id, worker_id=actor.user, **_checked(db, actor, data.window_id, data.changes())
    )
    _begin(db, actor, interview)
    if data.arrival_id is not None:
        arrival = queries.arrival(db, actor, data.arrival_id)
        if arrival.window_id != data.window_id:
            raise NotFound()
        arrivals.take_in(db, actor, arrival, interview.id)
    return interview


def record(db: WriteSession, actor: Actor, data: CompletedInterviewCreate) -> Interview:
    """Begin and complete an interview at once; a refusal leaves nothing behind."""
    interview = start(db, actor, data)
    try:
        completion.complete(db, actor, interview, data)
    except completion.InterviewIncomplete as refusal:
        raise refusal.without_draft() from None
    return interview


def call(db: WriteSession, actor: Actor, arrival: Arrival) -> None:
    """Call somebody who waits: to a new draft, or to the one that was begun before they were put back."""
    begun = queries.get(db, actor, arrival.interview_id) if arrival.interview_id else None
    if begun is None or begun.status is not InterviewStatus.draft:
        begun = Interview(
            window_id=arrival.window_id,
            worker_id=actor.user,
            channel=Channel.walk_in,
            new_person=arrivals.first_told(arrival),
        )
        _begin(db, actor, begun)
    arrivals.take_in(db, actor, arrival, begun.id)


def _begin(db: WriteSession, actor: Actor, interview: Interview) -> None:
    db.add(interview)
    db.flush()
    begin(db, actor, interview, "start", lambda **row: InterviewTransition(interview_id=interview.id, **row))
    audit.record(
        db,
        actor,
        "interview:start",
        "interview",
        interview.id,
        person_id=interview.person_id,
        window_id=interview.window_id,
    )


def save(db: WriteSession, actor: Actor, interview: Interview, data: InterviewUpdate) -> None:
    """Keep what was written so far. Whoever saves a draft has taken it over.

    Raises `IllegalMove` for an interview that is completed or abandoned: it no longer changes.
    """
    if interview.status is not InterviewStatus.draft:
        raise INTERVIEW_LIFECYCLE.refusal(interview.status, "save", actor.role)
    sent = _checked(db, actor, interview.window_id, data.changes())
    if sent.get("person_id") and arrivals.tells_no_more(db, interview):
        sent.setdefault("new_person", None)  # who is registered is more than a name on a ticket
    changed = changes.apply(interview, sent)
    interview.worker_id = actor.user
    db.flush()
    audit.record(
        db,
        actor,
        "interview:save",
        "interview",
        interview.id,
        person_id=interview.person_id,
        fields=changed,
    )


def name_person(
    db: WriteSession, actor: Actor, interview: Interview, person_id: PersonId, reason: str | None
) -> None:
    """Whoever is heard is registered already; who is known elsewhere only is received at the window first.

    What was told of them so far stays in the draft: what their file lacks of it is added when it is completed.
    Raises `InvalidInput` when that reception has no reason, `NotFound` for nobody's id, `IllegalMove`.
    """
    if interview.window_id not in people.windows_of(db, person_id):
        if reason is None:
            raise InvalidInput("/reason", "missing")
        registry.receive(db, actor, person_id, interview.window_id, reason)
    save(db, actor, interview, InterviewUpdate(person_id=person_id))


def _checked(db: WriteSession, actor: Actor, window_id: WindowId, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of what was sent, once its codes are in force and its person is one of the window's."""
    columns = {name: value for name, value in sent.items() if name in InterviewDraft.model_fields}
    vocabularies.check(db, "/needs", "need", columns.get("needs", ()))
    if columns.get("person_id"):
        _check_received(db, actor, window_id, columns["person_id"])
    if "set_aside" in columns:
        columns["set_aside"] = [str(person_id) for person_id in columns["set_aside"]]
    if "consents" in columns:
        columns["consents"] = [consent.model_dump(mode="json") for consent in columns["consents"]]
    return columns


def _check_received(db: ReadSession, actor: Actor, window_id: WindowId, person_id: PersonId) -> None:
    """Whoever is heard at a window has been received there, or its colleagues could not open the person's file."""
    known_at = people.windows_of(db, person_id)
    if not may_see(actor, known_at):
        raise NotFound()
    if window_id not in known_at:
        raise InvalidInput("/person_id", "not_received_here")


def abandon(db: WriteSession, actor: Actor, interview: Interview, reason: str) -> None:
    """Give a draft up; whoever was being heard waits again. What they told is no longer needed and is not kept."""
    move(
        db,
        actor,
        interview,
        INTERVIEW_LIFECYCLE,
        InterviewAction.abandon,
        lambda **row: InterviewTransition(interview_id=interview.id, **row),
        note=reason,
        new_person=None,
        set_aside=[],
        consents=[],
        narrative=None,
    )
    arrivals.not_heard(db, actor, interview.id)
    audit.record(db, actor, "interview:abandon", "interview", interview.id, person_id=interview.person_id)
