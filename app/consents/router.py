from fastapi import APIRouter, Request, Response

from app.auth.deps import CreateDb
from app.consents import queries, service
from app.consents.deps import ConsentRecorder, ConsentsSeen, ConsentToEnd, PersonAsked
from app.consents.models import Consent
from app.consents.schemas import ConsentCreate, ConsentOut, ConsentPage, Narrowing, Withdrawal
from app.core.db import ReadSession
from app.core.deps import PageQuery, ReadDb, WriteDb
from app.core.http import ApiRoute, answer, page_answer, refuses

router = APIRouter(route_class=ApiRoute, tags=["consents"])


@router.get("/people/{person_id}/consents", response_model=ConsentPage)
def list_consents(request: Request, seen: ConsentsSeen, db: ReadDb, page: PageQuery) -> Response:
    """Every answer of the person about sharing, the latest first: given, refused, narrowed, withdrawn, expired."""
    return page_answer(request, queries.page(db, seen, page))


@router.post("/people/{person_id}/consents", response_model=ConsentOut, status_code=201)
def record_consent(
    actor: ConsentRecorder, db: CreateDb, person: PersonAsked, data: ConsentCreate
) -> Response:
    """Record what the person answered about sharing; a refusal is an answer too.

    What may be shared with an institution is decided for each category by the most specific answer that concerns it -
    the institution by name, then a need, then a theme, then any partner - and among equally specific ones by the
    latest. A refusal never stands in the way of help that needs no sharing.
    """
    return _consent(db, service.record(db, actor, person, data), 201)


@router.post("/people/{person_id}/consents/{consent_id}/withdraw", response_model=ConsentOut)
@refuses(service.ConsentEndedBefore, service.NotAConsent)
def withdraw_consent(
    actor: ConsentRecorder, db: WriteDb, consent: ConsentToEnd, data: Withdrawal
) -> Response:
    """End a consent. It counts at once, also for what a partner was sent before.

    Other consents of the person stand; who wants nothing at all to reach an institution records a refusal to it.
    """
    service.withdraw(db, actor, consent, data.reason)
    return _consent(db, consent)


@router.post("/people/{person_id}/consents/{consent_id}/narrow", response_model=ConsentOut, status_code=201)
@refuses(service.ConsentEndedBefore, service.NotAConsent)
def narrow_consent(actor: ConsentRecorder, db: CreateDb, consent: ConsentToEnd, data: Narrowing) -> Response:
    """End a consent and record what remains of it, which is the answer: fewer categories, an earlier end, or both."""
    return _consent(db, service.narrow(db, actor, consent, data), 201)


def _consent(db: ReadSession, consent: Consent, status: int = 200) -> Response:
    location = f"/api/v1/people/{consent.person_id}/consents" if status == 201 else None
    return answer(queries.read(db, consent.person_id, consent.id), status, location=location)
