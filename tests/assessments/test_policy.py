from datetime import UTC, datetime, timedelta

import pytest

from app.assessments.policy import is_valid, visible_to_role
from app.cases import policy as cases
from app.core.actor import Role

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("completed_at", "months", "ends"),
    [
        (datetime(2026, 1, 15, 9, tzinfo=UTC), 6, datetime(2026, 7, 15, 9, tzinfo=UTC)),
        (datetime(2026, 8, 31, tzinfo=UTC), 6, datetime(2027, 2, 28, tzinfo=UTC)),
        (datetime(2026, 12, 1, tzinfo=UTC), 12, datetime(2027, 12, 1, tzinfo=UTC)),
        (datetime(2026, 6, 30, tzinfo=UTC), 6, datetime(2026, 12, 30, tzinfo=UTC)),
    ],
)
def test_an_assessment_is_valid_for_so_many_months(
    completed_at: datetime, months: int, ends: datetime
) -> None:
    assert is_valid(completed_at, ends - SECOND, months)
    assert not is_valid(completed_at, ends, months)


def test_a_draft_is_never_valid() -> None:
    assert not is_valid(None, datetime(2026, 1, 1, tzinfo=UTC), 6)


@pytest.mark.parametrize("role", Role)
def test_who_sees_a_case_sees_its_assessments(role: Role) -> None:
    assert visible_to_role(role).compare(cases.visible_to_role(role))
