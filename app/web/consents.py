"""What a person answered about sharing: every answer, a new one, the end of one."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.auth.deps import CreateDb
from app.consents import queries, service
from app.consents.deps import ConsentRecorder, ConsentsSeen, ConsentToEnd, PersonAsked
from app.consents.models import ConsentDecision, ConsentForm, ConsentPurpose
from app.consents.schemas import ConsentCreate, Narrowing, Withdrawal
from app.core.clock import today
from app.core.db import ReadSession
from app.core.deps import PageQuery, ReadDb, WriteDb
from app.core.pagination import PageRequest
from app.core.sharing import DataCategory
from app.partners import queries as partners
from app.people import queries as people
from app.people.deps import PersonReader
from app.web import face, terms, wording
from app.web.face import PageForm, see
from app.web.rendering import page

router = face.router()


def form_lists(db: ReadSession) -> dict[str, Any]:
    """What the form of an answer offers, wherever it stands."""
    return {
        "decisions": terms.members(ConsentDecision),
        "purposes": terms.members(ConsentPurpose),
        "consent_forms": terms.members(ConsentForm),
        "categories": list(DataCategory),
        "consent_languages": terms.options(db, "language"),
        "latest_end": service.latest_end(today()),
    }


@router.get("/people/{person_id}/consents")
def show_consents(
    request: Request, actor: PersonReader, seen: ConsentsSeen, db: ReadDb, wanted: PageQuery
) -> Response:
    found = queries.page(db, seen, wanted)
    partners_known = partners.page(db, actor, PageRequest(limit=100)).items
    named = partners.names(db, [c["institution_id"] for c in found.items if c["institution_id"]])
    return page(
        request,
        "people/consents.html",
        who=people.read(db, actor, seen),
        consents=found.items,
        next=found.next,
        institutions=named,
        partner_options=[(p["id"], str(wording.named(p).striptags())) for p in partners_known],
        needs=terms.words(db, "need"),
        need_options=terms.options(db, "need"),
        languages=terms.words(db, "language"),
        **form_lists(db),
    )


@router.post("/people/{person_id}/consents")
def record_consent(actor: ConsentRecorder, db: CreateDb, person: PersonAsked, form: PageForm) -> Response:
    service.record(db, actor, person, form.read(ConsentCreate))
    return see(f"/people/{person.id}/consents", done="consent_recorded")


@router.post("/people/{person_id}/consents/{consent_id}/withdraw")
def withdraw_consent(actor: ConsentRecorder, db: WriteDb, consent: ConsentToEnd, form: PageForm) -> Response:
    service.withdraw(db, actor, consent, form.read(Withdrawal).reason)
    return see(f"/people/{consent.person_id}/consents", done="consent_withdrawn")


@router.post("/people/{person_id}/consents/{consent_id}/narrow")
def narrow_consent(actor: ConsentRecorder, db: CreateDb, consent: ConsentToEnd, form: PageForm) -> Response:
    service.narrow(db, actor, consent, form.read(Narrowing))
    return see(f"/people/{consent.person_id}/consents", done="consent_narrowed")
