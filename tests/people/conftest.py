import pytest

from tests.factories import people
from tests.factories.world import World


@pytest.fixture
def office(world: World) -> World:
    """The world, with the codes that registering needs."""
    people.define_terms(world.db)
    world.db.commit()
    return world
