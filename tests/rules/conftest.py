import pytest
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI

from app.core.db import Database
from app.core.settings import Settings
from tests.factories.world import World
from tests.rules.asker import Asker
from tests.support.quick import QuickClient


@pytest.fixture
def asker(app: FastAPI, portal: BlockingPortal, database: Database, world: World, config: Settings) -> Asker:
    return Asker(QuickClient(app, portal), database, world, config)
