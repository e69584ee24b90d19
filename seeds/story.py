"""The demonstration's caseload: each invented person is led along a path by the same services as a real one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.assessments import service as assessments
from app.assessments.schemas import AssessmentCreate
from app.auth.models import User
from app.cases import closure, plan
from app.cases import queries as cases_queries
from app.cases import service as cases
from app.cases.models import Case, Goal
from app.cases.schemas import (
    ActionCreate,
    CaseClose,
    CaseReopen,
    CaseSuspend,
    GoalCreate,
    GoalOutcome,
)
from app.cases.states import ClosingReason, GoalStatus, SuspensionReason
from app.core import clock
from app.core.actor import SYSTEM, Actor
from app.core.db import Database, ReadSession, WriteSession
from app.core.ids import CaseId, InstitutionId, ReferralId
from app.followups import queries as follow_up_queries
from app.followups import service as followups
from app.followups.schemas import ContactRecord
from app.intake import service as intake
from app.intake.schemas import CompletedInterviewCreate, InterviewCreate
from app.outbox import service as outbox
from app.partners.models import Agreement, AgreementService, Service
from app.referrals import answering, steps
from app.referrals import service as referrals
from app.referrals.models import Referral
from app.referrals.schemas import (
    Acceptance,
    AppointmentIn,
    Completion,
    Decline,
    Failure,
    Hold,
    ReferralCreate,
    ReferralSend,
    ReReferral,
    Start,
    Waitlist,
    Withdrawal,
)
from app.referrals.states import (
    DeclineReason,
    FailureReason,
    HoldReason,
    Outcome,
    ReferralAction,
    Urgency,
    WithdrawalReason,
)
from app.windows.models import Window
from seeds.cast import CAST, FAMILIES, GOALS, HEARD, Role


@dataclass
class Stage:
    """Who acts, and where: filled once before the stories begin."""

    database: Database
    workers: dict[str, Actor]  # window code → worker
    supervisors: dict[str, Actor]
    agents: dict[InstitutionId, Actor]


@dataclass
class Story:
    """One person's path. Every step happens on its own day, in its own transaction, as it would in life."""

    stage: Stage
    role: Role
    number: int
    today: datetime
    case_id: CaseId | None = None
    referral_id: ReferralId | None = None
    day: int = field(default=0)

    @property
    def is_arabic(self) -> bool:
        return self.number % 2 == 0

    @property
    def worker(self) -> Actor:
        return self.stage.workers[self.role.window]

    @contextmanager
    def on(self, days_ago: int) -> Iterator[WriteSession]:
        """A transaction so many days before today, and the delivery of what it published."""
        with clock.pretending(self.today - timedelta(days=days_ago, minutes=self.number)):
            with self.stage.database.write_session() as session, session.begin():
                yield WriteSession(ReadSession(session))
            outbox.deliver_all(self.stage.database.write_session)

    def case(self, db: WriteSession) -> Case:
        assert self.case_id is not None  # noqa: S101
        return cases_queries.get(db, self.worker, self.case_id)

    def referral(self, db: WriteSession) -> Referral:
        return db.get_one(Referral, self.referral_id)

    def agent(self, db: WriteSession) -> Actor:
        return self.stage.agents.get(self.referral(db).institution_id) or next(
            iter(self.stage.agents.values())
        )


def tell(stage: Stage, now: datetime) -> int:
    """Tell every story; returns how many people there are."""
    for number, role in enumerate(CAST):
        story = Story(stage, role, number, now)
        for step in PATHS[role.path]:
            step(story)
    return len(CAST)


# --- intake ---------------------------------------------------------------------------------------------------


def _person(story: Story) -> dict[str, Any]:
    role, number = story.role, story.number
    family_ar, family_latin = FAMILIES[number % len(FAMILIES)]
    if role.is_woman:
        family_ar += "ة"
    birth_year = story.today.year - role.age
    return {
        "given_name_ar": role.given_ar,
        "family_name_ar": family_ar,
        "given_name_latin": role.given_latin,
        "family_name_latin": family_latin,
        "sex": "female" if role.is_woman else "male",
        "birth": {"precision": "exact", "on": f"{birth_year}-0{number % 9 + 1}-15"}
        if number % 3
        else {"precision": "year", "year": birth_year},
        "identifiers": [{"kind": "cin", "value": f"ZZ{900000 + number}"}],
        "phones": [{"number": f"06000000{number:02d}"}],
        "language": "ary" if number % 4 else "zgh",
        "address": "زنقة المثال، وجدة" if story.is_arabic else "Rue de l’Exemple, Oujda",
        "commune_code": "02.411.01.23",
    }


def _interview(story: Story, conclusion: str | None) -> dict[str, Any]:
    role = story.role
    heard = HEARD[role.need][0 if story.is_arabic else 1]
    return {
        "channel": ("walk_in", "phone", "partner", "mobile_window")[story.number % 4],
        "new_person": _person(story),
        "narrative": heard,
        "needs": [role.need],
        "urgency": role.urgency,
        "conclusion": conclusion,
        "conclusion_note": heard if conclusion in {"redirected", "one_off_help"} else None,
    }


def _consent(story: Story) -> dict[str, Any]:
    return {
        "decision": "given",
        "need_code": story.role.need,
        "categories": ["identity", "birth", "contact", "needs", "situation"],
        "form": ("signature", "thumbprint")[story.number % 2],
        "language": "ary",
    }


def heard(conclusion: str, days_ago: int = 60) -> Callable[[Story], None]:
    """An interview completed with a conclusion."""

    def step(story: Story) -> None:
        with story.on(days_ago) as db:
            window = db.scalars(select(Window).where(Window.code == story.role.window)).one()
            fields = _interview(story, conclusion)
            fields["consents"] = [_consent(story)] if conclusion == "case_opened" else []
            interview = intake.record(
                db,
                story.worker,
                CompletedInterviewCreate(
                    window_id=window.id,
                    duplicate_override="Invented people resemble each other." if story.number else None,
                    **fields,
                ),
            )
            story.case_id = interview.case_id

    return step


def drafted(story: Story) -> None:
    """An interview that was begun and is still a draft."""
    with story.on(0) as db:
        window = db.scalars(select(Window).where(Window.code == story.role.window)).one()
        intake.start(db, story.worker, InterviewCreate(window_id=window.id, **_interview(story, None)))


# --- the case -------------------------------------------------------------------------------------------------


def assessed(days_ago: int = 55) -> Callable[[Story], None]:
    """The autonomy matrix, answered."""

    def step(story: Story) -> None:
        levels = [str(1 + (story.number + i) % 4) for i in range(12)]
        domains = [
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
        ]
        answers: dict[str, Any] = dict(zip(domains, levels, strict=True))
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


def planned(days_ago: int = 50) -> Callable[[Story], None]:
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


def contacted(days_ago: int = 20) -> Callable[[Story], None]:
    """The next planned contact takes place."""

    def step(story: Story) -> None:
        with story.on(days_ago) as db:
            happened = (
                "تم الاتصال وكل شيء على ما يرام. (مثال)"
                if story.is_arabic
                else "Appel : tout va bien. (exemple)"
            )
            for follow_up in follow_up_queries.planned_of(db, story.case(db).id)[:1]:
                followups.record(db, story.worker, follow_up, ContactRecord(happened=happened))

    return step


def suspended(story: Story) -> None:
    with story.on(12) as db:
        cases.suspend(
            db, story.worker, story.case(db), CaseSuspend(reason=SuspensionReason.waiting_for_person)
        )


def _closing(story: Story, db: WriteSession, reason: ClosingReason, outcome: GoalStatus) -> CaseClose:
    goals = db.scalars(select(Goal).where(Goal.case_id == story.case_id, Goal.status == GoalStatus.open))
    return CaseClose(reason=reason, outcomes={goal.id: GoalOutcome(status=outcome) for goal in goals})


def closed(reason: ClosingReason, outcome: GoalStatus = GoalStatus.met) -> Callable[[Story], None]:
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


# --- the referral ---------------------------------------------------------------------------------------------


def _service_for(story: Story, db: WriteSession) -> Service:
    found = db.scalars(
        select(Service)
        .join(AgreementService, AgreementService.service_id == Service.id)
        .join(Agreement, Agreement.id == AgreementService.agreement_id)
        .where(Service.need_code == story.role.need)
        .order_by(Service.id)
    ).first()
    return found or db.scalars(select(Service).order_by(Service.id)).first()  # type: ignore[return-value]


def referral_drafted(days_ago: int = 40) -> Callable[[Story], None]:
    def step(story: Story) -> None:
        with story.on(days_ago) as db:
            data = ReferralCreate(
                service_id=_service_for(story, db).id,
                needs=[story.role.need],
                urgency=Urgency(story.role.urgency),
                situation=HEARD[story.role.need][0 if story.is_arabic else 1],
            )
            story.referral_id = referrals.draft(db, story.worker, story.case(db), data).id

    return step


_EVERY_WARNING = ["age", "sex", "language", "territory", "capacity", "quota"]


def sent(days_ago: int = 6) -> Callable[[Story], None]:
    def step(story: Story) -> None:
        with story.on(days_ago) as db:
            referrals.send(db, story.worker, story.referral(db), ReferralSend(acknowledged=_EVERY_WARNING))

    return step


def answered(days_ago: int, act: Callable[[WriteSession, Actor, Referral], Any]) -> Callable[[Story], None]:
    """Something that the partner does."""

    def step(story: Story) -> None:
        with story.on(days_ago) as db:
            act(db, story.agent(db), story.referral(db))

    return step


def _seen(db: WriteSession, agent: Actor, referral: Referral) -> None:
    answering.open_it(db, agent, referral)


def _asked(db: WriteSession, agent: Actor, referral: Referral) -> None:
    answering.ask(db, agent, referral, "هل تتوفر المعنية بالأمر على شهادة السكنى؟ (مثال)")


def _accepted(db: WriteSession, agent: Actor, referral: Referral) -> None:
    answering.accept(
        db, agent, referral, Acceptance(contact_name="مينة المثالية", contact_phone="05 36 00 00 00")
    )


def _accepted_for_a_day(db: WriteSession, agent: Actor, referral: Referral) -> None:
    at = (clock.now() + timedelta(days=12)).replace(hour=9, minute=30, tzinfo=None)
    appointment = AppointmentIn(at=at, place="المكتب 4 (مثال)")
    answering.accept(db, agent, referral, Acceptance(contact_name="مينة المثالية", appointment=appointment))


def _started(db: WriteSession, agent: Actor, referral: Referral) -> None:
    answering.start(db, agent, referral, Start(attended_on=clock.today()))


def _held(db: WriteSession, agent: Actor, referral: Referral) -> None:
    answering.hold(db, agent, referral, Hold(reason=HoldReason.person_absent))


def _completed(db: WriteSession, agent: Actor, referral: Referral) -> None:
    outcomes = dict.fromkeys(referral.needs, Outcome.met)
    answering.complete(db, agent, referral, Completion(outcomes=outcomes, note="Objectif atteint (exemple)."))


def _failed(db: WriteSession, agent: Actor, referral: Referral) -> None:
    answering.fail(db, agent, referral, Failure(reason=FailureReason.no_show))


def _declined(db: WriteSession, agent: Actor, referral: Referral) -> None:
    data = Decline(reason=DeclineReason.no_place, next_step="المحاولة مع مؤسسة أخرى (مثال)")
    answering.decline(db, agent, referral, data)


def _waitlisted(db: WriteSession, agent: Actor, referral: Referral) -> None:
    expected = (datetime.now(UTC) + timedelta(days=40)).date()
    answering.waitlist(db, agent, referral, Waitlist(expected_on=expected))


def withdrawn(story: Story) -> None:
    with story.on(2) as db:
        data = Withdrawal(reason=WithdrawalReason.person_choice)
        referrals.withdraw(db, story.worker, story.referral(db), data)


def expired(story: Story) -> None:
    with story.on(1) as db:
        steps.step(db, SYSTEM, story.referral(db), ReferralAction.expire)


def referred_again(story: Story) -> None:
    with story.on(3) as db:
        referral = story.referral(db)
        other = db.scalars(
            select(Service)
            .where(Service.need_code == story.role.need, Service.id != referral.service_id)
            .order_by(Service.id)
        ).first()
        data = ReReferral(service_id=other.id if other else referral.service_id)
        story.referral_id = referrals.refer_again(db, story.worker, referral, data).id


_OPEN = (heard("case_opened"),)
_ASSESSED = (*_OPEN, assessed())
_PLANNED = (*_ASSESSED, planned())
_DRAFT = (*_PLANNED, referral_drafted(8))
_SENT = (*_PLANNED, contacted(), referral_drafted(8), sent(6))
_SENT_LONG_AGO = (*_PLANNED, referral_drafted(40), sent(38), answered(36, _seen))
_ACCEPTED_LONG_AGO = (*_SENT_LONG_AGO, answered(35, _accepted), contacted(25))
_IN_SERVICE = (*_ACCEPTED_LONG_AGO, answered(22, _started), contacted(10))
_COMPLETED = (*_IN_SERVICE, answered(5, _completed))

PATHS: dict[str, tuple[Callable[[Story], None], ...]] = {
    "information": (heard("information_only", 4),),
    "one_off": (heard("one_off_help", 9),),
    "redirected": (heard("redirected", 7),),
    "interview_draft": (drafted,),
    "open": (heard("case_opened", 2),),
    "silent": (heard("case_opened", 75),),
    "assessed": (heard("case_opened", 14), assessed(10)),
    "planned": (heard("case_opened", 20), assessed(18), planned(15), contacted(6)),
    "referral_draft": _DRAFT,
    "sent": _SENT,
    "seen": (*_SENT, answered(4, _seen)),
    "info_requested": (*_SENT, answered(4, _seen), answered(3, _asked)),
    "waitlisted": (*_SENT, answered(4, _seen), answered(2, _waitlisted)),
    "accepted": (*_SENT, answered(4, _seen), answered(3, _accepted)),
    "accepted_appointment": (*_SENT, answered(4, _seen), answered(3, _accepted_for_a_day)),
    "in_service": _IN_SERVICE,
    "on_hold": (*_IN_SERVICE, answered(4, _held)),
    "completed": _COMPLETED,
    "not_completed": (*_ACCEPTED_LONG_AGO, answered(6, _failed)),
    "declined_then_again": (*_SENT, answered(5, _seen), answered(4, _declined), referred_again),
    "withdrawn": (*_SENT, withdrawn),
    "expired": (*_PLANNED, referral_drafted(40), sent(38), answered(36, _seen), expired),
    "suspended": (*_PLANNED, contacted(30), suspended),
    "closed_met": (*_COMPLETED, closed(ClosingReason.goals_met)),
    "closed_moved": (*_PLANNED, contacted(), closed(ClosingReason.moved_away, GoalStatus.abandoned)),
    "closure_requested": (*_COMPLETED, closure_requested),
    "reopened": (*_COMPLETED, closed(ClosingReason.goals_met), reopened),
}


def actor_of(db: WriteSession, email: str) -> Actor:
    """The account of a story's actor, as if signed in."""
    from app.auth.queries import windows_of

    user = db.scalars(select(User).where(User.email == email)).one()
    return Actor(
        user_id=user.id,
        role=user.role,
        window_ids=frozenset(windows_of(db, user.id)),
        institution_id=user.institution_id,
    )
