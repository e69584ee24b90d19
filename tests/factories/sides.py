"""Rows of everything, twice: at the window `here` with the institution `ours`, and at `elsewhere` with `theirs`."""

from datetime import date
from typing import Any

from sqlalchemy import select

from app.assessments.models import Assessment
from app.auth.models import User
from app.cases.models import Case
from app.core.actor import SYSTEM, Actor, Role
from app.core.clock import now, today
from app.core.db import WriteSession
from app.core.ids import InstitutionId, WindowId
from app.core.settings import Settings
from app.files import service as files
from app.files.models import SubjectType
from app.followups import service as followups
from app.followups.models import FollowUp
from app.followups.schemas import FollowUpCreate
from app.instruments.models import Instrument
from app.notifications.models import Notification
from app.partners.models import Institution, Service
from app.people.models import Person
from app.referrals import service as referrals
from app.referrals.models import Referral
from app.referrals.schemas import ReferralCreate, ReferralSend
from app.vocabularies import queries as terms
from app.vocabularies import service as vocabularies
from app.windows.models import Window
from tests.factories import assessments, cases, consents, intake, notifications, partners, people
from tests.factories.files import PDF
from tests.factories.vocabularies import term
from tests.factories.windows import day_off
from tests.factories.world import World

GENERAL_DAY_OFF, OWN_DAY_OFF = date(2031, 7, 30), date(2031, 7, 29)


def _term(db: WriteSession, name: str, code: str) -> dict[str, str]:
    return {"name": name, "code": code, "term_version": str(terms.term(db, name, code)["version"])}


class Sides:
    """`own` is what the world's worker, supervisor and agent of `ours` see; `foreign` is everybody else's.

    Each side names its rows as the routes' paths do, `person_id` and so on, and the version of each as
    `person_version`; everything is text, so that paths and bodies are filled in from it.
    """

    def __init__(self, world: World, config: Settings) -> None:
        db = world.db
        self.world = world
        _define_terms(db)
        instrument = assessments.publish(db, SYSTEM)
        general = day_off(db, SYSTEM, GENERAL_DAY_OFF)
        shared = {"instrument_id": str(instrument.id), "general_holiday_id": str(general)}
        here = _Side(db, config, world.worker, world.supervisor, world.agent, world.colleague, instrument)
        head = world.user(Role.supervisor, world.elsewhere)
        clerk = world.user(Role.social_worker, world.elsewhere)
        there = _Side(db, config, world.stranger, head, world.other_agent, clerk, instrument)
        # A term is nobody's: each side names one of another list.
        need, language = _term(db, "need", "housing"), _term(db, "language", "ar")
        self.own = {**shared, **need, **here.names()}
        self.foreign = {**shared, **language, **there.names()}
        crossed = here.sent(there.service)
        self.own["crossed_id"] = self.foreign["crossed_id"] = str(crossed.id)
        for actor in (world.worker, world.supervisor, world.agent, world.administrator, world.auditor):
            notifications.tell(db, actor)
        db.commit()

    def of(self, actor: Actor, *, own: bool) -> dict[str, str]:
        """The names of one side, and those rows that everybody has: a session and a notice."""
        mine = self.own if own else self.foreign
        whose = actor if own else self.world.colleague
        if own:
            session, notice = whose.session_id, _notice(self.world.db, whose)
        else:
            session, notice = whose.session_id, mine["their_notification_id"]
        return {**mine, "session_id": str(session), "notification_id": str(notice)}


class _Side:
    """A window's people, cases and what was done for them, and an institution with what was sent to it."""

    def __init__(
        self,
        db: WriteSession,
        config: Settings,
        worker: Actor,
        supervisor: Actor,
        agent: Actor,
        colleague: Actor,
        instrument: Instrument,
    ) -> None:
        (window_id,) = worker.window_ids
        assert agent.institution_id is not None
        self.db, self.config = db, config
        self.worker, self.agent, self.colleague, self.supervisor = worker, agent, colleague, supervisor
        self.window_id: WindowId = window_id
        self.institution_id: InstitutionId = agent.institution_id
        self._partners()
        self._people()
        self.case = self._case()
        self._plan()
        self._heard()
        self._assessed()
        self.draft = self._draft(self.service)
        self.referral = self.sent(self.service)
        self.follow_up = self._follow_up()
        self.rows: dict[str, Any] = {}
        self._attached()

    def _partners(self) -> None:
        db = self.db
        self.service = partners.offered(db, SYSTEM, self.institution_id)
        self.agreement = partners.agreement(db, SYSTEM, self.service, territory_code="02")
        self.draft_agreement = partners.draft(db, SYSTEM, self.service, territory_code="02")

    def _people(self) -> None:
        def somebody() -> Person:
            return people.person(self.db, self.worker, self.window_id)

        self.person, self.member, self.newcomer = somebody(), somebody(), somebody()
        people.household(self.db, self.worker, self.person, spouse=self.member)
        self.consent = consents.consent(
            self.db, self.worker, self.person, categories=["identity", "contact", "needs", "documents"]
        )

    def _case(self) -> Case:
        return cases.case(self.db, self.worker, whose=self.person)

    def _plan(self) -> None:
        self.goal = cases.goal(self.db, self.worker, self.case)
        self.action = cases.action(self.db, self.worker, self.case, self.goal)

    def _heard(self) -> None:
        self.arrival = intake.arrival(self.db, self.worker, self.window_id)
        self.interview = intake.draft(self.db, self.worker, self.window_id)

    def _assessed(self) -> None:
        self.earlier: Assessment = assessments.completed(self.db, self.worker, self.case)
        self.completed: Assessment = assessments.completed(self.db, self.worker, self.case)
        self.assessment: Assessment = assessments.draft(
            self.db, self.worker, self.case, **assessments.COMPLETE
        )

    def _draft(self, service: Service) -> Referral:
        data = ReferralCreate(service_id=service.id, needs=["housing"])
        return referrals.draft(self.db, self.worker, self.case, data)

    def sent(self, service: Service) -> Referral:
        return referrals.send(self.db, self.worker, self._draft(service), ReferralSend())

    def _follow_up(self) -> FollowUp:
        data = FollowUpCreate.model_validate({"kind": "call", "due_on": today()})
        return followups.plan(self.db, self.worker, self.case, data)

    def _attached(self) -> None:
        for name, kind, row, by in (
            ("person_file_id", SubjectType.person, self.person, self.worker),
            ("case_file_id", SubjectType.case, self.case, self.worker),
            ("referral_file_id", SubjectType.referral, self.referral, self.worker),
            ("partner_file_id", SubjectType.referral, self.referral, self.agent),
        ):
            received = files.examine("note.pdf", PDF, limit=self.config.attachment_limit_bytes)
            self.rows[name] = files.attach(self.db, by, self.config, kind, row.id, received)

    def names(self) -> dict[str, str]:
        """Every row by the name that paths give to its id, and every version."""
        holiday = day_off(self.db, SYSTEM, OWN_DAY_OFF, self.window_id)
        notifications.tell(self.db, self.colleague)
        self.db.flush()
        named: dict[str, Any] = {
            "window": self.db.get_one(Window, self.window_id),
            "institution": self.db.get_one(Institution, self.institution_id),
            "service": self.service,
            "agreement": self.agreement,
            "draft_agreement": self.draft_agreement,
            "user": self.db.get_one(User, self.colleague.user),
            "person": self.person,
            "member": self.member,
            "newcomer": self.newcomer,
            "consent": self.consent,
            "case": self.case,
            "goal": self.goal,
            "action": self.action,
            "arrival": self.arrival,
            "interview": self.interview,
            "earlier": self.earlier,
            "completed": self.completed,
            "assessment": self.assessment,
            "draft": self.draft,
            "referral": self.referral,
            "follow_up": self.follow_up,
        }
        for row in named.values():
            self.db.refresh(row)
        return {
            **{f"{name}_id": str(row.id) for name, row in named.items()},
            **{f"{name}_version": f"{getattr(row, 'version', 1)}" for name, row in named.items()},
            **{name: str(row.id) for name, row in self.rows.items()},
            "number": self.case.number,
            "holiday_id": str(holiday),
            "their_notification_id": str(_notice(self.db, self.colleague)),
            "today": today().isoformat(),
            "now": now().isoformat(),
        }


def _notice(db: WriteSession, actor: Actor) -> Any:
    return db.scalar(
        select(Notification.id).where(Notification.user_id == actor.user).order_by(Notification.id.desc())
    )


def _define_terms(db: WriteSession) -> None:
    """Each factory defines its own; the later ones add to the earlier."""
    for module in (people, cases, partners, intake):
        module.define_terms(db)
    for vocabulary, codes in {"attendance_reason": ("transport",), "need": ("housing", "income")}.items():
        vocabularies.define(db, vocabulary, [term(code) for code in codes])
