"""Which file a number names, for who reads the trail: ids and numbers, never what a file says or whose name stands in it.

No policy stands here: an auditor belongs to no window, and sees of every file that it exists. The look-up itself is in
the trail (`oversight.deps`).
"""

from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, or_, select

from app.cases import numbers
from app.cases.models import Case
from app.core.db import ReadSession, row, rows
from app.core.errors import NotFound

_c = Case.__table__.c
_FILE = select(_c.id.label("case_id"), _c.person_id, _c.number)
_BY_NUMBER = _FILE.where(_c.number == bindparam("number"))
# A person has few cases; so that no list is without an end.
_OF = _FILE.where(or_(_c.person_id == bindparam("id"), _c.id == bindparam("id"))).order_by(_c.id).limit(50)


def by_number(db: ReadSession, said: str) -> dict[str, Any]:
    """The ids behind a file number, as it was said over the telephone or pasted. Raises `NotFound`."""
    found = row(db, _BY_NUMBER, number=numbers.understand(said))
    if found is None:
        raise NotFound()
    return dict(found)


def known_as(db: ReadSession, wanted: UUID) -> list[dict[str, Any]]:
    """The files of a person, or the one file that an id names: nothing for the id of anything else."""
    return [dict(found) for found in rows(db, _OF, id=wanted)]
