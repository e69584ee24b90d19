from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.core.deps import PageQuery, ReadDb, WriteDb
from app.core.http import ApiRoute, answer, page_answer
from app.notifications import queries, service
from app.notifications.deps import NoticeReader, NotificationToMark
from app.notifications.schemas import NotificationOut, NotificationPage

router = APIRouter(route_class=ApiRoute, tags=["notifications"])


@router.get("/notifications", response_model=NotificationPage)
def list_notifications(
    request: Request,
    actor: NoticeReader,
    db: ReadDb,
    page: PageQuery,
    unread: Annotated[bool | None, Query(description="Only the unread ones, or only the others.")] = None,
) -> Response:
    """What happened that I should know, newest first."""
    return page_answer(request, queries.page(db, actor, page, unread=unread))


@router.post("/notifications/{notification_id}/read", response_model=NotificationOut)
def mark_notification_read(actor: NoticeReader, db: WriteDb, notification: NotificationToMark) -> Response:
    """Mark one of my notices as read. Doing it again keeps the first time."""
    service.mark_read(db, actor, notification)
    return answer(queries.read(db, actor, notification.id))


@router.post("/notifications/read-all", status_code=204)
def mark_all_notifications_read(actor: NoticeReader, db: WriteDb) -> None:
    """Mark all my notices as read."""
    service.mark_all_read(db, actor)
