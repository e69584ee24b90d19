"""Which case a file number names, for who reads the trail: ids and numbers, never what a file says or whose name stands in it.

No policy stands here: an auditor belongs to no window, and sees of every case that it exists. Looking one up by a number
that somebody says is in the trail (`oversight.deps`). The numbers of cases and persons whose ids are held already are told
to whoever reads the trail, under the entry of that reading alone: they tell nothing more of anybody than the ids do.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from app.cases import numbers
from app.cases.models import Case
from app.core.db import ReadSession, row, rows
from app.core.errors import NotFound
from app.core.ids import PersonId

_c = Case.__table__.c
_NUMBERED = select(_c.id.label("case_id"), _c.person_id, _c.number)
_BY_NUMBER = _NUMBERED.where(_c.number == bindparam("number"))
_BY_ID = _NUMBERED.where(_c.id == bindparam("case"))
# A person has few cases; so that no list is without an end.
_OF_PERSON = _NUMBERED.where(_c.person_id == bindparam("person")).order_by(_c.id).limit(50)


def by_number(db: ReadSession, said: str) -> dict[str, Any]:
    """The ids behind a file number, as it was said over the telephone or pasted. Raises `NotFound`."""
    found = row(db, _BY_NUMBER, number=numbers.understand(said))
    if found is None:
        raise NotFound()
    return dict(found)


def of_person(db: ReadSession, person_id: PersonId) -> list[dict[str, Any]]:
    """The cases of a person, by number."""
    return [dict(found) for found in rows(db, _OF_PERSON, person=person_id)]


def by_id(db: ReadSession, subject_id: UUID) -> list[dict[str, Any]]:
    """The one case of an id that stands in the trail; none where it is the id of anything else."""
    return [dict(found) for found in rows(db, _BY_ID, case=subject_id)]
