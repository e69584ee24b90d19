"""One person, apart from any case: who it is, how to reach them, what was done with them, who saw the file."""

import asyncio
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from app.cases import caseload
from app.cases.caseload import CaseFilter
from app.consents import queries as consents
from app.core import i18n
from app.core.actor import Actor
from app.core.clock import today
from app.core.db import ReadSession
from app.core.deps import ExpectedVersion, PageQuery, ReadDb, WriteDb, check_version, look
from app.core.ids import PersonId
from app.core.pagination import PageRequest
from app.files import queries as files
from app.files.models import SubjectType
from app.intake import queries as intake
from app.oversight import visits
from app.oversight.deps import PersonAskedAbout
from app.partners import queries as partners
from app.people import queries, service
from app.people.birth import BirthPrecision
from app.people.deps import CandidatesTold, PersonReader, PersonSeen, PersonToWrite, PersonWriter
from app.people.identifiers import IdentifierKind
from app.people.models import ContactPreference, Sex
from app.people.schemas import PersonUpdate
from app.web import face, terms, wording
from app.web.face import PageForm, see
from app.web.forms import Form
from app.web.rendering import page
from app.windows import queries as windows
from app.windows.models import TerritoryLevel

router = face.router()

_SOME = PageRequest(limit=20)  # of each kind; what is older has a list of its own
_ALL = PageRequest(limit=100)
BLANK_ROWS = 2  # for one more number than there are, without a script that adds rows

_EMPTIED = (*queries.NAMES, "address", "commune_code", "notes", "no_document_reason", "duplicate_override")
_OF_PRECISION: dict[str, set[str]] = {
    BirthPrecision.EXACT: {"on"},
    BirthPrecision.YEAR: {"year"},
    BirthPrecision.ABOUT: {"about_age", "stated_on"},
}


async def _opened(request: Request, actor: PersonReader, db: ReadDb, person_id: PersonId) -> PersonId:
    """One page shows what the API tells in four answers: each is on record, and all share one commit."""
    await look(request, queries.check_visible, db, actor, person_id)
    record = request.app.state.accesses.record
    shown = ("person:read", "household:read", "consent:list", "attachment:list")
    await asyncio.gather(*(record(actor, action, "person", person_id, person_id) for action in shown))
    return person_id


PersonOpened = Annotated[PersonId, Depends(_opened)]


@router.get("/people/{person_id}")
def show_person(request: Request, actor: PersonReader, seen: PersonOpened, db: ReadDb) -> Response:
    given = consents.page(db, seen, PageRequest(limit=5)).items
    return page(
        request,
        "people/person.html",
        who=queries.read(db, actor, seen),
        household=queries.household(db, actor, seen)[1],
        cases=caseload.page(db, actor, _SOME, CaseFilter(person_id=seen)).items,
        interviews=intake.page(db, actor, _SOME, person_id=seen).items,
        consents=given,
        institutions=partners.names(db, [c["institution_id"] for c in given if c["institution_id"]]),
        documents=files.page(db, _SOME, SubjectType.person, seen).items,
        windows=_windows(db, actor),
        **_words(db),
    )


def _windows(db: ReadSession, actor: Actor) -> dict[Any, dict[str, Any]]:
    return {window["id"]: window for window in windows.page(db, actor, _ALL).items}


def _words(db: ReadSession) -> dict[str, Any]:
    return {
        "needs": terms.words(db, "need"),
        "languages": terms.words(db, "language"),
        "relationships": terms.words(db, "relationship"),
        "document_reasons": terms.words(db, "no_document_reason"),
    }


@router.get("/people/{person_id}/accesses")
def show_accesses(
    request: Request, actor: PersonReader, person_id: PersonAskedAbout, db: ReadDb, wanted: PageQuery
) -> Response:
    """Who was at this file, when and what for, for a person who asks: a line a visit."""
    found = visits.page(db, person_id, wanted)
    told = [
        {**visit, "deeds": list(dict.fromkeys(deed(action) for action in visit["actions"]))}
        for visit in found.items
    ]
    person = queries.read(db, actor, person_id)
    return page(request, "people/accesses.html", who=person, visits=told, next=found.next)


def deed(action: str) -> str:
    """What was done, in words: its own sentence where there is one, else what kind of thing was worked on."""
    thing, _, act = action.partition(":")
    if thing == "referral" and i18n.has(f"page.event.referral.{act}", "en"):
        return wording.plain(f"page.event.referral.{act}")
    for key in (f"{thing}_{act.replace('-', '_')}", thing):
        if i18n.has(f"page.people.did.{key}", "en"):
            return wording.plain(f"page.people.did.{key}")
    return wording.plain("page.people.did.something")


@router.get("/people/{person_id}/edit")
def edit_page(request: Request, actor: PersonWriter, seen: PersonSeen, db: ReadDb) -> Response:
    person = queries.read(db, actor, seen)
    return page(
        request,
        "people/edit.html",
        who=person,
        sexes=terms.members(Sex),
        precisions=terms.members(BirthPrecision),
        kinds=terms.members(IdentifierKind),
        preferences=terms.members(ContactPreference),
        languages=terms.options(db, "language", {person["language"]}),
        document_reasons=terms.options(db, "no_document_reason", {person["no_document_reason"]}),
        communes=_communes(db, actor, person["commune_code"]),
        blank_rows=BLANK_ROWS,
    )


def _communes(db: ReadSession, actor: Actor, present: str | None) -> terms.Options:
    """The communes of the provinces of one's windows, and the one that is recorded wherever it lies."""
    provinces = {w["territory_code"] for w in _windows(db, actor).values() if w["id"] in actor.window_ids}
    if present is not None:
        provinces |= set(windows.ancestors(db, present)[1:2])
    return [
        (commune["code"], str(wording.named(commune).striptags()))
        for province in sorted(provinces)
        for commune in windows.territories(db, _ALL, parent_code=province, level=TerritoryLevel.commune).items
    ]


@router.post("/people/{person_id}/edit")
def change_person(
    actor: PersonWriter,
    _: CandidatesTold,
    expected: ExpectedVersion,
    db: WriteDb,
    person: PersonToWrite,
    form: PageForm,
) -> Response:
    check_version(person.version, expected)
    service.change(db, actor, person, form.read(PersonUpdate, **_whole(form)))
    return see(f"/people/{person.id}", done="person_saved")


def _whole(form: Form) -> dict[str, Any]:
    """The form shows the whole person, so what was left blank in it is taken away."""
    typed = form.data()
    told: dict[str, Any] = {name: typed.get(name) for name in _EMPTIED}
    told |= {name: typed.get(name, []) for name in ("identifiers", "phones")}
    if isinstance(typed.get("birth"), dict):
        told["birth"] = _birth(typed["birth"])
    return told


def _birth(typed: dict[str, Any]) -> dict[str, Any]:
    """All ways to tell a birth stand in the form; the chosen one counts. Whoever tells an age tells it today."""
    asked = _OF_PRECISION.get(str(typed.get("precision")), set())
    told = {name: value for name, value in typed.items() if name in {"precision", *asked}}
    if "stated_on" in asked:
        told.setdefault("stated_on", today().isoformat())
    return told
