"""The referrals of one's windows: the list, and one of them from the draft to its outcome."""

from typing import Annotated, Any

from fastapi import Query, Request
from starlette.responses import Response

from app.audit import service as audit
from app.auth import queries as users
from app.auth.deps import CreateDb
from app.core.actor import WINDOW_ROLES, Actor
from app.core.clock import now
from app.core.db import ReadSession
from app.core.deps import PageQuery, ReadDb, WriteDb
from app.core.sharing import DataCategory
from app.partners import queries as partners
from app.referrals import answering, history, partner_view, queries, service
from app.referrals.deps import (
    ReferralDocuments,
    ReferralLister,
    ReferralReader,
    ReferralSeen,
    ReferralToWrite,
    ReferralWriter,
)
from app.referrals.models import Referral
from app.referrals.naming import names, reference
from app.referrals.schemas import AppointmentIn, MessageCreate, Reply, Withdrawal
from app.referrals.states import PAUSED, REFERABLE_AGAIN, UNDECIDED, ReferralStatus, WithdrawalReason
from app.web import documents as documents_page
from app.web import face, terms
from app.web.face import PageForm, see
from app.web.rendering import page

router = face.router()

BOXES: dict[str, dict[str, Any]] = {
    "open": {"only_open": True},
    "drafts": {"status": ReferralStatus.draft},
    "questions": {"status": ReferralStatus.info_requested},
    "late": {"only_open": True, "breached": True},
    "all": {},
}


@router.get("/referrals")
def show_list(
    request: Request,
    actor: ReferralLister,
    db: ReadDb,
    wanted: PageQuery,
    box: Annotated[str, Query(pattern="^[a-z]{1,16}$")] = "open",
    status: ReferralStatus | None = None,
) -> Response:
    """Those under way unless another box or a state is asked for."""
    chosen = {"status": status} if status else BOXES.get(box, BOXES["open"])
    found = queries.page(db, actor, wanted, **chosen)
    return page(
        request,
        "referrals/list.html",
        referrals=found.items,
        names=names(db, [one["id"] for one in found.items]),
        reference=reference,
        next=found.next,
        boxes=BOXES,
        box=None if status else box,
        wanted_state=status,
        statuses=terms.members(ReferralStatus),
        needs=terms.words(db, "need"),
    )


@router.get("/referrals/{referral_id}")
def show_referral(
    request: Request,
    actor: ReferralReader,
    db: ReadDb,
    seen: ReferralSeen,
    documents: ReferralDocuments,
    wanted: PageQuery,
) -> Response:
    referral = queries.read(db, actor, seen.id)
    messages = history.messages(db, seen.id, wanted)
    steps = history.steps(db, seen.id)
    ours = {step["actor_id"] for step in steps if step["actor_role"] in WINDOW_ROLES}
    ours |= {file["uploaded_by"] for file in documents if file["institution_id"] is None}
    return page(
        request,
        "referrals/referral.html",
        referral=referral,
        names=names(db, [seen.id])[seen.id],
        reference=reference(seen.id),
        documents=documents,
        file_limit=documents_page.most_megabytes(),
        seen_now=_seen_now(db, actor, seen),
        steps=steps,
        colleagues=users.names(db, ours),
        messages=messages.items,
        next=messages.next,
        chain=_chain(db, seen),
        late=_late(db, actor, seen),
        less=partner_view.lessened(db, actor, seen.id),
        may_refer_again=seen.status in REFERABLE_AGAIN,
        reasons=terms.members(WithdrawalReason),
        needs=terms.words(db, "need"),
    )


def _late(db: ReadSession, actor: Actor, referral: Referral) -> dict[str, Any] | None:
    """Whom to call about an answer that did not come in time, and when the partner was last reminded."""
    waits = referral.status in UNDECIDED - PAUSED
    if not waits or referral.decide_by is None or referral.decide_by > now():
        return None
    return {
        "partner": partners.read(db, actor, referral.institution_id),
        "reminded_at": audit.last_at(db, "referral:remind", referral.id),
    }


def _seen_now(db: ReadSession, actor: Actor, referral: Referral) -> list[DataCategory]:
    """What the partner may read today, from the least to the most telling."""
    if referral.sent_at is None:
        return []
    told = partner_view.read(db, actor, referral.id)["categories"]
    return [category for category in DataCategory if category in told]


def _chain(db: ReadSession, referral: Referral) -> list[dict[str, Any]]:
    """The referrals that led here and on from here, by name; nothing when there is only this one."""
    links = history.chain(db, referral) if _is_linked(referral) else []
    named = names(db, [link["id"] for link in links])
    return [{**named[link["id"]], **link} for link in links] if len(links) > 1 else []


def _is_linked(referral: Referral) -> bool:
    return referral.previous_id is not None or referral.status in REFERABLE_AGAIN


@router.post("/referrals/{referral_id}/answer")
def answer(actor: ReferralWriter, db: WriteDb, referral: ReferralToWrite, form: PageForm) -> Response:
    service.answer(db, actor, referral, form.read(Reply).answer)
    return see(f"/referrals/{referral.id}", done="referral_answered")


@router.post("/referrals/{referral_id}/schedule")
def schedule(actor: ReferralWriter, db: WriteDb, referral: ReferralToWrite, form: PageForm) -> Response:
    answering.schedule(db, actor, referral, form.read(AppointmentIn))
    return see(f"/referrals/{referral.id}", done="appointment_noted")


@router.post("/referrals/{referral_id}/messages")
def write(actor: ReferralWriter, db: CreateDb, referral: ReferralToWrite, form: PageForm) -> Response:
    service.write_message(db, actor, referral, form.read(MessageCreate).text)
    return see(f"/referrals/{referral.id}", done="message_sent")


@router.post("/referrals/{referral_id}/withdraw")
def withdraw(actor: ReferralWriter, db: WriteDb, referral: ReferralToWrite, form: PageForm) -> Response:
    service.withdraw(db, actor, referral, form.read(Withdrawal))
    return see(f"/referrals/{referral.id}", done="referral_withdrawn")
