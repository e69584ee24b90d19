from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, select

from app.consents.models import Consent, ConsentDecision, ConsentPurpose
from app.consents.schemas import ConsentCreate
from app.consents.sharing import Answer, concerns, decide
from app.consents.sharing import Permitted as Permitted
from app.consents.states import ConsentState, state_of
from app.core.clock import today
from app.core.db import ReadSession, row, rows
from app.core.errors import NotFound
from app.core.ids import ConsentId, InstitutionId, InterviewId, PersonId
from app.core.pagination import Page, PageRequest, binds, cut, keyset
from app.core.sharing import DataCategory

_c = Consent.__table__.c

LATEST = 50  # answers of one purpose; nobody is asked so often that an older one still holds alone

_OF_PERSON = select(*_c).where(_c.person_id == bindparam("person"))
_ONE = _OF_PERSON.where(_c.id == bindparam("consent"))
_TOLD = _OF_PERSON.where(_c.purpose == bindparam("purpose")).order_by(_c.id.desc()).limit(bindparam("most"))
_ANSWERS = (
    select(
        _c.id,
        _c.decision,
        _c.institution_id,
        _c.need_code,
        _c.categories,
        _c.valid_until,
        _c.recorded_at,
        _c.ended_at,
        _c.replaced_by,
    )
    .where(_c.person_id == bindparam("person"), _c.purpose == bindparam("purpose"))
    .order_by(_c.id)
)

_newer = Consent.__table__.alias("newer")
_TOLD_IN_INTERVIEW = (
    select(*(_c[name] for name in ConsentCreate.model_fields))
    .where(
        _c.person_id == bindparam("person"),
        # Interviews stand above: while this is built their table is not known yet, nor the type of what refers to it.
        _c.interview_id == bindparam("interview", type_=_c.id.type),
        # What remains of a narrowed consent names the interview too, but was not told there.
        ~exists().where(_newer.c.person_id == _c.person_id, _newer.c.replaced_by == _c.id),
    )
    .order_by(_c.id)
)


def permitted(
    db: ReadSession,
    person_id: PersonId,
    institution_id: InstitutionId,
    needs: Sequence[str],
    *,
    on: date,
    purpose: ConsentPurpose = ConsentPurpose.referral,
) -> Permitted:
    """What an institution that serves these needs may see of a person on a day; the rule stands in `sharing`.

    One query. Asked when a referral is sent and again whenever the partner reads it.
    """
    found = rows(db, _ANSWERS, person=person_id, purpose=purpose)
    return decide([_answer(answer) for answer in found], institution_id, needs, on=on)


def lessened_at(
    db: ReadSession,
    person_id: PersonId,
    institution_id: InstitutionId,
    needs: Sequence[str],
    *,
    since: datetime,
) -> datetime | None:
    """When a person last withdrew or narrowed a consent of this sharing after an instant; None where none was."""
    ended = [
        found["ended_at"]
        for found in rows(db, _ANSWERS, person=person_id, purpose=ConsentPurpose.referral)
        if found["ended_at"] is not None
        and found["ended_at"] > since
        and any(concerns(_answer(found), institution_id, need) for need in needs or [""])
    ]
    return max(ended, default=None)


def _answer(found: Mapping[str, Any]) -> Answer:
    return Answer(
        id=found["id"],
        is_given=found["decision"] is ConsentDecision.given,
        institution_id=found["institution_id"],
        need_code=found["need_code"],
        categories=frozenset(DataCategory(category) for category in found["categories"]),
        valid_until=found["valid_until"],
        recorded_at=found["recorded_at"],
        is_ended=found["ended_at"] is not None,
        replaced_by=found["replaced_by"],
    )


def get(db: ReadSession, person_id: PersonId, consent_id: ConsentId) -> Consent:
    """The row of a person's consent for ending it, or `NotFound`; that the person is visible was checked before."""
    consent = db.scalar(select(Consent).where(Consent.id == consent_id, Consent.person_id == person_id))
    if consent is None:
        raise NotFound()
    return consent


def read(db: ReadSession, person_id: PersonId, consent_id: ConsentId) -> dict[str, Any]:
    """One consent of a visible person as columns, with its state today, or `NotFound`."""
    found = row(db, _ONE, person=person_id, consent=consent_id)
    if found is None:
        raise NotFound()
    return _shown(found)


def page(db: ReadSession, person_id: PersonId, wanted: PageRequest) -> Page:
    """A visible person's answers, the latest first, ended and expired ones among them."""
    statement = keyset(_OF_PERSON, _c.id, page=wanted, descending=True)
    result = cut(rows(db, statement, person=person_id, **binds(wanted, UUID)), wanted, "id")
    return Page([_shown(item) for item in result.items], result.next)


def told_in(db: ReadSession, person_id: PersonId, interview_id: InterviewId) -> list[dict[str, Any]]:
    """A person's answers as an interview recorded them, whatever has become of them since, in the order told."""
    return [dict(found) for found in rows(db, _TOLD_IN_INTERVIEW, person=person_id, interview=interview_id)]


def standing(
    db: ReadSession, person_id: PersonId, purpose: ConsentPurpose = ConsentPurpose.referral
) -> ConsentState | None:
    """How a visible person stands to a purpose: given if any answer holds, else what became of the latest one."""
    states = [_state(answer) for answer in rows(db, _TOLD, person=person_id, purpose=purpose, most=LATEST)]
    if ConsentState.given in states:
        return ConsentState.given
    return states[0] if states else None


def _shown(found: Mapping[str, Any]) -> dict[str, Any]:
    return {**found, "state": _state(found)}


def _state(found: Mapping[str, Any]) -> ConsentState:
    return state_of(
        is_given=found["decision"] is ConsentDecision.given,
        is_ended=found["ended_at"] is not None,
        is_replaced=found["replaced_by"] is not None,
        is_past=found["valid_until"] is not None and found["valid_until"] < today(),
    )
