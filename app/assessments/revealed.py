"""The needs that the assessments of a case reveal: the worker decides which of them the case takes over."""

from collections.abc import Iterable, Mapping
from typing import Any


def telling(assessments: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those that tell how things are: of each instrument the one completed last, while it is valid."""
    latest: dict[str, Mapping[str, Any]] = {}
    for one in sorted((a for a in assessments if a["is_valid"]), key=lambda a: (a["completed_at"], a["id"])):
        latest[one["instrument_code"]] = one
    return list(latest.values())


def beyond(held: Iterable[str], assessments: Iterable[Mapping[str, Any]]) -> set[str]:
    """The codes that these assessments reveal and a case does not hold."""
    return {code for one in assessments for code in one["needs"]} - set(held)
