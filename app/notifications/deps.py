from typing import Annotated

from fastapi import Depends

from app.auth.deps import allowed
from app.auth.permissions import Permission
from app.core.actor import Actor
from app.core.deps import WriteDb
from app.core.ids import NotificationId
from app.notifications import queries
from app.notifications.models import Notification

NoticeReader = Annotated[Actor, Depends(allowed(Permission.own_notifications))]


def _notification_to_mark(actor: NoticeReader, db: WriteDb, notification_id: NotificationId) -> Notification:
    return queries.get(db, actor, notification_id)


NotificationToMark = Annotated[Notification, Depends(_notification_to_mark, scope="function")]
