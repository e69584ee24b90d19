"""Two at once, on a database that really commits."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier, Thread

import pytest

from app.cases import queries, service
from app.cases.models import Case
from app.core.db import Database, ReadSession, WriteSession
from app.core.ids import CaseId, PersonId
from app.people.models import Person
from tests.conftest import own_database
from tests.factories import cases as make
from tests.factories.world import World

AT_ONCE = 6


@pytest.fixture(scope="module")
def real(fresh_url: Callable[[str], str]) -> Iterator[Database]:
    with own_database(fresh_url("case_races")) as database:
        yield database


@pytest.fixture(scope="module")
def real_world(real: Database) -> World:
    db = WriteSession(ReadSession(real.write_session()))
    world = World(db)
    make.define_terms(db)
    db.commit()
    return world


def people(real: Database, world: World, count: int) -> list[PersonId]:
    with real.write_session() as session:
        db = WriteSession(ReadSession(session))
        found = [make.person(db, world.worker).id for _ in range(count)]
        session.commit()
    return found


def opened(real: Database, world: World, whose: PersonId, gate: Barrier) -> str:
    """The number of the case that was opened, or the code of the refusal."""
    gate.wait()
    with real.write_session() as session:
        db = WriteSession(ReadSession(session))
        try:
            case = make.case(
                db,
                world.worker,
                whose=db.get_one(Person, whose),
                opened_on=date(2031, 5, 1),
            )
        except service.CaseAlreadyOpen as refusal:
            session.rollback()
            return refusal.code
        session.commit()
        return case.number


def all_at_once(real: Database, world: World, whose: list[PersonId]) -> list[str]:
    gate = Barrier(len(whose))
    with ThreadPoolExecutor(len(whose)) as threads:
        return list(threads.map(lambda person: opened(real, world, person, gate), whose))


def test_no_number_is_given_twice_and_none_is_left_out(real: Database, real_world: World) -> None:
    numbers = all_at_once(real, real_world, people(real, real_world, AT_ONCE))
    assert sorted(numbers) == [f"OUJ1-2031-{n:05d}" for n in range(1, AT_ONCE + 1)]


def test_of_two_who_open_a_case_for_one_person_the_second_is_told_of_the_first(
    real: Database, real_world: World
) -> None:
    answers = all_at_once(real, real_world, people(real, real_world, 1) * 3)
    assert sorted(answers)[1:] == ["case_already_open", "case_already_open"]


def test_two_dues_that_are_set_at_once_both_count(real: Database, real_world: World) -> None:
    with real.write_session() as session:
        db = WriteSession(ReadSession(session))
        case_id = make.case(db, real_world.worker, opened_on=date(2031, 5, 1)).id
        session.commit()
    _set_both(real, case_id, "referral", date(2031, 5, 3), "follow_up", date(2031, 5, 9))
    with real.read_session() as session:
        assert session.get_one(Case, case_id).next_due_on == date(2031, 5, 3)
    # The other way round the first row exists already, and has to be seen as it is now.
    _set_both(real, case_id, "referral", date(2031, 5, 20), "follow_up", date(2031, 5, 21))
    with real.read_session() as session:
        assert session.get_one(Case, case_id).next_due_on == date(2031, 5, 20)


def _set_both(
    real: Database, case_id: CaseId, first: str, first_on: date, second: str, second_on: date
) -> None:
    """The first writer commits only once the second has begun to wait for it, or is about to."""
    gate = Barrier(2)

    def later() -> None:
        gate.wait()
        with real.write_session() as session:
            service.set_due(WriteSession(ReadSession(session)), case_id, second, second_on)
            session.commit()

    thread = Thread(target=later)
    thread.start()
    with real.write_session() as session:
        service.set_due(WriteSession(ReadSession(session)), case_id, first, first_on)
        gate.wait()
        session.commit()
    thread.join()


def test_who_loads_a_case_for_writing_holds_it(real: Database, real_world: World) -> None:
    with real.write_session() as session:
        db = WriteSession(ReadSession(session))
        case_id = make.case(db, real_world.worker).id
        session.commit()

    def add(_: int) -> int:
        with real.write_session() as session:
            db = WriteSession(ReadSession(session))
            case = queries.get(db, real_world.worker, case_id, lock=True)
            case.summary = f"{int(case.summary or 0) + 1}"
            session.commit()
            return int(case.summary)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        assert sorted(threads.map(add, range(AT_ONCE))) == list(range(1, AT_ONCE + 1))
