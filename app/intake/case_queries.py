"""What a case asks of its interviews: when somebody was first heard, what was told since, what its timeline shows."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.core.db import ReadSession, rows
from app.core.ids import CaseId, InterviewId
from app.intake.models import Interview, InterviewTransition
from app.intake.states import ADDED, Conclusion, InterviewAction

_i, _t = Interview.__table__.c, InterviewTransition.__table__.c


def first_held(db: ReadSession, case_id: CaseId) -> datetime | None:
    """When somebody was first heard for a case: what was on paper is typed in after its opening was due."""
    first: datetime | None = db.scalar(select(func.min(_i.held_at)).where(_i.case_id == case_id))
    return first


_ADDED = select(_t.interview_id).where(_t.action == InterviewAction.complete, _t.reason_code == ADDED)


def was_added(db: ReadSession, interview_id: InterviewId) -> bool:
    """Whether an interview was added to a case that was open already."""
    return db.scalar(_ADDED.where(_t.interview_id == interview_id)) is not None


def added(db: ReadSession, case_id: CaseId, most: int) -> list[dict[str, Any]]:
    """What was told in the interviews that were added to a case since it was opened, the latest first."""
    statement = select(_i.id, _i.held_at, _i.needs, _i.urgency).where(
        _i.case_id == case_id, _i.completed_at.is_not(None), _i.id.in_(_ADDED)
    )
    found = rows(db, statement.order_by(_i.completed_at.desc(), _i.id.desc()).limit(most))
    return [dict(item) for item in found]


def timeline(db: ReadSession, case_id: CaseId, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    """A source of the case's timeline (see `app.wiring`): its completed interviews, newest first.

    One of them opened the case; another that concludes so was added to it.
    """
    statement = select(_i.id, _i.completed_at, _i.worker_id, _i.conclusion).where(
        _i.case_id == case_id, _i.completed_at.is_not(None)
    )
    if before is not None:
        statement = statement.where(_i.completed_at <= before)
    found = rows(db, statement.order_by(_i.completed_at.desc(), _i.id.desc()).limit(limit))
    ids = [item.id for item in found if item.conclusion is Conclusion.case_opened]
    joins = {item.interview_id for item in rows(db, _ADDED.where(_t.interview_id.in_(ids)))} if ids else set()
    return [
        {
            "at": item.completed_at,
            "kind": "interview",
            "id": item.id,
            "subject_id": item.id,
            "actor_id": item.worker_id,
            "code": "join" if item.id in joins else "complete",
            "reason_code": None if item.id in joins else item.conclusion,
            "text": None,
        }
        for item in found
    ]
