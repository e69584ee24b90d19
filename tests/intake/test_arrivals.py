from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core.clock import now
from app.core.db import Database, ReadSession, WriteSession
from app.core.errors import NotFound
from app.intake import arrivals
from app.intake.models import Arrival, ArrivalTransition, Interview
from app.intake.schemas import ArrivalCreate
from tests.conftest import migrate
from tests.factories import intake
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

BODY = {"first_name": "فاطمة (مثال)", "reason": "first_visit"}


def url(world: World) -> str:
    return f"/api/v1/windows/{world.here}/arrivals"


def act(
    client: CheckedClient, world: World, arrival: Arrival, name: str, body: object = None
) -> tuple[int, dict[str, Any]]:
    response = client.post(f"/api/v1/arrivals/{arrival.id}/{name}", headers=headers(world.worker), json=body)
    return response.status_code, response.json()


def waiting(world: World, **values: object) -> Arrival:
    found = intake.arrival(world.db, world.worker, world.here, **values)
    world.db.commit()
    return found


def test_each_arrival_of_a_day_gets_the_next_ticket(client: CheckedClient, office: World) -> None:
    answers = [client.post(url(office), headers=headers(office.worker), json=BODY) for _ in range(3)]
    assert [a.status_code for a in answers] == [201] * 3
    assert [a.json()["ticket"] for a in answers] == [1, 2, 3]
    again = client.get(answers[0].headers["location"], headers=headers(office.colleague))
    assert again.json() == answers[0].json()
    assert again.headers["etag"] == '"1"'


def test_every_window_and_every_day_counts_for_itself(office: World) -> None:
    yesterday = waiting(office)
    yesterday.on -= timedelta(days=1)
    elsewhere = intake.arrival(office.db, office.stranger, office.elsewhere)
    assert (elsewhere.ticket, waiting(office).ticket) == (1, 1)


def test_two_who_come_at_once_never_hold_the_same_ticket(fresh_url: Callable[[str], str]) -> None:
    place = fresh_url("tickets")
    migrate(place)
    database = Database(place)
    with database.write_session() as session:
        world = World(WriteSession(ReadSession(session)))
        intake.define_terms(world.db)
        session.commit()

    def come(_: int) -> int:
        with database.write_session() as session:
            db = WriteSession(ReadSession(session))
            ticket = arrivals.arrive(db, world.worker, world.here, ArrivalCreate.model_validate(BODY)).ticket
            session.commit()
            return ticket

    with ThreadPoolExecutor(6) as pool:
        tickets = list(pool.map(come, range(18)))
    database.dispose()
    assert sorted(tickets) == list(range(1, 19))


def test_an_arrival_needs_a_reason_of_the_list(client: CheckedClient, office: World) -> None:
    response = client.post(url(office), headers=headers(office.worker), json={**BODY, "reason": "weather"})
    assert response.status_code == 422
    assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [("/reason", "unknown_code")]


@pytest.mark.parametrize(
    ("name", "code"),
    [("م" * 101, "too_long"), ("\u0958" * 60, "too_long"), ("", "too_short"), ("\u200f\u2066", "too_short")],
    ids=["long", "longer when composed", "empty", "invisible"],
)
def test_a_first_name_fits_its_column_and_can_be_read(
    client: CheckedClient, office: World, name: str, code: str
) -> None:
    response = client.post(url(office), headers=headers(office.worker), json={**BODY, "first_name": name})
    assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [("/first_name", code)]


@pytest.mark.parametrize("path", ["", "/summary"])
def test_the_reception_of_another_window_is_not_found(
    client: CheckedClient, office: World, path: str
) -> None:
    for window_id in (office.elsewhere, uuid4()):
        response = client.get(f"/api/v1/windows/{window_id}/arrivals{path}", headers=headers(office.worker))
        assert response.status_code == 404
    posted = client.post(url(office), headers=headers(office.stranger), json=BODY)
    assert posted.status_code == 404


def test_the_service_too_receives_nobody_at_another_window(office: World) -> None:
    with pytest.raises(NotFound):
        intake.arrival(office.db, office.worker, office.elsewhere)
    with pytest.raises(NotFound):
        intake.arrival(office.db, office.administrator, office.here)


def test_an_arrival_elsewhere_is_not_found(client: CheckedClient, office: World) -> None:
    arrival = waiting(office)
    for path in ("", "/leave"):
        response = client.request(
            "POST" if path else "GET",
            f"/api/v1/arrivals/{arrival.id}{path}",
            headers=headers(office.stranger),
        )
        assert response.status_code == 404


def test_the_reception_is_for_who_serves_there(client: CheckedClient, office: World) -> None:
    for actor in (office.agent, office.administrator, office.auditor):
        assert client.get(url(office), headers=headers(actor)).status_code == 403


def test_todays_list_tells_who_waits_and_since_when(client: CheckedClient, office: World) -> None:
    first, second = waiting(office), waiting(office, first_name="Karim (exemple)")
    first.arrived_at = now() - timedelta(minutes=12, seconds=30)
    arrivals.leave(office.db, office.worker, second)
    office.db.commit()
    items = client.get(url(office), headers=headers(office.supervisor)).json()["items"]
    assert [(i["ticket"], i["status"], i["waiting_minutes"]) for i in items] == [
        (1, "waiting", 12),
        (2, "left", None),
    ]


def test_the_list_is_filtered_by_status_and_day_and_comes_in_pages(
    client: CheckedClient, office: World
) -> None:
    people = [waiting(office) for _ in range(4)]
    people[0].on -= timedelta(days=1)
    arrivals.leave(office.db, office.worker, people[1])
    office.db.commit()

    def tickets(**query: Any) -> list[int]:
        found = client.get(url(office), headers=headers(office.worker), params=query)
        return [item["ticket"] for item in found.json()["items"]]

    assert tickets() == [2, 3, 4]
    assert tickets(status="left") == [2]
    assert tickets(on=str(people[0].on)) == [1]
    first = client.get(url(office), headers=headers(office.worker), params={"limit": 2})
    rest = client.get(
        url(office), headers=headers(office.worker), params={"limit": 2, "cursor": first.json()["next"]}
    )
    assert ([i["ticket"] for i in first.json()["items"]], [i["ticket"] for i in rest.json()["items"]]) == (
        [2, 3],
        [4],
    )


def test_calling_somebody_begins_a_draft_interview(client: CheckedClient, office: World) -> None:
    arrival = waiting(office)
    status, body = act(client, office, arrival, "call")
    assert (status, body["status"], body["waiting_minutes"]) == (200, "in_interview", None)
    draft = client.get(f"/api/v1/interviews/{body['interview_id']}", headers=headers(office.colleague))
    assert draft.json()["status"] == "draft"
    assert draft.json()["channel"] == "walk_in"
    assert draft.json()["window_id"] == str(office.here)


def test_who_is_being_heard_cannot_be_called_again(client: CheckedClient, office: World) -> None:
    arrival = waiting(office)
    act(client, office, arrival, "call")
    status, body = act(client, office, arrival, "call")
    assert (status, body["code"], body["current"]) == (409, "illegal_move", "in_interview")
    drafts = office.db.scalars(select(Interview).order_by(Interview.id)).all()
    assert len(drafts) == 1


def test_who_was_put_back_keeps_ticket_and_draft(client: CheckedClient, office: World) -> None:
    arrival = waiting(office)
    _, called = act(client, office, arrival, "call")
    status, back = act(client, office, arrival, "put-back")
    assert (status, back["status"], back["ticket"]) == (200, "waiting", 1)
    _, again = act(client, office, arrival, "call")
    assert again["interview_id"] == called["interview_id"]


def test_after_an_abandoned_interview_a_call_begins_another(client: CheckedClient, office: World) -> None:
    arrival = waiting(office)
    _, called = act(client, office, arrival, "call")
    client.post(
        f"/api/v1/interviews/{called['interview_id']}/abandon",
        headers=headers(office.worker),
        json={"reason": "Called away (example)."},
    )
    seen = client.get(f"/api/v1/arrivals/{arrival.id}", headers=headers(office.worker)).json()
    assert seen["status"] == "waiting"
    _, again = act(client, office, arrival, "call")
    assert again["interview_id"] != called["interview_id"]


def test_an_answer_at_the_counter_is_counted_under_its_topic(client: CheckedClient, office: World) -> None:
    arrival = waiting(office)
    assert act(client, office, arrival, "answer", {"topic": "politics"})[0] == 422
    status, body = act(client, office, arrival, "answer", {"topic": "opening_hours"})
    assert (status, body["status"], body["topic"]) == (200, "answered", "opening_hours")
    assert body["answered_at"] is not None
    assert act(client, office, arrival, "leave")[0] == 409


def test_who_leaves_is_not_called_any_more(client: CheckedClient, office: World) -> None:
    arrival = waiting(office)
    assert act(client, office, arrival, "leave")[1]["status"] == "left"
    status, body = act(client, office, arrival, "call")
    assert (status, body["allowed"]) == (409, [])


def test_only_what_can_be_asked_for_is_named_as_allowed(client: CheckedClient, office: World) -> None:
    """That somebody was heard follows from their interview: no route finishes an arrival."""
    arrival = waiting(office)
    assert act(client, office, arrival, "put-back")[1]["allowed"] == ["call", "answer", "leave", "cancel"]
    act(client, office, arrival, "call")
    assert act(client, office, arrival, "leave")[1]["allowed"] == ["put_back"]


def test_every_step_stands_in_the_arrivals_history(client: CheckedClient, office: World) -> None:
    arrival = waiting(office)
    for step in ("call", "put-back", "leave"):
        act(client, office, arrival, step)
    rows = office.db.scalars(
        select(ArrivalTransition)
        .where(ArrivalTransition.arrival_id == arrival.id)
        .order_by(ArrivalTransition.id)
    ).all()
    assert [(r.action, r.from_status, r.to_status) for r in rows] == [
        ("arrive", None, "waiting"),
        ("call", "waiting", "in_interview"),
        ("put_back", "in_interview", "waiting"),
        ("leave", "waiting", "left"),
    ]
    assert {r.actor_id for r in rows} == {office.worker.user_id}


def test_the_same_key_gives_one_ticket(client: CheckedClient, office: World) -> None:
    keyed = headers(office.worker, **{"Idempotency-Key": "reception-1"})
    first, second = (client.post(url(office), headers=keyed, json=BODY) for _ in range(2))
    assert first.json() == second.json()
    assert waiting(office).ticket == 2


def test_whoever_sees_first_names_is_on_record(client: CheckedClient, office: World) -> None:
    arrival = waiting(office)
    for place in (url(office), f"/api/v1/arrivals/{arrival.id}"):
        assert client.get(place, headers=headers(office.colleague)).status_code == 200
    of_colleague = select(AuditEntry).where(
        AuditEntry.actor_id == office.colleague.user_id, AuditEntry.subject_type != "user"
    )
    entries = office.db.scalars(of_colleague.order_by(AuditEntry.id)).all()
    assert [(e.action, e.subject_id) for e in entries] == [
        ("arrival:list", office.here),
        ("arrival:read", arrival.id),
    ]


def test_a_call_that_is_sent_again_under_its_key_begins_one_draft(
    client: CheckedClient, office: World
) -> None:
    place = f"/api/v1/arrivals/{waiting(office).id}/call"
    sent = headers(office.worker, **{"Idempotency-Key": "call-00001"})
    answers = [client.post(place, headers=sent) for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert len(office.db.scalars(select(Interview)).all()) == 1
