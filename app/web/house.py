"""What the pages of the house share: choices for a form, and what a form of a change leaves blank."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.core.actor import Actor
from app.core.db import ReadSession
from app.core.pagination import PageRequest
from app.partners import queries as partners
from app.web.forms import Form
from app.web.terms import Options
from app.web.wording import named
from app.windows import places
from app.windows import queries as windows
from app.windows.models import TerritoryLevel

# A choice shows everything there is to choose from; a house has some dozens of windows and some hundreds of partners.
EVERYTHING = PageRequest(limit=1000)


def emptied(form: Form, *names: str, lists: Iterable[str] = ()) -> dict[str, Any]:
    """What a form of a change took away: fields that were shown and left blank, lists of which nothing is ticked.

    A blank field is not sent on (`Form.data`), and what a change does not hold stays as it was.
    """
    answered = form.data()
    taken: dict[str, Any] = {name: None for name in names if name not in answered}
    return taken | {name: [] for name in lists if name not in answered}


def the_windows(db: ReadSession, actor: Actor) -> Options:
    return [(window["id"], named(window)) for window in windows.page(db, actor, EVERYTHING).items]


def the_institutions(db: ReadSession, actor: Actor) -> Options:
    return [(found["id"], named(found)) for found in partners.page(db, actor, EVERYTHING).items]


def territories(db: ReadSession, present: str | None = None) -> Options:
    """Regions and their provinces by code, and the present choice where that is a commune."""
    found = [
        *windows.territories(db, EVERYTHING, level=TerritoryLevel.region).items,
        *windows.territories(db, EVERYTHING, level=TerritoryLevel.province).items,
    ]
    options: Options = [(one["code"], named(one)) for one in sorted(found, key=lambda one: str(one["code"]))]
    if present is not None and present not in {code for code, _ in options}:
        options.append((present, present))
    return options


def regions(db: ReadSession, chosen: Iterable[str] = ()) -> list[tuple[Any, Options]]:
    """Each region with itself and its provinces; then, without a name, what is chosen and lies deeper."""
    found = places.provinces(db)
    groups: list[tuple[Any, Options]] = [
        (
            named(region),
            [
                (one["code"], named(one))
                for one in found
                if region["code"] in {one["code"], one["parent_code"]}
            ],
        )
        for region in found
        if region["level"] is TerritoryLevel.region
    ]
    deeper = set(chosen) - {one["code"] for one in found}
    known = places.territories(db, deeper)
    rest: Options = [(code, named(known[code]) if code in known else code) for code in sorted(deeper)]
    return [*groups, (None, rest)] if rest else groups


def territory_names(db: ReadSession, actor_codes: Iterable[str]) -> Mapping[str, Any]:
    """The names of territories by code; a code that is not in the list names itself."""
    known = dict(territories(db))
    return {code: known.get(code, code) for code in actor_codes}
