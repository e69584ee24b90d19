from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.auth.models import UserWindow
from app.core import i18n
from app.core.actor import Actor, Role
from app.core.pagination import PageRequest
from app.intake import queries
from app.intake.models import Interview, InterviewTransition
from app.people import service as people
from app.people.models import Person
from app.people.schemas import PersonCreate
from tests.factories import intake
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

URL = "/api/v1/interviews"


def start(client: CheckedClient, actor: Actor, world: World, **body: Any) -> Any:
    return client.post(URL, headers=headers(actor), json={"window_id": str(world.here), **body})


def save(client: CheckedClient, actor: Actor, interview: dict[str, Any], **body: Any) -> Any:
    sent = headers(actor, **{"If-Match": f'"{interview["version"]}"'})
    return client.patch(f"{URL}/{interview['id']}", headers=sent, json=body)


def problems(response: Any) -> list[tuple[str, str]]:
    return [(e["pointer"], e["code"]) for e in response.json()["errors"]]


def known(world: World, actor: Actor, window_id: Any, name: str = "Imane (exemple)") -> Person:
    person = people.register(world.db, actor, PersonCreate(window_id=window_id, given_name_latin=name))
    world.db.commit()
    return person


def test_a_draft_needs_only_a_window(client: CheckedClient, office: World) -> None:
    response = start(client, office.worker, office)
    draft = response.json()
    assert response.status_code == 201
    assert (draft["status"], draft["needs"], draft["narrative"]) == ("draft", [], None)
    assert response.headers["etag"] == f'"{draft["version"]}"'
    assert client.get(response.headers["location"], headers=headers(office.worker)).json() == draft


def test_a_draft_is_saved_bit_by_bit_and_taken_up_by_a_colleague(
    client: CheckedClient, office: World
) -> None:
    begun = start(client, office.worker, office, channel="phone", needs=["housing", "housing"]).json()
    first = save(client, office.worker, begun, narrative="كراء مرتفع (مثال)")
    again = save(client, office.colleague, first.json(), urgency="urgent", channel=None)
    kept = again.json()
    assert (kept["narrative"], kept["needs"], kept["urgency"], kept["channel"]) == (
        "كراء مرتفع (مثال)",
        ["housing"],
        "urgent",
        None,
    )
    assert kept["worker_id"] == str(office.colleague.user_id)
    assert again.headers["etag"] == f'"{kept["version"]}"'
    assert kept["version"] > begun["version"]


def test_two_who_write_in_one_draft_do_not_overwrite_each_other(client: CheckedClient, office: World) -> None:
    draft = start(client, office.worker, office).json()
    assert save(client, office.worker, draft, narrative="One (example).").status_code == 200
    late = save(client, office.colleague, draft, narrative="Two (example).")
    assert (late.status_code, late.json()["code"]) == (412, "stale_version")
    blind = client.patch(f"{URL}/{draft['id']}", headers=headers(office.worker), json={})
    assert blind.status_code == 428


def test_a_need_out_of_the_list_is_refused(client: CheckedClient, office: World) -> None:
    assert problems(start(client, office.worker, office, needs=["moon"])) == [("/needs", "unknown_code")]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (1_700_000_000, "bad_format"),
        ("1700000000", "bad_format"),
        ("1999-12-31T10:00:00Z", "too_early"),
        ("0001-01-01T00:00:00+14:00", "not_allowed"),
        ("9999-12-31T23:59:59-14:00", "not_allowed"),
        ("2999-01-01T10:00:00Z", "in_the_future"),
    ],
)
def test_an_interview_was_held_at_a_plausible_time(
    client: CheckedClient, office: World, told: object, code: str
) -> None:
    assert problems(start(client, office.worker, office, held_at=told)) == [("/held_at", code)]


def test_an_interview_can_be_typed_in_later(client: CheckedClient, office: World) -> None:
    draft = start(client, office.worker, office, held_at="2026-01-05T09:30:00+01:00").json()
    assert draft["held_at"] == "2026-01-05T08:30:00Z"


def test_a_draft_at_another_window_is_not_found(client: CheckedClient, office: World) -> None:
    draft = start(client, office.worker, office).json()
    assert client.get(f"{URL}/{draft['id']}", headers=headers(office.stranger)).status_code == 404
    assert save(client, office.stranger, draft, narrative="x").status_code == 404
    assert start(client, office.stranger, office).status_code == 404


def test_interviews_are_for_who_serves_at_windows(client: CheckedClient, office: World) -> None:
    for actor in (office.agent, office.administrator, office.auditor):
        assert client.get(URL, headers=headers(actor)).status_code == 403
        assert start(client, actor, office).status_code == 403


def test_the_policy_shows_nothing_to_other_roles_even_at_a_window(office: World) -> None:
    arrival = intake.arrival(office.db, office.worker, office.here)
    draft = intake.draft(office.db, office.worker, office.here)
    auditor = Actor(user_id=office.auditor.user, role=Role.auditor, window_ids=office.worker.window_ids)
    assert queries.page(office.db, auditor, PageRequest()).items == []
    day = queries.arrivals_page(office.db, auditor, PageRequest(), office.here, arrival.on)
    assert day.items == []
    assert queries.read(office.db, office.worker, draft.id)["id"] == draft.id
    nowhere = Actor(user_id=office.worker.user, role=Role.social_worker)
    assert queries.page(office.db, nowhere, PageRequest()).items == []


def test_an_interview_begins_with_who_was_waiting(client: CheckedClient, office: World) -> None:
    arrival = intake.arrival(office.db, office.worker, office.here)
    office.db.commit()
    draft = start(client, office.worker, office, arrival_id=str(arrival.id)).json()
    seen = client.get(f"/api/v1/arrivals/{arrival.id}", headers=headers(office.worker)).json()
    assert (seen["status"], seen["interview_id"]) == ("in_interview", draft["id"])
    twice = start(client, office.worker, office, arrival_id=str(arrival.id))
    assert (twice.status_code, twice.json()["code"]) == (409, "illegal_move")


def test_who_waits_at_another_window_is_not_heard_here(client: CheckedClient, office: World) -> None:
    arrival = intake.arrival(office.db, office.stranger, office.elsewhere)
    office.db.commit()
    assert start(client, office.worker, office, arrival_id=str(arrival.id)).status_code == 404
    office.db.add(UserWindow(user_id=office.worker.user, window_id=office.elsewhere))
    office.db.commit()
    assert start(client, office.worker, office, arrival_id=str(arrival.id)).status_code == 404


def test_abandoning_needs_a_reason_and_ends_the_draft(client: CheckedClient, office: World) -> None:
    draft = start(client, office.worker, office).json()
    place = f"{URL}/{draft['id']}/abandon"
    assert client.post(place, headers=headers(office.worker), json={}).status_code == 422
    ended = client.post(place, headers=headers(office.worker), json={"reason": "Left early (example)."})
    assert (ended.status_code, ended.json()["status"]) == (200, "abandoned")
    again = save(client, office.worker, ended.json(), narrative="Late (example).")
    assert (again.status_code, again.json()["code"], again.json()["allowed"]) == (409, "illegal_move", [])
    assert again.json()["detail"] == i18n.text("error.illegal_move.final", "en")
    rows = office.db.scalars(select(InterviewTransition).order_by(InterviewTransition.id)).all()
    assert [(r.action, r.to_status, r.note) for r in rows] == [
        ("start", "draft", None),
        ("abandon", "abandoned", "Left early (example)."),
    ]


def test_an_abandoned_draft_keeps_nothing_of_what_was_told(client: CheckedClient, office: World) -> None:
    refusal = {"decision": "refused", "form": "signature"}
    draft = start(
        client,
        office.worker,
        office,
        new_person={"given_name_ar": "مثالية"},
        narrative="A story (example).",
        consents=[refusal],
    ).json()
    place = f"{URL}/{draft['id']}/abandon"
    client.post(place, headers=headers(office.worker), json={"reason": "Left early (example)."})
    kept = office.db.scalars(select(Interview)).one()
    assert (kept.new_person, kept.narrative, kept.consents) == (None, None, [])


def listed(client: CheckedClient, actor: Actor, **query: Any) -> list[str]:
    found = client.get(URL, headers=headers(actor), params=query)
    assert found.status_code == 200, found.text
    return [item["id"] for item in found.json()["items"]]


def test_the_list_shows_the_newest_first_and_filters(client: CheckedClient, office: World) -> None:
    person = known(office, office.worker, office.here)
    first = start(client, office.worker, office, person_id=str(person.id)).json()["id"]
    second = start(client, office.colleague, office).json()["id"]
    client.post(
        f"{URL}/{second}/abandon", headers=headers(office.colleague), json={"reason": "Empty (example)."}
    )
    third = start(client, office.colleague, office).json()["id"]
    assert listed(client, office.supervisor) == [third, second, first]
    assert listed(client, office.supervisor, status="abandoned") == [second]
    assert listed(client, office.supervisor, person_id=str(person.id)) == [first]
    assert listed(client, office.colleague, mine=True, status="draft") == [third]
    assert listed(client, office.supervisor, window_id=str(office.here)) == [third, second, first]
    assert listed(client, office.supervisor, window_id=str(office.elsewhere)) == []
    assert listed(client, office.stranger) == []


def test_the_list_comes_in_pages_across_windows(client: CheckedClient, office: World) -> None:
    here = [intake.draft(office.db, office.worker, office.here).id for _ in range(2)]
    there = intake.draft(office.db, office.stranger, office.elsewhere).id
    here.append(intake.draft(office.db, office.worker, office.here).id)
    office.db.add(UserWindow(user_id=office.worker.user, window_id=office.elsewhere))
    office.db.commit()
    expected = [here[2], there, here[1], here[0]]
    first = client.get(URL, headers=headers(office.worker), params={"limit": 3}).json()
    rest = client.get(
        URL, headers=headers(office.worker), params={"limit": 3, "cursor": first["next"]}
    ).json()
    assert [i["id"] for i in first["items"] + rest["items"]] == [str(key) for key in expected]
    assert rest["next"] is None


def test_a_row_names_the_registered_person_or_who_was_written_down(
    client: CheckedClient, office: World
) -> None:
    person = known(office, office.worker, office.here)
    start(client, office.worker, office, person_id=str(person.id))
    start(client, office.worker, office, new_person={"given_name_ar": "مثالية", "family_name_ar": None})
    written, registered = client.get(URL, headers=headers(office.worker)).json()["items"]
    assert registered["given_name_latin"] == "Imane (exemple)"
    assert (written["given_name_ar"], written["family_name_ar"]) == ("مثالية", None)
    assert "narrative" not in written


@pytest.mark.parametrize(
    "told",
    [
        {"given_name_ar": 7},
        {"given_name_ar": {"a": 1}},
        {"given_name_ar": ["a"]},
        {"birth": "1990"},
        {"birth": {"precision": "about", "about_age": "x"}},
        {"phones": {"number": "0600000000"}},
        {"phones": ["0600000000"]},
        {"identifiers": [{"kind": "cin", "value": ["ZZ1"]}]},
    ],
)
def test_what_has_not_the_shape_of_its_member_is_refused_when_it_is_sent(
    client: CheckedClient, office: World, told: dict[str, Any]
) -> None:
    """What it says may be half typed and is judged at the end; its shape is the program's that sent it."""
    response = start(client, office.worker, office, new_person=told)
    assert response.status_code == 422, response.text
    assert [(e["pointer"], e["code"]) for e in response.json()["errors"]] == [("/new_person", "wrong_type")]


def test_whoever_opens_or_lists_interviews_is_on_record(client: CheckedClient, office: World) -> None:
    person = known(office, office.worker, office.here)
    draft = start(client, office.worker, office, person_id=str(person.id)).json()
    client.get(f"{URL}/{draft['id']}", headers=headers(office.colleague))
    client.get(URL, headers=headers(office.colleague))
    entries = office.db.scalars(
        select(AuditEntry)
        .where(AuditEntry.actor_id == office.colleague.user_id, AuditEntry.subject_type == "interview")
        .order_by(AuditEntry.id)
    ).all()
    assert [(e.action, e.person_id) for e in entries] == [
        ("interview:read", person.id),
        ("interview:list", None),
    ]


def test_every_write_is_on_record_without_a_word_of_what_was_said(
    client: CheckedClient, office: World
) -> None:
    draft = start(client, office.worker, office, narrative="A secret (example).").json()
    save(client, office.worker, draft, narrative="Another (example).", needs=["health"])
    entries = office.db.scalars(
        select(AuditEntry).where(AuditEntry.subject_id == Interview.id).order_by(AuditEntry.id)
    ).all()
    assert [e.action for e in entries] == ["interview:start", "interview:save"]
    assert entries[1].details == {"fields": ["narrative", "needs"]}


def test_the_same_key_begins_one_draft(client: CheckedClient, office: World) -> None:
    keyed = headers(office.worker, **{"Idempotency-Key": "interview-1"})
    body = {"window_id": str(office.here)}
    first, second = (client.post(URL, headers=keyed, json=body) for _ in range(2))
    assert first.json() == second.json()
    assert listed(client, office.worker) == [first.json()["id"]]


# --- half an answer about sharing ------------------------------------------------------------------------------


def test_an_answer_about_sharing_may_be_half_told_until_the_end(client: CheckedClient, office: World) -> None:
    half = {"decision": "given"}
    begun = start(client, office.worker, office, **intake.told(consents=[half])).json()
    assert (begun["consents"][0]["form"], begun["consents"][0]["categories"]) == (None, [])
    oral = {"decision": "refused", "form": "oral_with_witness"}
    kept = save(client, office.worker, begun, consents=[half, oral]).json()
    assert kept["consents"][1]["witness"] is None
    place = f"{URL}/{kept['id']}/complete"
    refusal = client.post(place, headers=headers(office.worker), json={})
    assert refusal.status_code == 409
    assert sorted(problems(refusal)) == [
        ("/consents/0/categories", "none_ticked"),
        ("/consents/0/form", "missing"),
        ("/consents/1/witness", "missing"),
    ]
    given = {"decision": "given", "categories": ["identity"], "form": "signature"}
    whole = save(client, office.worker, kept, consents=[given, {**oral, "form": "signature"}]).json()
    done = client.post(place, headers=headers(office.worker), json={})
    assert done.status_code == 200, done.text
    assert done.json()["consents"] == whole["consents"]


@pytest.mark.parametrize(
    ("told", "pointer", "code"),
    [
        ({}, "/consents/0/decision", "missing"),
        ({"decision": "given", "form": "shouted"}, "/consents/0/form", "unknown_choice"),
        ({"decision": "given", "form": 7}, "/consents/0/form", "unknown_choice"),
        ({"decision": "given", "categories": "identity"}, "/consents/0/categories", "wrong_type"),
        ({"decision": "given", "categories": ["shoes"]}, "/consents/0/categories/0", "unknown_choice"),
        ({"decision": "given", "colour": "red"}, "/consents/0/colour", "unknown_field"),
    ],
)
def test_what_is_told_of_it_is_judged_when_it_is_sent(
    client: CheckedClient, office: World, told: dict[str, Any], pointer: str, code: str
) -> None:
    assert problems(start(client, office.worker, office, consents=[told])) == [(pointer, code)]


def test_a_whole_interview_holds_whole_answers(client: CheckedClient, office: World) -> None:
    body = {"window_id": str(office.here), **intake.told(consents=[{"decision": "refused"}])}
    refusal = client.post(f"{URL}/completed", headers=headers(office.worker), json=body)
    assert (refusal.status_code, problems(refusal)) == (422, [("/consents/0/form", "missing")])
