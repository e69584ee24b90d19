"""The auditor's pages: who did or saw what, and whether the chain of the trail holds. Never the contents of a file."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Query, Request
from pydantic import Field
from starlette.responses import Response

from app.audit import service as audit
from app.auth import naming
from app.core.actor import Actor
from app.core.db import ReadSession
from app.core.deps import PageQuery, ReadDb, read_aside
from app.core.errors import InvalidInput, NotFound
from app.core.fields import Day
from app.core.ids import PersonId, UserId
from app.core.schemas import Input
from app.core.settings import settings
from app.oversight import case_files, queries
from app.oversight.deps import AuditReader, CaseFinder, FindsCases, TrailReader
from app.web import face, marks
from app.web.actions import ACTIONS
from app.web.face import PageForm, invalid, see
from app.web.forms import Form
from app.web.rendering import page, query
from app.web.terms import Options
from app.web.trail_details import told
from app.web.wording import word

router = face.router()

MOST_SHOWN = 50  # accounts to choose one from
_CODE = r"^[a-z_]+:[a-z_-]+$"
Said = Annotated[str, Field(max_length=64)]
Action = Annotated[str, Field(max_length=64, pattern=_CODE)]


class Search(Input):
    """What of the trail is wanted.

    A case is named by its number, as it is said, somebody who acted by name or address, each also by an id that stands
    in the trail.
    """

    person: Said | None = None
    actor: Annotated[str, Field(max_length=254)] | None = None
    subject: Said | None = None
    action: Action | None = None
    since: Day | None = None
    until: Day | None = None


@router.get("/trail")
@marks.only_asks(person_id="person", subject_id="subject")
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
        cases={
            "person_id": case_files.of_person(db, person_id) if person_id else [],
            "subject_id": case_files.by_id(db, subject_id) if subject_id else [],
        },
        account=naming.account(db, actor, actor_id) if actor_id else None,
        called=_meant(db, actor, face.form(request)),
        actions=ACTIONS,
        told=told,
    )


def _meant(db: ReadSession, actor: Actor, sent: Form) -> Options:
    """Those to choose from where several are called what was typed; none where there are too many to show."""
    found = naming.called(db, actor, sent.value("actor") or "")
    options: Options = [(one["id"], f"{one['name']} · {word(one['role'])} · {one['email']}") for one in found]
    return options if 1 < len(options) <= MOST_SHOWN else []


def _begin(on: Day | None) -> datetime | None:
    zone = ZoneInfo(settings().time_zone)
    return datetime.combine(on, time.min, zone).astimezone(UTC) if on else None


def _end(on: Day | None) -> datetime | None:
    return _begin(on + timedelta(days=1)) if on else None


@router.post("/trail")
@marks.only_asks()
async def search_trail(actor: AuditReader, find: FindsCases, db: ReadDb, form: PageForm) -> Response:
    """Read what was typed and lead to its address, in which ids stand alone; what names nothing is told beside its field."""
    wanted = form.read(Search)
    if wanted.since and wanted.until and wanted.until < wanted.since:
        raise invalid("/until", "dates_in_order")
    told = wanted.changes()
    for field, member in (("person", "person_id"), ("subject", "case_id")):
        if said := told.pop(field, None):
            told[f"{field}_id"] = _id(said) or await _numbered(find, said, field, member)
    if said := told.pop("actor", None):
        told["actor_id"] = _id(said) or _only(await read_aside(naming.called, db, actor, said))
    return see(query("/trail", **told))


def _id(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None


async def _numbered(find: CaseFinder, said: str, field: str, member: str) -> UUID:
    """The id that somebody means who typed the number of a file."""
    try:
        found: UUID = (await find(said))[member]
    except NotFound:
        raise InvalidInput(f"/{field}", "no_such_file") from None
    return found


def _only(called: list[dict[str, Any]]) -> UserId:
    """The one account that is called so; of several one is chosen, of very many more is to be said."""
    if not called:
        raise InvalidInput("/actor", "no_such_account")
    if len(called) > MOST_SHOWN:
        raise InvalidInput("/actor", "too_many_accounts")
    if len(called) > 1:
        raise InvalidInput("/actor", "several_accounts")
    found: UserId = called[0]["id"]
    return found


@router.get("/trail/chain")
def show_chain(request: Request, _: TrailReader, db: ReadDb) -> Response:
    """How long the chain is and how it ends; walking along it is asked for by a button."""
    return page(request, "trail/chain.html", state=audit.state(db), verdict=None)


@router.post("/trail/chain")
def verify_chain(request: Request, _: TrailReader, db: ReadDb) -> Response:
    """Walk the whole chain, beside everybody else's requests: it reads every entry once."""
    return page(request, "trail/chain.html", state=audit.state(db), verdict=audit.verify(db))
