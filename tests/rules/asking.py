"""How each route is asked: the smallest request that it would grant, filled in from the rows of one side.

`{name}` in a path and "$name" in a body stand for what `tests.factories.sides` calls by that name.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from app.web.face import PageRoute
from tests.factories import assessments, intake
from tests.factories.files import PDF
from tests.support.xlsforms import workbook

API = "/api/v1"
ROW = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Ask:
    """`at` names other rows than the path does; `version` is the row whose version the change was made upon."""

    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    file: bytes | None = None
    at: Mapping[str, str] = field(default_factory=dict)
    version: str | None = None


def sheets(version: str) -> dict[str, str]:
    return {"kind": "markdown", "source": assessments.source("asked", version).decode()}


EMAIL, PASSWORD = "somebody@matrix.example", "a green lamp over 7 quiet doors"
REASON = "A reason for the test."
INTERVIEW = {**intake.told(conclusion="information_only"), "window_id": "$window_id"}
NEWCOMER = {"given_name_latin": "Autre", "family_name_latin": "Inconnue"}
CONSENT = {"decision": "given", "categories": ["identity"], "form": "signature"}
SERVICE = {"name_ar": "خدمة", "name_fr": "Autre service", "need_code": "housing"}
INSTITUTION = {"kind": "charity", "name_ar": "جمعية", "name_fr": "Association", "territory_code": "02"}
AGREEMENT = {
    "reference": "CONV-MATRIX",
    "title": "Convention",
    "parties": ["Réseau"],
    "territory_code": "02",
    "starts_on": "2026-01-01",
}
HOLIDAY = {"on": "2032-02-02", "name_ar": "يوم عطلة", "name_fr": "Jour férié"}
CONTACT = {"happened": "Une visite (exemple).", "kind": "visit"}
CLOSING = {"reason": "goals_met", "outcomes": {"$goal_id": {"status": "met"}}}
APPOINTMENT = {"at": "2031-03-03T09:30"}

ASKS: dict[str, Ask] = {
    "GET /problems/{code}": Ask(at={"code": "not_found"}),
    "GET /static": Ask(at={"static": "docs.js"}),
    **{f"GET {path}": Ask(query={"limit": "100"}) for path in ("/users", "/people", "/audit/entries")},
    "POST /auth/token": Ask(form={"username": EMAIL, "password": PASSWORD}),
    "POST /auth/activation": Ask({"code": "$activation_code", "password": PASSWORD}),
    "POST /auth/password": Ask({"current_password": PASSWORD, "password": PASSWORD + "!"}),
    "POST /users": Ask({"email": "new@matrix.example", "name": "Nouveau", "role": "auditor"}),
    "PATCH /users/{user_id}": Ask({"name": "Autre nom"}, version="user"),
    "GET /vocabularies/{name}": Ask(at={"name": "need"}),
    "POST /vocabularies/{name}/terms/{code}/reword": Ask(
        {"name_ar": "السكن", "name_fr": "Logement", "name_en": "Housing", "name_fa": "مسکن"}, version="term"
    ),
    "POST /windows": Ask({"code": "NEW1", "name_ar": "شباك", "name_fr": "Guichet", "territory_code": "02"}),
    "PATCH /windows/{window_id}": Ask({"name_fr": "Autre nom"}, version="window"),
    "POST /windows/{window_id}/holidays": Ask(HOLIDAY),
    "POST /holidays": Ask(HOLIDAY),
    "DELETE /holidays/{holiday_id}": Ask(at={"holiday_id": "$general_holiday_id"}),
    "POST /institutions": Ask(INSTITUTION),
    "PATCH /institutions/{institution_id}": Ask({"name_fr": "Autre nom"}, version="institution"),
    "PUT /institutions/{institution_id}/contacts": Ask({"contacts": []}, version="institution"),
    "POST /institutions/{institution_id}/services": Ask(SERVICE),
    "PATCH /services/{service_id}": Ask({"name_fr": "Autre nom"}, version="service"),
    "POST /institutions/{institution_id}/agreements": Ask(AGREEMENT),
    "PATCH /agreements/{agreement_id}": Ask(
        {"title": "Autre titre"}, at={"agreement_id": "$draft_agreement_id"}, version="draft_agreement"
    ),
    "POST /agreements/{agreement_id}/sign": Ask(at={"agreement_id": "$draft_agreement_id"}),
    "POST /agreements/{agreement_id}/suspend": Ask({"reason": REASON}),
    "POST /agreements/{agreement_id}/end": Ask({"reason": REASON}),
    "POST /instruments": Ask(sheets("1")),
    "POST /instruments/workbooks": Ask(file=workbook()),
    "POST /instruments/{instrument_id}/evaluations": Ask({"answers": {"home": "1"}}),
    "POST /windows/{window_id}/arrivals": Ask({"first_name": "مثالية", "reason": "first_visit"}),
    "POST /arrivals/{arrival_id}/answer": Ask({"topic": "documents"}),
    "POST /interviews": Ask({"window_id": "$window_id"}),
    "POST /interviews (here, who waits there)": Ask(
        {"window_id": "$my_window_id", "arrival_id": "$arrival_id"}
    ),
    "POST /interviews/completed": Ask(INTERVIEW),
    "POST /interviews/completed (here, a person of there)": Ask(
        {**INTERVIEW, "new_person": None, "person_id": "$person_id", "window_id": "$my_window_id"}
    ),
    "PATCH /interviews/{interview_id}": Ask({"narrative": "Une suite."}, version="interview"),
    "POST /interviews/{interview_id}/complete": Ask({"duplicate_override": REASON}),
    "POST /interviews/{interview_id}/abandon": Ask({"reason": REASON}),
    "POST /people": Ask({**NEWCOMER, "window_id": "$window_id"}),
    "POST /people/search": Ask({"name": "Exemple Inconnu"}),
    "PATCH /people/{person_id}": Ask({"address": "2, rue de l’Exemple"}, version="person"),
    "POST /people/{person_id}/receptions": Ask({"window_id": "$window_id", "reason": REASON}),
    "POST /people/{person_id}/receptions (here)": Ask({"window_id": "$my_window_id", "reason": REASON}),
    "POST /people/{person_id}/household": Ask({}, at={"person_id": "$newcomer_id"}),
    "POST /people/{person_id}/household (with those there)": Ask(
        {"with_person_id": "$person_id", "relationship": "child"}, at={"person_id": "$my_newcomer_id"}
    ),
    "PATCH /people/{person_id}/household": Ask(
        {"relationship": "child"}, at={"person_id": "$member_id"}, version="member"
    ),
    "DELETE /people/{person_id}/household": Ask(at={"person_id": "$member_id"}, version="member"),
    "POST /people/{person_id}/consents": Ask(CONSENT),
    "POST /people/{person_id}/consents/{consent_id}/withdraw": Ask({"reason": REASON}),
    "POST /people/{person_id}/consents/{consent_id}/narrow": Ask({"categories": ["identity"]}),
    "GET /cases (of a person)": Ask(query={"person_id": "$person_id"}),
    "POST /cases": Ask({"person_id": "$newcomer_id", "window_id": "$window_id"}),
    "POST /cases (here, for a person of there)": Ask(
        {"person_id": "$newcomer_id", "window_id": "$my_window_id"}
    ),
    "PATCH /cases/{case_id}": Ask({"summary": "Un résumé."}, version="case"),
    "POST /cases/{case_id}/assign": Ask({"user_id": "$user_id", "reason": REASON}),
    "POST /cases/{case_id}/suspend": Ask({"reason": "travelling"}),
    "POST /cases/{case_id}/close": Ask(CLOSING),
    "POST /cases/{case_id}/closure-request": Ask(CLOSING),
    "DELETE /cases/{case_id}/closure-request": Ask(version="case"),
    "POST /cases/{case_id}/closure-request/decline": Ask({"reason": REASON}, version="case"),
    "POST /cases/{case_id}/reopen": Ask({"reason": REASON}),
    "POST /cases/{case_id}/reviews": Ask({"summary": "Un regard en arrière."}),
    "POST /cases/{case_id}/goals": Ask({"words": "أريد عملا (مثال)"}),
    "PATCH /cases/{case_id}/goals/{goal_id}": Ask({"words": "أريد بيتا (مثال)"}, version="goal"),
    "POST /cases/{case_id}/goals/{goal_id}/actions": Ask({"words": "اتصال (مثال)"}),
    "PATCH /cases/{case_id}/goals/{goal_id}/actions/{action_id}": Ask(
        {"words": "زيارة أخرى (مثال)"}, version="action"
    ),
    "POST /cases/{case_id}/assessments": Ask({"instrument_code": "situation"}),
    "PATCH /assessments/{assessment_id}": Ask({"answers": {"home": "1"}}, version="assessment"),
    "GET /assessments/{assessment_id}/comparison": Ask(at={"assessment_id": "$completed_id"}),
    "POST /cases/{case_id}/referrals": Ask({"service_id": "$service_id"}),
    "GET /cases/{case_id}/suggested-services": Ask(query={"need": "housing"}),
    "PATCH /referrals/{referral_id}": Ask(
        {"situation": "Une situation."}, at={"referral_id": "$draft_id"}, version="draft"
    ),
    "POST /referrals/{referral_id}/send": Ask({}, at={"referral_id": "$draft_id"}),
    "POST /referrals/{referral_id}/answer": Ask({"answer": "Oui."}),
    "POST /referrals/{referral_id}/schedule": Ask(APPOINTMENT),
    "POST /referrals/{referral_id}/withdraw": Ask({"reason": "moved"}),
    "POST /referrals/{referral_id}/re-referrals": Ask({"service_id": "$service_id"}),
    "POST /referrals/{referral_id}/messages": Ask({"text": "Bonjour."}),
    "GET /partner/referrals/{referral_id} (a draft)": Ask(at={"referral_id": "$draft_id"}),
    "POST /partner/referrals/{referral_id}/open (a draft)": Ask(at={"referral_id": "$draft_id"}),
    "GET /partner/referrals/{referral_id} (sent from here to them)": Ask(at={"referral_id": "$crossed_id"}),
    "POST /partner/referrals/{referral_id}/ask": Ask({"question": "Quand ?"}),
    "POST /partner/referrals/{referral_id}/accept": Ask({"contact_name": "مينة المثالية"}),
    "POST /partner/referrals/{referral_id}/decline": Ask({"reason": "no_place"}),
    "POST /partner/referrals/{referral_id}/waitlist": Ask({"expected_on": "2031-03-03"}),
    "POST /partner/referrals/{referral_id}/schedule": Ask(APPOINTMENT),
    "POST /partner/referrals/{referral_id}/start": Ask({"attended_on": "$today"}),
    "POST /partner/referrals/{referral_id}/hold": Ask({"reason": "capacity"}),
    "POST /partner/referrals/{referral_id}/complete": Ask({"outcomes": {"housing": "met"}, "note": "Fini."}),
    "POST /partner/referrals/{referral_id}/fail": Ask({"reason": "no_show"}),
    "POST /partner/referrals/{referral_id}/messages": Ask({"text": "Bonjour."}),
    "POST /cases/{case_id}/follow-ups": Ask({"kind": "call", "due_on": "2031-03-03"}),
    "POST /cases/{case_id}/contacts": Ask(CONTACT),
    "POST /follow-ups/{follow_up_id}/record": Ask({"happened": "Une visite (exemple)."}),
    "POST /follow-ups/{follow_up_id}/miss": Ask({"reason": "transport"}),
    "POST /follow-ups/{follow_up_id}/postpone": Ask({"due_on": "2031-03-03", "reason": REASON}),
    "POST /follow-ups/{follow_up_id}/cancel": Ask({"reason": REASON}),
}


def _to(kind: str, row: str) -> Ask:
    return Ask(form={"subject_type": kind, "subject_id": row}, file=PDF)


ASKS |= {
    "POST /attachments (to a person)": _to("person", "$person_id"),
    "POST /attachments (to a case)": _to("case", "$case_id"),
    "POST /attachments (to a referral)": _to("referral", "$referral_id"),
    "POST /attachments (to a draft)": _to("referral", "$draft_id"),
}
for _kind in ("person", "case", "referral"):
    ASKS[f"GET /attachments (of a {_kind})"] = Ask(
        query={"subject_type": _kind, "subject_id": f"${_kind}_id"}
    )
    for _verb in (
        "GET /attachments/{attachment_id}",
        "GET /attachments/{attachment_id}/content",
        "DELETE /attachments/{attachment_id}",
    ):
        ASKS[f"{_verb} (of a {_kind})"] = Ask(at={"attachment_id": f"${_kind}_file_id"})
ASKS["DELETE /attachments/{attachment_id} (sent by the partner)"] = Ask(
    at={"attachment_id": "$partner_file_id"}
)


def filled(value: Any, names: Mapping[str, str]) -> Any:
    """The same value with every "$name" replaced."""
    if isinstance(value, str):
        return names[value[1:]] if value.startswith("$") else value
    if isinstance(value, Mapping):
        return {filled(key, names): filled(inner, names) for key, inner in value.items()}
    return [filled(inner, names) for inner in value] if isinstance(value, list) else value


def address(key: str, ask: Ask, names: Mapping[str, str]) -> str:
    """The path of a route for these rows."""
    path = key.split(" ", 1)[1].split(" (")[0]
    at = {**names, **filled(ask.at, names)}
    if path == "/static":
        return f"/static/{at['static']}"
    path = ROW.sub(lambda found: at[found[1]], path)
    return path if _is_outside(key) else API + path


def _is_outside(key: str) -> bool:
    path = key.split(" ")[1]
    return path.startswith(("/docs", "/health", "/problems", "/static", API)) or path == "/"


def request(key: str, names: Mapping[str, str]) -> dict[str, Any]:
    """What to hand to a client's `request`, without who is asking."""
    ask = ASKS.get(key, Ask())
    asked: dict[str, Any] = {"method": key.split(" ")[0], "url": address(key, ask, names), "headers": {}}
    if ask.body is not None:
        asked["json"] = filled(ask.body, names)
    if ask.query:
        asked["params"] = filled(ask.query, names)
    if ask.form:
        asked["data"] = filled(ask.form, names)
    if ask.file is not None:
        asked["files"] = {"file": ("note.pdf", ask.file)}
    if ask.version is not None:
        asked["headers"]["If-Match"] = f'"{names[ask.version + "_version"]}"'
    return asked


def walk(app: FastAPI) -> Iterator[tuple[str, RouteContext]]:
    """Every way into the application, as `METHOD /path`; paths under the API are told without its prefix."""
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, PageRoute):
            continue  # a page asks through the same dependencies (`tests/web/test_rules.py`)
        path = (route.path or "").removeprefix(API) if isinstance(route.original_route, APIRoute) else None
        for method in sorted((route.methods or {"GET"}) - {"HEAD"}):
            yield f"{method} {route.path if path is None else path}", route
