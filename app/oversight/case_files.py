"""What the numbers of files and referrals name, for who reads the trail: ids and numbers, never what a file says or a name.

No policy stands here: an auditor belongs to no window, and sees of every case that it exists. Looking one up by a number
that somebody says is in the trail (`oversight.deps`). The numbers of cases and persons whose ids are held already are told
to whoever reads the trail, under the entry of that reading alone: they tell nothing more of anybody than the ids do.
"""

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from app.cases import numbers
from app.cases.models import Case
from app.core.db import ReadSession, row, rows
from app.core.errors import NotFound
from app.core.ids import PersonId, ReferralId
from app.core.text import digits_to_ascii
from app.referrals import naming
from app.referrals.models import Referral

_c, _r = Case.__table__.c, Referral.__table__.c
_NUMBERED = select(_c.id.label("case_id"), _c.person_id, _c.number)
_BY_NUMBER = _NUMBERED.where(_c.number == bindparam("number"))
_BY_ID = _NUMBERED.where(_c.id == bindparam("case"))
# A person has few cases; so that no list is without an end.
_OF_PERSON = _NUMBERED.where(_c.person_id == bindparam("person")).order_by(_c.id).limit(50)

_OF_PEOPLE = _NUMBERED.where(_c.person_id.in_(bindparam("people", expanding=True))).order_by(_c.id)
_REFERENCE = re.compile("[0-9]{4}[ -]?[0-9]{4}")
_REFERRALS = select(_r.id.label("referral_id"), _r.person_id)
_BY_DIGITS = _REFERRALS.where(_r.digits == bindparam("digits")).order_by(_r.id.desc()).limit(1)
_REFERRAL = _REFERRALS.where(_r.id == bindparam("referral"))


def by_number(db: ReadSession, said: str) -> dict[str, Any]:
    """The ids behind a file number, as it was said over the telephone or pasted. Raises `NotFound`."""
    found = row(db, _BY_NUMBER, number=numbers.understand(said))
    if found is None:
        raise NotFound()
    return dict(found)


def referral_by_number(db: ReadSession, said: str) -> dict[str, Any]:
    """The ids of the referral that is called so; of two by a rare chance the newer one. Raises `NotFound`."""
    told = reference_in(said)
    found = row(db, _BY_DIGITS, digits=int(told)) if told else None
    if found is None:
        raise NotFound()
    return dict(found)


def reference_in(said: str) -> str | None:
    """The digits of a referral's number, however its halves are parted; None for what can be none."""
    told = digits_to_ascii(said).strip()
    return re.sub("[^0-9]", "", told) if _REFERENCE.fullmatch(told) else None


def of_person(db: ReadSession, person_id: PersonId) -> list[dict[str, Any]]:
    """The cases of a person, by number."""
    return [dict(found) for found in rows(db, _OF_PERSON, person=person_id)]


def numbers_of(db: ReadSession, people: Iterable[PersonId]) -> dict[UUID, str]:
    """Numbers by the id of each case of these people, and by their own ids: the newest of theirs. One query for a page."""
    wanted = set(people)
    if not wanted:
        return {}
    told: dict[UUID, str] = {}
    for case in rows(db, _OF_PEOPLE, people=sorted(wanted)):
        told[case.case_id] = told[case.person_id] = case.number
    return told


def referral(db: ReadSession, subject_id: UUID) -> dict[str, Any] | None:
    """What is known by number of a referral whose id stands in the trail; None where it is the id of anything else."""
    found = row(db, _REFERRAL, referral=subject_id)
    return found and {**found, "number": reference(found.referral_id)}


def reference(referral_id: UUID) -> str:
    """What both sides call a referral: it is made of the id."""
    return naming.reference(ReferralId(referral_id))


def by_id(db: ReadSession, subject_id: UUID) -> list[dict[str, Any]]:
    """The one case of an id that stands in the trail; none where it is the id of anything else."""
    return [dict(found) for found in rows(db, _BY_ID, case=subject_id)]
