"""What a partner has to answer, in the order in which it is due: what is overdue comes first by itself."""

from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import select

from app.core.actor import Actor, Role
from app.core.db import ReadSession, rows
from app.core.pagination import Page, PageRequest, binds, cut, keyset
from app.core.prepared import Prepared
from app.referrals.models import Referral
from app.referrals.policy import visible_to
from app.referrals.queries import _PARTNER_ROW, INBOXES

_r = Referral.__table__.c


@cache
def _undecided(role: Role, has_cursor: bool) -> Prepared:
    statement = select(*_PARTNER_ROW).where(
        visible_to(Actor(user_id=None, role=role)),
        _r.status.in_([status.value for status in INBOXES["to_answer"]]),
    )
    page = PageRequest(cursor="" if has_cursor else None)
    return Prepared(keyset(statement, _r.decide_by, _r.id, page=page))


def undecided(db: ReadSession, actor: Actor, wanted: PageRequest) -> Page:
    """What the actor's institution has to answer, the earliest running deadline first; no word about the person."""
    statement = _undecided(actor.role, wanted.cursor is not None)
    found = rows(db, statement, actor.binds, **binds(wanted, datetime, UUID))
    return cut(found, wanted, "decide_by", "id")
