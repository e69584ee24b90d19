"""What interviews that are added to a living case tell beyond it."""

from typing import Any

import pytest

from app.cases.states import Priority
from app.intake.added import more_urgent, new_needs
from app.intake.states import Urgency


def interview(*needs: str, urgency: Urgency | None = Urgency.normal) -> dict[str, Any]:
    return {"needs": list(needs), "urgency": urgency}


def test_a_need_is_new_in_the_interview_that_tells_it_last() -> None:
    latest, earlier = interview("a", "b"), interview("b", "c")
    assert list(new_needs({"a"}, [latest, earlier])) == [(latest, {"b"}), (earlier, {"c"})]
    assert list(new_needs({"a", "b", "c"}, [latest, earlier])) == []


@pytest.mark.parametrize("held", list(Priority))
def test_only_what_is_more_urgent_than_the_case_is_told(held: Priority) -> None:
    last = interview(urgency=Urgency.emergency)
    assert (more_urgent(held, [last]) is last) == (held is not Priority.urgent)
    assert more_urgent(held, [interview(urgency=None), last]) is None  # the last one counts
    assert more_urgent(held, []) is None
