from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from app.cases.states import (
    ActionStatus,
    ActionStep,
    CaseAction,
    CaseStatus,
    ClosingReason,
    GoalStatus,
    GoalStep,
    Priority,
    Stage,
    SuspensionReason,
)
from app.core.fields import Code, Prose, Reason, RequiredLine, RequiredProse
from app.core.ids import ActionId, AssignmentId, CaseId, GoalId, PersonId, UserId, WindowId
from app.core.pagination import PageRequest
from app.core.schemas import Change, Input, Output
from app.people.schemas import Day


def _each_once(codes: list[str]) -> list[str]:
    return list(dict.fromkeys(codes))


Needs = Annotated[
    list[Code],
    Field(max_length=50, examples=[["housing", "income.debt"]], description="Vocabulary `need`."),
    AfterValidator(_each_once),
]
Words = Annotated[RequiredLine, Field(examples=["I want a room of my own before winter."])]


class CaseCreate(Input):
    person_id: PersonId
    window_id: WindowId = Field(description="One of the windows where you serve.")
    priority: Priority = Priority.medium
    needs: Needs = Field(default_factory=list)
    summary: Prose | None = Field(None, examples=["Lost her lodging in March; two children at school."])


class CaseUpdate(Change):
    priority: Priority | None = Field(
        None, description="Another priority gives the follow-ups another rhythm."
    )
    needs: Needs | None = None
    summary: Prose | None = Field(None, description="`null` takes the summary away.")


class CaseAssign(Input):
    user_id: UserId = Field(description="Somebody who serves at the window of the case.")
    reason: Reason


class CasesAssign(CaseAssign):
    """Several cases of one referent that go to one colleague together."""

    former_id: UserId
    cases: Annotated[list[CaseId], Field(min_length=1, max_length=100)]


class CaseSuspend(Input):
    reason: SuspensionReason
    note: Prose | None = None
    until: Day | None = Field(None, description="On this day the case is due again.")


class CaseReopen(Input):
    reason: Reason


class GoalOutcome(Input):
    status: Literal[GoalStatus.met, GoalStatus.partly_met, GoalStatus.not_met, GoalStatus.abandoned] = Field(
        examples=["met"]
    )
    note: Prose | None = Field(None, examples=["Found work in a bakery."])


class CaseClose(Input):
    reason: ClosingReason | None = Field(
        None,
        description="May be left out where a closing is asked for: then the reason that was asked with stands.",
        examples=["goals_met"],
    )
    note: Prose | None = Field(
        None, description="Left out where a closing is asked for: the note that was asked with stands."
    )
    outcomes: dict[GoalId, GoalOutcome] = Field(
        default_factory=dict,
        max_length=100,
        description="What became of each goal that is still open: by its id, an object with `status` and perhaps `note`.",
        examples=[{"01920000-0000-7000-8000-000000000000": {"status": "met"}}],
    )


class ClosureDecline(Input):
    reason: Reason = Field(description="Why the case goes on; whoever asked for the closing reads it.")


class ReviewCreate(Input):
    summary: RequiredProse = Field(examples=["Two of three goals are met; the search for work goes on."])


class GoalCreate(Input):
    words: Words = Field(description="What the person wants to reach, in the person's words.")
    need_code: Code | None = Field(None, examples=["housing"], description="Vocabulary `need`.")
    target_on: Day | None = None


class GoalUpdate(Change):
    words: Words | None = None
    need_code: Code | None = None
    target_on: Day | None = None
    status: GoalStatus | None = Field(
        None, description="Where the goal shall stand; `steps` tells what is open."
    )
    outcome_note: Prose | None = None


class ActionCreate(Input):
    words: Words
    owner_id: UserId | None = Field(None, description="Who acts; `null`: the person.")
    due_on: Day | None = None


class ActionUpdate(Change):
    words: Words | None = None
    owner_id: UserId | None = None
    due_on: Day | None = None
    status: ActionStatus | None = Field(None, description="Where the action shall stand.")
    outcome_note: Prose | None = None


class ActionOut(Output):
    id: ActionId
    words: str
    owner_id: UserId | None
    due_on: date | None
    status: ActionStatus
    outcome_note: str | None
    done_at: datetime | None
    version: int
    steps: list[ActionStep] = Field(description="What you may do with it now.")


class GoalOut(Output):
    id: GoalId
    words: str
    need_code: str | None
    target_on: date | None
    status: GoalStatus
    outcome_note: str | None
    decided_at: datetime | None
    version: int
    steps: list[GoalStep] = Field(description="What you may do with it now.")
    actions: list[ActionOut]


class PlanOut(Output):
    goals: list[GoalOut]


class CaseBrief(Output):
    """A case in a list."""

    id: CaseId
    number: str = Field(examples=["OUJ1-2026-00042"])
    person_id: PersonId
    given_name_ar: str | None
    family_name_ar: str | None
    given_name_latin: str | None
    family_name_latin: str | None
    window_id: WindowId
    window_code: str
    referent_id: UserId
    referent_name: str
    status: CaseStatus
    stage: Stage
    priority: Priority
    needs: list[str]
    last_contact_on: date | None
    days_since_contact: int | None
    is_silent: bool = Field(description="No contact for longer than the house allows (30 days by default).")
    next_due_on: date | None = Field(
        description="The first of what is due: a contact (by the rhythm of the priority from the opening on), a "
        "partner's decision, an action of the plan, the end of a suspension, the review. Null on a closed case."
    )
    is_overdue: bool = Field(description="What was due next is past, by the calendar of the window.")
    closure_requested_at: datetime | None
    created_at: datetime
    version: int


class CaseOut(CaseBrief):
    """The page of a case."""

    summary: str | None
    closed_at: datetime | None
    closing_reason: ClosingReason | None = Field(
        description="While a closing is asked for: the reason given."
    )
    closing_note: str | None
    closure_requested_by: UserId | None
    updated_at: datetime
    actions: list[CaseAction] = Field(description="What your role may do with the case now.")
    closing_needs_approval: bool = Field(description="Ask for the closing; a supervisor decides.")
    plan: list[GoalOut] = Field(description="The open goals.")


class CasePage(Output):
    items: list[CaseBrief]
    next: str | None


class CaseSort(StrEnum):
    newest = "newest"
    due = "due"  # the most overdue first; without the cases that nothing is due for
    contact = "contact"  # the longest silence first


@dataclass(frozen=True, kw_only=True)
class CasesAsked(PageRequest):
    """What a list of cases may be narrowed to, its order, and which page of it."""

    window_id: Annotated[WindowId | None, Field(description="One of your windows.")] = None
    person_id: Annotated[
        PersonId | None,
        Field(
            description="Whom one of your windows has received: that person's cases, whatever their state."
        ),
    ] = None
    referent_id: UserId | None = None
    status: CaseStatus | None = None
    priority: Priority | None = None
    mine: Annotated[bool, Field(description="Those whose referent you are; instead of `referent_id`.")] = (
        False
    )
    living: Annotated[bool, Field(description="Without those that are closed.")] = False
    overdue: Annotated[bool, Field(description="What was due next is past.")] = False
    silent: Annotated[bool, Field(description="No contact for longer than the house allows.")] = False
    sort: Annotated[
        CaseSort | None,
        Field(
            description="`newest`; `due`: the most overdue first; `contact`: the longest silence first. "
            "By default `due` with `overdue`, else `contact` with `silent`, else `newest`."
        ),
    ] = None


class AssignmentOut(Output):
    id: AssignmentId
    user_id: UserId
    user_name: str
    assigned_by: UserId
    reason: str | None
    since: datetime
    until: datetime | None


class AssignmentList(Output):
    items: list[AssignmentOut]


class ReviewOut(Output):
    id: UUID
    by: UserId
    summary: str
    at: datetime


class ReviewPage(Output):
    items: list[ReviewOut]
    next: str | None


class TimelineEntry(Output):
    at: datetime
    kind: str = Field(examples=["case"], description="What sort of thing this tells of.")
    id: UUID = Field(description="The entry's own id.")
    subject_id: UUID | None = Field(description="The thing itself: the goal, the referral …")
    actor_id: UserId | None = Field(description="Who did it; `null`: the system.")
    code: str | None = Field(examples=["suspend"], description="What happened.")
    reason_code: str | None = Field(examples=["travelling"])
    text: str | None = Field(description="What was written, where the text is the case's own.")


class TimelinePage(Output):
    items: list[TimelineEntry]
    next: str | None
