"""The one thing that a case asks for next. A suggestion drawn from what is recorded: it forbids nothing.

The rules stand in order of urgency, the first that applies is shown: what keeps somebody waiting now comes before what
carries the work on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.cases.states import CaseStatus, GoalStatus
from app.referrals.states import FINAL, ReferralStatus


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a case when its page is opened; lists as their modules order them."""

    case: Mapping[str, Any]
    today: date
    may_approve: bool
    dues: Mapping[str, date]
    contacts: Sequence[Mapping[str, Any]]  # planned, the earliest first
    referrals: Sequence[Mapping[str, Any]]
    assessments: Sequence[Mapping[str, Any]]
    goals: Sequence[Mapping[str, Any]]

    @property
    def path(self) -> str:
        return f"/cases/{self.case['id']}"

    def referral(self, *states: ReferralStatus) -> Mapping[str, Any] | None:
        """The newest referral in one of these states."""
        return next((r for r in self.referrals if r["status"] in states), None)


@dataclass(frozen=True)
class NextStep:
    """`code` names its words (`page.next.<code>` and `.go`), `path` is where its button leads."""

    code: str
    path: str
    on: date | None = None
    is_late: bool = False


Rule = Callable[[Facts], NextStep | None]


def next_step(facts: Facts) -> NextStep:
    """What to do now. There is always something: at least a contact to plan."""
    found = (rule(facts) for rule in _RULES)
    return next((step for step in found if step is not None), NextStep("plan_contact", _planning(facts)))


def _planning(facts: Facts) -> str:
    return f"{facts.path}/follow-ups/new"


def _closed(facts: Facts) -> NextStep | None:
    if facts.case["status"] is not CaseStatus.closed:
        return None
    if facts.contacts:
        first = facts.contacts[0]
        return _contact("after_closure_due", first, facts)
    return NextStep("after_closure", _planning(facts))


def _suspended(facts: Facts) -> NextStep | None:
    if facts.case["status"] is not CaseStatus.suspended:
        return None
    until = facts.dues.get("suspension")
    return NextStep("resume", f"{facts.path}/resume", until, until is not None and until <= facts.today)


def _closing(facts: Facts) -> NextStep | None:
    if facts.case["closure_requested_at"] is None:
        return None
    if facts.may_approve:
        return NextStep("decide_closure", f"/approvals/{facts.case['id']}")
    return NextStep("closure_asked", f"{facts.path}/close")


def _question(facts: Facts) -> NextStep | None:
    asked = facts.referral(ReferralStatus.info_requested)
    return None if asked is None else NextStep("answer_partner", f"/referrals/{asked['id']}")


def _contact_due(facts: Facts) -> NextStep | None:
    if not facts.contacts or facts.contacts[0]["due_on"] > facts.today:
        return None
    first = facts.contacts[0]
    return _contact("contact_late" if first["due_on"] < facts.today else "contact_today", first, facts)


def _contact(code: str, contact: Mapping[str, Any], facts: Facts) -> NextStep:
    due_on = contact["due_on"]
    return NextStep(code, f"/follow-ups/{contact['id']}", due_on, due_on < facts.today)


def _unanswered(facts: Facts) -> NextStep | None:
    late = next((r for r in facts.referrals if r["breached_at"] and r["status"] not in FINAL), None)
    return None if late is None else NextStep("partner_late", f"/referrals/{late['id']}", is_late=True)


def _assessment(facts: Facts) -> NextStep | None:
    if any(assessment["is_valid"] for assessment in facts.assessments):
        return None
    draft = next((a for a in facts.assessments if a["status"] == "draft"), None)
    if draft is not None:
        return NextStep("finish_assessment", f"/assessments/{draft['id']}")
    code = "assess_again" if facts.assessments else "assess"
    return NextStep(code, f"{facts.path}/assessments/new")


def _due(source: str, code: str, page: str) -> Rule:
    def rule(facts: Facts) -> NextStep | None:
        on = facts.dues.get(source)
        if on is None or on > facts.today:
            return None
        return NextStep(code, f"{facts.path}/{page}", on, on < facts.today)

    return rule


def _plan(facts: Facts) -> NextStep | None:
    return None if facts.goals else NextStep("make_plan", f"{facts.path}/plan")


def _draft(facts: Facts) -> NextStep | None:
    draft = facts.referral(ReferralStatus.draft)
    return None if draft is None else NextStep("send_referral", f"/referrals/{draft['id']}")


def _refer(facts: Facts) -> NextStep | None:
    if facts.referrals or not facts.case["needs"] or not _open_goals(facts):
        return None
    return NextStep("refer", f"{facts.path}/referrals/new")


def _refer_again(facts: Facts) -> NextStep | None:
    """What a partner could not do is looked for elsewhere, as long as nothing else is on its way."""
    if not facts.referrals or any(r["status"] not in FINAL for r in facts.referrals):
        return None
    last = facts.referrals[0]
    if last["status"] not in {ReferralStatus.declined, ReferralStatus.expired} or not _open_goals(facts):
        return None
    return NextStep("refer_again", f"/referrals/{last['id']}")


def _ready(facts: Facts) -> NextStep | None:
    if _open_goals(facts) or any(r["status"] not in FINAL for r in facts.referrals):
        return None
    return NextStep("close", f"{facts.path}/close")


def _open_goals(facts: Facts) -> bool:
    return any(goal["status"] is GoalStatus.open for goal in facts.goals)


def _contact_ahead(facts: Facts) -> NextStep | None:
    return _contact("contact_ahead", facts.contacts[0], facts) if facts.contacts else None


_RULES: tuple[Rule, ...] = (
    _closed,
    _suspended,
    _closing,
    _question,
    _contact_due,
    _unanswered,
    _due("review", "review", "review"),
    _due("action", "action_due", "plan"),
    _assessment,
    _plan,
    _draft,
    _refer,
    _refer_again,
    _ready,
    _contact_ahead,
)
