"""The details of an entry of the trail as somebody reads them: codes in words wherever the catalogues know them."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.core import i18n

# Which closed list a reason is of depends on what was done: "other" has other words in each.
_REASONS = {
    "case:close": "ClosingReason",
    "case:request-closure": "ClosingReason",
    "case:suspend": "SuspensionReason",
    "follow_up:plan": "FollowUpReason",
    "referral:decline": "DeclineReason",
    "referral:fail": "FailureReason",
    "referral:hold": "HoldReason",
    "referral:send": "LegalBasis",
    "referral:withdraw": "WithdrawalReason",
}
_LISTS = {"role": "Role", "priority": "Priority"}


def told(action: str, details: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """Names and values of what an entry holds, ids and unknown codes as they are; what was left open is left out."""
    return [
        (_name(name), _value(action, name, value)) for name, value in details.items() if value is not None
    ]


def _name(name: str) -> str:
    return _known(f"page.trail.detail.{name}") or name


def _value(action: str, name: str, value: object) -> str:
    if isinstance(value, list):
        return " · ".join(_value(action, name, one) for one in value)
    kind = _REASONS.get(action) if name == "reason" else _LISTS.get(name)
    return _known(f"enum.{kind}.{value}") or _known(f"page.trail.reason.{value}") or str(value)


def _known(key: str) -> str | None:
    return i18n.text(key) if i18n.has(key, "en") else None
