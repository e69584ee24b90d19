"""The one thing that a case asks for next: what keeps somebody waiting comes before what carries the work on."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.cases.states import CaseStatus, GoalStatus
from app.referrals.states import ReferralStatus
from app.web.next_step import Facts, next_step

TODAY = date(2026, 3, 4)
NOW = datetime(2026, 3, 4, 9, tzinfo=ZoneInfo("Africa/Casablanca"))
VALID = {"id": "a", "status": "completed", "is_valid": True}
OPEN_GOAL, MET_GOAL = {"status": GoalStatus.open}, {"status": GoalStatus.met}


def case(**values: Any) -> dict[str, Any]:
    told = {"id": "c", "status": CaseStatus.active, "needs": ["housing"], "closure_requested_at": None}
    return {**told, **values}


def contact(days: int) -> dict[str, Any]:
    return {"id": "f", "due_on": TODAY + timedelta(days=days)}


def referral(status: ReferralStatus, *, is_late: bool = False) -> dict[str, Any]:
    return {"id": "r", "status": status, "breached_at": NOW if is_late else None}


def step(**told: Any) -> tuple[str, str]:
    facts: dict[str, Any] = {
        "case": case(),
        "today": TODAY,
        "may_approve": False,
        "dues": {},
        "contacts": [],
        "referrals": [],
        "assessments": [VALID],
        "goals": [OPEN_GOAL],
        **told,
    }
    found = next_step(Facts(**facts))
    return found.code, found.path


R = ReferralStatus


@pytest.mark.parametrize(
    ("told", "code", "path"),
    [
        ({"assessments": []}, "assess", "/cases/c/assessments/new"),
        ({"assessments": [{**VALID, "is_valid": False}]}, "assess_again", "/cases/c/assessments/new"),
        (
            {"assessments": [{"id": "a", "status": "draft", "is_valid": False}]},
            "finish_assessment",
            "/assessments/a",
        ),
        ({"goals": []}, "make_plan", "/cases/c/plan"),
        ({}, "refer", "/cases/c/referrals/new"),
        ({"referrals": [referral(R.draft)]}, "send_referral", "/referrals/r"),
        ({"referrals": [referral(R.info_requested)]}, "answer_partner", "/referrals/r"),
        ({"referrals": [referral(R.sent, is_late=True)]}, "partner_late", "/referrals/r"),
        ({"referrals": [referral(R.declined)]}, "refer_again", "/referrals/r"),
        ({"referrals": [referral(R.sent)]}, "plan_contact", "/cases/c/follow-ups/new"),
        ({"referrals": [referral(R.sent)], "contacts": [contact(2)]}, "contact_ahead", "/follow-ups/f"),
        ({"contacts": [contact(0)]}, "contact_today", "/follow-ups/f"),
        ({"contacts": [contact(-1)]}, "contact_late", "/follow-ups/f"),
        ({"dues": {"review": TODAY}}, "review", "/cases/c/review"),
        ({"dues": {"action": TODAY}}, "action_due", "/cases/c/plan"),
        ({"goals": [MET_GOAL]}, "close", "/cases/c/close"),
        ({"case": case(closure_requested_at=NOW)}, "closure_asked", "/cases/c/close"),
        ({"case": case(closure_requested_at=NOW), "may_approve": True}, "decide_closure", "/approvals/c"),
        ({"case": case(status=CaseStatus.suspended)}, "resume", "/cases/c/resume"),
        ({"case": case(status=CaseStatus.closed)}, "after_closure", "/cases/c/follow-ups/new"),
        (
            {"case": case(status=CaseStatus.closed), "contacts": [contact(9)]},
            "after_closure_due",
            "/follow-ups/f",
        ),
    ],
)
def test_each_state_has_its_next_step(told: dict[str, Any], code: str, path: str) -> None:
    assert step(**told) == (code, path)


def test_a_partner_who_waits_for_an_answer_comes_before_a_contact_that_is_late() -> None:
    assert step(referrals=[referral(R.info_requested)], contacts=[contact(-5)])[0] == "answer_partner"


def test_a_person_who_waits_comes_before_our_own_papers() -> None:
    assert step(contacts=[contact(-5)], dues={"review": TODAY}, assessments=[])[0] == "contact_late"


def test_a_referral_under_way_keeps_a_case_from_being_closed() -> None:
    assert step(goals=[MET_GOAL], referrals=[referral(R.accepted)])[0] == "plan_contact"


@pytest.mark.parametrize(("days", "is_late"), [(-1, True), (0, False), (3, False)])
def test_what_is_past_is_told_as_late(days: int, is_late: bool) -> None:
    facts = Facts(
        case=case(),
        today=TODAY,
        may_approve=False,
        dues={},
        contacts=[contact(days)],
        referrals=[referral(R.accepted)],
        assessments=[VALID],
        goals=[OPEN_GOAL],
    )
    assert next_step(facts).is_late is is_late
