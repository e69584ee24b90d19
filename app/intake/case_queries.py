"""What a case asks of its interviews: when somebody was first heard, what was told since, what its timeline shows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, func, select

from app.core.db import ReadSession, rows
from app.core.ids import CaseId
from app.intake.models import Interview, InterviewTransition
from app.intake.states import ADDED, Conclusion, InterviewAction

_i, _t = Interview.__table__.c, InterviewTransition.__table__.c


def first_held(db: ReadSession, case_id: CaseId) -> datetime | None:
    """When somebody was first heard for a case: what was on paper is typed in after its opening was due."""
    first: datetime | None = db.scalar(select(func.min(_i.held_at)).where(_i.case_id == case_id))
    return first


# Asked of each interview along its own transitions: a list of all that were added would be read through for every case.
_ADDED = exists().where(
    _t.interview_id == _i.id, _t.action == InterviewAction.complete, _t.reason_code == ADDED
)


def was_added(db: ReadSession, interview: Mapping[str, Any]) -> bool:
    """Whether an interview that concludes with a case was added to one that was open already."""
    opens = interview["conclusion"] is Conclusion.case_opened
    return opens and db.scalar(select(_i.id).where(_i.id == interview["id"], _ADDED)) is not None


def added(db: ReadSession, case_id: CaseId, most: int) -> list[dict[str, Any]]:
    """What was told in the interviews that were added to a case since it was opened, the latest first."""
    statement = select(_i.id, _i.held_at, _i.needs, _i.urgency).where(
        _i.case_id == case_id, _i.completed_at.is_not(None), _ADDED
    )
    found = rows(db, statement.order_by(_i.completed_at.desc(), _i.id.desc()).limit(most))
    return [dict(item) for item in found]


def timeline(db: ReadSession, case_id: CaseId, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    """A source of the case's timeline (see `app.wiring`): its completed interviews, newest first.

    One of them opened the case; another that concludes so was added to it.
    """
    opens = _i.conclusion == Conclusion.case_opened
    statement = select(
        _i.id, _i.completed_at, _i.worker_id, _i.conclusion, and_(opens, _ADDED).label("is_added")
    ).where(_i.case_id == case_id, _i.completed_at.is_not(None))
    if before is not None:
        statement = statement.where(_i.completed_at <= before)
    found = rows(db, statement.order_by(_i.completed_at.desc(), _i.id.desc()).limit(limit))
    return [
        {
            "at": item.completed_at,
            "kind": "interview",
            "id": item.id,
            "subject_id": item.id,
            "actor_id": item.worker_id,
            "code": "join" if item.is_added else "complete",
            "reason_code": None if item.is_added else item.conclusion,
            "text": None,
        }
        for item in found
    ]
