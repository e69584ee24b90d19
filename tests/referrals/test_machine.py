"""The referral's life as a machine: any order of acts by anybody, held against a model written from the rules."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.core.actor import SYSTEM, Actor
from app.core.clock import now, today
from app.core.db import Database, ReadSession, WriteSession
from app.core.errors import Forbidden, IllegalMove
from app.referrals import answering, history, service, steps
from app.referrals.models import Referral
from app.referrals.partner_schemas import Acceptance, Completion, Decline, Failure, Hold, Start, Waitlist
from app.referrals.schemas import AppointmentIn, ReferralSend, Withdrawal
from app.referrals.states import FINAL, PAUSED, ReferralAction, ReferralStatus
from tests.factories import referrals
from tests.factories.world import World
from tests.referrals.test_states import rules


def perform(db: WriteSession, actor: Actor, referral: Referral, action: ReferralAction) -> None:
    """The service call behind an action, with good input."""
    appointment = AppointmentIn(at=(now() + timedelta(days=3)).replace(tzinfo=None))
    calls: dict[ReferralAction, Any] = {
        ReferralAction.send: lambda: service.send(db, actor, referral, ReferralSend()),
        ReferralAction.open: lambda: steps.step(db, actor, referral, ReferralAction.open),
        ReferralAction.ask: lambda: answering.ask(db, actor, referral, "?"),
        ReferralAction.answer: lambda: service.answer(db, actor, referral, "!"),
        ReferralAction.accept: lambda: answering.accept(db, actor, referral, Acceptance(contact_name="م")),
        ReferralAction.decline: lambda: answering.decline(
            db, actor, referral, Decline.model_validate({"reason": "no_place"})
        ),
        ReferralAction.waitlist: lambda: answering.waitlist(
            db, actor, referral, Waitlist(expected_on=today())
        ),
        ReferralAction.schedule: lambda: answering.schedule(db, actor, referral, appointment),
        ReferralAction.start: lambda: answering.start(db, actor, referral, Start(attended_on=today())),
        ReferralAction.hold: lambda: answering.hold(
            db, actor, referral, Hold.model_validate({"reason": "capacity"})
        ),
        ReferralAction.resume: lambda: answering.resume(db, actor, referral),
        ReferralAction.complete: lambda: answering.complete(
            db, actor, referral, Completion.model_validate({"outcomes": {"housing": "met"}, "note": "."})
        ),
        ReferralAction.fail: lambda: answering.fail(
            db, actor, referral, Failure.model_validate({"reason": "no_show"})
        ),
        ReferralAction.withdraw: lambda: service.withdraw(
            db, actor, referral, Withdrawal.model_validate({"reason": "moved"})
        ),
        ReferralAction.expire: lambda: steps.step(db, actor, referral, ReferralAction.expire),
    }
    calls[action]()


class ReferralMachine(RuleBasedStateMachine):
    """One referral; the model knows only the rules as the field writes them down."""

    database: Database
    peopled: World
    allowed = rules()

    def __init__(self) -> None:
        super().__init__()
        self.connection = self.database.writer.connect()
        self.outer = self.connection.begin()
        session = type(self).session(self.connection)
        self.db = WriteSession(ReadSession(session))

    @staticmethod
    def session(connection: Any) -> Any:
        from sqlalchemy.orm import Session

        return Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)

    @initialize()
    def begin(self) -> None:
        self.world = self.peopled.seen_by(self.db)
        self.ready = referrals.ready(self.db, self.world)
        self.referral = self.ready.draft()
        self.state = "draft"
        self.before_pause = ""
        self.history = ["draft"]

    def teardown(self) -> None:
        self.db.close()
        self.outer.rollback()
        self.connection.close()

    @rule(action=st.sampled_from(ReferralAction), who=st.sampled_from(["window", "partner", "clock"]))
    def act(self, action: ReferralAction, who: str) -> None:
        actor = {"window": self.world.worker, "partner": self.world.agent, "clock": SYSTEM}[who]
        expected = self.allowed.get((self.state, action, actor.role))
        try:
            perform(self.db, actor, self.referral, action)
        except (IllegalMove, Forbidden):
            assert expected is None, (self.state, action, who)
            return
        assert expected is not None, (self.state, action, who)
        if expected == "on_hold":
            self.before_pause = self.state
        self.state = self.before_pause if expected == "back" else expected
        self.history.append(action)

    @precondition(lambda self: self.state not in {"draft"})
    @rule()
    def read_again(self) -> None:
        self.db.flush()
        self.db.expire_all()

    @invariant()
    def the_row_and_its_history_agree(self) -> None:
        if not hasattr(self, "referral"):
            return
        row = self.referral
        assert row.status == self.state
        steps = history.steps(self.db, row.id)
        assert [step["action"] for step in steps] == self.history
        assert steps[-1]["to_status"] == self.state
        assert (row.paused_at is not None) == (ReferralStatus(self.state) in PAUSED)
        assert (row.held_from is not None) == (self.state == "on_hold")
        assert (row.ended_at is not None) == (ReferralStatus(self.state) in FINAL)


def test_any_order_of_acts_keeps_the_rules(peopled: tuple[Database, World]) -> None:
    ReferralMachine.database, ReferralMachine.peopled = peopled
    run_state_machine_as_test(
        ReferralMachine,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
