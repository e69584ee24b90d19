"""Closings that wait for a supervisor, as they are decided upon: who asks, why, and what became of the goals."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from app.auth.models import User
from app.cases.models import Case, Goal
from app.cases.policy import visible_to_role
from app.cases.queries import BRIEF, LIVING, derived
from app.core.actor import Actor, Role
from app.core.clock import today
from app.core.db import ReadSession, rows
from app.core.ids import CaseId
from app.core.pagination import Page, PageRequest, binds, cut, keyset
from app.core.prepared import Prepared

_c, _g = Case.__table__.c, Goal.__table__.c
_asker = User.__table__.alias("asker")

_ASKED = (
    BRIEF.add_columns(_c.closing_reason, _c.closing_note, _asker.c.name.label("asked_by"))
    .outerjoin(_asker, _asker.c.id == _c.closure_requested_by)
    .where(LIVING, _c.closure_requested_at.is_not(None))
)
_GOALS = Prepared(
    select(_g.id, _g.case_id, _g.words, _g.status, _g.outcome_note)
    .where(_g.case_id.in_(bindparam("cases", expanding=True)))
    .order_by(_g.case_id, _g.id)
)


@cache
def _list(role: Role, goes_on: bool) -> Prepared:
    asked = _ASKED.where(visible_to_role(role))
    page = PageRequest(cursor="" if goes_on else None)
    return Prepared(keyset(asked, _c.closure_requested_at, _c.id, page=page))


def page(db: ReadSession, actor: Actor, wanted: PageRequest) -> Page:
    """The closings asked for at the actor's windows, the one that waits longest first, each with its goals.

    Looks through the living cases of the windows, along their partial index.
    """
    values = binds(wanted, datetime, UUID)
    found = rows(db, _list(actor.role, wanted.cursor is not None), actor.binds, **values)
    result = cut(found, wanted, "closure_requested_at", "id")
    goals = _goals(db, [case["id"] for case in result.items])
    day_in = cache(today)
    cases = [derived(case, day_in(case["time_zone"])) | {"goals": goals[case["id"]]} for case in result.items]
    return Page(cases, result.next)


def _goals(db: ReadSession, case_ids: Sequence[CaseId]) -> dict[CaseId, list[dict[str, Any]]]:
    """The goals of cases that were found visible; the service bounds them."""
    told: dict[CaseId, list[dict[str, Any]]] = {case_id: [] for case_id in case_ids}
    if case_ids:
        for goal in rows(db, _GOALS, cases=list(case_ids)):
            told[goal.case_id].append(dict(goal))
    return told
