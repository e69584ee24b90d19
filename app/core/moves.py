"""The only code that changes a stored status: a guarded update, and the row that tells of it."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from sqlalchemy import CursorResult, Update, bindparam, inspect, update
from sqlalchemy.orm import Mapped, MappedAsDataclass, mapped_column
from sqlalchemy.orm.attributes import set_committed_value

from app.core.actor import Actor, Role
from app.core.clock import now
from app.core.db import WriteSession
from app.core.errors import ChangedMeanwhile
from app.core.ids import TransitionId, UserId, uuid7
from app.core.lifecycle import A, Lifecycle, S


class HasStatus(Protocol[S]):
    """An entity with a life cycle."""

    status: Mapped[S]
    version: Mapped[int]


class Transition(MappedAsDataclass, kw_only=True, eq=False, repr=False):
    """Columns of every table that keeps the history of a status: who moved what, from where, when and why."""

    id: Mapped[TransitionId] = mapped_column(
        primary_key=True, default_factory=lambda: TransitionId(uuid7()), init=False
    )
    action: Mapped[str]
    from_status: Mapped[str | None]
    to_status: Mapped[str]
    actor_id: Mapped[UserId | None]
    actor_role: Mapped[Role]
    at: Mapped[datetime]
    reason_code: Mapped[str | None] = mapped_column(default=None)
    note: Mapped[str | None] = mapped_column(default=None)


def move(
    db: WriteSession,
    actor: Actor,
    entity: Any,
    lifecycle: Lifecycle[S, A],
    action: A,
    record: Callable[..., Transition],
    *,
    back_to: S | None = None,
    reason_code: str | None = None,
    note: str | None = None,
    **values: object,
) -> S:
    """Lead an entity along an action of its life cycle and write the transition row; return the new state.

    The update names the expected state and version: whoever comes second changes nothing and is told
    `ChangedMeanwhile`. Raises `IllegalMove` or `Forbidden` from the table. `back_to` is where a pause began,
    for moves whose row of the table says "back"; `values` are columns set in the same statement.
    """
    step = lifecycle.move(entity.status, action, actor.role)
    target = step.to or back_to
    if target is None:
        raise RuntimeError("a move that leads back needs the state to return to")
    at, former = now(), entity.status
    db.flush()
    changed = {"status": target, "version": entity.version + 1, "updated_at": at, **values}
    expected = {"moved_id": entity.id, "moved_from": former, "moved_version": entity.version}
    found: CursorResult[Any] = db.execute(  # type: ignore[assignment]
        _guarded(inspect(type(entity)).local_table, tuple(changed)), {**changed, **expected}
    )
    if found.rowcount != 1:
        raise ChangedMeanwhile()
    for name, value in changed.items():
        set_committed_value(entity, name, value)  # what the row now holds, without asking for it
    db.add(
        record(
            action=action,
            from_status=former,
            to_status=target,
            actor_id=actor.user_id,
            actor_role=actor.role,
            at=at,
            reason_code=reason_code,
            note=note,
        )
    )
    return target


@cache
def _guarded(table: Any, columns: tuple[str, ...]) -> Update:
    return (
        update(table)
        .where(
            table.c.id == bindparam("moved_id"),
            table.c.status == bindparam("moved_from"),
            table.c.version == bindparam("moved_version"),
        )
        .values({name: bindparam(name) for name in columns})
    )


def begin(
    db: WriteSession, actor: Actor, entity: Any, action: str, record: Callable[..., Transition]
) -> None:
    """Write the first row of an entity's history: it exists now, in its initial state."""
    db.add(_standing(actor, entity, action, record, from_status=None))


def remark(
    db: WriteSession,
    actor: Actor,
    entity: Any,
    action: str,
    record: Callable[..., Transition],
    note: str | None,
) -> None:
    """Write into an entity's history what was decided about it while it stays in its state, and why."""
    db.add(_standing(actor, entity, action, record, from_status=entity.status, note=note))


def _standing(
    actor: Actor, entity: Any, action: str, record: Callable[..., Transition], **more: object
) -> Transition:
    return record(
        action=action,
        to_status=entity.status,
        actor_id=actor.user_id,
        actor_role=actor.role,
        at=now(),
        **more,
    )
