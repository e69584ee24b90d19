"""What is told in interviews that are added to a living case: it changes nothing of the case until a worker takes it over."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from app.cases.states import Priority
from app.intake.completion import PRIORITY_OF

Told = Mapping[str, Any]  # an interview as `case_queries.added` answers, the latest first

_RISING = list(Priority)  # as they are declared


def new_needs(known: Iterable[str], interviews: Iterable[Told]) -> Iterator[tuple[Told, set[str]]]:
    """Each interview that tells needs beyond those that are known, with these; a need is new once."""
    seen = set(known)
    for one in interviews:
        if new := set(one["needs"]) - seen:
            yield one, new
        seen |= new


def more_urgent(held: Priority, interviews: Sequence[Told]) -> Told | None:
    """The last interview, if what was told there is more urgent than the priority a case is held for."""
    if not interviews or interviews[0]["urgency"] is None:
        return None
    told = PRIORITY_OF[interviews[0]["urgency"]]
    return interviews[0] if _RISING.index(told) > _RISING.index(held) else None
