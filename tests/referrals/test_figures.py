"""A partner's own figures: counted over one institution and one period, by the definitions that the page gives."""

from datetime import timedelta

import pytest
import time_machine

from app.core.clock import now
from app.referrals import answering, figures
from app.referrals.figures import Figures
from app.referrals.models import Referral
from app.referrals.partner_schemas import Acceptance, Completion, Decline, Failure
from app.referrals.schemas import Withdrawal
from app.referrals.service import withdraw
from app.referrals.states import DeclineReason, FailureReason, Outcome, WithdrawalReason
from tests.factories.referrals import Ready

DAY = timedelta(days=1)


def told(ready: Ready, *, days: int = 300) -> Figures:
    ready.db.flush()
    return figures.of_institution(ready.db, ready.world.agent, now() - days * DAY, now() + DAY)


def accept(ready: Ready, referral: Referral) -> None:
    answering.accept(ready.db, ready.world.agent, referral, Acceptance(contact_name="مينة (مثال)"))


def test_nothing_sent_counts_nothing(ready: Ready) -> None:
    counted = told(ready)
    assert (counted.received, counted.decided, counted.median_days) == (0, 0, None)


def test_every_referral_stands_in_one_line_of_the_answers(ready: Ready) -> None:
    agent, worker = ready.world.agent, ready.world.worker
    accepted, declined, taken_back, _waiting = (ready.sent() for _ in range(4))
    accept(ready, accepted)
    answering.decline(ready.db, agent, declined, Decline(reason=DeclineReason.no_place))
    withdraw(ready.db, worker, taken_back, Withdrawal(reason=WithdrawalReason.moved))
    counted = told(ready)
    assert (counted.received, counted.accepted, counted.decided) == (4, 1, 2)
    assert counted.declined == {DeclineReason.no_place: 1}
    assert (counted.in_time, counted.waiting, counted.closed_undecided, counted.unanswered) == (2, 1, 1, 0)


def test_the_median_runs_from_sending_to_the_decision(ready: Ready) -> None:
    begin = now()
    sent = [ready.sent() for _ in range(3)]
    for days, referral in zip((1, 2, 6), sent, strict=True):
        with time_machine.travel(begin + days * DAY, tick=False):
            accept(ready, referral)
    with time_machine.travel(begin + 7 * DAY, tick=False):
        assert told(ready).median_days == pytest.approx(2, abs=0.01)


def test_a_deadline_that_passed_is_late_though_no_clock_job_ran(ready: Ready) -> None:
    ready.sent(urgency="emergency")
    assert told(ready).late == 0
    with time_machine.travel(now() + 20 * DAY, tick=False):
        counted = told(ready)
    assert (counted.late, counted.unanswered, counted.waiting) == (1, 1, 0)


def test_a_question_stops_the_clock(ready: Ready) -> None:
    answering.ask(ready.db, ready.world.agent, ready.sent(urgency="emergency"), "من؟")
    with time_machine.travel(now() + 20 * DAY, tick=False):
        counted = told(ready)
    assert (counted.late, counted.waiting) == (0, 1)


def test_outcomes_are_counted_by_need(ready: Ready) -> None:
    agent = ready.world.agent
    met, failed = ready.sent(), ready.sent()
    for referral in (met, failed):
        accept(ready, referral)
    answering.complete(ready.db, agent, met, Completion(outcomes={"housing": Outcome.met}, note="مثال"))
    answering.fail(ready.db, agent, failed, Failure(reason=FailureReason.no_show))
    counted = told(ready)
    assert counted.outcomes == {Outcome.met: 1, Outcome.partly_met: 0, Outcome.not_met: 0}
    assert counted.not_completed == 1


def test_anothers_referrals_are_not_counted(ready: Ready) -> None:
    ready.sent()
    ready.db.flush()
    theirs = figures.of_institution(ready.db, ready.world.other_agent, now() - DAY, now() + DAY)
    assert theirs.received == 0


def test_what_was_sent_outside_the_period_is_not_counted(ready: Ready) -> None:
    ready.sent()
    ready.db.flush()
    agent = ready.world.agent
    assert figures.of_institution(ready.db, agent, now() - 3 * DAY, now() - DAY).received == 0
    assert figures.of_institution(ready.db, agent, now() - DAY, now() + DAY).received == 1


@pytest.mark.parametrize("days", [-1, 367])
def test_a_period_is_bounded(ready: Ready, days: int) -> None:
    with pytest.raises(ValueError, match="a year at most"):
        figures.of_institution(ready.db, ready.world.agent, now(), now() + days * DAY)


def test_places_taken_are_counted_by_service(ready: Ready) -> None:
    accept(ready, ready.sent())
    ready.sent()
    ready.db.flush()
    assert figures.served(ready.db, [ready.service.id]) == {ready.service.id: 1}
    assert figures.served(ready.db, []) == {}
