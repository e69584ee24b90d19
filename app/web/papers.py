"""What leaves the house on paper: one sheet of A4 each, printed by the browser.

A sheet about somebody is read through the dependencies of the page that it stands for, so the same trail is left.
"""

from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import ValidationError
from starlette.responses import Response

from app.assessments import queries as assessments
from app.auth import queries as users
from app.cases import plan_queries
from app.cases.deps import CaseOpenedToRead, CaseReader
from app.consents.deps import ConsentRecorder
from app.consents.models import ConsentForm, ConsentPurpose
from app.core.actor import Actor, Role
from app.core.clock import today
from app.core.db import ReadSession
from app.core.deps import ReadDb
from app.core.ids import ReferralId, WindowId
from app.core.pagination import PageRequest
from app.core.sharing import DataCategory
from app.followups import queries as follow_ups
from app.intake import case_queries
from app.intake.deps import InterviewReader, InterviewSeen, InterviewWriter
from app.intake.states import Channel, Conclusion, Urgency
from app.partners import directory
from app.partners import queries as partners
from app.people import queries as people
from app.people.deps import PersonReader, PersonSeen
from app.people.identifiers import IdentifierKind
from app.people.models import Sex
from app.people.schemas import BirthIn
from app.referrals import history, naming, partner_view
from app.referrals import queries as referrals
from app.referrals.deps import ReferralReader, ReferralSeen
from app.referrals.states import ReferralStatus
from app.web import drawing, face, terms
from app.web.face import see
from app.web.rendering import page
from app.windows import places

router = face.router()

# What the intake sheet shows of an interview and of a person; nothing stands on a blank form.
_BLANK: dict[str, Any] = dict.fromkeys(
    ("narrative", "needs", "urgency", "channel", "conclusion", "conclusion_note")
)
_NOBODY: dict[str, Any] = dict.fromkeys(
    (*people.NAMES, "sex", "birth", "phones", "identifiers", "language", "address", "commune_code")
)

# What of a list finds room on a sheet; the rest stays in the file.
GOALS, ACTIONS, REFERRALS, CONSENTS = 6, 2, 4, 6


def _fitting(text: str | None, characters: int, lines: int) -> dict[str, Any]:
    """As much of a text as a sheet has room for, cut between words, and whether something is left out."""
    whole = text or ""
    kept = "\n".join(whole.splitlines()[:lines])
    if len(kept) > characters:
        kept = kept[:characters].rsplit(maxsplit=1)[0]
    return {"text": kept, "is_cut": kept != whole.strip() and bool(whole)}


def _window(db: ReadSession, window_id: WindowId | None) -> dict[str, Any] | None:
    return places.windows(db, [window_id])[window_id] if window_id else None


def _house(db: ReadSession, actor: Actor, window_id: WindowId | None = None) -> dict[str, Any]:
    """What stands at the head and the foot of a sheet: the window, if there is no doubt which, and the day."""
    only = next(iter(actor.window_ids)) if len(actor.window_ids) == 1 else None
    window = _window(db, window_id or only)
    return {"window": window, "on": today(window["time_zone"] if window else None)}


def _intake_lists(db: ReadSession) -> dict[str, Any]:
    needs = terms.by_code(db, "need")
    return {
        "needs": needs,
        "themes": [term for term in needs.values() if not (term["parent_code"] or term["is_retired"])],
        "languages": terms.by_code(db, "language"),
        "sexes": tuple(Sex),
        "documents": tuple(IdentifierKind),
        "urgencies": tuple(Urgency),
        "channels": tuple(Channel),
        "conclusions": tuple(Conclusion),
        "purposes": tuple(ConsentPurpose),
        "categories": tuple(DataCategory),
        "ways": tuple(ConsentForm),
    }


@router.get("/paper/intake")
def blank_intake(request: Request, actor: InterviewWriter, db: ReadDb) -> Response:
    """The intake's questions in the order of the screen, for when there is no power."""
    return page(
        request,
        "paper/intake.html",
        **_house(db, actor),
        **_intake_lists(db),
        interview=None,
        told=_BLANK,
        is_joined=False,
        narrative=_fitting(None, 0, 0),
        whom=_NOBODY,
        commune=None,
        answers=[],
        back="/reception",
    )


@router.get("/interviews/{interview_id}/print")
def intake_sheet(request: Request, actor: InterviewReader, db: ReadDb, interview: InterviewSeen) -> Response:
    """What an interview has written down, to be signed."""
    whom = (
        people.read(db, actor, interview["person_id"])
        if interview["person_id"]
        else _as_typed(interview["new_person"] or {})
    )
    commune = whom.get("commune_code")
    return page(
        request,
        "paper/intake.html",
        **_house(db, actor, interview["window_id"]),
        **_intake_lists(db),
        interview=interview,
        told=interview,
        is_joined=case_queries.was_added(db, interview),
        narrative=_fitting(interview["narrative"], 950, 9),
        whom=whom,
        commune=places.territories(db, [commune]).get(commune) if commune else None,
        answers=interview["consents"][:CONSENTS],
        more_answers=len(interview["consents"]) > CONSENTS,
        back=f"/interviews/{interview['id']}",
    )


def _as_typed(told: dict[str, Any]) -> dict[str, Any]:
    """Somebody who is not registered yet, as far as what was typed can be read."""
    try:
        birth = BirthIn.model_validate(told.get("birth") or {}).model_dump()
    except ValidationError:
        birth = None
    sex = told.get("sex")
    return {
        **_NOBODY,
        **told,
        "sex": Sex(sex) if sex in set(Sex) else None,
        "birth": birth,
        "phones": [one for one in told.get("phones") or [] if isinstance(one, dict)],
        "identifiers": [
            {**one, "kind": IdentifierKind(one["kind"])}
            for one in told.get("identifiers") or []
            if isinstance(one, dict) and one.get("kind") in set(IdentifierKind)
        ],
    }


def _asked(actor: PersonReader, db: ReadDb, person_id: PersonSeen) -> dict[str, Any]:
    return people.read(db, actor, person_id)


@router.get("/people/{person_id}/consent-sheet")
def consent_sheet(
    request: Request,
    actor: ConsentRecorder,
    db: ReadDb,
    whom: Annotated[dict[str, Any], Depends(_asked)],
) -> Response:
    """What is read aloud before somebody agrees or refuses, with the places to sign."""
    here = sorted(actor.window_ids & set(whom["window_ids"]))
    return page(
        request,
        "paper/consent.html",
        **_house(db, actor, here[0] if len(here) == 1 else None),
        whom=whom,
        purposes=tuple(ConsentPurpose),
        categories=tuple(DataCategory),
        back=f"/people/{whom['id']}",
    )


@router.get("/referrals/{referral_id}/letter")
def letter(request: Request, actor: ReferralReader, db: ReadDb, referral: ReferralSeen) -> Response:
    """A letter to the partner that says what the partner sees on the screen now, and no more.

    What was not sent has no letter: nothing is shared before it is.
    """
    if referral.status is ReferralStatus.draft or referral.sent_at is None:
        return see(f"/referrals/{referral.id}")
    reader = Actor(user_id=None, role=Role.partner_agent, institution_id=referral.institution_id)
    view = partner_view.read(db, reader, referral.id)
    contact = (view["person"] or {}).get("contact") or {}
    return page(
        request,
        "paper/letter.html",
        **_house(db, actor, referral.window_id),
        referral=view,
        is_agreed=referral.legal_basis is None,
        sent_by=_sender(db, referral.id),
        reference=naming.reference(referral.id),
        situation=_fitting(view["situation"], 800, 8),
        service=directory.read(db, actor, referral.service_id),
        institution=partners.read(db, actor, referral.institution_id),
        commune=places.territories(db, [contact.get("commune_code")]).get(contact.get("commune_code") or ""),
        needs=terms.by_code(db, "need"),
        languages=terms.by_code(db, "language"),
        band=drawing.band(db, view["assessment"]),
        back=f"/referrals/{referral.id}",
    )


def _sender(db: ReadSession, referral_id: ReferralId) -> str | None:
    """Whom the partner asks for at the window."""
    sent = next(
        (step["actor_id"] for step in history.steps(db, referral_id) if step["action"] == "send"), None
    )
    return users.names(db, [sent])[sent]["name"] if sent else None


@router.get("/cases/{case_id}/print")
def case_summary(request: Request, actor: CaseReader, db: ReadDb, case: CaseOpenedToRead) -> Response:
    """A case on one sheet: who, how far, what is planned, what was asked of partners."""
    whom = people.read(db, actor, case["person_id"])
    sent = referrals.page(db, actor, PageRequest(limit=REFERRALS), case_id=case["id"])
    result = assessments.latest(db, case["id"])
    planned = follow_ups.waiting(db, case["id"])
    plan = plan_queries.plan(db, actor, case["id"])  # goals with an outcome too: a closed case has no other
    return page(
        request,
        "paper/case.html",
        **_house(db, actor, case["window_id"]),
        case=case,
        whom=whom,
        commune=places.territories(db, [whom["commune_code"]]).get(whom["commune_code"] or ""),
        needs=terms.by_code(db, "need"),
        summary=_fitting(case["summary"], 300, 3),
        goals=[{**goal, "actions": goal["actions"][:ACTIONS]} for goal in plan[:GOALS]],
        more_goals=len(plan) > GOALS,
        referrals=[{**one, "service": directory.read(db, actor, one["service_id"])} for one in sent.items],
        more_referrals=sent.next is not None,
        next_hour=next((c["due_time"] for c in planned if c["due_on"] == case["next_due_on"]), None),
        result=result,
        band=drawing.band(db, result),
        back=f"/cases/{case['id']}",
    )
