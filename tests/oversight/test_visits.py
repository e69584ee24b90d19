"""Entries about a file folded into visits: nothing is lost, nothing is told twice, and a page costs what a page costs."""

from datetime import timedelta

import pytest
import time_machine

from app.audit import service as audit
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import WriteSession
from app.core.pagination import Page, PageRequest
from app.oversight import visits
from app.people.models import Person
from tests.factories import people
from tests.factories.world import World


@pytest.fixture
def known(db: WriteSession, world: World) -> Person:
    people.define_terms(db)
    return people.person(db, world.worker, world.here)


def look(db: WriteSession, actor: Actor, known: Person, minutes: int, action: str = "person:read") -> None:
    with time_machine.travel(now() + timedelta(minutes=minutes), tick=False):
        audit.record(db, actor, action, "person", known.id, person_id=known.id)
    db.flush()


def told(page: Page) -> list[tuple[str, list[str]]]:
    return [(visit["actor_name"], visit["actions"]) for visit in page.items]


def test_what_one_does_within_minutes_is_one_visit(db: WriteSession, world: World, known: Person) -> None:
    look(db, world.colleague, known, 100)
    look(db, world.colleague, known, 110, "consent:list")
    look(db, world.colleague, known, 120)
    look(db, world.colleague, known, 140)
    later, earlier, registered = visits.page(db, known.id, PageRequest()).items
    assert (later["since"], later["actions"]) == (later["until"], ["person:read"])
    assert timedelta(minutes=20) <= earlier["until"] - earlier["since"] < timedelta(minutes=21)
    assert earlier["actions"] == ["person:read", "consent:list"]
    assert "person:register" in registered["actions"]


def test_two_at_the_same_time_are_two_visits(db: WriteSession, world: World, known: Person) -> None:
    for minutes in range(100, 106, 2):
        look(db, world.colleague, known, minutes)
        look(db, world.supervisor, known, minutes + 1)
    assert len({name for name, _ in told(visits.page(db, known.id, PageRequest()))[:2]}) == 2
    assert len(visits.page(db, known.id, PageRequest()).items) == 3


def test_page_by_page_every_visit_is_told_once(db: WriteSession, world: World, known: Person) -> None:
    for hours in range(1, 8):
        look(db, world.colleague, known, hours * 60)
        look(db, world.colleague, known, hours * 60 + 1)
    whole = visits.page(db, known.id, PageRequest())
    assert (len(whole.items), whole.next) == (8, None)
    found, cursor = [], None
    for _ in range(4):
        part = visits.page(db, known.id, PageRequest(limit=2, cursor=cursor))
        found += [visit["since"] for visit in part.items]
        cursor = part.next
    assert cursor is None
    assert found == [visit["since"] for visit in whole.items]


def test_a_page_reads_no_more_than_it_may(
    db: WriteSession, world: World, known: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "_READ", 3)
    for minutes in range(100, 105):
        look(db, world.colleague, known, minutes)
    first = visits.page(db, known.id, PageRequest())
    assert len(first.items) == 1
    assert first.next is not None
