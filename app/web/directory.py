"""The directory of the network for who refers people: what is offered, by whom, where, and under which agreement."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from starlette.responses import Response

from app.core.db import ReadSession
from app.core.deps import PageQuery, ReadDb
from app.core.ids import InstitutionId
from app.core.pagination import PageRequest
from app.core.settings import settings
from app.partners import agreements, queries
from app.partners import directory as services
from app.partners.deps import PartnerReader
from app.referrals import figures
from app.web import face, terms
from app.web.rendering import page
from app.windows import places
from app.windows import queries as windows

router = face.router()


@dataclass(frozen=True)
class Search:
    """What is looked for; None where everything will do. What the lists do not know is not looked for."""

    need: str | None = None
    territory: str | None = None
    language: str | None = None

    @property
    def is_narrow(self) -> bool:
        return any((self.need, self.territory, self.language))


def _search(_: PartnerReader, db: ReadDb, need: str = "", territory: str = "", language: str = "") -> Search:
    """A form that was left blank sends empty fields: nothing was asked for."""
    known = places.territories(db, [territory])
    return Search(
        need=need if need in terms.by_code(db, "need") else None,
        territory=territory if territory in known else None,
        language=language if language in terms.by_code(db, "language") else None,
    )


Wanted = Annotated[Search, Depends(_search)]


@router.get("/directory")
def directory(
    request: Request,
    actor: PartnerReader,
    db: ReadDb,
    wanted: PageQuery,
    search: Wanted,
    box: Literal["services", "institutions"] = "services",
) -> Response:
    """Services by need, place and language, or the institutions by their names."""
    if box == "institutions":
        found = queries.page(db, actor, wanted, need=search.need, active=True)
    else:
        found = services.page(
            db,
            actor,
            wanted,
            need=search.need,
            territories=windows.ancestors(db, search.territory) if search.territory else None,
            language=search.language,
        )
    named = {code for item in found.items for code in _codes(item)}
    return page(
        request,
        "directory/search.html",
        box=box,
        search=search,
        found=found.items,
        next=found.next,
        **_words(db),
        provinces=places.provinces(db),
        territories=places.territories(db, named),
    )


def _codes(item: dict[str, Any]) -> list[str]:
    """The territories that a row of either list names."""
    return list(item.get("territory_codes") or [code for code in [item.get("territory_code")] if code])


def _words(db: ReadSession) -> dict[str, Any]:
    return {
        "needs": terms.by_code(db, "need"),
        "languages": terms.by_code(db, "language"),
        "targets": terms.by_code(db, "service_target"),
        "kinds": terms.by_code(db, "institution_kind"),
    }


@router.get("/directory/{institution_id}")
def institution(
    request: Request, actor: PartnerReader, db: ReadDb, institution_id: InstitutionId
) -> Response:
    """One institution: whom to reach, what it offers with its places, and what was agreed with it."""
    found = queries.read(db, actor, institution_id)
    whole = PageRequest(limit=100)
    offered = services.page(db, actor, whole, institution_id=institution_id).items
    held = agreements.page(db, actor, whole, institution_id=institution_id, in_force=True).items
    codes = {found["territory_code"], *(one["territory_code"] for one in held)}
    return page(
        request,
        "directory/institution.html",
        institution=found,
        services=offered,
        served=figures.served(db, (offer["id"] for offer in offered)),
        agreements=held,
        defaults=settings(),
        **_words(db),
        territories=places.territories(db, codes.union(*(offer["territory_codes"] for offer in offered))),
    )
