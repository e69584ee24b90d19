import pytest

from app.people.models import Person
from tests.factories import people
from tests.factories.vocabularies import define_needs
from tests.factories.world import World


@pytest.fixture
def office(world: World) -> World:
    """The world, with the codes that registering people and recording their answers need."""
    people.define_terms(world.db)
    define_needs(world.db)
    world.db.commit()
    return world


@pytest.fixture
def person(office: World) -> Person:
    registered = people.person(office.db, office.worker, office.here)
    office.db.commit()
    return registered
