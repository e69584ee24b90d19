"""What changed between two assessments of one case with one instrument."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from app.assessments import queries
from app.assessments.states import AssessmentStatus
from app.core.actor import Actor
from app.core.db import ReadSession
from app.core.errors import DomainError, InvalidInput
from app.core.ids import AssessmentId
from app.instruments.scoring import compare


class AssessmentNotCompleted(DomainError):
    """Only what was completed has scores to compare."""

    code = "assessment_not_completed"


class NothingToCompare(DomainError):
    """No assessment was completed in this case with this instrument before this one."""

    status, code = HTTPStatus.NOT_FOUND, "nothing_to_compare"


def comparison(
    db: ReadSession, actor: Actor, newer: Mapping[str, Any], older_id: AssessmentId | None = None
) -> dict[str, Any]:
    """Compare a completed assessment with an older one, by default the one completed before it.

    Raises `AssessmentNotCompleted`, `NothingToCompare`, `NotFound`, or `InvalidInput` for one that is not
    completed earlier in the same case with the same instrument; another version of it will do.
    """
    if newer["status"] is not AssessmentStatus.completed:
        raise AssessmentNotCompleted()
    older = _older(db, actor, newer, older_id)
    differences = compare(older["scores"], newer["scores"])
    return {
        "older": _told(older),
        "newer": _told(newer),
        "domains": [
            {
                "domain": domain,
                "older": older["scores"].get(domain),
                "newer": newer["scores"].get(domain),
                "difference": difference,
            }
            for domain, difference in differences.items()
        ],
        "total": compare({"total": older["total"]}, {"total": newer["total"]})["total"],
    }


def _older(
    db: ReadSession, actor: Actor, newer: Mapping[str, Any], older_id: AssessmentId | None
) -> Mapping[str, Any]:
    if older_id is None:
        previous = queries.completed_before(db, newer)
        if previous is None:
            raise NothingToCompare()
        return previous
    older = queries.read(db, actor, older_id)
    is_alike = all(older[name] == newer[name] for name in ("case_id", "instrument_code", "status"))
    if not is_alike or older["completed_at"] >= newer["completed_at"]:
        raise InvalidInput("query/with", "not_comparable")
    return older


def _told(assessment: Mapping[str, Any]) -> dict[str, Any]:
    names = ("id", "instrument_version", "completed_at", "total", "band", "needs")
    return {name: assessment[name] for name in names}
