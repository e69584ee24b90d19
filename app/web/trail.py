"""The auditor's pages: who did or saw what, and whether the chain of the trail holds. Never the contents of a file."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Query, Request
from pydantic import Field
from starlette.responses import Response

from app.audit import service as audit
from app.auth import queries as users
from app.core.deps import PageQuery, ReadDb
from app.core.errors import InvalidInput, NotFound
from app.core.fields import Day
from app.core.ids import PersonId, UserId
from app.core.schemas import Input
from app.core.settings import settings
from app.oversight import files, queries
from app.oversight.deps import AuditReader, FileFinder, FindsFiles, TrailReader
from app.web import face
from app.web.actions import ACTIONS
from app.web.face import PageForm, invalid, see
from app.web.house import EVERYTHING
from app.web.rendering import page, query
from app.web.trail_details import told

router = face.router()

_CODE = r"^[a-z_]+:[a-z_-]+$"
Said = Annotated[str, Field(max_length=64)]
Action = Annotated[str, Field(max_length=64, pattern=_CODE)]


class Search(Input):
    """What of the trail is wanted; a file is named by its number, as it is said, or by an id that stands in the trail."""

    person: Said | None = None
    actor_id: UserId | None = None
    subject: Said | None = None
    action: Action | None = None
    since: Day | None = None
    until: Day | None = None


@router.get("/trail")
@face.only_asks(person_id="person", subject_id="subject")
def show_trail(
    request: Request,
    actor: TrailReader,
    db: ReadDb,
    wanted: PageQuery,
    person_id: PersonId | None = None,
    actor_id: UserId | None = None,
    subject_id: UUID | None = None,
    action: Annotated[str | None, Query(max_length=64, pattern=_CODE)] = None,
    since: Day | None = None,
    until: Day | None = None,
) -> Response:
    """Entries, newest first; the days are those of the house's time zone, the last one included."""
    chosen: dict[str, Any] = {
        "person_id": person_id,
        "actor_id": actor_id,
        "subject_id": subject_id,
        "action": action,
    }
    # Below the reason why nothing was searched stands nothing that would pass for what was found.
    found = None
    if not face.refusal(request):
        asked = {name: value for name, value in chosen.items() if name != "actor_id"}
        found = queries.entries(db, wanted, since=_begin(since), until=_end(until), of_user=actor_id, **asked)
    return page(
        request,
        "trail/trail.html",
        entries=found.items if found else None,
        next=found and found.next,
        chosen={name: value for name, value in (chosen | {"since": since, "until": until}).items() if value},
        files={
            name: files.known_as(db, chosen[name]) for name in ("person_id", "subject_id") if chosen[name]
        },
        staff=users.page(db, actor, EVERYTHING).items,
        actions=ACTIONS,
        told=told,
    )


def _begin(on: Day | None) -> datetime | None:
    zone = ZoneInfo(settings().time_zone)
    return datetime.combine(on, time.min, zone).astimezone(UTC) if on else None


def _end(on: Day | None) -> datetime | None:
    return _begin(on + timedelta(days=1)) if on else None


@router.post("/trail")
@face.only_asks()
async def search_trail(_: AuditReader, find: FindsFiles, form: PageForm) -> Response:
    """Read what was typed and lead to its address, in which ids stand alone; what names no file is told beside its field."""
    wanted = form.read(Search)
    if wanted.since and wanted.until and wanted.until < wanted.since:
        raise invalid("/until", "dates_in_order")
    told = wanted.changes()
    for field, member in (("person", "person_id"), ("subject", "case_id")):
        if said := told.pop(field, None):
            told[f"{field}_id"] = await _named(find, said, field, member)
    return see(query("/trail", **told))


async def _named(find: FileFinder, said: str, field: str, member: str) -> UUID:
    """The id that somebody means who typed an id, or the number of a file."""
    try:
        return UUID(said)
    except ValueError:
        pass
    try:
        found: UUID = (await find(said))[member]
    except NotFound:
        raise InvalidInput(f"/{field}", "no_such_file") from None
    return found


@router.get("/trail/chain")
def show_chain(request: Request, _: TrailReader, db: ReadDb) -> Response:
    """How long the chain is and how it ends; walking along it is asked for by a button."""
    return page(request, "trail/chain.html", state=audit.state(db), verdict=None)


@router.post("/trail/chain")
def verify_chain(request: Request, _: TrailReader, db: ReadDb) -> Response:
    """Walk the whole chain, beside everybody else's requests: it reads every entry once."""
    return page(request, "trail/chain.html", state=audit.state(db), verdict=audit.verify(db))
