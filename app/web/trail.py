"""The auditor's pages: who did or saw what, and whether the chain of the trail holds. Never the contents of a file."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Query, Request
from pydantic import Field
from starlette.responses import Response

from app.audit import service as audit
from app.auth import naming
from app.cases import numbers
from app.core.actor import Actor
from app.core.db import ReadSession
from app.core.deps import PageQuery, ReadDb, read_aside
from app.core.errors import InvalidInput, NotFound
from app.core.fields import Day
from app.core.ids import PersonId, UserId
from app.core.schemas import Input
from app.core.settings import settings
from app.oversight import case_files, queries
from app.oversight.deps import AuditReader, CaseFinder, FindsCases, FindsReferrals, TrailReader
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

    A person is named by the number of a file of theirs, a referral by its own, as they are said; somebody who acted by
    name or address; each also by an id that stands in the trail.
    """

    file: Said | None = None
    actor: Annotated[str, Field(max_length=254)] | None = None
    action: Action | None = None
    since: Day | None = None
    until: Day | None = None


@router.get("/trail")
@marks.only_asks(person_id="file", subject_id="file")
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
        referral=case_files.referral(db, subject_id) if subject_id else None,
        numbers=_numbers(db, found.items if found else ()),
        account=naming.account(db, actor, actor_id) if actor_id else None,
        called=_meant(db, actor, face.form(request)),
        actions=ACTIONS,
        told=partial(told, db),
    )


def _numbers(db: ReadSession, entries: Iterable[Mapping[str, Any]]) -> dict[UUID, str]:
    """What people call the cases, the persons and the referrals of these entries by."""
    shown = list(entries)
    referrals = {
        one["subject_id"] for one in shown if one["subject_type"] == "referral" and one["subject_id"]
    }
    called = {one: case_files.reference(one) for one in referrals}
    return called | case_files.numbers_of(db, {one["person_id"] for one in shown if one["person_id"]})


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
async def search_trail(
    actor: AuditReader, cases: FindsCases, referrals: FindsReferrals, db: ReadDb, form: PageForm
) -> Response:
    """Read what was typed and lead to its address, in which ids stand alone; what names nothing is told beside its field."""
    wanted = form.read(Search)
    if wanted.since and wanted.until and wanted.until < wanted.since:
        raise invalid("/until", "dates_in_order")
    told = wanted.changes()
    if said := told.pop("file", None):
        told |= await _named(cases, referrals, db, said)
    if said := told.pop("actor", None):
        told["actor_id"] = _id(said) or _only(await read_aside(naming.called, db, actor, said))
    return see(query("/trail", **told))


def _id(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None


async def _named(cases: CaseFinder, referrals: CaseFinder, db: ReadSession, said: str) -> dict[str, UUID]:
    """What somebody means: by the number of a file all about its person, by a referral's what is about that one."""
    try:
        if known := _id(said):
            return {"person_id" if await read_aside(queries.is_of_person, db, known) else "subject_id": known}
        if case_files.reference_in(said):
            return {"subject_id": (await referrals(said))["referral_id"]}
        if numbers.understand(said):
            return {"person_id": (await cases(said))["person_id"]}
    except NotFound:
        raise InvalidInput("/file", "no_such_file") from None
    raise InvalidInput("/file", "no_number_of_file")


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
