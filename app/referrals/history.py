"""What happened to a referral, for those who were found to see it: its steps, what both sides wrote, what it came from."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from app.core.actor import Role
from app.core.db import ReadSession, rows
from app.core.ids import CaseId, ReferralId
from app.core.pagination import Page, PageRequest, binds, cut, keyset
from app.referrals.models import Referral, ReferralMessage, ReferralTransition
from app.referrals.states import ReferralAction

_r, _t, _m = Referral.__table__.c, ReferralTransition.__table__.c, ReferralMessage.__table__.c


def just_answered(db: ReadSession, referrals: Iterable[ReferralId]) -> set[ReferralId]:
    """Which of these the window has answered a question about, with nothing done since."""
    wanted = list(referrals)
    if not wanted:
        return set()
    taken = select(_t.referral_id, _t.action).where(_t.referral_id.in_(wanted)).order_by(_t.id)
    last = {step.referral_id: step.action for step in rows(db, taken)}
    return {referral for referral, action in last.items() if action == ReferralAction.answer}


def partner_steps(
    db: ReadSession, referral_id: ReferralId, *, is_withheld: bool, is_own_closed: bool = False
) -> list[dict[str, Any]]:
    """What a partner may read of the history: since it was sent, and not why the window took it back.

    The window's words and reasons tell of the person, and close while nothing of the person is shared (`is_withheld`).
    What the partner wrote stays open to it until the person withdraws (`is_own_closed`); its reasons are codes.
    """
    return [
        {**step, "note": None if is_own_closed else step["note"]}
        if step["actor_role"] is Role.partner_agent
        else _from_the_window(step, is_withheld)
        for step in steps(db, referral_id)
        if step["from_status"] is not None
    ]


def _from_the_window(step: dict[str, Any], is_withheld: bool) -> dict[str, Any]:
    is_closed = is_withheld or step["action"] == ReferralAction.withdraw
    return {
        **step,
        "note": None if is_closed else step["note"],
        "reason_code": None if is_withheld else step["reason_code"],
    }


def steps(db: ReadSession, referral_id: ReferralId) -> list[dict[str, Any]]:
    """The history of a referral that is already known to be visible, oldest first."""
    columns = [
        _t[name]
        for name in (
            "id",
            "action",
            "from_status",
            "to_status",
            "actor_id",
            "actor_role",
            "at",
            "reason_code",
            "note",
        )
    ]
    return [dict(r) for r in rows(db, select(*columns).where(_t.referral_id == referral_id).order_by(_t.id))]


def messages(db: ReadSession, referral_id: ReferralId, wanted: PageRequest) -> Page:
    """What both sides wrote, oldest first."""
    statement = select(_m.id, _m.from_partner, _m.author_id, _m.text, _m.at).where(
        _m.referral_id == bindparam("id")
    )
    found = rows(db, keyset(statement, _m.id, page=wanted), id=referral_id, **binds(wanted, UUID))
    return cut(found, wanted, "id")


def chain(db: ReadSession, referral: Referral) -> list[dict[str, Any]]:
    """The referrals that lead to this one and from it, oldest first, all of one case."""
    columns = (_r.id, _r.institution_id, _r.service_id, _r.status, _r.sent_at, _r.previous_id)
    found = rows(db, select(*columns).where(_r.case_id == referral.case_id).order_by(_r.id))
    by_id = {r.id: r for r in found}
    links = {referral.id}
    previous = referral.previous_id
    while previous is not None:
        links.add(previous)
        previous = by_id[previous].previous_id
    for r in found:  # a later referral always has a later id
        if r.previous_id in links:
            links.add(r.id)
    return [
        {name: r[name] for name in ("id", "institution_id", "service_id", "status", "sent_at")}
        for r in found
        if r.id in links
    ]


def timeline(db: ReadSession, case_id: CaseId, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    """A source of the case's timeline (see `app.wiring`): the steps of its referrals, newest first."""
    statement = (
        select(_t.id, _t.at, _t.action, _t.actor_id, _t.reason_code, _t.referral_id)
        .join(Referral.__table__, _r.id == _t.referral_id)
        .where(_r.case_id == case_id)
        .order_by(_t.at.desc(), _t.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(_t.at <= before)
    return [
        {
            "at": step.at,
            "kind": "referral",
            "id": step.id,
            "actor_id": step.actor_id,
            "code": step.action,
            "reason_code": step.reason_code,
            "subject_id": step.referral_id,
        }
        for step in rows(db, statement)
    ]
