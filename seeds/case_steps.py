"""What is done on a case: the assessment, the plan, contacts, handing over, closing."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.assessments import service as assessments
from app.assessments.schemas import AssessmentCreate
from app.cases import closure, day_to_day, plan
from app.cases.models import Goal
from app.cases.schemas import (
    ActionCreate,
    CaseAssign,
    CaseClose,
    CaseReopen,
    CaseSuspend,
    GoalCreate,
    GoalOutcome,
)
from app.cases.states import ClosingReason, GoalStatus, SuspensionReason
from app.core import clock
from app.core.db import WriteSession
from app.followups import queries as follow_up_queries
from app.followups import service as followups
from app.followups.schemas import ContactRecord, MissedContact, NextContact
from app.followups.states import FollowUpKind
from seeds.cast import GOALS
from seeds.stage import Step, Story

DOMAINS = (
    "housing",
    "income",
    "employment",
    "education",
    "health",
    "mental_health",
    "family",
    "civil_papers",
    "mobility",
    "digital",
    "safety",
    "children",
)


def assessed(days_ago: int = 55, *, progress: int = 0) -> Step:
    """The autonomy matrix, answered; a later one shows progress by so many levels."""

    def step(story: Story) -> None:
        levels = [str(1 + (story.number + i) % 4 + progress) for i in range(len(DOMAINS))]
        answers: dict[str, Any] = dict(zip(DOMAINS, levels, strict=True))
        with story.on(days_ago) as db:
            assessments.start(
                db,
                story.worker,
                story.case(db),
                AssessmentCreate(
                    instrument_code="autonomy_matrix",
                    answers={"household_size": 4, "children_count": 2, **answers},
                    complete=True,
                ),
            )

    return step


def planned(days_ago: int = 50) -> Step:
    """A goal in the person's words and what will be done about it."""

    def step(story: Story) -> None:
        with story.on(days_ago) as db:
            case = story.case(db)
            words = GOALS["ar" if story.is_arabic else "fr"]
            goal = plan.add_goal(db, story.worker, case, GoalCreate(words=words, need_code=story.role.need))
            plan.add_action(
                db,
                story.worker,
                case,
                goal,
                ActionCreate(
                    words="إحضار الوثائق المطلوبة (مثال)"
                    if story.is_arabic
                    else "Apporter les pièces (exemple)",
                    due_on=(story.today + timedelta(days=story.number % 20 - 5)).date(),
                ),
            )

    return step


def contacted(days_ago: int = 20, *, next_in: int | None = None) -> Step:
    """The next planned contact takes place; the one after it comes by the rhythm, or in so many days."""

    def step(story: Story) -> None:
        with story.on(days_ago) as db:
            happened = (
                "تم الاتصال وكل شيء على ما يرام. (مثال)"
                if story.is_arabic
                else "Appel : tout va bien. (exemple)"
            )
            wanted = (
                NextContact(kind=FollowUpKind.visit, due_on=clock.today() + timedelta(days=next_in))
                if next_in is not None
                else None
            )
            for follow_up in follow_up_queries.planned_of(db, story.case(db).id)[:1]:
                followups.record(db, story.worker, follow_up, ContactRecord(happened=happened, next=wanted))

    return step


def missed(days_ago: int) -> Step:
    """The person did not come to what was planned next."""

    def step(story: Story) -> None:
        with story.on(days_ago) as db:
            for follow_up in follow_up_queries.planned_of(db, story.case(db).id)[:1]:
                followups.miss(db, story.worker, follow_up, MissedContact(reason="transport"))

    return step


def handed_over(days_ago: int) -> Step:
    """The supervisor gives the case to another referent."""

    def step(story: Story) -> None:
        supervisor = story.stage.supervisors[story.role.window]
        colleague = story.stage.colleagues[story.role.window]
        data = CaseAssign(user_id=colleague.user, reason="Congé de la référente (exemple)")
        with story.on(days_ago) as db:
            day_to_day.assign(db, supervisor, story.case(db), data)

    return step


def reviewed(days_ago: int) -> Step:
    def step(story: Story) -> None:
        summary = "تقدم ملحوظ، يستمر التتبع. (مثال)" if story.is_arabic else "Progrès net. (exemple)"
        with story.on(days_ago) as db:
            day_to_day.review(db, story.worker, story.case(db), summary)

    return step


def suspended(story: Story) -> None:
    with story.on(12) as db:
        day_to_day.suspend(
            db, story.worker, story.case(db), CaseSuspend(reason=SuspensionReason.waiting_for_person)
        )


def _closing(story: Story, db: WriteSession, reason: ClosingReason, outcome: GoalStatus) -> CaseClose:
    goals = db.scalars(select(Goal).where(Goal.case_id == story.case_id, Goal.status == GoalStatus.open))
    return CaseClose(reason=reason, outcomes={goal.id: GoalOutcome(status=outcome) for goal in goals})


def closed(reason: ClosingReason, outcome: GoalStatus = GoalStatus.met) -> Step:
    """Closed with an outcome for each goal; the supervisor closes what is pressing."""

    def step(story: Story) -> None:
        with story.on(3) as db:
            actor = story.stage.supervisors[story.role.window]
            closure.close(db, actor, story.case(db), _closing(story, db, reason, outcome))

    return step


def closure_requested(story: Story) -> None:
    with story.on(1) as db:
        data = _closing(story, db, ClosingReason.goals_met, GoalStatus.met)
        closure.request_closure(db, story.worker, story.case(db), data)


def reopened(story: Story) -> None:
    with story.on(1) as db:
        closure.reopen(db, story.worker, story.case(db), CaseReopen(reason="عاد بطلب جديد (مثال)"))
