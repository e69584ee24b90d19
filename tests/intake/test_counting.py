"""The figures of a day: who came, and what became of them."""

from sqlalchemy import select

from app.audit.models import AuditEntry
from tests.factories.world import World, headers
from tests.intake.test_arrivals import act, url, waiting
from tests.support.client import CheckedClient


def test_the_summary_counts_a_day_by_status_reason_and_topic(client: CheckedClient, office: World) -> None:
    people = [waiting(office), waiting(office), waiting(office, reason="appointment")]
    act(client, office, people[0], "answer", {"topic": "documents"})
    act(client, office, people[1], "call")
    found = client.get(f"{url(office)}/summary", headers=headers(office.worker)).json()
    assert found["total"] == 3
    assert found["by_status"] == {
        "waiting": 1,
        "in_interview": 1,
        "received": 0,
        "answered": 1,
        "left": 0,
        "cancelled": 0,
    }
    assert found["by_reason"] == {"first_visit": 2, "appointment": 1}
    assert found["by_topic"] == {"documents": 1}
    before = client.get(
        f"{url(office)}/summary", headers=headers(office.worker), params={"on": "2020-02-29"}
    ).json()
    assert (before["total"], before["by_reason"]) == (0, {})


def test_a_ticket_that_was_given_by_mistake_is_not_counted_and_not_given_again(
    client: CheckedClient, office: World
) -> None:
    mistaken = waiting(office, reason="appointment")
    status, body = act(client, office, mistaken, "cancel")
    assert (status, body["status"], body["waiting_minutes"]) == (200, "cancelled", None)
    assert waiting(office).ticket == 2
    found = client.get(f"{url(office)}/summary", headers=headers(office.worker)).json()
    assert (found["total"], found["by_status"]["cancelled"], found["by_reason"]) == (1, 1, {"first_visit": 1})
    entries = office.db.scalars(select(AuditEntry).where(AuditEntry.action == "arrival:cancel")).all()
    assert [(entry.actor_id, entry.subject_id) for entry in entries] == [(office.worker.user_id, mistaken.id)]
    assert act(client, office, mistaken, "call")[1]["allowed"] == []


def test_the_ticket_of_who_is_being_heard_is_not_taken_back(client: CheckedClient, office: World) -> None:
    arrival = waiting(office)
    act(client, office, arrival, "call")
    status, body = act(client, office, arrival, "cancel")
    assert (status, body["code"], body["allowed"]) == (409, "illegal_move", ["put_back"])


def test_the_ticket_of_who_was_called_once_was_no_mistake(client: CheckedClient, office: World) -> None:
    arrival = waiting(office)
    act(client, office, arrival, "call")
    act(client, office, arrival, "put-back")
    status, body = act(client, office, arrival, "cancel")
    assert (status, body["code"]) == (409, "ticket_was_called")
    found = client.get(f"{url(office)}/summary", headers=headers(office.worker)).json()
    assert found["by_status"]["waiting"] == 1
