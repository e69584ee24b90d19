"""One step of a referral, whoever takes it: the move, its clocks, its traces and what it means for the case."""

from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.audit import service as audit
from app.cases import service as cases
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import WriteSession
from app.core.errors import InvalidInput
from app.core.ids import uuid7
from app.core.moves import move
from app.outbox import service as outbox
from app.referrals import clocks, queries
from app.referrals.events import ReferralMoved
from app.referrals.models import Referral, ReferralTransition
from app.referrals.schemas import AppointmentIn
from app.referrals.states import FINAL, PAUSED, REFERRAL_LIFECYCLE, ReferralAction, ReferralStatus
from app.windows import queries as windows


def step(
    db: WriteSession,
    actor: Actor,
    referral: Referral,
    action: ReferralAction,
    *,
    reason_code: str | None = None,
    note: str | None = None,
    **columns: Any,
) -> Referral:
    """Move, record, publish; stop and start the clocks; keep the case's due date true."""
    row = REFERRAL_LIFECYCLE.move(referral.status, action, actor.role)
    target = row.to or referral.held_from
    columns |= _clock_columns(db, referral, target)
    if target in FINAL:
        columns["ended_at"] = now()
    move(
        db,
        actor,
        referral,
        REFERRAL_LIFECYCLE,
        action,
        lambda **step: ReferralTransition(referral_id=referral.id, **step),
        back_to=referral.held_from,
        reason_code=reason_code,
        note=note,
        **columns,
    )
    audit.record(
        db,
        actor,
        f"referral:{action}",
        "referral",
        referral.id,
        person_id=referral.person_id,
        reason=reason_code,
    )
    outbox.publish(
        db,
        ReferralMoved(
            step_id=uuid7(),
            referral_id=referral.id,
            case_id=referral.case_id,
            action=action,
            by_role=actor.role,
            by=actor.user_id,
            reason_code=reason_code,
        ),
    )
    first = queries.earliest_decision(db, referral.case_id)
    tz = windows.calendar(db, referral.window_id).tz
    cases.set_due(db, referral.case_id, "referral", first.astimezone(tz).date() if first else None)
    return referral


def _clock_columns(db: WriteSession, referral: Referral, target: ReferralStatus | None) -> dict[str, Any]:
    """Pausing remembers when (and from where); going on moves every deadline by the working time lost."""
    at = now()
    if target in PAUSED:
        return {
            "paused_at": at,
            "held_from": referral.status if target is ReferralStatus.on_hold else None,
        }
    if referral.paused_at is None:
        return {}
    calendar = windows.calendar(db, referral.window_id)
    moved = {
        name: clocks.after_pause(getattr(referral, name), referral.paused_at, at, calendar)
        for name in ("decide_by", "remind_at", "expires_at")
    }
    return {"paused_at": None, "held_from": None, **moved}


def need_note(reason: str, note: str | None) -> None:
    if reason == "other" and not note:
        raise InvalidInput("/note", "note_for_other")


def appointment_columns(data: AppointmentIn, pointer: str = "") -> dict[str, Any]:
    """Wall time and zone as they were said, and the instant that they mean now.

    Morocco changes its clock around Ramadan: the wall time is the promise, the instant follows from it.
    """
    try:
        zone = ZoneInfo(data.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput(f"{pointer}/zone", "unknown_code", context={"list": "tzdata"}) from None
    try:
        at = data.at.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:  # the last hours of the calendar, or the first
        raise InvalidInput(f"{pointer}/at", "not_allowed") from None
    if at < now():
        raise InvalidInput(f"{pointer}/at", "in_the_past")
    return {
        "appointment_at": at,
        "appointment_local": data.at.strftime("%Y-%m-%dT%H:%M"),
        "appointment_zone": data.zone,
        "appointment_place": data.place,
    }
