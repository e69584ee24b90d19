import pytest

from app.core.db import WriteSession
from tests.factories import cases as make
from tests.factories.world import World


@pytest.fixture
def world(world: World, db: WriteSession) -> World:
    """The small world, with the codes that cases need."""
    make.define_terms(db)
    db.commit()
    return world
