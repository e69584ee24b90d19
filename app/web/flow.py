"""The flow of referrals to each partner, and the ones that are stuck, by name."""

from typing import Literal

from fastapi import Request
from starlette.responses import Response

from app.core.deps import PageQuery, ReadDb
from app.core.ids import InstitutionId
from app.oversight import flow
from app.oversight.deps import FlowReader
from app.partners import queries as partners
from app.referrals.naming import reference
from app.web import face
from app.web.rendering import page

router = face.router()

Box = Literal["quarter", "half", "year"]
_DAYS: dict[Box, int] = {"quarter": 90, "half": 180, "year": 365}


@router.get("/flow")
def show_flow(request: Request, actor: FlowReader, db: ReadDb, box: Box = "quarter") -> Response:
    """Every partner of the period, and every one that still has to answer."""
    return page(
        request,
        "supervisor/flow.html",
        box=box,
        boxes=list(_DAYS),
        funnels=flow.funnels(db, actor, _DAYS[box]),
        steps=flow.STEPS,
        waiting={partner["institution_id"]: partner for partner in flow.waiting(db, actor)},
    )


@router.get("/flow/{institution_id}")
def show_partner(
    request: Request, actor: FlowReader, db: ReadDb, institution_id: InstitutionId, wanted: PageQuery
) -> Response:
    """One partner: what waits there, the stuck ones first, and how its referrals of a year went."""
    partner = partners.read(db, actor, institution_id)
    found = flow.unanswered(db, actor, institution_id, wanted)
    return page(
        request,
        "supervisor/partner.html",
        partner=partner,
        referrals=found.items,
        reference=reference,
        next=found.next,
        funnels=flow.funnels(db, actor, _DAYS["year"], institution_id),
        steps=flow.STEPS,
    )
