from typing import Annotated, Any

from fastapi import Depends, Request

from app.auth.deps import allowed
from app.auth.permissions import Permission
from app.core.actor import Actor
from app.core.deps import ReadDb, WriteDb, look, read_aside
from app.core.http import refuses
from app.core.ids import ReferralId
from app.core.sharing import Withheld
from app.files import queries as files
from app.files.deps import FileReader
from app.files.models import SubjectType
from app.referrals import partner_view, queries
from app.referrals.models import Referral

ReferralReader = Annotated[Actor, Depends(allowed(Permission.referral_read))]
ReferralWriter = Annotated[Actor, Depends(allowed(Permission.referral_write))]
ReferralAnswerer = Annotated[Actor, Depends(allowed(Permission.referral_answer))]


def _to_write(actor: ReferralWriter, db: WriteDb, referral_id: ReferralId) -> Referral:
    return queries.get(db, actor, referral_id)


def _to_answer(actor: ReferralAnswerer, db: WriteDb, referral_id: ReferralId) -> Referral:
    return queries.get(db, actor, referral_id)


def _found(actor: ReferralReader, db: ReadDb, referral_id: ReferralId) -> Referral:
    return queries.get(db, actor, referral_id)


def _found_by_partner(actor: ReferralAnswerer, db: ReadDb, referral_id: ReferralId) -> Referral:
    return queries.get(db, actor, referral_id)


async def _seen(
    request: Request, actor: ReferralReader, found: Annotated[Referral, Depends(_found, scope="function")]
) -> Referral:
    await request.app.state.accesses.record(actor, "referral:read", "referral", found.id, found.person_id)
    return found


async def _seen_by_partner(
    request: Request,
    actor: ReferralAnswerer,
    found: Annotated[Referral, Depends(_found_by_partner, scope="function")],
) -> Referral:
    await request.app.state.accesses.record(actor, "referral:read", "referral", found.id, found.person_id)
    return found


@refuses(Withheld)
def _shared(
    actor: ReferralAnswerer,
    db: ReadDb,
    seen: Annotated[Referral, Depends(_seen_by_partner, scope="function")],
) -> Referral:
    """The messages of both sides speak of the person too: they close with the consent."""
    partner_view.require_shared(db, actor, seen.id)
    return seen


def _partner_page(
    actor: ReferralAnswerer,
    db: ReadDb,
    seen: Annotated[Referral, Depends(_seen_by_partner, scope="function")],
) -> dict[str, Any]:
    return partner_view.read(db, actor, seen.id)


async def _documents(
    request: Request,
    actor: ReferralAnswerer,
    db: ReadDb,
    found: Annotated[Referral, Depends(_found_by_partner, scope="function")],
    view: Annotated[dict[str, Any], Depends(_partner_page, scope="function")],
) -> list[dict[str, Any]]:
    """The files that may be named now; that they were listed is recorded as it is for every other list of files."""
    listed = await read_aside(partner_view.documents, db, actor, view)
    if listed:
        await request.app.state.accesses.record(
            actor, "attachment:list", "referral", found.id, found.person_id
        )
    return listed


async def _documents_at_window(
    request: Request,
    actor: FileReader,
    db: ReadDb,
    seen: Annotated[Referral, Depends(_seen, scope="function")],
) -> list[dict[str, Any]]:
    """The files of a referral for who refers; that they were listed is recorded."""
    await request.app.state.accesses.record(actor, "attachment:list", "referral", seen.id, seen.person_id)
    return await look(request, files.of, db, SubjectType.referral, seen.id)


async def _lister(request: Request, actor: ReferralReader) -> Actor:
    """A list tells of people's needs: who asked for it is recorded, once a page."""
    await request.app.state.accesses.record(actor, "referral:list", "window", None, None)
    return actor


ReferralLister = Annotated[Actor, Depends(_lister)]
ReferralToWrite = Annotated[Referral, Depends(_to_write, scope="function")]
ReferralToAnswer = Annotated[Referral, Depends(_to_answer, scope="function")]
ReferralSeen = Annotated[Referral, Depends(_seen, scope="function")]
ReferralSeenByPartner = Annotated[Referral, Depends(_shared, scope="function")]
PartnerReferral = Annotated[dict[str, Any], Depends(_partner_page, scope="function")]
PartnerDocuments = Annotated[list[dict[str, Any]], Depends(_documents, scope="function")]
ReferralDocuments = Annotated[list[dict[str, Any]], Depends(_documents_at_window, scope="function")]
