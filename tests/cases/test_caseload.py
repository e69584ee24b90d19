"""Lists of cases: which are shown to whom, in which order, page by page."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from app.cases import caseload, closure, queries, service
from app.cases.caseload import CaseFilter
from app.cases.models import Case
from app.cases.schemas import CaseClose, CaseSort
from app.cases.states import ClosingReason, Priority, Stage
from app.core.actor import SYSTEM, Actor
from app.core.clock import today
from app.core.db import Database, WriteSession, is_sqlite
from app.core.pagination import PageRequest
from app.people import service as people
from app.people.models import Person
from tests.factories import cases as make
from tests.factories.world import World, headers
from tests.support.client import CheckedClient
from tests.support.plans import plans_of


@pytest.fixture
def cases(world: World, db: WriteSession) -> dict[str, Case]:
    """Cases by what is special about them, from the oldest to the newest; one is at the other window."""
    day = today()
    made = {
        "closed": make.case(db, world.worker),
        "silent": make.case(db, world.worker, opened_on=day - timedelta(days=40)),
        "silent longer": make.case(db, world.colleague, opened_on=day - timedelta(days=50)),
        "overdue": make.case(db, world.worker, priority=Priority.urgent),
        "overdue longer": make.case(db, world.colleague),
        "plain": make.case(db, world.worker),
        "foreign": make.case(db, world.stranger, opened_on=day - timedelta(days=60)),
    }
    closure.close(db, world.worker, made["closed"], CaseClose(reason=ClosingReason.other))
    service.reach(db, world.worker, made["plain"], Stage.assessment)
    late = {"overdue": 2, "overdue longer": 9, "plain": 0, "foreign": 5, "silent longer": -10, "silent": -20}
    for name, days in late.items():
        service.set_due(db, made[name].id, "follow_up", day - timedelta(days=days))
    db.commit()
    return made


def names(cases: dict[str, Case], items: list[dict[str, Any]]) -> list[str]:
    by_id = {str(case.id): name for name, case in cases.items()}
    return [by_id[str(item["id"])] for item in items]


NEWEST = ["plain", "overdue longer", "overdue", "silent longer", "silent", "closed"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", NEWEST),
        ("sort=newest", NEWEST),
        ("status=closed", ["closed"]),
        ("status=active", ["plain"]),
        ("priority=urgent", ["overdue"]),
        ("mine=true", ["plain", "overdue", "silent", "closed"]),
        ("overdue=true", ["overdue longer", "overdue"]),
        ("overdue=true&mine=true", ["overdue"]),
        ("overdue=true&sort=newest", ["overdue longer", "overdue"]),
        ("silent=true", ["silent longer", "silent"]),
        ("silent=true&sort=newest", ["silent longer", "silent"]),
        ("silent=true&priority=urgent", []),
        ("sort=due", ["overdue longer", "overdue", "plain", "silent longer", "silent"]),
        ("sort=contact", ["silent longer", "silent", "overdue", "overdue longer", "plain"]),
        ("sort=due&status=closed", []),
    ],
)
def test_filters_and_orders(
    client: CheckedClient, world: World, cases: dict[str, Case], query: str, expected: list[str]
) -> None:
    response = client.get(f"/api/v1/cases?{query}", headers=headers(world.worker))
    assert response.status_code == 200, response.text
    assert names(cases, response.json()["items"]) == expected


def test_a_list_can_be_of_one_referent_or_one_window(
    client: CheckedClient, world: World, cases: dict[str, Case]
) -> None:
    def listed(query: str) -> list[str]:
        response = client.get(f"/api/v1/cases?{query}", headers=headers(world.supervisor))
        return names(cases, response.json()["items"])

    assert listed(f"referent_id={world.colleague.user_id}") == ["overdue longer", "silent longer"]
    assert listed(f"window_id={world.here}") == NEWEST
    assert listed(f"window_id={world.elsewhere}") == []
    assert listed(f"referent_id={world.stranger.user_id}") == []


def test_a_list_can_be_of_one_person(
    client: CheckedClient, world: World, db: WriteSession, cases: dict[str, Case]
) -> None:
    """Every case of the person at the actor's windows, whatever its state, and no other window's."""
    whose = db.get_one(Person, cases["closed"].person_id)
    people.receive(db, world.stranger, whose.id, world.elsewhere, "Moved there.")
    cases["again"] = make.case(db, world.colleague, whose=whose)
    cases["there"] = make.case(db, world.stranger, whose=whose)
    db.commit()

    def listed(actor: Actor, query: str = "") -> list[str]:
        response = client.get(f"/api/v1/cases?person_id={whose.id}{query}", headers=headers(actor))
        assert response.status_code == 200, response.text
        return names(cases, response.json()["items"])

    assert listed(world.worker) == ["again", "closed"]
    assert listed(world.worker, "&living=true") == ["again"]
    assert listed(world.stranger) == ["there"]
    assert listed(world.worker, "&status=closed") == listed(world.worker, "&mine=true") == ["closed"]
    assert listed(world.worker, "&sort=due") == ["again"]
    assert listed(world.worker, f"&window_id={world.elsewhere}") == []


def test_a_row_says_what_is_derived(client: CheckedClient, world: World, cases: dict[str, Case]) -> None:
    (row,) = client.get("/api/v1/cases?overdue=true&mine=true", headers=headers(world.worker)).json()["items"]
    assert (row["is_overdue"], row["is_silent"], row["days_since_contact"]) == (True, False, 0)
    assert (row["window_code"], row["referent_name"]) == ("OUJ1", "social_worker (مثال)")


@pytest.mark.parametrize("sort", CaseSort)
@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_of_several_windows_are_one_list(
    world: World, db: WriteSession, cases: dict[str, Case], sort: CaseSort, limit: int
) -> None:
    both = Actor(
        user_id=world.supervisor.user_id,
        role=world.supervisor.role,
        window_ids=frozenset([world.here, world.elsewhere]),
    )
    chosen = CaseFilter(sort=sort)
    whole = caseload.page(db, both, PageRequest(100), chosen)
    assert whole.next is None
    assert "foreign" in names(cases, whole.items)
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = caseload.page(db, both, PageRequest(limit, cursor), chosen)
        found += page.items
        cursor = page.next
        if cursor is None:
            break
    assert found == whole.items


def test_the_next_page_is_linked(client: CheckedClient, world: World, cases: dict[str, Case]) -> None:
    first = client.get("/api/v1/cases?overdue=true&limit=1", headers=headers(world.worker))
    assert 'rel="next"' in first.headers["link"]
    following = client.get(first.headers["link"].split(">")[0][1:], headers=headers(world.worker))
    assert names(cases, first.json()["items"] + following.json()["items"]) == ["overdue longer", "overdue"]
    wrong = client.get(
        f"/api/v1/cases?sort=newest&cursor={first.json()['next']}", headers=headers(world.worker)
    )
    assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid_cursor")


def test_who_serves_nowhere_has_an_empty_list(world: World, db: WriteSession, cases: dict[str, Case]) -> None:
    for actor in (world.agent, world.administrator, SYSTEM):
        assert caseload.page(db, actor, PageRequest(), CaseFilter()).items == []
    disguised = Actor(user_id=world.agent.user_id, role=world.agent.role, window_ids=frozenset([world.here]))
    assert caseload.page(db, disguised, PageRequest(), CaseFilter()).items == []


# --- what it costs --------------------------------------------------------------------------------------------


def test_a_case_page_is_two_statements(
    world: World, db: WriteSession, database: Database, cases: dict[str, Case]
) -> None:
    said: list[str] = []

    def listen(_: Any, __: Any, statement: str, *___: Any) -> None:
        said.append(statement)

    event.listen(database.writer, "before_cursor_execute", listen)
    queries.read(db, world.worker, cases["plain"].id)
    event.remove(database.writer, "before_cursor_execute", listen)
    assert len([s for s in said if s.startswith("SELECT")]) == 2


@pytest.mark.parametrize(
    ("chosen", "index"),
    [
        (CaseFilter(), "ix_cases_window_id_id"),
        (CaseFilter(sort=CaseSort.due), "ix_cases_due"),
        (CaseFilter(sort=CaseSort.due, overdue=True), "ix_cases_due"),
        (CaseFilter(sort=CaseSort.contact, silent=True), "ix_cases_contact"),
        (CaseFilter(sort=CaseSort.contact), "ix_cases_contact"),
    ],
)
def test_a_list_is_read_along_an_index_and_never_sorted(
    world: World,
    db: WriteSession,
    database: Database,
    cases: dict[str, Case],
    chosen: CaseFilter,
    index: str,
) -> None:
    cursor = caseload.page(db, world.worker, PageRequest(1), chosen).next
    assert cursor is not None
    for steps in plans(db, database, world.worker, chosen, cursor):
        assert index in steps, steps
        assert "TEMP B-TREE" not in steps
        assert "Sort" not in steps


def test_a_list_of_one_person_is_read_along_that_persons_index(
    world: World, db: WriteSession, database: Database, cases: dict[str, Case]
) -> None:
    """Whatever the window holds besides: the window's own index would lead to it just as well, through everybody."""
    whose = db.get_one(Person, cases["closed"].person_id)
    make.case(db, world.worker, whose=whose)
    for _ in range(20):
        make.case(db, world.worker)
    if not is_sqlite(
        db
    ):  # it chooses by what it knows of the rows: of a handful one index is as good as another
        db.execute(text("ANALYZE cases"))
    chosen = CaseFilter(person_id=whose.id)
    cursor = caseload.page(db, world.worker, PageRequest(1), chosen).next
    assert cursor is not None
    for steps in plans(db, database, world.worker, chosen, cursor):
        assert "ix_cases_person_id_window_id_id" in steps, steps
        assert "TEMP B-TREE" not in steps
        assert "Sort" not in steps


def plans(db: WriteSession, database: Database, actor: Actor, chosen: CaseFilter, cursor: str) -> list[str]:
    """How the first page of a list is found, and a following one."""

    def pages() -> None:
        for after in (None, cursor):
            caseload.page(db, actor, PageRequest(1, after), chosen)

    found = plans_of(db, database, "FROM cases", pages)
    assert len(found) == 2
    return found
