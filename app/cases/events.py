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
class CaseStep(Event):
    """Something that somebody has done with a case."""

    step_id: UUID  # made once: told twice, it is the same cause of the same notification
    case_id: CaseId
    by: UserId


@dataclass(frozen=True, kw_only=True)
class CaseAssigned(CaseStep):
    """The file has another referent; the one who opens a case is told of by `CaseOpened`."""

    name: ClassVar[str] = "case.assigned"
    user_id: UserId
    former_id: UserId


@dataclass(frozen=True, kw_only=True)
class CasePriorityChanged(CaseStep):
    """The rhythm of follow-ups comes from the priority: what is planned by rhythm is planned anew."""

    name: ClassVar[str] = "case.priority_changed"
    priority: str
    former: str


@dataclass(frozen=True, kw_only=True)
class CaseSuspended(CaseStep):
    name: ClassVar[str] = "case.suspended"


@dataclass(frozen=True, kw_only=True)
class CaseResumed(CaseStep):
    name: ClassVar[str] = "case.resumed"


@dataclass(frozen=True, kw_only=True)
class CaseClosureRequested(CaseStep):
    """A worker asks for the closing of a file; the window's supervisors decide."""

    name: ClassVar[str] = "case.closure_requested"
    window_id: WindowId


@dataclass(frozen=True, kw_only=True)
class CaseClosureSetAside(CaseStep):
    """What was asked for was taken back: nobody has to decide any more."""

    name: ClassVar[str] = "case.closure_set_aside"


@dataclass(frozen=True, kw_only=True)
class CaseClosureDeclined(CaseStep):
    """The supervisor decided that the case goes on; why stands in its history."""

    name: ClassVar[str] = "case.closure_declined"
    requested_by: UserId


@dataclass(frozen=True, kw_only=True)
class CaseClosed(CaseStep):
    name: ClassVar[str] = "case.closed"
    reason: str


@dataclass(frozen=True, kw_only=True)
class CaseReopened(CaseStep):
    name: ClassVar[str] = "case.reopened"
