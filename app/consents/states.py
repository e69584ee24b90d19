from enum import StrEnum


class ConsentState(StrEnum):
    """What became of an answer. It is derived from the row and the day, and stored nowhere."""

    given = "given"
    refused = "refused"
    narrowed = "narrowed"
    withdrawn = "withdrawn"
    expired = "expired"


def state_of(*, is_given: bool, is_ended: bool, is_replaced: bool, is_past: bool) -> ConsentState:
    """What the person did weighs more than what the calendar did: a withdrawn consent does not expire later."""
    if is_ended:
        return ConsentState.narrowed if is_replaced else ConsentState.withdrawn
    if is_past:
        return ConsentState.expired
    return ConsentState.given if is_given else ConsentState.refused
