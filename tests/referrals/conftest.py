import pytest

from app.core.db import WriteSession
from tests.factories import referrals
from tests.factories.referrals import Ready
from tests.factories.world import World


@pytest.fixture
def ready(db: WriteSession, world: World) -> Ready:
    return referrals.ready(db, world)
