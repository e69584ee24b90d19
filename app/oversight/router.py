from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.audit import service as audit
from app.core.deps import PageQuery, ReadDb
from app.core.errors import NotFound
from app.core.fields import Instant
from app.core.http import ApiRoute, answer, page_answer, refuses
from app.core.ids import PersonId, UserId
from app.oversight import queries
from app.oversight.deps import FindsCases, PersonAskedAbout, TrailReader
from app.oversight.schemas import AccessPage, ChainOut, EntryPage, NumberedCase

router = APIRouter(route_class=ApiRoute, tags=["oversight"])


@router.get("/audit/entries", response_model=EntryPage)
def list_audit_entries(
    request: Request,
    _: TrailReader,
    db: ReadDb,
    page: PageQuery,
    actor_id: UserId | None = None,
    person_id: PersonId | None = None,
    subject_id: UUID | None = None,
    action: Annotated[str | None, Query(max_length=64, pattern=r"^[a-z_:-]+$")] = None,
    since: Instant | None = None,
    until: Instant | None = None,
) -> Response:
    """Who did or saw what, newest first: ids and codes, never the contents of a file."""
    found = queries.entries(
        db,
        page,
        since=since,
        until=until,
        actor_id=actor_id,
        person_id=person_id,
        subject_id=subject_id,
        action=action,
    )
    return page_answer(request, found)


@router.get("/audit/files/{number}", response_model=NumberedCase)
@refuses(NotFound)
async def find_audited_case(find: FindsCases, number: str) -> Response:
    """The ids behind a file number, to ask for the entries about the case or the person; the look-up leaves its own.

    The number is understood as by `/cases/by-number`: `ouj1 ٢٠٢٦ 42` is `OUJ1-2026-00042`.
    """
    return answer(await find(number))


@router.get("/audit/chain", response_model=ChainOut)
def verify_audit_chain(_: TrailReader, db: ReadDb) -> Response:
    """Walk the whole chain: does every link hold?"""
    verdict = audit.verify(db)
    return answer(
        {
            "sealed": verdict.sealed,
            "unsealed": verdict.unsealed,
            "holds": verdict.broken_at is None,
            "broken_at": verdict.broken_at,
            "head": verdict.head,
        }
    )


@router.get("/people/{person_id}/accesses", response_model=AccessPage)
def list_accesses_of_person(
    request: Request, person_id: PersonAskedAbout, db: ReadDb, page: PageQuery
) -> Response:
    """Who opened or changed this person's file, for a person who asks."""
    return page_answer(request, queries.accesses(db, person_id, page))
