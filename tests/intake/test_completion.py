from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.cases.models import Case
from app.cases.states import CaseStatus, Priority
from app.consents.models import Consent
from app.core.actor import Actor
from app.core.clock import now
from app.intake import case_queries
from app.intake.models import Interview
from app.outbox.models import OutboxMessage
from app.people.models import Person
from app.vocabularies import service as vocabularies
from tests.factories import intake
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

URL = "/api/v1/interviews"
REFUSAL = {"decision": "refused", "form": "signature"}


def start(client: CheckedClient, world: World, **body: Any) -> Any:
    response = client.post(URL, headers=headers(world.worker), json={"window_id": str(world.here), **body})
    assert response.status_code == 201, response.text
    return response.json()


def save(client: CheckedClient, world: World, draft: dict[str, Any], **body: Any) -> Any:
    sent = headers(world.worker, **{"If-Match": f'"{draft["version"]}"'})
    response = client.patch(f"{URL}/{draft['id']}", headers=sent, json=body)
    assert response.status_code == 200, response.text
    return response.json()


def complete(client: CheckedClient, actor: Actor, draft: dict[str, Any], **body: Any) -> Any:
    return client.post(f"{URL}/{draft['id']}/complete", headers=headers(actor), json=body)


def record(client: CheckedClient, world: World, **body: Any) -> Any:
    return client.post(
        f"{URL}/completed",
        headers=headers(world.worker),
        json={"window_id": str(world.here), **intake.told(**body)},
    )


def problems(response: Any) -> list[tuple[str, str]]:
    assert (response.status_code, response.json()["code"]) == (409, "interview_incomplete"), response.text
    return [(e["pointer"], e["code"]) for e in response.json()["errors"]]


def count(world: World, model: Any) -> int:
    return world.db.scalar(select(func.count()).select_from(model)) or 0


def test_completing_registers_the_person_records_consents_and_opens_the_case(
    client: CheckedClient, office: World
) -> None:
    given = {
        "decision": "given",
        "institution_id": str(office.ours),
        "categories": ["identity", "contact"],
        "form": "oral_with_witness",
        "witness": "Témoin Exemple",
    }
    draft = start(client, office, **intake.told(urgency="urgent", consents=[given, REFUSAL]))
    response = complete(client, office.worker, draft, summary="Sans logement (exemple).")
    done = response.json()
    assert response.status_code == 200, response.text
    assert (done["status"], done["new_person"]) == ("completed", None)
    assert done["completed_at"] is not None
    person = office.db.scalars(select(Person)).one()
    case = office.db.scalars(select(Case)).one()
    assert (done["person_id"], done["case_id"]) == (str(person.id), str(case.id))
    assert (person.given_name_ar, person.registered_by) == ("مثالية", office.worker.user_id)
    assert (case.person_id, case.referent_id, case.priority) == (
        person.id,
        office.worker.user_id,
        Priority.high,
    )
    assert (case.needs, case.summary) == (["housing"], "Sans logement (exemple).")
    consents = office.db.scalars(select(Consent).order_by(Consent.id)).all()
    assert [(c.person_id, str(c.interview_id), c.decision) for c in consents] == [
        (person.id, done["id"], "given"),
        (person.id, done["id"], "refused"),
    ]


def test_a_completed_interview_shows_the_answers_about_sharing_as_they_were_recorded(
    client: CheckedClient, office: World
) -> None:
    given = {"decision": "given", "categories": ["contact", "identity"], "form": "signature"}
    draft = start(client, office, **intake.told(consents=[given, REFUSAL]))
    done = complete(client, office.worker, draft).json()
    assert done["consents"] == draft["consents"]
    assert [(answer["decision"], answer["categories"]) for answer in done["consents"]] == [
        ("given", ["identity", "contact"]),
        ("refused", []),
    ]
    assert record(client, office, new_person=TWIN, consents=[REFUSAL]).json()["consents"] == [
        draft["consents"][1]
    ]


def test_what_became_of_an_answer_later_does_not_change_what_was_told_in_the_interview(
    client: CheckedClient, office: World
) -> None:
    given = {"decision": "given", "categories": ["identity", "contact"], "form": "signature"}
    done = record(client, office, consents=[given]).json()
    consent = office.db.scalars(select(Consent)).one()
    place = f"/api/v1/people/{done['person_id']}/consents/{consent.id}/narrow"
    narrowed = client.post(place, headers=headers(office.worker), json={"categories": ["identity"]})
    assert narrowed.json()["interview_id"] == done["id"]
    seen = client.get(f"{URL}/{done['id']}", headers=headers(office.worker)).json()
    assert seen["consents"] == done["consents"]
    assert len(seen["consents"]) == 1


def test_a_whole_interview_goes_in_one_request(client: CheckedClient, office: World) -> None:
    response = record(client, office)
    assert (response.status_code, response.json()["status"]) == (201, "completed")
    assert response.json()["case_id"] is not None
    seen = client.get(response.headers["location"], headers=headers(office.colleague))
    assert {**seen.json(), "warnings": []} == response.json()
    assert response.headers["etag"] == seen.headers["etag"]


def test_unusual_numbers_are_told_while_the_person_is_there(client: CheckedClient, office: World) -> None:
    unusual = {"identifiers": [{"kind": "cin", "value": "123456789"}], "phones": [{"number": "0123456789"}]}
    response = record(client, office, new_person={**intake.told()["new_person"], **unusual})
    assert [(doubt["pointer"], doubt["code"]) for doubt in response.json()["warnings"]] == [
        ("/identifiers/0", "cin_unusual"),
        ("/phones/0", "phone_unusual"),
    ]


def test_the_same_key_records_one_interview(client: CheckedClient, office: World) -> None:
    keyed = headers(office.worker, **{"Idempotency-Key": "whole-interview"})
    body = {"window_id": str(office.here), **intake.told()}
    first, second = (client.post(f"{URL}/completed", headers=keyed, json=body) for _ in range(2))
    assert first.json() == second.json()
    assert count(office, Interview) == 1


@pytest.mark.parametrize(
    ("urgency", "given", "priority"),
    [
        ("emergency", None, Priority.urgent),
        ("urgent", None, Priority.high),
        ("normal", None, Priority.medium),
        ("emergency", "low", Priority.low),
    ],
)
def test_the_priority_follows_from_the_urgency_unless_given(
    client: CheckedClient, office: World, urgency: str, given: str | None, priority: Priority
) -> None:
    assert record(client, office, urgency=urgency, priority=given).status_code == 201
    assert office.db.scalars(select(Case.priority)).one() is priority


def test_what_lacks_is_listed_and_the_draft_is_kept(client: CheckedClient, office: World) -> None:
    draft = start(client, office)
    response = complete(client, office.worker, draft)
    assert problems(response) == [
        *((f"/{name}", "missing") for name in ("channel", "narrative", "urgency", "conclusion", "needs")),
        ("/person_id", "person_missing"),
    ]
    assert response.json()["detail"].startswith("The draft is kept")
    kept = client.get(f"{URL}/{draft['id']}", headers=headers(office.worker)).json()
    assert kept == draft


def test_information_needs_nobodys_name(client: CheckedClient, office: World) -> None:
    response = record(client, office, conclusion="information_only", new_person=None, needs=[])
    assert response.status_code == 201, response.text
    assert (response.json()["person_id"], response.json()["case_id"]) == (None, None)
    assert count(office, Person) == 0


def test_a_consent_is_somebodys_even_for_information(client: CheckedClient, office: World) -> None:
    response = record(client, office, conclusion="information_only", new_person=None, consents=[REFUSAL])
    assert problems(response) == [("/person_id", "person_missing")]
    assert response.json()["is_draft_kept"] is False
    assert response.json()["detail"].startswith("Nothing was saved.")


def test_a_redirection_tells_where_to(client: CheckedClient, office: World) -> None:
    assert problems(record(client, office, conclusion="redirected")) == [("/conclusion_note", "missing")]
    response = record(client, office, conclusion="redirected", conclusion_note="Tribunal (exemple)")
    assert (response.status_code, response.json()["case_id"]) == (201, None)


def test_one_off_help_registers_and_opens_no_case(client: CheckedClient, office: World) -> None:
    response = record(client, office, conclusion="one_off_help")
    assert response.json()["person_id"] is not None
    assert count(office, Case) == 0


def test_a_new_person_is_checked_in_full_and_nothing_is_lost(client: CheckedClient, office: World) -> None:
    half = {"given_name_latin": "Imane (exemple)", "sex": "?", "birth": {"precision": "about"}}
    draft = start(client, office, **intake.told(new_person=half))
    found = problems(complete(client, office.worker, draft))
    assert ("/new_person/sex", "unknown_choice") in found
    assert any(pointer == "/new_person/birth" for pointer, _ in found)
    kept = client.get(f"{URL}/{draft['id']}", headers=headers(office.worker)).json()
    assert kept == draft


def test_what_lacks_and_what_cannot_be_are_told_together(client: CheckedClient, office: World) -> None:
    told = {
        "given_name_latin": "Imane (exemple)",
        "birth": {"precision": "exact", "on": "1990-02-31"},
        "phones": [{"number": "12"}],
    }
    draft = start(client, office, **intake.told(new_person=told, urgency=None))
    assert problems(complete(client, office.worker, draft)) == [
        ("/urgency", "missing"),
        ("/new_person/birth/on", "no_such_day"),
        ("/new_person/phones/0/number", "phone_implausible"),
    ]


def test_a_birth_to_come_is_told_together_with_what_lacks(client: CheckedClient, office: World) -> None:
    told = {"given_name_latin": "Imane (exemple)", "birth": {"precision": "year", "year": 2999}}
    draft = start(client, office, **intake.told(new_person=told, narrative=None))
    assert problems(complete(client, office.worker, draft)) == [
        ("/narrative", "missing"),
        ("/new_person/birth", "birth_in_future"),
    ]


def test_what_the_register_refuses_points_into_the_draft(client: CheckedClient, office: World) -> None:
    strange = {"given_name_latin": "Imane (exemple)", "commune_code": "99.999.99.99"}
    found = problems(record(client, office, new_person=strange))
    assert [pointer for pointer, _ in found] == ["/new_person/commune_code"]


def test_a_need_retired_meanwhile_is_refused(client: CheckedClient, office: World) -> None:
    draft = start(client, office, **intake.told())
    vocabularies.retire(office.db, "need", "housing")
    office.db.commit()
    assert problems(complete(client, office.worker, draft)) == [("/needs", "unknown_code")]


def test_a_consent_that_does_not_hold_points_into_the_draft(client: CheckedClient, office: World) -> None:
    past = {"decision": "given", "categories": ["identity"], "form": "signature", "valid_until": "2020-01-01"}
    draft = start(client, office, **intake.told(consents=[REFUSAL, past]))
    found = problems(complete(client, office.worker, draft))
    assert [pointer for pointer, _ in found] == ["/consents/1/valid_until"]
    assert (count(office, Person), count(office, Consent)) == (0, 0)


TWIN = {
    "given_name_latin": "Zineb",
    "family_name_latin": "Exempletti",
    "birth": {"precision": "exact", "on": "1990-02-03"},
    "identifiers": [{"kind": "cin", "value": "ZZ999999"}],
}


def test_possible_duplicates_keep_the_draft_until_the_worker_decides(
    client: CheckedClient, office: World
) -> None:
    first = record(client, office, new_person=TWIN)
    assert first.status_code == 201, first.text
    draft = start(client, office, **intake.told(new_person=TWIN, conclusion="one_off_help"))
    refused = complete(client, office.worker, draft)
    assert (refused.status_code, refused.json()["code"]) == (409, "possible_duplicates")
    candidate = refused.json()["candidates"][0]
    assert candidate["person_id"] == first.json()["person_id"]
    assert client.get(f"{URL}/{draft['id']}", headers=headers(office.worker)).json() == draft

    same = save(client, office, draft, new_person=None, person_id=candidate["person_id"])
    done = complete(client, office.worker, same)
    assert (done.status_code, done.json()["person_id"]) == (200, candidate["person_id"])
    assert count(office, Person) == 1


def test_another_person_is_registered_once_the_candidates_are_set_aside(
    client: CheckedClient, office: World
) -> None:
    record(client, office, new_person=TWIN)
    draft = start(client, office, **intake.told(new_person=TWIN))
    done = complete(client, office.worker, draft, duplicate_override="Her twin sister (example).")
    assert done.status_code == 200, done.text
    assert count(office, Person) == 2


def test_a_living_case_is_named_and_may_be_joined(client: CheckedClient, office: World) -> None:
    first = record(client, office).json()
    again = start(client, office, **intake.told(new_person=None, person_id=first["person_id"]))
    refused = complete(client, office.worker, again)
    assert (refused.status_code, refused.json()["code"]) == (409, "case_already_open")
    assert refused.json()["case_id"] == first["case_id"]
    joined = complete(client, office.worker, again, join_case=True)
    assert (joined.status_code, joined.json()["case_id"]) == (200, first["case_id"])
    assert count(office, Case) == 1


def test_joining_opens_a_case_where_none_lives(client: CheckedClient, office: World) -> None:
    response = record(client, office, join_case=True)
    assert (response.status_code, count(office, Case)) == (201, 1)
    assert response.json()["case_id"] is not None


def test_any_interview_with_somebody_accompanied_here_is_a_contact_of_the_case(
    client: CheckedClient, office: World
) -> None:
    first = record(client, office).json()
    case = office.db.scalars(select(Case)).one()
    case.last_contact_on = (now() - timedelta(days=40)).date()
    office.db.commit()
    held = now() - timedelta(days=3)
    later = record(
        client,
        office,
        new_person=None,
        person_id=first["person_id"],
        conclusion="one_off_help",
        held_at=held.isoformat(),
    ).json()
    office.db.refresh(case)
    assert later["case_id"] == str(case.id)
    assert case.status is CaseStatus.open
    assert abs((case.last_contact_on - held.date()).days) <= 1
    assert case.last_contact_on < now().date()


def test_a_completed_interview_no_longer_changes(client: CheckedClient, office: World) -> None:
    done = record(client, office).json()
    sent = headers(office.worker, **{"If-Match": f'"{done["version"]}"'})
    saved = client.patch(f"{URL}/{done['id']}", headers=sent, json={"narrative": "Other (example)."})
    again = complete(client, office.worker, done)
    dropped = client.post(
        f"{URL}/{done['id']}/abandon", headers=headers(office.worker), json={"reason": "Too late (example)."}
    )
    assert [(r.status_code, r.json()["code"]) for r in (saved, again, dropped)] == [(409, "illegal_move")] * 3


def test_a_colleague_completes_what_another_began(client: CheckedClient, office: World) -> None:
    draft = start(client, office, **intake.told())
    done = complete(client, office.colleague, draft).json()
    assert done["worker_id"] == str(office.colleague.user_id)
    assert office.db.scalars(select(Case.referent_id)).one() == office.colleague.user_id


def test_the_arrival_is_received_when_its_interview_is_completed(
    client: CheckedClient, office: World
) -> None:
    arrivals = [intake.arrival(office.db, office.worker, office.here) for _ in range(3)]
    office.db.commit()
    drafts = [
        start(
            client,
            office,
            arrival_id=str(a.id),
            **intake.told(conclusion="information_only", new_person=None),
        )
        for a in arrivals
    ]
    reception = "/api/v1/arrivals"
    for arrival in arrivals[1:]:
        client.post(f"{reception}/{arrival.id}/put-back", headers=headers(office.worker))
    client.post(f"{reception}/{arrivals[2].id}/leave", headers=headers(office.worker))
    for draft in drafts:
        assert complete(client, office.worker, draft).status_code == 200
    states = [
        client.get(f"{reception}/{a.id}", headers=headers(office.worker)).json()["status"] for a in arrivals
    ]
    assert states == ["received", "received", "left"]


def test_a_completion_is_told_and_on_record_by_ids_and_codes(client: CheckedClient, office: World) -> None:
    done = record(client, office).json()
    told = office.db.scalars(select(OutboxMessage).where(OutboxMessage.name == "interview.completed")).one()
    assert told.payload == {
        "interview_id": done["id"],
        "window_id": str(office.here),
        "person_id": done["person_id"],
        "case_id": done["case_id"],
        "conclusion": "case_opened",
    }
    entry = office.db.scalars(select(AuditEntry).where(AuditEntry.action == "interview:complete")).one()
    assert str(entry.person_id) == done["person_id"]
    assert entry.details == {"conclusion": "case_opened", "case_id": done["case_id"]}


def test_a_cases_timeline_tells_of_its_completed_interviews(office: World) -> None:
    first = intake.completed(office.db, office.worker, office.here)
    assert first.case_id is not None
    assert first.completed_at is not None
    second = intake.completed(
        office.db,
        office.colleague,
        office.here,
        new_person=None,
        person_id=first.person_id,
        conclusion="one_off_help",
    )
    entries = case_queries.timeline(office.db, first.case_id, None, 10)
    assert [(e["kind"], e["id"], e["actor_id"], e["reason_code"]) for e in entries] == [
        ("interview", second.id, office.colleague.user_id, "one_off_help"),
        ("interview", first.id, office.worker.user_id, "case_opened"),
    ]
    until = case_queries.timeline(office.db, first.case_id, first.completed_at, 10)
    assert [e["id"] for e in until] == [first.id]
    assert len(case_queries.timeline(office.db, first.case_id, None, 1)) == 1


@pytest.mark.parametrize("at_once", [True, False])
def test_whom_the_duplicate_check_shows_is_on_record(
    client: CheckedClient, office: World, at_once: bool
) -> None:
    assert record(client, office).status_code == 201
    if at_once:
        refused = record(client, office)
    else:
        refused = complete(client, office.worker, start(client, office, **intake.told()))
    assert (refused.status_code, refused.json()["code"]) == (409, "possible_duplicates")
    last = office.db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert last is not None
    assert (last.action, last.actor_id) == ("person:candidates", office.worker.user_id)


def test_a_completion_that_is_sent_again_under_its_key_is_answered_again(
    client: CheckedClient, office: World
) -> None:
    draft = start(client, office, **intake.told())
    sent = headers(office.worker, **{"Idempotency-Key": "complete-0001"})
    answers = [client.post(f"{URL}/{draft['id']}/complete", headers=sent, json={}) for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


def test_a_case_was_last_in_contact_on_the_day_of_the_interview_and_is_numbered_today(office: World) -> None:
    with time_machine.travel(datetime(2027, 1, 4, 10, tzinfo=UTC)):
        held_at = datetime(2026, 12, 30, 23, 30, tzinfo=UTC)  # half an hour past midnight at the window
        intake.completed(office.db, office.worker, office.here, held_at=held_at)
    case = office.db.scalars(select(Case)).one()
    assert case.last_contact_on == date(2026, 12, 31)
    assert "-2027-" in case.number
