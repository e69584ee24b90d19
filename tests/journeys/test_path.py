"""The path of one person, told through HTTP as it happens at a window: from the door to an outcome."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.auth import service as auth
from app.auth.schemas import UserCreate
from app.core.actor import SYSTEM, Role
from app.core.clock import today
from app.core.db import Database, WriteSession
from app.outbox import service as outbox
from app.partners.models import Institution
from app.windows.models import Window
from seeds import reference
from tests.support.client import CheckedClient

PASSWORD = "une longue phrase de passe"
API = "/api/v1"


class Someone:
    """A person at a keyboard: signs in with a password, then speaks to the API."""

    def __init__(self, client: CheckedClient, email: str) -> None:
        self.client = client
        form = {"grant_type": "password", "username": email, "password": PASSWORD}
        token = client.post(f"{API}/auth/token", data=form).json()["access_token"]
        self.headers = {"Authorization": f"Bearer {token}", "Accept-Language": "fr"}

    def asks(self, path: str, **params: Any) -> Any:
        response = self.client.get(API + path, params=params, headers=self.headers)
        assert response.status_code == 200, response.text
        return response.json()

    def does(self, path: str, expected: int = 200, **body: Any) -> Any:
        response = self.client.post(API + path, json=body, headers=self.headers)
        assert response.status_code == expected, response.text
        return response.json()

    def is_refused(self, path: str, **body: Any) -> Any:
        response = self.client.post(API + path, json=body, headers=self.headers)
        assert response.status_code >= 400, response.text
        return response.json()


@pytest.fixture
def house(db: WriteSession, database: Database) -> dict[str, Any]:
    """Windows, partners under agreements, the vocabularies and the instrument, as an installation has them."""
    for _ in reference.load(db):
        pass
    oujda = db.scalars(select(Window).where(Window.code == "OUJ1")).one()
    chamber = db.scalars(select(Institution).where(Institution.kind == "chamber")).one()
    for name, role, windows, institution in (
        ("souad", Role.social_worker, [oujda.id], None),
        ("najat", Role.supervisor, [oujda.id], None),
        ("mina", Role.partner_agent, [], chamber.id),
        ("layla", Role.auditor, [], None),
    ):
        data = UserCreate(
            email=f"{name}@oujda.example",
            name=name,
            role=role,
            window_ids=windows,
            institution_id=institution,
        )
        user, _ = auth.invite(db, SYSTEM, data)
        auth.set_password(db, user, PASSWORD)
    db.commit()
    return {"window": str(oujda.id), "chamber": str(chamber.id)}


def test_from_the_door_to_an_outcome(
    client: CheckedClient, database: Database, house: dict[str, Any]
) -> None:
    souad, najat = Someone(client, "souad@oujda.example"), Someone(client, "najat@oujda.example")
    mina, layla = Someone(client, "mina@oujda.example"), Someone(client, "layla@oujda.example")

    # Hanane comes in, takes a ticket and waits.
    arrival = souad.does(
        f"/windows/{house['window']}/arrivals", 201, first_name="حنان (مثال)", reason="new_request"
    )
    assert arrival["ticket"] == 1

    # Nobody of that name is known.
    assert souad.does("/people/search", name="Hanane El Mitali")["items"] == []

    # She is called; what she says is written down while she speaks, and kept as a draft.
    interview_id = souad.does(f"/arrivals/{arrival['id']}/call")["interview_id"]
    draft = client.get(f"{API}/interviews/{interview_id}", headers=souad.headers)
    new_person = {
        "given_name_ar": "حنان (مثال)",
        "family_name_ar": "المثالية",
        "given_name_latin": "Hanane (exemple)",
        "family_name_latin": "El Mitali",
        "sex": "female",
        "birth": {"precision": "about", "about_age": 30, "stated_on": str(today())},
        "identifiers": [{"kind": "cin", "value": "zz 123 456"}],
        "phones": [{"number": "0600000000"}],
    }
    saved = client.patch(
        f"{API}/interviews/{interview_id}",
        json={
            "channel": "walk_in",
            "new_person": new_person,
            "narrative": "ترغب في تعلم حرفة الخياطة بعد انقطاعها عن الدراسة.",
            "needs": ["training"],
        },
        headers={**souad.headers, "If-Match": draft.headers["ETag"]},
    )
    assert saved.status_code == 200, saved.text

    # It cannot be completed yet; what is missing is named.
    refused = souad.is_refused(f"/interviews/{interview_id}/complete")
    assert refused["code"] == "interview_incomplete"
    assert refused["title"]

    # She agrees to share her name, number and need with partners who train; the interview opens her case.
    client.patch(
        f"{API}/interviews/{interview_id}",
        json={
            "urgency": "normal",
            "conclusion": "case_opened",
            "consents": [
                {
                    "decision": "given",
                    "need_code": "training",
                    "categories": ["identity", "birth", "contact", "needs"],
                    "form": "signature",
                }
            ],
        },
        headers={**souad.headers, "If-Match": saved.headers["ETag"]},
    )
    interview = souad.does(f"/interviews/{interview_id}/complete")
    person_id, case_id = interview["person_id"], interview["case_id"]
    assert souad.asks(f"/windows/{house['window']}/arrivals")["items"][0]["status"] == "received"
    case = souad.asks(f"/cases/{case_id}")
    assert case["number"].startswith("OUJ1-")
    assert (case["status"], case["stage"], case["priority"]) == ("open", "listening", "medium")

    # Registering her a second time is noticed, across scripts and spellings.
    twice = souad.is_refused(
        "/people",
        window_id=house["window"],
        given_name_latin="Hanan",
        family_name_latin="Elmitali",
        identifiers=[{"kind": "cin", "value": "ZZ123456"}],
    )
    assert (twice["code"], twice["candidates"][0]["person_id"]) == ("possible_duplicates", person_id)

    # Her situation is assessed.
    levels = dict.fromkeys(
        [
            "housing",
            "income",
            "employment",
            "education",
            "health",
            "mental_health",
            "family",
            "civil_papers",
            "mobility",
            "digital",
        ],
        "3",
    )
    assessment = souad.does(
        f"/cases/{case_id}/assessments",
        201,
        instrument_code="autonomy_matrix",
        answers={**levels, "employment": "2", "safety": "4", "household_size": 3, "children_count": 0},
        complete=True,
    )
    assert "employment" in assessment["needs"]

    # The plan is written in her words.
    goal = souad.does(
        f"/cases/{case_id}/goals", 201, words="أريد أن أتعلم الخياطة وأعيش من عملي.", need_code="training"
    )
    goal = goal if "id" in goal else goal["goals"][0]
    due_on = str(today() + timedelta(days=7))
    souad.does(
        f"/cases/{case_id}/goals/{goal['id']}/actions", 201, words="إحضار نسخة من البطاقة", due_on=due_on
    )

    # The chamber of handicrafts teaches sewing. Everything needed for sending is there.
    services = souad.asks("/services", need="training", institution=house["chamber"])["items"]
    referral = souad.does(
        f"/cases/{case_id}/referrals", 201, service_id=services[0]["id"], situation="لا تشاركه إلا بموافقتها"
    )
    url, theirs = f"/referrals/{referral['id']}", f"/partner/referrals/{referral['id']}"
    ready = souad.asks(f"{url}/readiness")
    assert (ready["is_ready"], ready["categories"]) == (True, ["birth", "contact", "identity", "needs"])
    assert mina.is_refused(f"{theirs}/open")["code"] == "not_found"  # a draft is nobody else's business
    assert souad.does(f"{url}/send")["status"] == "sent"

    # The case cannot close over an unanswered referral.
    blocked = najat.is_refused(
        f"/cases/{case_id}/close", reason="goals_met", outcomes={goal["id"]: {"status": "met"}}
    )
    assert blocked["code"] == "case_not_ready_to_close"

    # Mina sees what Hanane agreed to share, and nothing else.
    (waiting,) = mina.asks("/partner/referrals", box="to_answer")["items"]
    assert waiting["id"] == referral["id"]
    view = mina.asks(theirs)
    assert set(view["person"]) == {"identity", "birth", "contact"}
    assert view["situation"] is None
    mina.does(f"{theirs}/open")
    assert mina.is_refused(f"{theirs}/complete", outcomes={"training": "met"}, note="…")["allowed"] == [
        "ask",
        "accept",
        "decline",
        "waitlist",
    ]

    # She asks, is answered, accepts and gives an appointment.
    mina.does(f"{theirs}/ask", question="هل تعرف القراءة والكتابة؟")
    souad.does(f"{url}/answer", answer="نعم")
    appointment = {"at": f"{today() + timedelta(days=10)}T09:30", "place": "المكتب 4"}
    assert mina.does(f"{theirs}/accept", contact_name="مينة", appointment=appointment)["status"] == "accepted"
    outbox.deliver_all(database.write_session)

    # Souad is told, and a talk with Hanane is planned.
    kinds = [notice["kind"] for notice in souad.asks("/notifications")["items"]]
    assert {"referral.open", "referral.ask", "referral.accept"} <= set(kinds)
    planned = [f for f in souad.asks("/follow-ups")["items"] if f["reason"] == "referral_answered"]
    told = souad.does(f"/follow-ups/{planned[0]['id']}/record", happened="أخبرتها بالموعد وهي سعيدة به.")
    assert told["status"] == "done"

    # She starts, she finishes, the need is met.
    mina.does(f"{theirs}/start", attended_on=str(today()))
    mina.does(f"{theirs}/complete", outcomes={"training": "met"}, note="أنهت التدريب بنجاح.")
    outbox.deliver_all(database.write_session)

    # The case closes with an outcome, and everything that happened can be read back.
    closed = souad.does(
        f"/cases/{case_id}/close", reason="goals_met", outcomes={goal["id"]: {"status": "met"}}
    )
    assert (closed["status"], closed["stage"]) == ("closed", "outcome")
    outbox.deliver_all(database.write_session)
    happened = {entry["kind"] for entry in souad.asks(f"/cases/{case_id}/timeline")["items"]}
    assert {"case", "interview", "assessment", "referral", "follow_up", "goal"} <= happened
    assert souad.asks("/follow-ups")["items"] == []

    # Hanane may ask who saw her file; the auditor sees that it was seen, not what it says; the chain holds.
    seen_by = {access["actor_name"] for access in souad.asks(f"/people/{person_id}/accesses")["items"]}
    assert {"souad", "mina"} <= seen_by
    assert layla.asks("/audit/entries", person_id=person_id)["items"]
    assert client.get(f"{API}/people/{person_id}", headers=layla.headers).status_code == 403
    assert layla.asks("/audit/chain")["holds"]


def test_a_partner_who_declines_leads_to_another(client: CheckedClient, house: dict[str, Any]) -> None:
    souad, mina = Someone(client, "souad@oujda.example"), Someone(client, "mina@oujda.example")
    interview = souad.does(
        "/interviews/completed",
        201,
        window_id=house["window"],
        channel="phone",
        new_person={"given_name_ar": "كمال (مثال)", "family_name_ar": "المثالي", "language": "ar"},
        narrative="يبحث عن تكوين.",
        needs=["training"],
        urgency="urgent",
        conclusion="case_opened",
        consents=[{"decision": "given", "categories": ["identity", "needs"], "form": "thumbprint"}],
    )
    services = souad.asks("/services", need="training")["items"]
    sewing = next(s for s in services if s["institution_id"] == house["chamber"])
    other = next(s for s in services if s["institution_id"] != house["chamber"])
    first = souad.does(
        f"/cases/{interview['case_id']}/referrals", 201, service_id=sewing["id"], urgency="urgent"
    )
    held_back = souad.is_refused(f"/referrals/{first['id']}/send")
    assert held_back["code"] == "referral_not_ready"
    # Nobody knows how old he is, and the course asks for an age; nor may it be told how to reach him.
    warnings = held_back["unacknowledged"]
    assert warnings == ["age", "needed_data"]
    souad.does(f"/referrals/{first['id']}/send", acknowledged=warnings)
    mina.does(
        f"/partner/referrals/{first['id']}/decline", reason="no_place", next_step="جربوا مكتب التكوين المهني"
    )
    second = souad.does(f"/referrals/{first['id']}/re-referrals", 201, service_id=other["id"])
    chain = souad.asks(f"/referrals/{second['id']}/chain")["items"]
    assert [link["status"] for link in chain] == ["declined", "draft"]
