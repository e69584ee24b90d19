from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select

from app.core import i18n
from app.core.actor import SYSTEM, Actor
from app.core.db import Database, ReadSession, row, rows
from app.core.errors import NotFound
from app.core.ids import NotificationId
from app.core.pagination import Page, PageRequest, binds, cut, keyset
from app.core.prepared import Prepared
from app.notifications.models import Notification
from app.notifications.policy import visible_to

_n = Notification.__table__.c

_NOTIFICATION: Select[Any] = select(_n.id, _n.kind, _n.subject_type, _n.subject_id, _n.created_at, _n.read_at)


# Counted among the latest alone: whoever has a thousand old ones does not wait for them on every page.
MOST_UNREAD = 100
_latest = select(_n.read_at).where(visible_to(SYSTEM)).order_by(_n.id.desc()).limit(MOST_UNREAD).subquery()
_UNREAD = Prepared(select(func.count().label("unread")).where(_latest.c.read_at.is_(None)))


def unread(db: Database, actor: Actor) -> int:
    """How many of the actor's latest notices are unread."""
    return int(db.look_up(_UNREAD, {"actor_id": actor.user_id})[0].unread)


def get(db: ReadSession, actor: Actor, notification_id: NotificationId) -> Notification:
    """One of the actor's notices for changing it, or `NotFound`."""
    found = db.scalar(
        select(Notification).where(_n.id == bindparam("notification"), visible_to(actor)),
        {**actor.binds, "notification": notification_id},
    )
    if found is None:
        raise NotFound()
    return found


def read(db: ReadSession, actor: Actor, notification_id: NotificationId) -> dict[str, Any]:
    """One of the actor's notices as columns, with its text in the request's language, or `NotFound`."""
    statement = _NOTIFICATION.where(_n.id == bindparam("notification"), visible_to(actor))
    found = row(db, statement, actor.binds, notification=notification_id)
    if found is None:
        raise NotFound()
    return _with_text(dict(found), actor)


def page(db: ReadSession, actor: Actor, wanted: PageRequest, *, unread: bool | None = None) -> Page:
    """The actor's notices, newest first: all of them, or those that are unread, or those that are not."""
    statement = _NOTIFICATION.where(visible_to(actor))
    if unread is not None:
        statement = statement.where(_n.read_at.is_(None) if unread else _n.read_at.is_not(None))
    statement = keyset(statement, _n.id, page=wanted, descending=True)
    result = cut(rows(db, statement, actor.binds, **binds(wanted, UUID)), wanted, "id")
    return Page([_with_text(item, actor) for item in result.items], result.next)


def _with_text(notice: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """The words of a notice. What one side has sent, the other has received: a role may have words of its own."""
    told = f"notice.{notice['kind']}"
    own = f"{told}.{actor.role}"
    return {**notice, "text": i18n.text(own if i18n.has(own, "en") else told)}
