"""Assessments over HTTP: from the first answers to the comparison with an older one."""

from typing import Any

import pytest
from sqlalchemy import select

from app.assessments.models import Assessment
from app.audit.models import AuditEntry
from app.cases.models import Case
from tests.factories.assessments import COMPLETE, case, close, completed, draft, publish
from tests.factories.world import World, headers
from tests.support.client import CheckedClient

API = "/api/v1"
UNKNOWN = "01920000-0000-7000-8000-000000000000"


@pytest.fixture
def assessed(world: World) -> Case:
    publish(world.db, world.administrator)
    opened = case(world.db, world.worker)
    world.db.commit()
    return opened


def begin(client: CheckedClient, world: World, assessed: Case, language: str = "en", **body: Any) -> Any:
    sent = headers(world.worker, **{"Accept-Language": language})
    body = {"instrument_code": "situation", **body}
    return client.post(f"{API}/cases/{assessed.id}/assessments", json=body, headers=sent)


def test_a_draft_is_begun_saved_and_completed(client: CheckedClient, world: World, assessed: Case) -> None:
    begun = begin(client, world, assessed, answers={"home": "3"})
    assert begun.status_code == 201, begun.text
    assert (begun.json()["status"], begun.json()["allowed"]) == ("draft", ["complete", "discard"])
    place = begun.headers["location"]
    sent = headers(world.colleague, **{"If-Match": begun.headers["etag"]})
    saved = client.patch(place, json={"answers": {"works": "yes", "hours": "١٢"}}, headers=sent)
    assert saved.status_code == 200, saved.text
    assert saved.json()["answers"] == {"home": "3", "works": "yes", "hours": 12}
    assert saved.headers["etag"] != begun.headers["etag"]
    done = client.post(f"{place}/complete", headers=headers(world.worker))
    assert done.status_code == 200, done.text
    assert (done.json()["status"], done.json()["band"], done.json()["is_valid"]) == (
        "completed",
        "fragile",
        True,
    )
    assert done.json()["scores"] == {"housing": 3.0, "income": None}
    assert client.get(place, headers=headers(world.supervisor)).json() == done.json()


def test_it_can_be_told_in_one_request(client: CheckedClient, world: World, assessed: Case) -> None:
    told = begin(client, world, assessed, answers=COMPLETE, complete=True)
    assert (told.status_code, told.json()["status"]) == (201, "completed")
    assert (told.json()["total"], told.json()["needs"]) == (2.0, ["housing"])


def test_one_request_that_cannot_complete_keeps_nothing(
    client: CheckedClient, world: World, assessed: Case
) -> None:
    refused = begin(client, world, assessed, answers={"works": "yes"}, complete=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "assessment_incomplete")
    assert refused.json()["missing"] == ["home", "hours"]
    assert [e["pointer"] for e in refused.json()["errors"]] == ["/answers/home", "/answers/hours"]
    assert refused.json()["detail"].startswith("Nothing was saved.")
    assert world.db.scalars(select(Assessment)).all() == []


@pytest.mark.parametrize(
    ("language", "sentence"), [("ar", "ستون ساعة على الأكثر."), ("fr", "Au plus 60 heures.")]
)
def test_a_constraint_refuses_completion_with_the_authors_words(
    client: CheckedClient, world: World, assessed: Case, language: str, sentence: str
) -> None:
    refused = begin(client, world, assessed, language, answers={**COMPLETE, "hours": 61}, complete=True)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")
    assert refused.json()["errors"] == [
        {"pointer": "/answers/hours", "code": "constraint", "message": sentence}
    ]


def test_a_constraint_that_a_draft_breaks_is_told_of_the_draft_which_is_kept(
    client: CheckedClient, world: World, assessed: Case
) -> None:
    begun = begin(client, world, assessed, answers={**COMPLETE, "hours": 61})
    place = f"/api/v1/assessments/{begun.json()['id']}"
    sent = headers(world.worker, **{"Accept-Language": "en"})
    refused = client.post(f"{place}/complete", headers=sent)
    assert (refused.status_code, refused.json()["code"]) == (409, "answers_do_not_hold")
    assert [e["pointer"] for e in refused.json()["errors"]] == ["/answers/hours"]
    assert refused.json()["detail"].startswith("The draft is kept.")
    assert client.get(place, headers=headers(world.worker)).json() == begun.json()


def test_an_answer_that_is_none_is_refused_and_pointed_at(
    client: CheckedClient, world: World, assessed: Case
) -> None:
    refused = begin(client, world, assessed, answers={"home": "9", "children": {"a": [1]}})
    assert refused.status_code == 422
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [
        ("/answers/home", "unknown_choice"),
        ("/answers/children", "wrong_type"),
    ]
    assert "9" not in refused.text.replace(refused.json()["instance"], "")


@pytest.mark.parametrize("both", [{"instrument_code": None}, {"instrument_id": UNKNOWN}])
def test_exactly_one_way_of_naming_the_instrument(
    client: CheckedClient, world: World, assessed: Case, both: dict[str, Any]
) -> None:
    refused = begin(client, world, assessed, **both)
    assert [e["code"] for e in refused.json()["errors"]] == ["one_instrument"]


def test_a_closed_case_is_not_assessed(client: CheckedClient, world: World, assessed: Case) -> None:
    close(world.db, world.worker, assessed)
    world.db.commit()
    refused = begin(client, world, assessed)
    assert (refused.status_code, refused.json()["code"]) == (409, "case_closed")


def test_a_retired_instrument_begins_nothing(client: CheckedClient, world: World, assessed: Case) -> None:
    retired = publish(world.db, world.administrator, version="2")
    world.db.commit()
    client.post(f"{API}/instruments/{retired.id}/retire", headers=headers(world.administrator))
    refused = begin(client, world, assessed, instrument_code=None, instrument_id=str(retired.id))
    assert (refused.status_code, refused.json()["code"]) == (409, "instrument_retired")


def test_begun_twice_with_one_key_is_begun_once(client: CheckedClient, world: World, assessed: Case) -> None:
    sent = headers(world.worker, **{"Idempotency-Key": "assess-once"})
    place, body = f"{API}/cases/{assessed.id}/assessments", {"instrument_code": "situation"}
    first, second = (client.post(place, json=body, headers=sent) for _ in range(2))
    assert first.json() == second.json()
    assert len(world.db.scalars(select(Assessment)).all()) == 1


def test_saving_upon_an_old_version_is_refused(client: CheckedClient, world: World, assessed: Case) -> None:
    begun = begin(client, world, assessed)
    place, body = begun.headers["location"], {"answers": {"home": "3"}}
    assert client.patch(place, json=body, headers=headers(world.worker)).status_code == 428
    sent = headers(world.worker, **{"If-Match": begun.headers["etag"]})
    assert client.patch(place, json=body, headers=sent).status_code == 200
    stale = client.patch(place, json={"answers": {"home": "1"}}, headers=sent)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")


def test_what_is_no_draft_is_not_saved_completed_or_discarded(
    client: CheckedClient, world: World, assessed: Case
) -> None:
    begun = begin(client, world, assessed)
    place = begun.headers["location"]
    discarded = client.post(f"{place}/discard", headers=headers(world.worker))
    assert (discarded.status_code, discarded.json()["allowed"]) == (200, [])
    sent = headers(world.worker, **{"If-Match": discarded.headers["etag"]})
    saved = client.patch(place, json={"answers": {"home": "3"}}, headers=sent)
    assert (saved.status_code, saved.json()["code"]) == (409, "assessment_not_draft")
    for verb in ("complete", "discard"):
        refused = client.post(f"{place}/{verb}", headers=headers(world.worker))
        assert (refused.status_code, refused.json()["code"]) == (409, "illegal_move")


def test_saving_and_completing_on_a_closed_case_is_refused(
    client: CheckedClient, world: World, assessed: Case
) -> None:
    begun = draft(world.db, world.worker, assessed)
    close(world.db, world.worker, assessed)
    world.db.commit()
    place = f"{API}/assessments/{begun.id}"
    sent = headers(world.worker, **{"If-Match": f'"{begun.version}"'})
    saved = client.patch(place, json={"answers": {"home": "3"}}, headers=sent)
    done = client.post(f"{place}/complete", headers=headers(world.worker))
    assert [(r.status_code, r.json()["code"]) for r in (saved, done)] == [(409, "case_closed")] * 2


def test_the_assessments_of_a_case_come_in_pages(client: CheckedClient, world: World, assessed: Case) -> None:
    made = [str(draft(world.db, world.worker, assessed).id) for _ in range(3)]
    world.db.commit()
    place = f"{API}/cases/{assessed.id}/assessments?limit=2"
    first = client.get(place, headers=headers(world.worker))
    assert [item["id"] for item in first.json()["items"]] == made[:0:-1]
    following = first.headers["link"].split(">")[0].removeprefix("<")
    second = client.get(following, headers=headers(world.worker))
    assert ([item["id"] for item in second.json()["items"]], second.json()["next"]) == (made[:1], None)
    done = client.get(f"{place}&status=completed", headers=headers(world.worker))
    assert done.json()["items"] == []


def test_two_assessments_are_compared(client: CheckedClient, world: World, assessed: Case) -> None:
    older, newer = (completed(world.db, world.worker, assessed, home=level) for level in "15")
    world.db.commit()
    place = f"{API}/assessments/{newer.id}/comparison"
    told = client.get(place, headers=headers(world.worker))
    assert told.status_code == 200, told.text
    assert told.json()["domains"][0] == {"domain": "housing", "older": 1.0, "newer": 5.0, "difference": 4.0}
    assert client.get(f"{place}?with={older.id}", headers=headers(world.worker)).json() == told.json()
    itself = client.get(f"{place}?with={newer.id}", headers=headers(world.worker))
    assert (itself.status_code, itself.json()["errors"][0]["pointer"]) == (422, "query/with")
    first = client.get(f"{API}/assessments/{older.id}/comparison", headers=headers(world.worker))
    assert (first.status_code, first.json()["code"]) == (404, "nothing_to_compare")


def test_a_draft_is_not_compared(client: CheckedClient, world: World, assessed: Case) -> None:
    place = begin(client, world, assessed).headers["location"]
    refused = client.get(f"{place}/comparison", headers=headers(world.worker))
    assert (refused.status_code, refused.json()["code"]) == (409, "assessment_not_completed")


def test_opening_an_assessment_leaves_a_trace(client: CheckedClient, world: World, assessed: Case) -> None:
    assessment = completed(world.db, world.worker, assessed)
    world.db.commit()
    for place in ("", "/comparison"):
        client.get(f"{API}/assessments/{assessment.id}{place}", headers=headers(world.supervisor))
    statement = select(AuditEntry).where(AuditEntry.action == "assessment:read")
    entries = world.db.scalars(statement).all()
    assert {(e.actor_id, e.subject_id, e.person_id) for e in entries} == {
        (world.supervisor.user_id, assessment.id, assessed.person_id)
    }
    assert len(entries) == 2


def requests_to(
    client: CheckedClient, world: World, actor: str, case_id: Any, assessment_id: Any
) -> list[int]:
    sent = headers(getattr(world, actor), **{"If-Match": '"1"'})
    of_case, one = f"{API}/cases/{case_id}/assessments", f"{API}/assessments/{assessment_id}"
    responses = [
        client.post(of_case, json={"instrument_code": "situation"}, headers=sent),
        client.get(of_case, headers=sent),
        client.get(one, headers=sent),
        client.patch(one, json={"answers": {}}, headers=sent),
        client.post(f"{one}/complete", headers=sent),
        client.post(f"{one}/discard", headers=sent),
        client.get(f"{one}/comparison", headers=sent),
    ]
    return [response.status_code for response in responses]


def test_foreign_and_unknown_ones_are_the_same_404(
    client: CheckedClient, world: World, assessed: Case
) -> None:
    assessment = draft(world.db, world.worker, assessed)
    world.db.commit()
    assert requests_to(client, world, "stranger", assessed.id, assessment.id) == [404] * 7
    assert requests_to(client, world, "worker", UNKNOWN, UNKNOWN) == [404] * 7


@pytest.mark.parametrize("role", ["agent", "administrator", "auditor"])
def test_other_roles_assess_and_read_nothing(
    client: CheckedClient, world: World, assessed: Case, role: str
) -> None:
    assessment = draft(world.db, world.worker, assessed)
    world.db.commit()
    assert requests_to(client, world, role, assessed.id, assessment.id) == [403] * 7
