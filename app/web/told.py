"""What notices are about, in the numbers that are said over the telephone: two of one kind are told apart, without a name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.cases import queries as cases
from app.core.actor import Actor
from app.core.db import ReadSession
from app.core.ids import NotificationId
from app.referrals import naming

Notice = Mapping[str, Any]


@dataclass(frozen=True)
class About:
    """The number of a case, or of a referral with its service; why a case is in the reader's hands."""

    number: str
    service: Mapping[str, Any] | None = None
    reason: str | None = None


def about(db: ReadSession, actor: Actor, notices: Iterable[Notice]) -> dict[NotificationId, About]:
    """By notice: what it is about, where its reader may see that. Asked for all of them at once."""
    told = list(notices)
    services = naming.services(db, actor, _subjects(told, "referral"))
    called = cases.called(db, actor, _subjects(told, "case"))
    found: dict[NotificationId, About] = {}
    for notice in told:
        subject = notice["subject_id"]
        if notice["subject_type"] == "referral" and subject in services:
            found[notice["id"]] = About(naming.reference(subject), service=services[subject])
        elif notice["subject_type"] == "case" and subject in called:
            case = called[subject]
            found[notice["id"]] = About(case["number"], reason=_reason(actor, notice, case))
    return found


def _subjects(notices: Iterable[Notice], kind: str) -> set[Any]:
    return {notice["subject_id"] for notice in notices if notice["subject_type"] == kind}


def _reason(actor: Actor, notice: Notice, case: Mapping[str, Any]) -> str | None:
    """What was written when the case was given to its reader, and not what was written when they had it before."""
    is_theirs = notice["kind"] == "case.assigned" and case["referent_id"] == actor.user
    if not is_theirs or case["assigned_at"] is None or notice["created_at"] < case["assigned_at"]:
        return None
    reason: str | None = case["reason"]
    return reason
