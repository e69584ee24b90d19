"""Both faces of a referral over HTTP: the window's and the partner's."""

from datetime import timedelta
from typing import Any

import pytest

from app.core.clock import now, today
from app.core.db import WriteSession
from app.core.errors import NotFound
from app.referrals import history, queries, service
from app.referrals.models import Referral
from app.referrals.schemas import ReferralUpdate
from tests.factories.referrals import Ready
from tests.factories.world import headers
from tests.support.client import CheckedClient

API = "/api/v1"


class Desk:
    """Somebody at a desk with a token."""

    def __init__(self, client: CheckedClient, actor: Any) -> None:
        self.client, self.headers = client, headers(actor)

    def does(self, path: str, expected: int = 200, **body: Any) -> Any:
        response = self.client.post(API + path, json=body, headers=self.headers)
        assert response.status_code == expected, response.text
        return response.json()

    def asks(self, path: str, expected: int = 200, **params: Any) -> Any:
        response = self.client.get(API + path, params=params, headers=self.headers)
        assert response.status_code == expected, response.text
        return response.json()


@pytest.fixture
def worker(ready: Ready, client: CheckedClient) -> Desk:
    ready.db.commit()
    return Desk(client, ready.world.worker)


@pytest.fixture
def agent(ready: Ready, client: CheckedClient) -> Desk:
    ready.db.commit()
    return Desk(client, ready.world.agent)


@pytest.fixture
def sent(ready: Ready) -> Referral:
    referral = ready.sent()
    ready.db.commit()
    return referral


def test_the_lists_of_the_window(ready: Ready, worker: Desk, client: CheckedClient, sent: Referral) -> None:
    drafted = worker.does(f"/cases/{ready.case.id}/referrals", 201, service_id=str(ready.service.id))

    def listed(path: str = "/referrals", **params: Any) -> list[str]:
        return [item["id"] for item in worker.asks(path, **params)["items"]]

    both = [drafted["id"], str(sent.id)]
    assert listed() == listed(f"/cases/{ready.case.id}/referrals") == both
    assert listed(status="sent", window_id=str(ready.world.here)) == both[1:]
    assert listed(open=True) == both
    assert listed(breached=True) == []
    page = worker.asks("/referrals", limit=1)
    assert listed(limit=1, cursor=page["next"]) == both[1:]
    stranger = Desk(client, ready.world.stranger)
    assert stranger.asks("/referrals")["items"] == []
    stranger.asks(f"/referrals/{sent.id}", 404)
    Desk(client, ready.world.administrator).asks("/referrals", 403)


def test_a_case_that_does_not_close_over_a_draft_says_to_send_or_to_withdraw_it(
    ready: Ready, worker: Desk, sent: Referral
) -> None:
    draft = worker.does(f"/cases/{ready.case.id}/referrals", 201, service_id=str(ready.service.id))
    refused = worker.does(f"/cases/{ready.case.id}/close", 409, reason="goals_met")
    assert refused["blockers"] == [f"referral_open:{sent.id}", f"referral_draft:{draft['id']}"]
    assert "send it, or withdraw it" in refused["explanations"]["referral_draft"]
    worker.does(f"/referrals/{draft['id']}/withdraw", reason="error")
    refused = worker.does(f"/cases/{ready.case.id}/close", 409, reason="goals_met")
    assert refused["blockers"] == [f"referral_open:{sent.id}"]


def test_a_draft_is_changed_under_its_version(ready: Ready, worker: Desk, client: CheckedClient) -> None:
    draft = worker.does(f"/cases/{ready.case.id}/referrals", 201, service_id=str(ready.service.id))
    url = f"{API}/referrals/{draft['id']}"
    missing = client.patch(url, json={"urgency": "urgent"}, headers=worker.headers)
    assert missing.status_code == 428
    changed = client.patch(url, json={"urgency": "urgent"}, headers={**worker.headers, "If-Match": '"1"'})
    assert (changed.status_code, changed.json()["urgency"]) == (200, "urgent")
    stale = client.patch(url, json={"urgency": "normal"}, headers={**worker.headers, "If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert worker.asks(f"/referrals/{draft['id']}/readiness")["is_ready"]
    assert worker.does(f"/referrals/{draft['id']}/withdraw", reason="error")["status"] == "withdrawn"


def test_the_partner_leads_it_to_its_end(ready: Ready, worker: Desk, agent: Desk, sent: Referral) -> None:
    ours, theirs = f"/referrals/{sent.id}", f"/partner/referrals/{sent.id}"
    agent.does(f"{theirs}/waitlist", expected_on=str(today() + timedelta(days=9)))
    agent.does(f"{theirs}/accept", contact_name="مينة المثالية")
    at = (now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    assert worker.does(f"{ours}/schedule", at=at)["appointment"]["local"] == at
    assert agent.does(f"{theirs}/schedule", at=at, place="المكتب 2")["appointment"]["place"] == "المكتب 2"
    agent.does(f"{theirs}/start", attended_on=str(today()))
    agent.does(f"{theirs}/hold", reason="health")
    assert agent.does(f"{theirs}/resume")["status"] == "in_service"
    assert agent.does(f"{theirs}/fail", reason="dropped_out")["allowed"] == []
    steps = [step["action"] for step in worker.asks(f"{ours}/steps")["items"]]
    assert steps == [
        "draft",
        "send",
        "waitlist",
        "accept",
        "schedule",
        "schedule",
        "start",
        "hold",
        "resume",
        "fail",
    ]
    again = worker.does(f"{ours}/re-referrals", 201, service_id=str(ready.service.id))
    assert again["previous_id"] == str(sent.id)
    assert len(worker.asks(f"{ours}/chain")["items"]) == 2
    timeline = history.timeline(ready.db, ready.case.id, now() + timedelta(minutes=1), 5)
    assert [entry["code"] for entry in timeline][:2] == ["draft", "fail"]


def test_a_question_a_reply_and_messages(worker: Desk, agent: Desk, sent: Referral) -> None:
    ours, theirs = f"/referrals/{sent.id}", f"/partner/referrals/{sent.id}"
    assert agent.does(f"{theirs}/open")["status"] == "seen"
    assert agent.does(f"{theirs}/ask", question="هل تتوفر على شهادة؟")["status"] == "info_requested"
    assert worker.does(f"{ours}/answer", answer="نعم")["status"] == "seen"
    assert worker.does(f"{ours}/messages", 201, text="من فضلكم")["from_partner"] is False
    assert agent.does(f"{theirs}/messages", 201, text="على الرحب")["from_partner"] is True
    texts = [message["text"] for message in worker.asks(f"{ours}/messages")["items"]]
    assert texts == ["من فضلكم", "على الرحب"]
    first = agent.asks(f"{theirs}/messages", limit=1)
    assert agent.asks(f"{theirs}/messages", cursor=first["next"])["items"][0]["text"] == "على الرحب"
    assert agent.does(f"{theirs}/decline", reason="too_far")["status"] == "declined"


def test_an_edit_that_says_nothing_changes_nothing(ready: Ready, db: WriteSession) -> None:
    draft = ready.draft(situation="وصف")
    service.edit(db, ready.world.worker, draft, ReferralUpdate())
    assert (draft.needs, draft.situation) == (["housing"], "وصف")


def test_who_runs_the_house_sees_no_referral(ready: Ready, db: WriteSession, sent: Referral) -> None:
    for actor in (ready.world.administrator, ready.world.auditor):
        with pytest.raises(NotFound):
            queries.get(db, actor, sent.id)
        with pytest.raises(NotFound):
            queries.read(db, actor, sent.id)
