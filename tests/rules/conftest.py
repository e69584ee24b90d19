from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from app.core.db import Database
from app.core.settings import Settings
from tests.factories.world import World
from tests.rules.asker import Asker
from tests.support.quick import quick_client


@pytest.fixture
def asker(app: FastAPI, database: Database, world: World, config: Settings) -> Iterator[Asker]:
    with quick_client(app) as client:
        yield Asker(client, database, world, config)
