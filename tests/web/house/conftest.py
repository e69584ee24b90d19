import pytest

from app.core.db import WriteSession
from tests.factories import partners
from tests.factories.world import World


@pytest.fixture(autouse=True)
def terms(db: WriteSession, world: World) -> None:
    partners.define_terms(db)
    db.commit()
