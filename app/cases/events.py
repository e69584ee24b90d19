from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.ids import CaseId, PersonId, UserId, WindowId
from app.outbox.service import Event


@dataclass(frozen=True, kw_only=True)
class CaseOpened(Event):
    name: ClassVar[str] = "case.opened"
    case_id: CaseId
    person_id: PersonId
    window_id: WindowId
    referent_id: UserId


@dataclass(frozen=True, kw_only=True)
class CaseAssigned(Event):
    """The file has another referent; the one who opens a case is told of by `CaseOpened`."""

    name: ClassVar[str] = "case.assigned"
    step_id: UUID  # made once: told twice, it is the same cause of the same notification
    case_id: CaseId
    user_id: UserId
    former_id: UserId
    assigned_by: UserId


@dataclass(frozen=True, kw_only=True)
class CasePriorityChanged(Event):
    """The rhythm of follow-ups comes from the priority: what is planned by rhythm is planned anew."""

    name: ClassVar[str] = "case.priority_changed"
    case_id: CaseId
    priority: str
    former: str


@dataclass(frozen=True, kw_only=True)
class CaseSuspended(Event):
    name: ClassVar[str] = "case.suspended"
    case_id: CaseId


@dataclass(frozen=True, kw_only=True)
class CaseResumed(Event):
    name: ClassVar[str] = "case.resumed"
    case_id: CaseId


@dataclass(frozen=True, kw_only=True)
class CaseClosureRequested(Event):
    """A worker asks for the closing of a file; the window's supervisors decide."""

    name: ClassVar[str] = "case.closure_requested"
    step_id: UUID  # see `CaseAssigned`
    case_id: CaseId
    window_id: WindowId
    requested_by: UserId


@dataclass(frozen=True, kw_only=True)
class CaseClosureDeclined(Event):
    """The supervisor decided that the case goes on; why stands in its history."""

    name: ClassVar[str] = "case.closure_declined"
    step_id: UUID  # see `CaseAssigned`
    case_id: CaseId
    requested_by: UserId
    declined_by: UserId


@dataclass(frozen=True, kw_only=True)
class CaseClosed(Event):
    name: ClassVar[str] = "case.closed"
    case_id: CaseId
    reason: str


@dataclass(frozen=True, kw_only=True)
class CaseReopened(Event):
    name: ClassVar[str] = "case.reopened"
    case_id: CaseId
