"""Which needs the assessments of a case reveal beyond those that it holds."""

from datetime import UTC, datetime
from typing import Any

from app.assessments.revealed import beyond, telling


def assessed(day: int, code: str = "autonomy", *needs: str, is_valid: bool = True) -> dict[str, Any]:
    at = datetime(2026, 3, day, tzinfo=UTC)
    return {"id": day, "completed_at": at, "instrument_code": code, "needs": needs, "is_valid": is_valid}


def test_of_each_instrument_the_last_valid_one_tells() -> None:
    old, new, other = assessed(1, "autonomy", "a"), assessed(3, "autonomy", "b"), assessed(2, "health", "c")
    withdrawn = assessed(4, "autonomy", "d", is_valid=False)
    found = telling([withdrawn, new, other, old])
    assert sorted(one["id"] for one in found) == [2, 3]
    assert telling([]) == []


def test_what_the_case_holds_is_not_revealed() -> None:
    found = [assessed(1, "autonomy", "a", "b"), assessed(2, "health", "b", "c")]
    assert beyond(["b"], found) == {"a", "c"}
    assert beyond(["a", "b", "c"], found) == set()
