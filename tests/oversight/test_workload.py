"""What a supervisor sees at a glance: who carries how much, what asks for attention, at the own windows alone."""

from datetime import timedelta

from app.auth import service as accounts
from app.auth.models import User
from app.cases.models import Case
from app.cases.states import CaseStatus, Priority
from app.core.actor import Role
from app.core.clock import now, today
from app.core.db import Database, WriteSession, is_sqlite
from app.oversight import workload
from tests.factories import cases
from tests.factories.world import World
from tests.support.plans import plans_of


def loads(db: WriteSession, world: World) -> dict[str, workload.Load]:
    staff = workload.staff(db, world.supervisor)[world.here]
    return {str(load.user_id): load for load in workload.loads(db, world.supervisor, staff)}


def close(db: WriteSession, case: Case) -> None:
    case.status, case.closed_at, case.next_due_on = CaseStatus.closed, now(), None
    db.flush()


def test_a_caseload_weighs_the_priorities_of_living_cases(db: WriteSession, world: World) -> None:
    cases.define_terms(db)
    for priority in (Priority.low, Priority.medium, Priority.high, Priority.urgent):
        cases.case(db, world.worker, priority=priority)
    close(db, cases.case(db, world.worker, priority=Priority.urgent))
    load = loads(db, world)[str(world.worker.user)]
    assert (load.cases, load.weight, load.share) == (4, 5.0, 20)  # of a norm of 25


def test_who_serves_without_a_case_is_shown_and_a_supervisor_without_one_is_not(
    db: WriteSession, world: World
) -> None:
    told = loads(db, world)
    assert told[str(world.colleague.user)].cases == 0
    assert str(world.supervisor.user) not in told


def test_who_left_is_shown_while_cases_are_left_behind(db: WriteSession, world: World) -> None:
    cases.define_terms(db)
    cases.case(db, world.worker)
    accounts.disable(db, world.administrator, db.get_one(User, world.worker.user))
    db.flush()
    assert loads(db, world)[str(world.worker.user)].is_serving is False
    assert workload.counts(db, world.supervisor)["unattended"] == 1


def test_what_is_late_is_told_by_its_age(db: WriteSession, world: World) -> None:
    cases.define_terms(db)
    for late in (1, 7, 8, 30, 31, -1, 0):
        cases.case(db, world.worker).next_due_on = today() - timedelta(days=late)
    db.flush()
    counts = workload.counts(db, world.supervisor)
    assert counts["overdue"] == 5
    assert [counts[f"overdue_{age}"] for age in ("days", "weeks", "months")] == [2, 2, 1]


def test_nothing_of_another_window_is_counted(db: WriteSession, world: World) -> None:
    cases.define_terms(db)
    cases.case(db, world.stranger, priority=Priority.urgent)
    other = world.user(Role.supervisor, world.elsewhere)
    assert workload.counts(db, world.supervisor)["living"] == 0
    assert workload.counts(db, other)["pressing"] == 1


def test_closed_cases_ask_for_nothing(db: WriteSession, world: World) -> None:
    cases.define_terms(db)
    close(db, cases.case(db, world.worker, opened_on=today() - timedelta(days=300)))
    assert set(workload.counts(db, world.supervisor).values()) == {0}


def test_the_board_is_counted_along_an_index_of_its_own(
    db: WriteSession, database: Database, world: World
) -> None:
    """The cases themselves lie scattered among all that were ever opened: reading each would grow with the whole house."""
    cases.define_terms(db)
    cases.case(db, world.worker)

    def board() -> None:
        workload.counts(db, world.supervisor)
        workload.loads(db, world.supervisor, [])

    found = plans_of(db, database, "FROM cases", board)
    assert len(found) == 2
    for steps in found:
        # PostgreSQL reads an index alone once it has tidied the table; of rows that are new it takes any of the window's.
        assert ("ix_cases_board" if is_sqlite(db) else "ix_cases_") in steps, steps
        assert "CORRELATED" not in steps
