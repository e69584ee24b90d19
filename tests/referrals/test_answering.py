"""What a partner may answer, what it must say with it, and what follows."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import text

from app.cases.states import Stage
from app.core.actor import SYSTEM, Actor
from app.core.clock import now, today
from app.core.db import Database, WriteSession
from app.core.errors import ChangedMeanwhile, IllegalMove, InvalidInput
from app.followups import queries as follow_ups
from app.followups.states import FollowUpReason
from app.outbox import service as outbox
from app.referrals import answering, history, queries, service
from app.referrals.models import Referral
from app.referrals.partner_schemas import Acceptance, Completion, Decline, Failure, Hold, Start, Waitlist
from app.referrals.schemas import AppointmentIn, ReferralSend, ReReferral, Withdrawal
from app.referrals.states import DeclineReason, FailureReason, HoldReason, ReferralStatus, WithdrawalReason
from tests.factories import partners
from tests.factories.referrals import Ready

CONTACT = Acceptance(contact_name="مينة المثالية")


@pytest.fixture
def referral(ready: Ready) -> Referral:
    return ready.sent()


@pytest.fixture
def agent(ready: Ready) -> Actor:
    return ready.world.agent


def test_opening_is_noted_once(db: WriteSession, agent: Actor, referral: Referral) -> None:
    answering.open_it(db, agent, referral)
    answering.open_it(db, agent, referral)
    assert [step["action"] for step in history.steps(db, referral.id)] == ["draft", "send", "open"]


def test_a_question_stops_the_clocks_and_its_answer_starts_them_again(
    ready: Ready, db: WriteSession, agent: Actor, referral: Referral
) -> None:
    answering.ask(db, agent, referral, "هل لديها شهادة السكنى؟")
    before = referral.decide_by
    assert before is not None
    assert referral.status is ReferralStatus.info_requested
    assert queries.due(db, "expires_at", now() + timedelta(days=400), 10) == []
    assert queries.earliest_decision(db, ready.case.id) is None  # nobody is overdue while we owe the answer
    with time_machine.travel(now() + timedelta(days=7), tick=False):
        service.answer(db, ready.world.worker, referral, "نعم")
    assert (referral.status, referral.paused_at) == (ReferralStatus.seen, None)
    assert referral.decide_by is not None
    assert referral.decide_by > before


def test_accepting_names_whom_to_turn_to(
    ready: Ready, db: WriteSession, agent: Actor, referral: Referral
) -> None:
    wall = (now() + timedelta(days=9)).replace(tzinfo=None, microsecond=0)
    answering.accept(db, agent, referral, Acceptance(contact_name="مينة", appointment=AppointmentIn(at=wall)))
    view = queries.read(db, ready.world.worker, referral.id)
    assert view["contact_name"] == "مينة"
    assert view["appointment"]["local"] == wall.strftime("%Y-%m-%dT%H:%M")
    assert view["appointment"]["zone"] == "Africa/Casablanca"
    assert ready.case.stage is Stage.accompaniment
    dues = db.execute(text("SELECT source FROM case_dues ORDER BY source")).scalars().all()
    assert "referral" not in dues  # the partner has decided


@pytest.mark.parametrize(
    ("at", "zone", "pointer"),
    [
        (datetime(2020, 1, 1, 9, 0), "Africa/Casablanca", "/at"),  # noqa: DTZ001
        (datetime(2040, 1, 1, 9, 0), "Nowhere/Else", "/zone"),  # noqa: DTZ001
        (datetime(2040, 1, 1, 9, 0), "../etc/passwd", "/zone"),  # noqa: DTZ001
    ],
)
def test_an_appointment_is_in_the_future_of_a_known_zone(
    db: WriteSession, agent: Actor, referral: Referral, at: datetime, zone: str, pointer: str
) -> None:
    answering.accept(db, agent, referral, CONTACT)
    with pytest.raises(InvalidInput) as refused:
        answering.schedule(db, agent, referral, AppointmentIn(at=at, zone=zone))
    assert refused.value.details["errors"][0]["pointer"] == pointer  # type: ignore[index]


def test_a_wall_time_carries_no_zone() -> None:
    with pytest.raises(ValueError, match="wall_time_expected"):
        AppointmentIn.model_validate({"at": "2040-01-01T09:30+01:00"})


@pytest.mark.parametrize("reason", list(DeclineReason))
def test_declining_has_a_reason_and_other_needs_words(
    db: WriteSession, agent: Actor, referral: Referral, reason: DeclineReason
) -> None:
    data = Decline(reason=reason, next_step="جربوا مؤسسة أخرى")
    if reason is DeclineReason.other:
        with pytest.raises(InvalidInput):
            answering.decline(db, agent, referral, data)
        data = Decline(reason=reason, note="سبب آخر")
    answering.decline(db, agent, referral, data)
    assert referral.status is ReferralStatus.declined
    assert referral.ended_at is not None
    assert history.steps(db, referral.id)[-1]["reason_code"] == reason


def test_the_waiting_list_has_a_day_to_come(db: WriteSession, agent: Actor, referral: Referral) -> None:
    with pytest.raises(InvalidInput):
        answering.waitlist(db, agent, referral, Waitlist(expected_on=today() - timedelta(days=1)))
    answering.waitlist(db, agent, referral, Waitlist(expected_on=today() + timedelta(days=30)))
    answering.accept(db, agent, referral, CONTACT)
    assert referral.status is ReferralStatus.accepted


def test_the_first_attendance_is_not_in_the_future(
    db: WriteSession, agent: Actor, referral: Referral
) -> None:
    answering.accept(db, agent, referral, CONTACT)
    for days, code in ((1, "attended_after_today"), (-9, "attended_before_sending")):
        with pytest.raises(InvalidInput) as refused:
            answering.start(db, agent, referral, Start(attended_on=today() + timedelta(days=days)))
        assert refused.value.details["errors"][0]["code"] == code  # type: ignore[index]
    answering.start(db, agent, referral, Start(attended_on=today()))
    assert (referral.status, referral.started_on) == (ReferralStatus.in_service, today())


@pytest.mark.parametrize("started", [False, True])
def test_a_pause_leads_back_to_where_it_began(
    db: WriteSession, agent: Actor, referral: Referral, started: bool
) -> None:
    answering.accept(db, agent, referral, CONTACT)
    if started:
        answering.start(db, agent, referral, Start(attended_on=today()))
    before = referral.status
    answering.hold(db, agent, referral, Hold(reason=HoldReason.health))
    assert (referral.status, referral.held_from) == (ReferralStatus.on_hold, before)
    answering.resume(db, agent, referral)
    assert (referral.status, referral.held_from, referral.paused_at) == (before, None, None)


def test_completing_gives_an_outcome_for_every_need(
    db: WriteSession, agent: Actor, referral: Referral
) -> None:
    answering.accept(db, agent, referral, CONTACT)
    answering.hold(db, agent, referral, Hold(reason=HoldReason.capacity))
    for outcomes in ({}, {"income": "met"}, {"housing": "met", "income": "met"}):
        with pytest.raises(InvalidInput) as refused:
            answering.complete(
                db, agent, referral, Completion.model_validate({"outcomes": outcomes, "note": "انتهى"})
            )
        assert refused.value.details["errors"][0]["code"] == "every_need"  # type: ignore[index]
    data = Completion.model_validate({"outcomes": {"housing": "partly_met"}, "note": "انتهى"})
    answering.complete(db, agent, referral, data)
    assert (referral.status, referral.outcomes) == (ReferralStatus.completed, {"housing": "partly_met"})


def test_who_is_not_shown_the_needs_gives_one_outcome_for_all(ready: Ready, db: WriteSession) -> None:
    agent = ready.world.agent
    data = ReferralSend.model_validate({"categories": ["identity"], "acknowledged": ["needed_data"]})
    sent = service.send(db, ready.world.worker, ready.draft(), data)
    answering.accept(db, agent, sent, CONTACT)
    with pytest.raises(InvalidInput) as refused:
        answering.complete(db, agent, sent, Completion.model_validate({"outcomes": {}, "note": "انتهى"}))
    assert refused.value.details["errors"][0]["code"] == "overall_expected"  # type: ignore[index]
    answering.complete(
        db, agent, sent, Completion.model_validate({"outcomes": {"overall": "met"}, "note": "x"})
    )
    assert sent.outcomes == {"housing": "met"}


def test_failing_and_withdrawing_have_reasons(ready: Ready, db: WriteSession, agent: Actor) -> None:
    failed, withdrawn = ready.sent(), ready.sent()
    answering.accept(db, agent, failed, CONTACT)
    with pytest.raises(InvalidInput):
        answering.fail(db, agent, failed, Failure(reason=FailureReason.other))
    answering.fail(db, agent, failed, Failure(reason=FailureReason.dropped_out))
    with pytest.raises(InvalidInput):
        service.withdraw(db, ready.world.worker, withdrawn, Withdrawal.model_validate({"reason": "other"}))
    service.withdraw(db, ready.world.worker, withdrawn, Withdrawal.model_validate({"reason": "moved"}))
    assert (failed.status, withdrawn.status) == ("not_completed", "withdrawn")


def test_a_referral_that_led_nowhere_leads_to_another_and_the_chain_is_kept(
    ready: Ready, db: WriteSession, agent: Actor, referral: Referral
) -> None:
    other = ready.sent()
    with pytest.raises(service.NotReferableAgain):
        service.refer_again(db, ready.world.worker, referral, ReReferral(service_id=ready.service.id))
    answering.decline(db, agent, referral, Decline(reason=DeclineReason.no_place))
    second = service.refer_again(
        db, ready.world.worker, referral, ReReferral(service_id=ready.service.id, situation="وصف جديد")
    )
    service.withdraw(db, ready.world.worker, second, Withdrawal.model_validate({"reason": "error"}))
    third = service.refer_again(db, ready.world.worker, second, ReReferral(service_id=ready.service.id))
    assert (second.situation, third.situation, third.needs) == ("وصف جديد", "وصف جديد", ["housing"])
    for one in (referral, second, third):
        assert [link["id"] for link in history.chain(db, one)] == [referral.id, second.id, third.id]
    assert [link["id"] for link in history.chain(db, other)] == [other.id]


def test_a_draft_for_another_partner_takes_the_place_of_the_first_in_the_chain(
    db: WriteSession, ready: Ready
) -> None:
    worker = ready.world.worker
    led_nowhere = service.withdraw(
        db, worker, ready.sent(), Withdrawal(reason=WithdrawalReason.solved_elsewhere)
    )
    first = service.refer_again(db, worker, led_nowhere, ReReferral(service_id=ready.service.id))
    assert service.draft_instead(db, worker, first, ReReferral(service_id=ready.service.id)) is first
    other = partners.offered(db, SYSTEM, ready.world.theirs)
    instead = service.draft_instead(db, worker, first, ReReferral(service_id=other.id))
    assert (instead.service_id, instead.previous_id, instead.needs) == (other.id, led_nowhere.id, first.needs)
    assert (first.status, instead.status) == (ReferralStatus.withdrawn, ReferralStatus.draft)


def test_instead_of_what_was_sent_nothing_is_drafted(db: WriteSession, ready: Ready) -> None:
    with pytest.raises(service.ReferralNotDraft):
        service.draft_instead(db, ready.world.worker, ready.sent(), ReReferral(service_id=ready.service.id))


def test_a_step_on_what_somebody_moved_meanwhile_changes_nothing(
    db: WriteSession, agent: Actor, referral: Referral
) -> None:
    db.execute(text("UPDATE referrals SET status = 'seen', version = version + 1"))
    with pytest.raises(ChangedMeanwhile):
        answering.accept(db, agent, referral, CONTACT)


def test_both_sides_write_to_each_other_once_it_was_sent(
    ready: Ready, db: WriteSession, agent: Actor, referral: Referral
) -> None:
    assert not service.write_message(db, ready.world.worker, referral, "من فضلكم").from_partner
    assert service.write_message(db, agent, referral, "مرحبا").from_partner
    with pytest.raises(service.ReferralNotReady):
        service.write_message(db, ready.world.worker, ready.draft(), "قبل الإرسال")
    answering.decline(db, agent, referral, Decline(reason=DeclineReason.too_far))
    with pytest.raises(service.ReferralEnded):
        service.write_message(db, agent, referral, "بعد النهاية")


FOLLOWED = [
    ("accept", {}, FollowUpReason.referral_answered),
    ("decline", {"reason_code": "no_place"}, FollowUpReason.referral_answered),
    ("fail", {"reason_code": "no_show"}, FollowUpReason.no_show),
    ("complete", {}, FollowUpReason.referral_ended),
    ("open", {}, None),
]


@pytest.mark.parametrize(("action", "more", "reason"), FOLLOWED)
def test_an_answer_plans_a_talk_with_the_person(
    ready: Ready, db: WriteSession, action: str, more: dict[str, Any], reason: FollowUpReason | None
) -> None:
    from app.core.ids import uuid7
    from app.followups.reactions import plan_after_referral
    from app.referrals.events import ReferralMoved

    referral = ready.sent()
    event = ReferralMoved(
        step_id=uuid7(),
        referral_id=referral.id,
        case_id=ready.case.id,
        action=action,
        by_role="partner_agent",
        **more,
    )
    plan_after_referral(db, event)
    plan_after_referral(db, event)  # told twice is planned once
    planned = follow_ups.planned_of(db, ready.case.id)
    assert [f.reason for f in planned] == ([reason] if reason else [])


def test_illegal_moves_leave_no_trace(db: WriteSession, agent: Actor, referral: Referral) -> None:
    count = len(history.steps(db, referral.id))
    with pytest.raises(IllegalMove):
        answering.resume(db, agent, referral)
    assert len(history.steps(db, referral.id)) == count


def test_everybody_is_told_of_a_step_but_who_took_it(
    ready: Ready, db: WriteSession, database: Database, agent: Actor, referral: Referral
) -> None:
    answering.decline(db, agent, referral, Decline(reason=DeclineReason.no_place))
    db.commit()
    outbox.deliver_all(database.write_session)
    found = db.execute(text("SELECT kind, user_id FROM notifications ORDER BY id")).all()
    told = [(kind, str(user).replace("-", "")) for kind, user in found]
    assert told == [
        ("referral.send", agent.user.hex),
        ("referral.decline", ready.world.worker.user.hex),
    ]
