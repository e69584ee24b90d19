from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select, tuple_

from app.assessments.models import Assessment, AssessmentTransition
from app.assessments.policy import is_valid, visible_to_role
from app.assessments.states import ASSESSMENT_LIFECYCLE, AssessmentStatus
from app.cases.models import Case
from app.core.actor import Actor, Role
from app.core.clock import now
from app.core.db import ReadSession, row, rows
from app.core.errors import NotFound
from app.core.ids import AssessmentId, CaseId
from app.core.pagination import Page, PageRequest, binds, cut, keyset
from app.core.settings import settings
from app.instruments.models import Instrument

_a, _t = Assessment.__table__.c, AssessmentTransition.__table__.c
_c, _i = Case.__table__.c, Instrument.__table__.c

_FROM = Assessment.__table__.join(Case.__table__, _c.id == _a.case_id).join(
    Instrument.__table__, _i.id == _a.instrument_id
)
_ROW = (
    _a.id,
    _a.case_id,
    _a.instrument_id,
    _i.code.label("instrument_code"),
    _i.version.label("instrument_version"),
    _a.assessed_by,
    _a.status,
    _a.total,
    _a.band,
    _a.needs,
    _a.created_at,
    _a.completed_at,
    _a.version,
)
_FULL = (*_ROW, _c.person_id, _a.answers, _a.calculated, _a.scores)

_COMPLETED = (
    select(*_FULL)
    .select_from(_FROM)
    .where(_a.case_id == bindparam("case"), _a.status == AssessmentStatus.completed)
    .order_by(_a.completed_at.desc(), _a.id.desc())
    .limit(1)
)
_earlier_than = tuple_(
    bindparam("completed_at", type_=_a.completed_at.type), bindparam("id", type_=_a.id.type)
)
_BEFORE = _COMPLETED.where(_i.code == bindparam("code"), tuple_(_a.completed_at, _a.id) < _earlier_than)


def get(db: ReadSession, actor: Actor, assessment_id: AssessmentId) -> Assessment:
    """An assessment of a case that the actor may see, for changing it, or `NotFound`."""
    statement = select(Assessment).join(Case, Case.id == Assessment.case_id)
    visible = statement.where(Assessment.id == assessment_id, visible_to_role(actor.role))
    found = db.scalar(visible, dict(actor.binds))
    if found is None:
        raise NotFound()
    return found


@cache
def _one(role: Role) -> Select[Any]:
    return select(*_FULL).select_from(_FROM).where(_a.id == bindparam("id"), visible_to_role(role))


def read(db: ReadSession, actor: Actor, assessment_id: AssessmentId) -> dict[str, Any]:
    """An assessment's columns, with what this role may do with it now, or `NotFound`."""
    found = row(db, _one(actor.role), actor.binds, id=assessment_id)
    if found is None:
        raise NotFound()
    return {**_derived(found), "allowed": ASSESSMENT_LIFECYCLE.allowed(found.status, actor.role)}


def _derived(found: Mapping[str, Any]) -> dict[str, Any]:
    months = settings().assessment_valid_months
    return {**found, "is_valid": is_valid(found["completed_at"], now(), months)}


def page(
    db: ReadSession,
    actor: Actor,
    case_id: CaseId,
    wanted: PageRequest,
    *,
    status: AssessmentStatus | None = None,
) -> Page:
    """The assessments of a case, the one begun last first."""
    statement = select(*_ROW).select_from(_FROM)
    statement = statement.where(_a.case_id == bindparam("case"), visible_to_role(actor.role))
    if status is not None:
        statement = statement.where(_a.status == status)
    ordered = keyset(statement, _a.id, page=wanted, descending=True)
    result = cut(rows(db, ordered, actor.binds, case=case_id, **binds(wanted, UUID)), wanted, "id")
    return Page([_derived(item) for item in result.items], result.next)


def latest(db: ReadSession, case_id: CaseId) -> dict[str, Any] | None:
    """What the assessment completed last says, for those who already know the case; never its answers."""
    found = row(db, _COMPLETED, case=case_id)
    if found is None:
        return None
    told = ("instrument_code", "completed_at", "scores", "total", "band", "needs")
    return {name: found[name] for name in told}


def completed_before(db: ReadSession, assessment: Mapping[str, Any]) -> dict[str, Any] | None:
    """The columns of the last one completed before a completed one, in the same case with the same instrument."""
    found = row(
        db,
        _BEFORE,
        case=assessment["case_id"],
        code=assessment["instrument_code"],
        completed_at=assessment["completed_at"],
        id=assessment["id"],
    )
    return dict(found) if found else None


_SCORED = (
    select(
        _a.id,
        _i.code.label("instrument_code"),
        _a.instrument_id,
        _a.completed_at,
        _a.scores,
        _a.total,
        _a.band,
    )
    .select_from(_FROM)
    .where(_a.case_id == bindparam("case"), _a.status == AssessmentStatus.completed)
    .order_by(_a.completed_at.desc(), _a.id.desc())
    .limit(bindparam("most"))
)


def previous(db: ReadSession, assessment: Mapping[str, Any]) -> dict[str, Any] | None:
    """The last one completed before this one or, of a draft, before now; with its answers, to stand beside it."""
    at = assessment["completed_at"] or now()
    return completed_before(db, {**assessment, "completed_at": at})


def scored(db: ReadSession, case_id: CaseId, most: int) -> list[dict[str, Any]]:
    """What the last completed assessments of a visible case came to, oldest first, without their answers."""
    return [dict(found) for found in reversed(rows(db, _SCORED, case=case_id, most=most))]


def timeline(db: ReadSession, case_id: CaseId, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    """A source of the case's timeline (see `app.wiring`): what was done with its assessments, newest first."""
    statement = (
        select(_t.id, _t.at, _t.action, _t.actor_id, _t.assessment_id)
        .join(Assessment.__table__, _a.id == _t.assessment_id)
        .where(_a.case_id == case_id)
        .order_by(_t.at.desc(), _t.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(_t.at <= before)
    return [
        {
            "at": step.at,
            "kind": "assessment",
            "id": step.id,
            "subject_id": step.assessment_id,
            "actor_id": step.actor_id,
            "code": step.action,
            "reason_code": None,
            "text": None,
        }
        for step in rows(db, statement)
    ]
