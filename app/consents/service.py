"""A person's answers about sharing. Recorded, ended, replaced - never edited or deleted.

Only a given consent is ever ended: taking back a refusal would open what it closed, and that takes a new answer.
"""

from collections.abc import Callable
from datetime import date

from sqlalchemy import CursorResult, update

from app.audit import service as audit
from app.consents.events import ConsentEnded
from app.consents.models import Consent, ConsentDecision, ConsentForm
from app.consents.schemas import ConsentCreate, ConsentDraft, Narrowing
from app.core.actor import Actor
from app.core.clock import now, today
from app.core.db import ReadSession, WriteSession
from app.core.errors import DomainError, InvalidInput, NotFound
from app.core.ids import ConsentId, InstitutionId, InterviewId
from app.core.sharing import DataCategory
from app.outbox import service as outbox
from app.partners import queries as partners
from app.people.models import Person
from app.vocabularies import service as vocabularies

LONGEST_YEARS = 5  # a consent is asked for again before people forget that they gave it


class ConsentEndedBefore(DomainError):
    """The consent was withdrawn, narrowed or has expired; there is nothing left to end."""

    code = "consent_ended"


class NotAConsent(DomainError):
    """It is a refusal; a change of mind is recorded as a new answer."""

    code = "consent_not_given"


def record(
    db: WriteSession,
    actor: Actor,
    person: Person,
    data: ConsentCreate,
    interview_id: InterviewId | None = None,
) -> Consent:
    """Record an answer of a person whom the actor may see. Raises `InvalidInput`."""
    check_answer(data)
    _check_recipient(db, data)
    vocabularies.check(db, "/language", "language", [data.language])
    consent = Consent(
        **data.model_dump(exclude={"categories"}),
        categories=[str(category) for category in data.categories],
        person_id=person.id,
        recorded_by=actor.user,
        interview_id=interview_id,
    )
    db.add(consent)
    db.flush()
    _audit(db, actor, consent, "consent:record")
    return consent


def _check_recipient(db: ReadSession, data: ConsentCreate) -> None:
    if data.institution_id is not None and data.need_code is not None:
        raise InvalidInput("/need_code", "one_recipient")
    if data.institution_id is not None:
        _check_institution(db, data.institution_id)
    vocabularies.check(db, "/need_code", "need", [data.need_code] if data.need_code else [])


def _check_nothing_shared(data: ConsentDraft) -> None:
    for name in ("institution_id", "need_code", "categories"):
        if getattr(data, name):
            raise InvalidInput(f"/{name}", "nothing_shared")


def _check_institution(db: ReadSession, institution_id: InstitutionId) -> None:
    """One that no longer works with us may still be named: in a refusal above all."""
    try:
        partners.institution(db, institution_id)
    except NotFound:
        raise InvalidInput("/institution_id", "unknown") from None


def check_answer(data: ConsentDraft) -> None:
    """What an answer must say, whoever gives it. Raises `InvalidInput`."""
    for check in CHECKS:
        check(data)


def _check_shared(data: ConsentDraft) -> None:
    if not data.purpose.is_shared:
        _check_nothing_shared(data)
    elif data.decision is ConsentDecision.given and not data.categories:
        raise InvalidInput("/categories", "none_ticked")


def _check_witness(data: ConsentDraft) -> None:
    if data.form is ConsentForm.oral_with_witness and data.witness is None:
        raise InvalidInput("/witness", "missing")


def _check_until(data: ConsentDraft) -> None:
    if data.valid_until is None:
        return
    if data.decision is not ConsentDecision.given:
        raise InvalidInput("/valid_until", "refusal_has_no_end")
    _check_end(data.valid_until)


# Each by itself, for who tells all that an answer lacks at once.
CHECKS: tuple[Callable[[ConsentDraft], None], ...] = (_check_shared, _check_witness, _check_until)


def _check_end(valid_until: date) -> None:
    if valid_until < today():
        raise InvalidInput("/valid_until", "in_the_past")
    if valid_until > latest_end(today()):
        raise InvalidInput("/valid_until", "too_far")


def latest_end(day: date) -> date:
    """The same day five years on; 1 March for a 29 February without its like."""
    year = day.year + LONGEST_YEARS
    return day.replace(year=year) if (day.month, day.day) != (2, 29) else date(year, 3, 1)


def withdraw(db: WriteSession, actor: Actor, consent: Consent, reason: str) -> None:
    """End a given consent: from now on nothing rests on it. Raises `NotAConsent`, `ConsentEndedBefore`."""
    _check_open(consent)
    _end(db, actor, consent, reason=reason)
    _audit(db, actor, consent, "consent:withdraw")
    outbox.publish(db, ConsentEnded(consent_id=consent.id, person_id=consent.person_id, by=actor.user_id))


def narrow(db: WriteSession, actor: Actor, consent: Consent, data: Narrowing) -> Consent:
    """End a given consent and record what remains of it: fewer categories, an earlier end, or both.

    Raises `InvalidInput` for anything that would be wider or the same, `NotAConsent`, `ConsentEndedBefore`.
    """
    _check_open(consent)
    valid_until = data.valid_until or consent.valid_until
    _check_narrower(consent, data.categories, valid_until)
    remaining = Consent(
        person_id=consent.person_id,
        purpose=consent.purpose,
        decision=consent.decision,
        institution_id=consent.institution_id,
        need_code=consent.need_code,
        categories=[str(category) for category in data.categories],
        valid_until=valid_until,
        form=consent.form,
        witness=consent.witness,
        language=consent.language,
        recorded_by=actor.user,
        interview_id=consent.interview_id,
    )
    db.add(remaining)
    db.flush()
    _end(db, actor, consent, replaced_by=remaining.id)
    _audit(db, actor, remaining, "consent:narrow", replaces=consent.id)
    ended = ConsentEnded(
        consent_id=consent.id, person_id=consent.person_id, replaced_by=remaining.id, by=actor.user_id
    )
    outbox.publish(db, ended)
    return remaining


def _check_open(consent: Consent) -> None:
    if consent.decision is not ConsentDecision.given:
        raise NotAConsent()
    is_over = consent.valid_until is not None and consent.valid_until < today()
    if is_over or consent.ended_at is not None:
        raise ConsentEndedBefore()


def _check_narrower(consent: Consent, categories: list[DataCategory], valid_until: date | None) -> None:
    if consent.purpose.is_shared and not categories:
        raise InvalidInput("/categories", "none_ticked")
    if not consent.purpose.is_shared and categories:
        raise InvalidInput("/categories", "nothing_shared")
    if not set(categories) <= set(consent.categories):
        raise InvalidInput("/categories", "wider")
    if valid_until is not None and valid_until != consent.valid_until:
        _check_end(valid_until)
        if consent.valid_until is not None and valid_until > consent.valid_until:
            raise InvalidInput("/valid_until", "wider")
    elif set(categories) == set(consent.categories):
        raise InvalidInput("/categories", "not_narrower")


def _end(
    db: WriteSession,
    actor: Actor,
    consent: Consent,
    *,
    reason: str | None = None,
    replaced_by: ConsentId | None = None,
) -> None:
    """The update names the state it expects, so that of two who end a consent the second is told."""
    ended: CursorResult[object] = db.execute(  # type: ignore[assignment]
        update(Consent.__table__)  # type: ignore[arg-type]
        .where(Consent.__table__.c.id == consent.id, Consent.__table__.c.ended_at.is_(None))
        .values(ended_at=now(), ended_by=actor.user, end_reason=reason, replaced_by=replaced_by)
    )
    if ended.rowcount != 1:
        raise ConsentEndedBefore()
    db.refresh(consent)


def _audit(db: WriteSession, actor: Actor, consent: Consent, action: str, **details: ConsentId) -> None:
    """Ids only: what was answered, to whom and for which need, must not outlive the answer in the trail."""
    audit.record(db, actor, action, "consent", consent.id, person_id=consent.person_id, **details)
