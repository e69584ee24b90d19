import pytest

from tests.factories import intake
from tests.factories.world import World


@pytest.fixture
def office(world: World) -> World:
    """The world, with the codes that reception and interviews use."""
    intake.define_terms(world.db)
    world.db.commit()
    return world
