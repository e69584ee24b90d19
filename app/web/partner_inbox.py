"""The partner's face: what was sent to their institution, and one referral as the person allows it now."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

from fastapi import Request
from starlette.responses import Response

from app.auth.deps import CreateDb
from app.cases.states import Stage
from app.core.actor import WINDOW_ROLES, Actor, Role
from app.core.clock import now
from app.core.db import ReadSession
from app.core.deps import PageQuery, ReadDb, WriteDb
from app.core.pagination import Page, PageRequest
from app.partners import own
from app.referrals import answering, history, partner_view, queries, service
from app.referrals import inbox as due
from app.referrals.deps import PartnerDocuments, PartnerReferral, ReferralAnswerer, ReferralToAnswer
from app.referrals.naming import reference
from app.referrals.schemas import MessageCreate
from app.referrals.states import (
    FINAL,
    PAUSED,
    UNDECIDED,
    DeclineReason,
    FailureReason,
    HoldReason,
    ReferralAction,
    ReferralStatus,
    WithdrawalReason,
)
from app.web import documents as documents_page
from app.web import drawing, face, terms
from app.web.face import PageForm, see
from app.web.rendering import page
from app.windows import places

router = face.router()

Box = Literal["to_answer", "for_window", "in_progress", "ended"]

REASONS = {
    ReferralAction.decline: DeclineReason,
    ReferralAction.fail: FailureReason,
    ReferralAction.hold: HoldReason,
    ReferralAction.withdraw: WithdrawalReason,
}


@router.get("/inbox")
def inbox(
    request: Request, actor: ReferralAnswerer, db: ReadDb, wanted: PageQuery, box: Box = "to_answer"
) -> Response:
    """What waits for an answer, what is overdue before the rest; for the window's answer; what is under way; has ended."""
    found = _box(db, actor, wanted, box)
    known = places.windows(db, (item["window_id"] for item in found.items))
    return page(
        request,
        "partner/inbox.html",
        box=box,
        boxes=get_args(Box),
        answered=history.just_answered(
            db, (item["id"] for item in found.items if item["status"] in UNDECIDED)
        ),
        referrals=[{**item, **_clock(item, known[item["window_id"]]["time_zone"])} for item in found.items],
        next=found.next,
        services=own.named(db, actor, (item["service_id"] for item in found.items)),
        windows=known,
        reference=reference,
        needs=terms.by_code(db, "need"),
    )


def _box(db: ReadSession, actor: Actor, wanted: PageRequest, box: Box) -> Page:
    if box == "to_answer":
        return due.undecided(db, actor, wanted)
    return queries.inbox(db, actor, wanted, box)


def _clock(referral: dict[str, Any], zone: str) -> dict[str, Any]:
    """The days at the window, and how the deadline stands: it runs while a decision is awaited from the partner."""
    waits = referral["status"] in UNDECIDED
    runs = waits and referral["status"] not in PAUSED
    due, there = referral["decide_by"], ZoneInfo(zone)
    return {
        "sent_on": referral["sent_at"].astimezone(there).date(),
        "due_on": due and due.astimezone(there).date(),
        "ended_on": referral["ended_at"] and referral["ended_at"].astimezone(there).date(),
        "waits": waits,
        "runs": runs,
        "is_overdue": runs and due is not None and due < now(),
    }


@router.get("/inbox/{referral_id}")
def show(
    request: Request, actor: ReferralAnswerer, db: ReadDb, view: PartnerReferral, documents: PartnerDocuments
) -> Response:
    """One referral as the person allows it now. The messages close with the consent, as at the API."""
    is_shared = not view["is_withheld"]
    written = PageRequest(limit=100)
    steps = [_in_words(step) for step in partner_view.steps(db, actor, view)]
    return page(
        request,
        "partner/referral.html",
        **told(db, actor, view),
        stage=_stage(view["status"]),
        why_withheld=None if is_shared else "ended" if view["status"] in FINAL else "consent",
        assessment_band=drawing.band(db, view["assessment"]),
        documents=documents,
        file_limit=documents_page.most_megabytes(),
        messages=_talk(history.messages(db, view["id"], written).items, steps) if is_shared else [],
        steps=steps,
        answer=_answer_of_window(view, steps),
        asked_at=_asked_at(view, steps),
        less=partner_view.lessened(db, actor, view["id"]),
        overtaken=steps[-1] if steps and _is_overtaken(request) else None,
    )


# Somebody else took a step before what was asked for was tried.
_OVERTAKEN = frozenset({"illegal_move", "changed_meanwhile", "referral_ended", "attachments_closed"})


def _is_overtaken(request: Request) -> bool:
    refusal = face.refusal(request)
    return refusal is not None and refusal["code"] in _OVERTAKEN


def _talk(messages: list[Any], steps: list[dict[str, Any]]) -> list[Mapping[str, Any]]:
    """What both sides wrote, oldest first: questions and their answers are looked for among the messages."""
    asked = [
        {"at": step["at"], "text": step["note"], "from_partner": step["is_ours"]}
        for step in steps
        if step["action"] in {ReferralAction.ask, ReferralAction.answer} and step["note"]
    ]
    return sorted([*messages, *asked], key=lambda one: one["at"])


def _answer_of_window(view: dict[str, Any], steps: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The window's answer to the last question, while it is the partner's turn again."""
    if view["status"] not in UNDECIDED or view["status"] in PAUSED:
        return None
    last = next((step for step in reversed(steps) if step["action"] is ReferralAction.answer), None)
    return last if last and last["note"] else None


def _asked_at(view: dict[str, Any], steps: list[dict[str, Any]]) -> datetime | None:
    """Since when the partner's question waits for the window."""
    if view["status"] is not ReferralStatus.info_requested:
        return None
    asked: list[datetime] = [step["at"] for step in steps if step["action"] is ReferralAction.ask]
    return asked[-1]


def told(db: ReadSession, actor: Actor, view: dict[str, Any]) -> dict[str, Any]:
    """What the page of a referral and the pages of its answers both show."""
    contact = (view["person"] or {}).get("contact") or {}
    window = places.windows(db, [view["window_id"]])[view["window_id"]]
    return {
        "referral": {**view, **_clock(view, window["time_zone"])},
        "service": own.named(db, actor, [view["service_id"]])[view["service_id"]],
        "window": window,
        "reference": reference(view["id"]),
        "commune": places.territories(db, [contact.get("commune_code")]).get(contact.get("commune_code", "")),
        "needs": terms.by_code(db, "need"),
        "languages": terms.by_code(db, "language"),
    }


def _stage(status: ReferralStatus) -> Stage:
    """How far a partner's part of the way has come; of the rest of the case a partner knows nothing."""
    if status in FINAL:
        return Stage.outcome
    return Stage.referral if status in UNDECIDED else Stage.accompaniment


def _in_words(step: dict[str, Any]) -> dict[str, Any]:
    """A step with its codes as members of their lists, so that the page has words for them."""
    action = ReferralAction(step["action"])
    reasons = REASONS.get(action)
    reason = reasons(step["reason_code"]) if reasons and step["reason_code"] else None
    sides = {
        "is_ours": step["actor_role"] is Role.partner_agent,
        "is_windows": step["actor_role"] in WINDOW_ROLES,
    }
    return {**step, **sides, "action": action, "reason": reason}


@router.post("/inbox/{referral_id}/open")
def open_it(actor: ReferralAnswerer, db: WriteDb, referral: ReferralToAnswer) -> Response:
    """Say that it was seen, and show it: what the list's button does the first time."""
    answering.open_it(db, actor, referral)
    return see(f"/inbox/{referral.id}")


@router.post("/inbox/{referral_id}/messages")
def write(actor: ReferralAnswerer, db: CreateDb, referral: ReferralToAnswer, form: PageForm) -> Response:
    service.write_message(db, actor, referral, form.read(MessageCreate).text)
    return see(f"/inbox/{referral.id}", done="message_sent")
