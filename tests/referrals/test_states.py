"""The table of the life cycle, held against the same table written a second time from the field's rules."""

import pytest

from app.core.actor import Role
from app.core.errors import Forbidden, IllegalMove
from app.referrals.states import (
    FINAL,
    OPEN,
    REFERABLE_AGAIN,
    REFERRAL_LIFECYCLE,
    ReferralAction,
    ReferralStatus,
)

W, P, S = "window", "partner", "system"
ROLES = {W: {Role.social_worker, Role.supervisor}, P: {Role.partner_agent}, S: {Role.system}}

# (from, action, by, to); "back" is where a pause began.
RULES = """
draft            send      window   sent
sent             open      partner  seen
sent,seen        ask       partner  info_requested
info_requested   answer    window   seen
sent,seen,waitlisted accept partner accepted
sent,seen,info_requested,waitlisted decline partner declined
sent,seen        waitlist  partner  waitlisted
accepted         schedule  partner,window accepted
accepted         start     partner  in_service
accepted,in_service hold   partner  on_hold
on_hold          resume    partner  back
accepted,in_service,on_hold complete partner completed
accepted,in_service,on_hold fail partner not_completed
draft,sent,seen,info_requested,waitlisted,accepted,in_service,on_hold withdraw window withdrawn
sent,seen,info_requested,waitlisted expire system expired
"""


def rules() -> dict[tuple[str, str, Role], str]:
    found: dict[tuple[str, str, Role], str] = {}
    for line in RULES.strip().splitlines():
        sources, action, sides, to = line.split()
        for source in sources.split(","):
            for side in sides.split(","):
                for role in ROLES[side]:
                    found[source, action, role] = to
    return found


@pytest.mark.parametrize("action", list(ReferralAction))
def test_the_table_allows_what_the_rules_say_and_nothing_else(action: ReferralAction) -> None:
    wanted = rules()
    for state in ReferralStatus:
        for role in Role:
            expected = wanted.get((state, action, role))
            try:
                move = REFERRAL_LIFECYCLE.move(state, action, role)
            except (IllegalMove, Forbidden):
                assert expected is None, (state, action, role)
            else:
                assert expected == (move.to or "back"), (state, action, role)


def test_every_state_is_reached_and_final_states_are_final() -> None:
    reached = {ReferralStatus.draft} | {move.to for move in REFERRAL_LIFECYCLE.moves if move.to}
    assert reached == set(ReferralStatus)
    assert {state for state in ReferralStatus if REFERRAL_LIFECYCLE.is_final(state)} == FINAL
    assert set(ReferralStatus) == OPEN | FINAL
    assert FINAL - {ReferralStatus.completed} == REFERABLE_AGAIN


def test_a_refused_move_names_what_is_allowed() -> None:
    with pytest.raises(IllegalMove) as refused:
        REFERRAL_LIFECYCLE.move(ReferralStatus.sent, ReferralAction.complete, Role.partner_agent)
    assert refused.value.details["allowed"] == ["open", "ask", "accept", "decline", "waitlist"]
