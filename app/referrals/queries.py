from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select

from app.core.actor import Actor, Role
from app.core.db import ReadSession, row, rows
from app.core.errors import NotFound
from app.core.ids import AgreementId, CaseId, PersonId, ReferralId, ServiceId
from app.core.pagination import Page, PageRequest, binds, cut, keyset
from app.core.prepared import Prepared
from app.referrals.models import Referral
from app.referrals.policy import visible_to
from app.referrals.states import (
    FINAL,
    OPEN,
    PAUSED,
    REFERRAL_LIFECYCLE,
    UNDECIDED,
    ReferralAction,
    ReferralStatus,
)

_r = Referral.__table__.c

_ROW = (
    _r.id,
    _r.case_id,
    _r.window_id,
    _r.institution_id,
    _r.service_id,
    _r.needs,
    _r.urgency,
    _r.status,
    _r.sent_at,
    _r.decide_by,
    _r.expires_at,
    _r.breached_at,
    _r.ended_at,
    _r.previous_id,
    _r.version,
)
_ANSWER = (
    _r.contact_name,
    _r.contact_phone,
    _r.expected_on,
    _r.appointment_at,
    _r.appointment_local,
    _r.appointment_zone,
    _r.appointment_place,
    _r.started_on,
    _r.outcomes,
    _r.outcome_note,
)
_FULL = (
    *_ROW,
    *_ANSWER,
    _r.person_id,
    _r.drafted_by,
    _r.situation,
    _r.agreement_id,
    _r.consent_ids,
    _r.legal_basis,
    _r.legal_basis_reason,
    _r.categories,
    _r.acknowledged,
    _r.remind_at,
    _r.paused_at,
    _r.reminders,
    _r.next_step,
)
_PARTNER_ROW = (
    _r.id,
    _r.service_id,
    _r.window_id,
    _r.urgency,
    _r.status,
    _r.sent_at,
    _r.decide_by,
    _r.expires_at,
    _r.appointment_at,
    _r.started_on,
    _r.ended_at,
    _r.version,
)

INBOXES = {
    "to_answer": sorted(UNDECIDED - PAUSED),
    "for_window": sorted(UNDECIDED & PAUSED),
    "in_progress": sorted({ReferralStatus.accepted, ReferralStatus.in_service, ReferralStatus.on_hold}),
    "ended": sorted(FINAL),
}


def get(db: ReadSession, actor: Actor, referral_id: ReferralId) -> Referral:
    """A referral that this actor may see, for changing it, or `NotFound`."""
    found = db.scalar(
        select(Referral).where(_r.id == bindparam("id"), visible_to(actor)),
        {"id": referral_id, **actor.binds},
    )
    if found is None:
        raise NotFound()
    return found


@cache
def _one(role: Role) -> Select[Any]:
    return select(*_FULL).where(_r.id == bindparam("id"), visible_to(Actor(user_id=None, role=role)))


def read(db: ReadSession, actor: Actor, referral_id: ReferralId) -> dict[str, Any]:
    """A referral's columns, with what this role may do now, or `NotFound`."""
    found = row(db, _one(actor.role), actor.binds, id=referral_id)
    if found is None:
        raise NotFound()
    return with_answer(dict(found), actor)


def with_answer(columns: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Fold the appointment's columns into one member and add the allowed actions."""
    at, local = columns.pop("appointment_at"), columns.pop("appointment_local")
    zone, place = columns.pop("appointment_zone"), columns.pop("appointment_place")
    columns["appointment"] = {"at": at, "local": local, "zone": zone, "place": place} if at else None
    columns["allowed"] = allowed(columns["status"], actor)
    return columns


def allowed(status: ReferralStatus, actor: Actor) -> list[ReferralAction]:
    """What this role may do with a referral in this state; pages compute their buttons from the same table."""
    return REFERRAL_LIFECYCLE.allowed(status, actor.role)


@cache
def _sent(role: Role, filters: tuple[str, ...]) -> Select[Any]:
    conditions = {
        "case_id": _r.case_id == bindparam("case_id"),
        "window_id": _r.window_id == bindparam("window_id"),
        "status": _r.status == bindparam("status"),
        "open": _r.status.in_([status.value for status in sorted(OPEN)]),
        "breached": _r.breached_at.is_not(None),
    }
    return select(*_ROW).where(
        visible_to(Actor(user_id=None, role=role)), *(conditions[name] for name in filters)
    )


def page(
    db: ReadSession,
    actor: Actor,
    wanted: PageRequest,
    *,
    only_open: bool = False,
    breached: bool = False,
    **filters: Any,
) -> Page:
    """The windows' referrals, newest first. Filters: case_id, window_id, status.

    A page comes off the index of each window: together they would have to be sorted. A case has few, and its own index.
    """
    used = {name: value for name, value in filters.items() if value is not None}
    if "case_id" in used:
        turns = [used]
    else:
        windows = actor.window_ids & {used["window_id"]} if "window_id" in used else actor.window_ids
        turns = [{**used, "window_id": window} for window in windows]
    names = (*(["open"] if only_open else []), *(["breached"] if breached else []))
    found: list[Any] = []
    for turn in turns:
        statement = keyset(_sent(actor.role, (*turn, *names)), _r.id, page=wanted, descending=True)
        found += rows(db, statement, {**actor.binds, **turn}, **binds(wanted, UUID))
    found.sort(key=lambda referral: referral.id, reverse=True)
    return cut(found, wanted, "id")


@cache
def _inbox(role: Role, box: str | None, has_cursor: bool) -> Prepared:
    statement = select(*_PARTNER_ROW).where(visible_to(Actor(user_id=None, role=role)))
    if box is not None:
        statement = statement.where(_r.status.in_([status.value for status in INBOXES[box]]))
    page = PageRequest(cursor="" if has_cursor else None)
    return Prepared(keyset(statement, _r.sent_at, _r.id, page=page, descending=True))


def inbox(db: ReadSession, actor: Actor, wanted: PageRequest, box: str | None = None) -> Page:
    """What was sent to the actor's institution, newest first: dates and states, no word about the person."""
    statement = _inbox(actor.role, box, wanted.cursor is not None)
    found = rows(db, statement, actor.binds, **binds(wanted, datetime, UUID))
    return cut(found, wanted, "sent_at", "id")


def sent_under(db: ReadSession, agreement_id: AgreementId, since: datetime, until: datetime) -> int:
    """How many referrals were sent under an agreement in a period; bounded by its quota."""
    sent = select(_r.id).where(_r.agreement_id == agreement_id, _r.sent_at >= since, _r.sent_at < until)
    return db.scalar(select(func.count()).select_from(sent.subquery())) or 0


def is_under_way(db: ReadSession, referral: Referral) -> bool:
    """Whether another referral of the person to the same service was sent and has not ended."""
    states = [status.value for status in sorted(OPEN)]
    found = select(_r.id).where(
        _r.person_id == referral.person_id,
        _r.service_id == referral.service_id,
        _r.id != referral.id,
        _r.status.in_(states),
        _r.sent_at.is_not(None),
    )
    return db.scalar(found.limit(1)) is not None


def served_by(db: ReadSession, service_id: ServiceId) -> int:
    """How many people a service is serving now; bounded by its capacity."""
    serving = [ReferralStatus.accepted.value, ReferralStatus.in_service.value]
    present = select(_r.id).where(_r.service_id == service_id, _r.status.in_(serving))
    return db.scalar(select(func.count()).select_from(present.subquery())) or 0


def earliest_decision(db: ReadSession, case_id: CaseId) -> datetime | None:
    """When the first decision on a referral of the case is due; a paused clock is due never."""
    undecided = [status.value for status in sorted(UNDECIDED)]
    first: datetime | None = db.scalar(
        select(func.min(_r.decide_by)).where(
            _r.case_id == case_id, _r.status.in_(undecided), _r.paused_at.is_(None)
        )
    )
    return first


def sent_of_person(db: ReadSession, person_id: PersonId) -> Sequence[Referral]:
    """The referrals of a person that a partner is still to answer or to end."""
    states = [status.value for status in sorted(OPEN)]
    statement = select(Referral).where(
        _r.person_id == person_id, _r.status.in_(states), _r.sent_at.is_not(None)
    )
    return db.scalars(statement.order_by(_r.id)).all()


def unanswered(db: ReadSession, case_id: CaseId) -> Iterable[str]:
    """A closing check (see `app.wiring`): a case does not close over a referral that is still open."""
    states = [status.value for status in sorted(OPEN)]
    still_open = select(_r.id, _r.status).where(_r.case_id == case_id, _r.status.in_(states))
    for referral in rows(db, still_open.order_by(_r.id)):
        # Nobody will answer a draft: waiting, as for the others, settles nothing.
        is_draft = referral.status is ReferralStatus.draft
        yield f"referral_draft:{referral.id}" if is_draft else f"referral_open:{referral.id}"


def due(db: ReadSession, clock: str, at: datetime, limit: int) -> Sequence[Referral]:
    """Undecided referrals whose clock (`expires_at`, `remind_at`, `decide_by`) ran out and is not paused."""
    column = _r[clock]
    undecided = [status.value for status in sorted(UNDECIDED)]
    statement = select(Referral).where(_r.status.in_(undecided), column <= at, _r.paused_at.is_(None))
    if clock == "decide_by":
        statement = statement.where(_r.breached_at.is_(None))
    return db.scalars(statement.order_by(column, _r.id).limit(limit).with_for_update(skip_locked=True)).all()
