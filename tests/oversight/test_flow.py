"""How referrals flow to a partner, and which of them are stuck."""

from datetime import timedelta

from app.core.clock import now
from app.core.db import WriteSession
from app.core.pagination import PageRequest
from app.oversight import flow
from app.referrals import answering, service
from app.referrals.partner_schemas import Acceptance, Decline
from app.referrals.schemas import Withdrawal
from app.referrals.states import DeclineReason, WithdrawalReason
from tests.factories import referrals
from tests.factories.world import World


def test_each_step_is_counted_once_for_each_referral(db: WriteSession, world: World) -> None:
    of = referrals.ready(db, world)
    accepted, declined, _ = of.sent(), of.sent(), of.sent()
    of.draft()
    answering.open_it(db, world.agent, accepted)
    answering.accept(db, world.agent, accepted, Acceptance(contact_name="نادية مثال"))
    answering.decline(db, world.agent, declined, Decline(reason=DeclineReason.no_place, next_step="later"))
    db.flush()
    (funnel,) = flow.funnels(db, world.supervisor, 90)
    assert funnel.institution_id == world.ours
    assert funnel.reached == {"sent": 3, "seen": 2, "accepted": 1, "served": 0, "ended": 0}
    assert funnel.median_days == 0


def test_what_was_sent_before_the_period_is_not_in_it(db: WriteSession, world: World) -> None:
    old = referrals.ready(db, world).sent()
    old.sent_at = now() - timedelta(days=120)
    db.flush()
    assert flow.funnels(db, world.supervisor, 90) == []
    assert flow.funnels(db, world.supervisor, 365)[0].reached["sent"] == 1


def test_a_partner_that_never_answered_has_no_median(db: WriteSession, world: World) -> None:
    referrals.ready(db, world).sent()
    assert flow.funnels(db, world.supervisor, 90)[0].median_days is None


def test_what_is_past_its_time_is_stuck_and_a_question_of_the_partner_is_not(
    db: WriteSession, world: World
) -> None:
    of = referrals.ready(db, world)
    late, asked, early = of.sent(), of.sent(), of.sent()
    answering.ask(db, world.agent, asked, "which day?")
    for referral in (late, asked):
        referral.decide_by = now() - timedelta(days=1)
    db.flush()
    (partner,) = flow.waiting(db, world.supervisor)
    assert (partner["waiting"], partner["stuck"]) == (2, 1)
    found = flow.unanswered(db, world.supervisor, world.ours, PageRequest()).items
    assert {item["id"]: bool(item["is_stuck"]) for item in found} == {
        late.id: True,
        asked.id: False,
        early.id: False,
    }


def test_the_pages_of_what_waits_hold_each_once(db: WriteSession, world: World) -> None:
    of = referrals.ready(db, world)
    sent = {of.sent().id for _ in range(3)}
    first = flow.unanswered(db, world.supervisor, world.ours, PageRequest(limit=2))
    rest = flow.unanswered(db, world.supervisor, world.ours, PageRequest(limit=2, cursor=first.next))
    assert [item["id"] for item in (*first.items, *rest.items)] == sorted(sent)
    assert rest.next is None


def test_a_withdrawn_referral_waits_for_nobody(db: WriteSession, world: World) -> None:
    service.withdraw(
        db, world.worker, referrals.ready(db, world).sent(), Withdrawal(reason=WithdrawalReason.error)
    )
    db.flush()
    assert flow.waiting(db, world.supervisor) == []
