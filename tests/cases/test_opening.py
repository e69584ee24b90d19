from datetime import date, timedelta

import pytest

from app.cases import queries, service
from app.cases.models import CaseDue
from app.cases.schemas import CaseCreate
from app.cases.states import CaseStatus, Priority, Stage
from app.core.actor import SYSTEM, Actor
from app.core.clock import today
from app.core.db import WriteSession
from app.core.errors import InvalidInput, NotFound
from app.core.ids import CaseId, UserId, WindowId, uuid7
from app.outbox.models import OutboxMessage
from app.people.models import Person
from tests.factories import cases as make
from tests.factories.world import World, headers
from tests.support.client import CheckedClient


def test_a_case_has_a_number_a_referent_and_a_contact_and_a_review_to_come(
    world: World, db: WriteSession
) -> None:
    case = make.case(db, world.worker, opened_on=date(2026, 11, 30))
    assert case.number == "OUJ1-2026-00001"
    assert (case.referent_id, case.status, case.stage) == (
        world.worker.user_id,
        CaseStatus.open,
        Stage.listening,
    )
    assert case.last_contact_on == date(2026, 11, 30)
    assert case.next_due_on == date(2026, 12, 14), "the contact that the rhythm asks for"
    assert db.get_one(CaseDue, (case.id, "review")).due_on == date(2027, 2, 28)


def test_numbers_follow_one_another_in_each_window_and_year(world: World, db: WriteSession) -> None:
    days = [date(2026, 1, 2), date(2026, 12, 31), date(2027, 1, 1)]
    here = [make.case(db, world.worker, opened_on=day).number for day in days]
    there = make.case(db, world.stranger, opened_on=date(2026, 1, 2)).number
    assert here == ["OUJ1-2026-00001", "OUJ1-2026-00002", "OUJ1-2027-00001"]
    assert there == "BRK1-2026-00001"


def test_a_person_has_one_living_case_at_a_window(world: World, db: WriteSession) -> None:
    case = make.case(db, world.worker)
    somebody = db.get_one(Person, case.person_id)
    with pytest.raises(service.CaseAlreadyOpen) as refused:
        make.case(db, world.colleague, whose=somebody)
    assert refused.value.details == {"case_id": case.id}
    assert queries.living_case(db, somebody.id, world.here) is case
    assert queries.living_case(db, somebody.id, world.elsewhere) is None


def test_opening_is_told(world: World, db: WriteSession) -> None:
    case = make.case(db, world.worker)
    db.flush()
    told = [m.payload for m in db.query(OutboxMessage).filter_by(name="case.opened")]
    assert [message["case_id"] for message in told] == [str(case.id)]


def wish(world: World, db: WriteSession, **values: object) -> CaseCreate:
    whose = make.person(db, world.worker)
    return CaseCreate.model_validate({"person_id": whose.id, "window_id": world.here, **values})


def test_needs_are_of_the_vocabulary_and_each_stands_once(world: World, db: WriteSession) -> None:
    case = service.open_known(
        db, world.worker, wish(world, db, needs=["income", "housing", "income"], priority="urgent")
    )
    assert (case.needs, case.priority) == (["income", "housing"], Priority.urgent)
    with pytest.raises(InvalidInput):
        service.open_known(db, world.worker, wish(world, db, needs=["no_such_need"]))


def test_a_case_is_opened_only_at_a_window_of_ones_own(world: World, db: WriteSession) -> None:
    with pytest.raises(NotFound):
        service.open_known(db, world.worker, wish(world, db, window_id=world.elsewhere))


def test_a_person_is_received_at_a_window_before_a_case_is_opened_there(
    world: World, db: WriteSession
) -> None:
    both = Actor(
        user_id=world.worker.user_id,
        role=world.worker.role,
        window_ids=frozenset([world.here, world.elsewhere]),
    )
    with pytest.raises(InvalidInput) as refused:
        service.open_known(db, both, wish(world, db, window_id=world.elsewhere))
    assert refused.value.details["errors"] == [{"pointer": "/window_id", "code": "person_not_received"}]


def test_a_case_is_opened_over_http(client: CheckedClient, world: World, db: WriteSession) -> None:
    whose = make.person(db, world.worker)
    db.commit()
    body = {"person_id": str(whose.id), "window_id": str(world.here), "needs": ["housing"], "summary": "مثال"}
    response = client.post("/api/v1/cases", json=body, headers=headers(world.worker))
    assert response.status_code == 201, response.text
    case = response.json()
    assert response.headers["location"] == f"/api/v1/cases/{case['id']}"
    assert response.headers["etag"] == f'"{case["version"]}"'
    assert (case["priority"], case["summary"], case["given_name_ar"]) == ("medium", "مثال", "فاطمة (مثال)")
    again = client.post("/api/v1/cases", json=body, headers=headers(world.worker))
    assert (again.status_code, again.json()["code"]) == (409, "case_already_open")
    assert again.json()["case_id"] == case["id"]


@pytest.mark.parametrize("key", ["person_id", "window_id"])
def test_an_unknown_person_or_window_is_not_found(
    client: CheckedClient, world: World, db: WriteSession, key: str
) -> None:
    whose = make.person(db, world.worker)
    db.commit()
    body = {"person_id": str(whose.id), "window_id": str(world.here), key: str(uuid7())}
    response = client.post("/api/v1/cases", json=body, headers=headers(world.worker))
    assert response.status_code == 404, response.text


# --- what is derived ------------------------------------------------------------------------------------------


def test_the_first_work_activates_an_open_case_and_the_path_never_goes_back(
    world: World, db: WriteSession
) -> None:
    case = make.case(db, world.worker)
    told = []
    for actor, stage in (
        (world.worker, Stage.referral),
        (world.worker, Stage.assessment),
        (SYSTEM, Stage.accompaniment),
    ):
        service.reach(db, actor, case, stage)
        told.append((case.status, case.stage, case.version))
    assert [(status, stage) for status, stage, _ in told] == [
        (CaseStatus.active, Stage.referral),
        (CaseStatus.active, Stage.referral),
        (CaseStatus.active, Stage.accompaniment),
    ]
    assert len({version for _, _, version in told}) == 1, "what is derived leaves the version alone"


def test_a_partner_may_do_the_first_work_on_a_case(world: World, db: WriteSession) -> None:
    case = make.case(db, world.worker)
    service.reach(db, world.agent, case, Stage.accompaniment)
    assert case.status is CaseStatus.active


def test_the_last_contact_is_the_latest_that_was_told(world: World, db: WriteSession) -> None:
    case = make.case(db, world.worker, opened_on=date(2026, 3, 1))
    known = []
    for day in (9, 4, 11):
        service.contacted(db, case.id, date(2026, 3, day))
        known.append(case.last_contact_on)
    assert known == [date(2026, 3, 9), date(2026, 3, 9), date(2026, 3, 11)]
    case.last_contact_on = None
    service.contacted(db, case.id, date(2026, 3, 4))
    assert queries.read(db, world.worker, case.id)["last_contact_on"] == date(2026, 3, 4)


def test_the_case_is_due_when_the_first_of_its_works_is(world: World, db: WriteSession) -> None:
    case = make.case(db, world.worker, opened_on=date(2026, 3, 1))
    service.set_due(db, case.id, "follow_up", date(2026, 3, 8))
    service.set_due(db, case.id, "referral", date(2026, 3, 5))
    assert case.next_due_on == date(2026, 3, 5)
    service.set_due(db, case.id, "referral", None)
    assert case.next_due_on == date(2026, 3, 8)
    service.set_due(db, case.id, "follow_up", date(2026, 9, 8))
    assert case.next_due_on == date(2026, 6, 1), "the review"
    service.set_due(db, case.id, "review", None)
    service.set_due(db, case.id, "follow_up", None)
    assert queries.read(db, world.worker, case.id)["next_due_on"] is None
    assert db.query(CaseDue).filter_by(case_id=case.id).all() == []


def test_days_are_counted_at_the_window(world: World, db: WriteSession) -> None:
    case = make.case(db, world.worker, opened_on=today() - timedelta(days=30))
    assert queries.read(db, world.worker, case.id)["is_silent"] is False
    older = make.case(db, world.worker, opened_on=today() - timedelta(days=31))
    page = queries.read(db, world.worker, older.id)
    assert (page["is_silent"], page["days_since_contact"], page["is_overdue"]) == (True, 31, True)
    service.set_due(db, older.id, "follow_up", today())
    assert queries.read(db, world.worker, older.id)["is_overdue"] is False
    service.set_due(db, older.id, "follow_up", today() - timedelta(days=1))
    assert queries.read(db, world.worker, older.id)["is_overdue"] is True


def test_without_a_contact_there_are_no_days_to_count(world: World, db: WriteSession) -> None:
    case = make.case(db, world.worker)
    case.last_contact_on = None
    page = queries.read(db, world.worker, case.id)
    assert (page["days_since_contact"], page["is_silent"]) == (None, False)


def test_the_system_sees_every_case(world: World, db: WriteSession) -> None:
    case = make.case(db, world.worker)
    assert queries.get(db, SYSTEM, case.id) is case
    with pytest.raises(NotFound):
        queries.get(db, SYSTEM, CaseId(uuid7()))


def test_a_case_is_opened_at_a_real_window_by_a_real_user(world: World, db: WriteSession) -> None:
    nowhere = Actor(
        user_id=UserId(uuid7()), role=world.worker.role, window_ids=frozenset([WindowId(uuid7())])
    )
    whose = make.person(db, world.worker)
    with pytest.raises(NotFound):
        make.case(db, nowhere, whose=whose)
