"""Who of the people registered anywhere may be the one in question. Candidates come from equal keys, never a scan."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, String, bindparam, func, select, union_all

from app.core.actor import Actor
from app.core.db import ReadSession, rows
from app.core.ids import PersonId
from app.people import queries
from app.people.blocking import blocking_keys
from app.people.matching import Match, Profile, score
from app.people.models import PersonKey, PersonWindow
from app.people.policy import may_see
from app.windows.models import Window

_k, _w = PersonKey.__table__.c, PersonWindow.__table__.c

MOST_COMPARED = 25  # people; each comparison of names costs about as much as a small query
MOST_SHOWN = 20
_PER_KEY = 100  # the newest under one key: a frequent name must not cost more in a larger register
_SLOTS = (8, 16, 32, 64, 128)  # a few statements to prepare instead of one for every number of keys
_WEIGHTS = {"i": 100, "p": 10}  # an equal number outweighs any count of equal names

_KNOWING = (
    select(_w.person_id, Window.id, Window.code, Window.name_ar, Window.name_fr)
    .join(Window, Window.id == _w.window_id)
    .where(_w.person_id.in_(bindparam("people", expanding=True)))
    .order_by(Window.code)
)


def find(
    db: ReadSession, actor: Actor, wanted: Profile, *, unlikely_too: bool = False
) -> list[dict[str, Any]]:
    """Candidates, the likeliest first, each with the reasons.

    Who is known to the actor's windows is named; of the others only initials, year of birth and sex are told, and
    which window to ask. `unlikely_too` keeps those for whom something speaks, but not enough for a verdict.
    """
    compared = [
        (person, score(wanted, profile))
        for person, profile in queries.profiles(db, _with_equal_keys(db, wanted))
    ]
    likely = [(p, m) for p, m in compared if m.verdict or (unlikely_too and _speaks_for(m))]
    likely.sort(key=lambda pair: (-pair[1].score, pair[0]["id"]))
    knowing = _knowing(db, [person["id"] for person, _ in likely[:MOST_SHOWN]])
    return [_shown(actor, p, m, knowing.get(p["id"], [])) for p, m in likely[:MOST_SHOWN]]


def _speaks_for(match: Match) -> bool:
    return any(not reason.startswith(("different_", "doubtful_")) for reason in match.reasons)


def _with_equal_keys(db: ReadSession, wanted: Profile) -> list[PersonId]:
    keys = sorted(blocking_keys(wanted), key=lambda key: (-_weight(key), key))[: _SLOTS[-1]]
    if not keys:
        return []
    slots = next(n for n in _SLOTS if n >= len(keys))
    values: dict[str, object] = {f"key_{n}": "" for n in range(slots)} | {
        f"weight_{n}": 0 for n in range(slots)
    }
    for n, key in enumerate(keys):
        values |= {f"key_{n}": key, f"weight_{n}": _weight(key)}
    return [found.person_id for found in rows(db, _lookup(slots), values)]


def _weight(key: str) -> int:
    return _WEIGHTS.get(key.partition(":")[0], 1)


@cache
def _lookup(slots: int) -> Select[Any]:
    branches = []
    for n in range(slots):
        newest = (
            select(_k.person_id, bindparam(f"weight_{n}", type_=Integer()).label("weight"))
            .where(_k.key == bindparam(f"key_{n}", type_=String()))
            .order_by(_k.person_id.desc())
            .limit(_PER_KEY)
            .subquery()
        )
        branches.append(select(newest.c.person_id, newest.c.weight))
    found = union_all(*branches).subquery()
    shared = func.sum(found.c.weight)
    return (
        select(found.c.person_id)
        .group_by(found.c.person_id)
        .order_by(shared.desc(), found.c.person_id.desc())
        .limit(MOST_COMPARED)
    )


def _knowing(db: ReadSession, people: list[PersonId]) -> dict[PersonId, list[dict[str, Any]]]:
    knowing: dict[PersonId, list[dict[str, Any]]] = {}
    for found in rows(db, _KNOWING, people=people) if people else []:
        window = {name: value for name, value in found.items() if name != "person_id"}
        knowing.setdefault(found.person_id, []).append(window)
    return knowing


def _shown(
    actor: Actor, person: Mapping[str, Any], match: Match, windows: list[dict[str, Any]]
) -> dict[str, Any]:
    is_visible = may_see(actor, (window["id"] for window in windows))
    return {
        "person_id": person["id"],
        "score": round(match.score, 3),
        "verdict": match.verdict,
        "reasons": list(match.reasons),
        "is_visible": is_visible,
        **{name: person[name] if is_visible else None for name in queries.NAMES},
        "initials": None if is_visible else _initials(person),
        "birth_year": person["birth_year"],
        "sex": person["sex"],
        "windows": windows,
    }


def _initials(person: Mapping[str, Any]) -> str:
    """Of one script, so that they tell no more than two letters; everybody has a name in one of the two."""
    arabic, latin = queries.NAMES[:2], queries.NAMES[2:]
    return _first_letters(person[name] for name in arabic) or _first_letters(person[name] for name in latin)


def _first_letters(parts: Iterable[str | None]) -> str:
    return " ".join(f"{part[0]}." for part in parts if part)
