"""What the page of one case shows, gathered from the modules that know it."""

from collections.abc import Mapping
from typing import Any

from app.assessments import queries as assessments
from app.assessments import revealed
from app.cases import plan_queries
from app.cases import queries as cases
from app.cases.policy import decides_closings
from app.cases.states import CaseStatus, GoalStatus
from app.consents import queries as consents
from app.core.actor import Actor
from app.core.db import ReadSession
from app.core.pagination import PageRequest
from app.files import queries as files
from app.files.models import SubjectType
from app.followups import queries as follow_ups
from app.intake import added
from app.intake import case_queries as interviews
from app.people import queries as people
from app.referrals import overviews as referrals
from app.web import case_events, documents, revealed_needs, team, terms
from app.web.case_events import Chapter
from app.web.next_step import Facts, next_step
from app.windows import queries as windows

EVENTS = 10  # on the page of the case; the timeline's own page shows all
_FEW = PageRequest(limit=8)


def gather(db: ReadSession, actor: Actor, case: Mapping[str, Any], chapter: Chapter | None) -> dict[str, Any]:
    """Everything around a case that was found visible and recorded as opened."""
    case_id, person_id, window_id = case["id"], case["person_id"], case["window_id"]
    referred = referrals.of_case(db, actor, case_id)
    is_living = case["status"] is not CaseStatus.closed
    planned = follow_ups.waiting(db, case_id) if is_living else follow_ups.left_open(db, case_id)
    assessed = assessments.page(db, actor, case_id, _FEW).items
    goals = plan_queries.plan(db, actor, case_id)
    decided = [goal for goal in goals if goal["status"] is not GoalStatus.open]
    facts = Facts(
        case=case,
        today=windows.today(db, window_id),
        may_approve=decides_closings(actor),
        dues=cases.dues(db, case_id),
        contacts=planned,
        referrals=referred,
        assessments=[a for a in assessed if a["status"] != "discarded"],
        goals=goals,
    )
    offered = revealed_needs.offered(db, case, revealed.telling(assessed))
    heard = interviews.added(db, case_id, EVENTS)
    _, household = people.household(db, actor, person_id)
    return {
        "case": case,
        "known": people.read(db, actor, person_id),
        "allowed": case["actions"],
        "household": household,
        "relationships": terms.words(db, "relationship"),
        "zone": windows.zone(db, window_id),
        "today": facts.today,
        "step": next_step(facts),
        "consent": consents.standing(db, person_id),
        "referrals": referred,
        "contacts": planned,
        "contact_due": facts.dues.get("follow_up"),  # by the rhythm, before anybody plans one
        "assessments": facts.assessments,
        "goals": [goal for goal in goals if goal["status"] is GoalStatus.open],
        "decided": len(decided),
        "unfinished": plan_queries.unfinished(decided),
        "files": files.page(db, _FEW, SubjectType.case, case_id),
        "file_limit": documents.most_megabytes(),
        "timeline": case_events.page(db, case_id, PageRequest(limit=EVENTS), chapter, referred),
        "chapter": chapter,
        "chapters": list(case_events.KINDS),
        "needs": terms.words(db, "need"),
        "revealed": offered,
        "told": revealed_needs.told(db, case, heard, offered),
        "more_urgent": added.more_urgent(case["priority"], heard),
        "colleagues": dict(team.colleagues(db, window_id)),
        "is_living": is_living,
    }
