"""Contacts with a person: noted in three fields, planned, put off, taken back."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.auth import queries as users
from app.auth.deps import CreateDb
from app.cases import queries as cases
from app.cases.deps import CaseOpenedToRead, CaseToWrite
from app.core.actor import Actor
from app.core.db import ReadSession
from app.core.deps import PageQuery, ReadDb, WriteDb
from app.core.ids import CaseId, WindowId
from app.followups import queries, service
from app.followups.deps import FollowUpReader, FollowUpSeen, FollowUpToWrite, FollowUpWriter
from app.followups.schemas import (
    Cancellation,
    ContactRecord,
    FollowUpCreate,
    MissedContact,
    Postponement,
    UnplannedContact,
)
from app.followups.states import FollowUpKind
from app.web import face, team, terms
from app.web.face import PageForm, see
from app.web.forms import Form
from app.web.rendering import page
from app.windows import queries as windows

router = face.router()

_MISSED = {"reason": "reason", "happened": "note"}
_HELD = {"happened": "happened", "next_step": "next_step"}


def _next(form: Form, kind: str | None) -> dict[str, Any]:
    """The next contact, when a day was chosen for it: of the same kind, for what was written as next."""
    said = {name: form.value(f"next.{name}") for name in ("due_on", "due_time")}
    told = {name: value.strip() for name, value in said.items() if value and value.strip()}
    if not told:
        return {"next": None}
    return {"next": {"kind": kind, **told, "purpose": form.value("next_step") or None}}


def _when(db: ReadSession, form: Form, window_id: WindowId) -> dict[str, Any]:
    """When it took place, by the clock of the window; now, where nothing else was said."""
    return {"held_at": form.instant("held_at", windows.zone(db, window_id))}


def _part(form: Form, names: dict[str, str]) -> Form:
    """Those fields of one form that one kind of answer reads, under the names that it knows them by."""
    return Form((names[name], value) for name, value in form.fields if name in names)


# --- a contact that nobody had planned ------------------------------------------------------------------------


@router.get("/cases/{case_id}/contacts/new")
def note_page(request: Request, _: FollowUpWriter, db: ReadDb, case: CaseOpenedToRead) -> Response:
    return page(
        request,
        "cases/contact_new.html",
        case=case,
        kinds=terms.members(FollowUpKind),
        usual=queries.usual_kind(db, case["person_id"]),
        planned=queries.waiting(db, case["id"]),
    )


@router.post("/cases/{case_id}/contacts")
def note_unplanned(actor: FollowUpWriter, db: CreateDb, case: CaseToWrite, form: PageForm) -> Response:
    kind = form.value("kind")
    told = _part(form, {**_HELD, "kind": "kind", "planned_id": "planned_id"})
    data = told.read(UnplannedContact, **_when(db, form, case.window_id), **_next(form, kind))
    service.note_unplanned(db, actor, case, data)
    return see(f"/cases/{case.id}", done="contact_noted")


# --- planning -------------------------------------------------------------------------------------------------


@router.get("/cases/{case_id}/contacts")
def list_contacts(
    request: Request, actor: FollowUpReader, db: ReadDb, case: CaseOpenedToRead, wanted: PageQuery
) -> Response:
    """Every contact of a case, the latest due first."""
    found = queries.of_case(db, actor, case["id"], wanted)
    return page(
        request,
        "cases/contacts.html",
        case=case,
        contacts=found.items,
        next=found.next,
        told=queries.told(db, (contact["id"] for contact in found.items)),
        names=users.names(db, (contact["worker_id"] for contact in found.items)),
    )


@router.get("/cases/{case_id}/follow-ups/new")
def plan_page(request: Request, _: FollowUpWriter, db: ReadDb, case: CaseOpenedToRead) -> Response:
    return page(
        request,
        "cases/contact_plan.html",
        case=case,
        kinds=terms.members(FollowUpKind),
        usual=queries.usual_kind(db, case["person_id"]),
        team=team.colleagues(db, case["window_id"]),
    )


@router.post("/cases/{case_id}/follow-ups")
def plan(actor: FollowUpWriter, db: CreateDb, case: CaseToWrite, form: PageForm) -> Response:
    service.plan(db, actor, case, form.read(FollowUpCreate))
    return see(f"/cases/{case.id}", done="contact_planned")


# --- one contact ----------------------------------------------------------------------------------------------


def _around(db: ReadSession, actor: Actor, seen: FollowUpSeen) -> dict[str, Any]:
    contact = queries.read(db, actor, seen.id)
    return {
        "contact": contact,
        "case": cases.read(db, actor, contact["case_id"]),
        "worker": users.names(db, [contact["worker_id"]]).get(contact["worker_id"]),
        "zone": windows.zone(db, contact["window_id"]),
        "reasons": terms.options(db, "attendance_reason"),
        "reason_words": terms.words(db, "attendance_reason"),
    }


@router.get("/follow-ups/{follow_up_id}")
def show_contact(request: Request, actor: FollowUpReader, db: ReadDb, seen: FollowUpSeen) -> Response:
    """A planned contact as the note to be written; a past one as it was told."""
    around = _around(db, actor, seen)
    template = "contact_note" if "record" in around["contact"]["allowed"] else "contact_told"
    return page(request, f"cases/{template}.html", **around)


@router.post("/follow-ups/{follow_up_id}")
def note(actor: FollowUpWriter, db: WriteDb, follow_up: FollowUpToWrite, form: PageForm) -> Response:
    """What happened, or why nothing did."""
    more = _next(form, follow_up.kind)
    if form.value("_attendance") == "missed":
        service.miss(db, actor, follow_up, _part(form, _MISSED).read(MissedContact, **more))
    else:
        more |= _when(db, form, follow_up.window_id)
        service.record(db, actor, follow_up, _part(form, _HELD).read(ContactRecord, **more))
    return _back(follow_up.case_id, "contact_noted")


def _back(case_id: CaseId, done: str) -> Response:
    return see(f"/cases/{case_id}", done=done)


@router.get("/follow-ups/{follow_up_id}/postpone")
def postpone_page(request: Request, actor: FollowUpWriter, db: ReadDb, seen: FollowUpSeen) -> Response:
    return page(request, "cases/contact_postpone.html", **_around(db, actor, seen))


@router.post("/follow-ups/{follow_up_id}/postpone")
def postpone(actor: FollowUpWriter, db: WriteDb, follow_up: FollowUpToWrite, form: PageForm) -> Response:
    service.postpone(db, actor, follow_up, form.read(Postponement))
    return _back(follow_up.case_id, "contact_postponed")


@router.get("/follow-ups/{follow_up_id}/cancel")
def cancel_page(request: Request, actor: FollowUpWriter, db: ReadDb, seen: FollowUpSeen) -> Response:
    return page(request, "cases/contact_cancel.html", **_around(db, actor, seen))


@router.post("/follow-ups/{follow_up_id}/cancel")
def cancel(actor: FollowUpWriter, db: WriteDb, follow_up: FollowUpToWrite, form: PageForm) -> Response:
    service.cancel(db, actor, follow_up, form.read(Cancellation))
    return _back(follow_up.case_id, "contact_cancelled")
