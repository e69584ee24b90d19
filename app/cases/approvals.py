"""Closings that wait for a supervisor: who asks, since when, and why."""

from datetime import datetime
from functools import cache
from uuid import UUID

from app.auth.models import User
from app.cases.models import Case
from app.cases.policy import visible_to_role
from app.cases.queries import BRIEF, LIVING, derived
from app.core.actor import Actor, Role
from app.core.clock import today
from app.core.db import ReadSession, rows
from app.core.pagination import Page, PageRequest, binds, cut, keyset
from app.core.prepared import Prepared

_c = Case.__table__.c
_asker = User.__table__.alias("asker")

_ASKED = (
    BRIEF.add_columns(_c.closing_reason, _asker.c.name.label("asked_by"))
    .outerjoin(_asker, _asker.c.id == _c.closure_requested_by)
    .where(LIVING, _c.closure_requested_at.is_not(None))
)


@cache
def _list(role: Role, goes_on: bool) -> Prepared:
    asked = _ASKED.where(visible_to_role(role))
    page = PageRequest(cursor="" if goes_on else None)
    return Prepared(keyset(asked, _c.closure_requested_at, _c.id, page=page))


def page(db: ReadSession, actor: Actor, wanted: PageRequest) -> Page:
    """The closings asked for at the actor's windows, the one that waits longest first.

    Looks through the living cases of the windows, along their partial index.
    """
    values = binds(wanted, datetime, UUID)
    found = rows(db, _list(actor.role, wanted.cursor is not None), actor.binds, **values)
    result = cut(found, wanted, "closure_requested_at", "id")
    day_in = cache(today)
    return Page([derived(case, day_in(case["time_zone"])) for case in result.items], result.next)
