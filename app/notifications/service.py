"""Telling people of what happened, within the application. The higher modules know whom to tell, and when."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, and_, literal, update
from sqlalchemy.dialects import postgresql, sqlite

from app.audit import service as audit
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import WriteSession, is_sqlite
from app.core.ids import NotificationId, UserId, uuid7
from app.notifications.models import Notification


def notify(
    db: WriteSession,
    user_ids: Iterable[UserId],
    kind: str,
    subject_type: str,
    subject_id: UUID,
    cause_id: UUID,
) -> None:
    """Write a notice for each user, whose words are the catalogues' `notice.<kind>`.

    Somebody who was told of the same kind of step by the same cause is not told again: events are delivered at
    least once, and two deliveries may run at a time.
    """
    rows = [
        {
            "id": NotificationId(uuid7()),
            "user_id": user_id,
            "kind": kind,
            "subject_type": subject_type,
            "subject_id": subject_id,
            "cause_id": cause_id,
            "created_at": now(),
        }
        for user_id in dict.fromkeys(user_ids)
    ]
    if rows:
        insert = sqlite.insert if is_sqlite(db) else postgresql.insert
        told_once = ["user_id", "kind", "cause_id"]
        db.execute(insert(Notification).values(rows).on_conflict_do_nothing(index_elements=told_once))


def settle_own(
    db: WriteSession,
    user_id: UserId,
    subject_type: str,
    subject_id: UUID,
    step_id: UUID,
    *,
    but: Collection[str] = (),
) -> None:
    """Mark as read what a user was told of something before they took this step themselves; the kinds in `but` stay."""
    theirs = and_(Notification.user_id == user_id, Notification.kind.not_in(but))
    _settle(db, theirs, subject_type, subject_id, step_id)


def settle_asked(db: WriteSession, kind: str, subject_type: str, subject_id: UUID, step_id: UUID) -> None:
    """Mark as read what anybody was asked by notices of a kind before this step answered it."""
    _settle(db, Notification.kind == kind, subject_type, subject_id, step_id)


def _settle(
    db: WriteSession, which: ColumnElement[bool], subject_type: str, subject_id: UUID, step_id: UUID
) -> None:
    """Steps are named by ids in the order of time: what came after one is never settled by it, however late or often
    it is told. A fact that an earlier version kept without a step settles nothing, hence the literal.
    """
    settled = update(Notification).where(
        which,
        Notification.subject_type == subject_type,
        Notification.subject_id == subject_id,
        Notification.read_at.is_(None),
        Notification.cause_id < literal(step_id, Notification.cause_id.type),
    )
    db.execute(settled.values(read_at=now()).execution_options(synchronize_session=False))


def mark_read(db: WriteSession, actor: Actor, notification: Notification) -> None:
    """Keep when a notice was first read; reading it again changes nothing."""
    if notification.read_at is None:
        notification.read_at = now()
        db.flush()
        audit.record(db, actor, "notification:read", "notification", notification.id)


def mark_all_read(db: WriteSession, actor: Actor) -> None:
    """Mark every unread notice of the actor's."""
    done: CursorResult[Any] = db.execute(  # type: ignore[assignment]
        update(Notification)
        .where(Notification.user_id == actor.user, Notification.read_at.is_(None))
        .values(read_at=now())
    )
    if done.rowcount:
        audit.record(db, actor, "notification:read-all", "user", actor.user, count=done.rowcount)
