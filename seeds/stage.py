"""Where the invented stories are told: who acts, on which day, for whom."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.auth.models import User
from app.auth.queries import windows_of
from app.cases import queries as cases_queries
from app.cases.models import Case
from app.core import clock
from app.core.actor import Actor
from app.core.db import Database, ReadSession, WriteSession
from app.core.ids import CaseId, InstitutionId, PersonId, ReferralId, WindowId
from app.core.settings import Settings
from app.outbox import service as outbox
from app.people import queries as people
from app.people.models import Person
from app.referrals.models import Referral
from app.windows.models import Window
from seeds.cast import Role


@dataclass
class Stage:
    """Who acts, and where: filled once before the stories begin."""

    database: Database
    config: Settings
    workers: dict[str, Actor]  # window code → worker
    colleagues: dict[str, Actor]  # window code → who takes over
    supervisors: dict[str, Actor]
    agents: dict[InstitutionId, Actor]

    @contextmanager
    def at(self, moment: datetime) -> Iterator[WriteSession]:
        """A transaction at that moment, and the delivery of what it published."""
        with clock.pretending(moment):
            with self.database.write_session() as session, session.begin():
                yield WriteSession(ReadSession(session))
            outbox.deliver_all(self.database.write_session)


@dataclass
class Story:
    """One person's path. Every step happens on its own day, in its own transaction, as it would in life."""

    stage: Stage
    role: Role
    number: int
    today: datetime
    person_id: PersonId | None = None
    case_id: CaseId | None = None
    referral_id: ReferralId | None = None

    @property
    def is_arabic(self) -> bool:
        return self.number % 2 == 0

    @property
    def worker(self) -> Actor:
        return self.stage.workers[self.role.window]

    @contextmanager
    def on(self, days_ago: int) -> Iterator[WriteSession]:
        """A transaction so many days before today, and the delivery of what it published."""
        moment = self.today - timedelta(days=days_ago, minutes=self.number)
        with self.stage.at(moment) as db:
            yield db

    def window_id(self, db: WriteSession) -> WindowId:
        return db.scalars(select(Window.id).where(Window.code == self.role.window)).one()

    def person(self, db: WriteSession) -> Person:
        assert self.person_id is not None  # noqa: S101
        return people.get(db, self.worker, self.person_id)

    def case(self, db: WriteSession) -> Case:
        assert self.case_id is not None  # noqa: S101
        return cases_queries.get(db, self.worker, self.case_id)

    def referral(self, db: WriteSession) -> Referral:
        return db.get_one(Referral, self.referral_id)

    def agent(self, db: WriteSession) -> Actor:
        return self.stage.agents[self.referral(db).institution_id]


Step = Callable[[Story], None]


def actor_of(db: WriteSession, email: str) -> Actor:
    """The account of a story's actor, as if signed in."""
    user = db.scalars(select(User).where(User.email == email)).one()
    return Actor(
        user_id=user.id,
        role=user.role,
        window_ids=frozenset(windows_of(db, user.id)),
        institution_id=user.institution_id,
    )
