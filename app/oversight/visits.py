"""Who was at a person's file, told as visits: one page leaves several entries, and nobody asks how many."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from app.core.db import ReadSession
from app.core.ids import PersonId
from app.core.pagination import Page, PageRequest, cut
from app.oversight import queries

APART = timedelta(minutes=15)  # two acts of one person that are further apart are two visits
_READ = 400  # entries read for one page, however long the visits in it are


def page(db: ReadSession, person_id: PersonId, wanted: PageRequest) -> Page:
    """The visits to a file, the latest first: who, from when until when, and each kind of act once, the first first.

    A page ends with a whole entry: a visit during which somebody else came may go on overleaf.
    """
    found = queries.accesses_read(db, person_id, PageRequest(limit=_READ, cursor=wanted.cursor))
    visits: list[dict[str, Any]] = []
    read = 0
    for entry in found[:_READ]:
        visit = _going_on(visits, entry)
        if visit is None and len(visits) == wanted.limit:
            break
        if visit is None:
            visits.append(_begun(entry))
        else:
            _prolong(visit, entry)
        read += 1
    return Page(visits, cut(found, PageRequest(limit=read), "id").next if read else None)


def _going_on(visits: Iterable[dict[str, Any]], entry: Any) -> dict[str, Any] | None:
    """The visit that an earlier act belongs to."""
    whose = (entry["actor_id"], entry["actor_role"])
    near = (v for v in visits if v["whose"] == whose and v["since"] - entry["at"] <= APART)
    return next(near, None)


def _begun(entry: Any) -> dict[str, Any]:
    return {
        "whose": (entry["actor_id"], entry["actor_role"]),
        "actor_name": entry["actor_name"],
        "actor_role": entry["actor_role"],
        "since": entry["at"],
        "until": entry["at"],
        "actions": [entry["action"]],
    }


def _prolong(visit: dict[str, Any], entry: Any) -> None:
    visit["since"] = entry["at"]
    if entry["action"] in visit["actions"]:
        visit["actions"].remove(entry["action"])
    visit["actions"].insert(0, entry["action"])
