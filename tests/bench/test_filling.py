"""The invented house that is measured obeys every rule of the tables, and is the same each time."""

from collections.abc import Callable
from random import Random

from sqlalchemy import func, select

from app.audit import service as audit
from app.cases.models import Case
from app.core.db import Database, ReadSession
from app.people import queries as people
from app.people.blocking import blocking_keys
from app.people.models import Person, PersonKey
from bench.crowd import invent
from bench.filling import fill
from bench.population import keys_of


def test_a_filled_database_holds_together(fresh_url: Callable[[str], str]) -> None:
    url = fresh_url("bench")
    house = fill(url, 60)
    database = Database(url)
    try:
        with database.read_session() as session:
            db = ReadSession(session)
            assert session.scalar(select(func.count()).select_from(Person)) == len(house.people) == 60
            assert session.get(Case, house.cases_here[0]) is not None
            verdict = audit.verify(db)
            assert (verdict.broken_at, verdict.unsealed) == (None, 0)
            person_id = session.scalars(select(Person.id).order_by(Person.id)).first()
            assert person_id is not None
            ((_, profile),) = people.profiles(db, [person_id])
            kept = session.scalars(select(PersonKey.key).where(PersonKey.person_id == person_id))
            assert set(kept) == blocking_keys(profile) == keys_of(house.people[0])
    finally:
        database.dispose()


def test_the_same_seed_invents_the_same_people() -> None:
    assert [invent(Random(5), n) for n in range(3)] == [invent(Random(5), n) for n in range(3)]
