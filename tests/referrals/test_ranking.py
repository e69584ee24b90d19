"""Which partner stands first for a need, and why."""

from datetime import timedelta

import pytest
import time_machine

from app.cases.queries import CaseIds
from app.core.actor import SYSTEM
from app.core.clock import now
from app.core.db import WriteSession
from app.core.sharing import DataCategory
from app.referrals import answering, naming, partner_view
from app.referrals.partner_schemas import Acceptance, Decline
from app.referrals.ranking import FEWEST, Ranked, broader, ranked
from app.referrals.states import DeclineReason, EligibilityWarning
from tests.factories import partners, referrals
from tests.factories.referrals import Ready
from tests.factories.world import World, headers
from tests.support.client import CheckedClient


@pytest.fixture
def case(ready: Ready) -> CaseIds:
    return CaseIds(ready.case.id, ready.case.person_id, ready.case.window_id)


def found(ready: Ready, case: CaseIds, need: str = "housing") -> list[Ranked]:
    return ranked(ready.db, ready.world.worker, case, need)


def test_a_service_without_an_agreement_stands_last_and_says_so(ready: Ready, case: CaseIds) -> None:
    partners.offered(ready.db, SYSTEM, ready.world.ours)
    first, last = found(ready, case)
    assert first.service.id == ready.service.id
    assert first.agreement is not None
    assert last.agreement is None


def test_the_api_tells_the_same_order_with_its_reasons(
    client: CheckedClient, ready: Ready, case: CaseIds
) -> None:
    other = partners.offered(ready.db, SYSTEM, ready.world.ours, sex="male", capacity=3)
    ready.db.commit()
    url = f"/api/v1/cases/{case.case_id}/suggested-services"
    told = client.get(url, params={"need": "housing"}, headers=headers(ready.world.worker)).json()["items"]
    assert [one["service"]["id"] for one in told] == [str(ready.service.id), str(other.id)]
    assert [one["agreement_id"] for one in told] == [str(ready.agreement.id), None]
    assert (told[1]["misfits"], told[1]["places"], told[1]["answer_hours"]) == (["sex"], 3, None)
    refused = client.get(url, headers=headers(ready.world.worker))
    assert [e["pointer"] for e in refused.json()["errors"]] == ["query/need"]


def test_a_narrow_need_that_nobody_serves_leads_to_the_one_above_it(ready: Ready) -> None:
    db, worker = ready.db, ready.world.worker
    partners.offered(db, SYSTEM, ready.world.theirs, need_code="housing.eviction")
    ready.service.is_active = False
    db.flush()
    assert broader(db, worker, "housing.rent") == "housing"
    assert broader(db, worker, "training.craft") is None  # nobody serves that one either
    assert broader(db, worker, "training") is None
    assert broader(db, worker, "unheard_of") is None


def test_whom_a_service_does_not_fit_is_told(ready: Ready, case: CaseIds) -> None:
    other = partners.offered(ready.db, SYSTEM, ready.world.ours, sex="male", min_age=60)
    partners.agreement(ready.db, SYSTEM, other)
    first, last = found(ready, case)
    assert first.misfits == ()
    assert set(last.misfits) == {EligibilityWarning.sex, EligibilityWarning.age}


def test_the_places_left_are_counted_and_a_full_service_stands_behind(db: WriteSession, world: World) -> None:
    ready = referrals.ready(db, world, service_values={"capacity": 1})
    case = CaseIds(ready.case.id, ready.case.person_id, ready.case.window_id)
    other = partners.offered(db, SYSTEM, world.theirs, capacity=5, sex="male")
    partners.agreement(db, SYSTEM, other)
    assert [one.places for one in found(ready, case)] == [1, 5]
    answering.accept(db, world.agent, ready.sent(), Acceptance(contact_name="مينة (مثال)"))
    assert [one.places for one in found(ready, case)] == [5, 0]


def test_a_used_up_quota_is_told(db: WriteSession, world: World) -> None:
    ready = referrals.ready(db, world, quota=1, quota_period="year")
    case = CaseIds(ready.case.id, ready.case.person_id, ready.case.window_id)
    assert not found(ready, case)[0].is_quota_used
    ready.sent()
    assert found(ready, case)[0].is_quota_used


def test_how_fast_a_partner_answers_is_the_median_once_there_are_enough_answers(
    ready: Ready, case: CaseIds
) -> None:
    started = now()
    for days in range(1, FEWEST + 1):
        assert found(ready, case)[0].answer_time is None
        with time_machine.travel(started + timedelta(days=30 * days), tick=False):
            referral = ready.sent()
            sent_at = now()
        with time_machine.travel(sent_at + timedelta(days=days), tick=False):
            answering.accept(ready.db, ready.world.agent, referral, Acceptance(contact_name="مينة (مثال)"))
    assert found(ready, case)[0].answer_time == timedelta(days=2)


def test_a_need_is_served_by_its_theme_and_a_theme_by_what_lies_below(ready: Ready, case: CaseIds) -> None:
    below = partners.offered(ready.db, SYSTEM, ready.world.ours, need_code="housing.rent")
    partners.offered(ready.db, SYSTEM, ready.world.ours, need_code="housing.eviction")
    assert {one.service.id for one in found(ready, case, "housing.rent")} == {ready.service.id, below.id}
    assert len(found(ready, case)) == 3
    assert found(ready, case, "training") == []


def test_what_has_stopped_is_not_offered(ready: Ready, case: CaseIds) -> None:
    ready.service.is_active = False
    ready.db.flush()
    assert found(ready, case) == []


def test_a_preview_tells_what_the_partner_will_read(ready: Ready) -> None:
    categories = frozenset({DataCategory.identity, DataCategory.needs})
    referral = ready.draft(situation="وضعية (مثال)")
    told = partner_view.preview(ready.db, referral, categories)
    assert set(told["person"]) == {"identity"}
    assert (told["needs"], told["situation"], told["assessment"]) == (["housing"], None, None)


def test_referrals_are_named_together(ready: Ready) -> None:
    first, second = ready.draft(), ready.draft()
    named = naming.names(ready.db, [first.id, second.id])
    assert set(named) == {first.id, second.id}
    assert named[first.id]["number"] == ready.case.number
    assert named[first.id]["service_fr"] == "Service exemple"
    assert naming.names(ready.db, []) == {}


def test_what_was_tried_in_vain_stands_behind_and_says_so(ready: Ready, case: CaseIds) -> None:
    other = partners.offered(ready.db, SYSTEM, ready.world.theirs)
    partners.agreement(ready.db, SYSTEM, other)
    assert not any(one.was_tried for one in found(ready, case))
    answering.decline(ready.db, ready.world.agent, ready.sent(), Decline(reason=DeclineReason.no_place))
    assert [(one.service.id, one.was_tried) for one in found(ready, case)] == [
        (other.id, False),
        (ready.service.id, True),
    ]
