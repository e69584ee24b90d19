import pytest
from fastapi import FastAPI

from app.core.db import WriteSession
from tests.factories.world import World
from tests.support.pages import Browser


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    """Somebody who is not signed in."""
    return Browser(app)


@pytest.fixture
def worker(app: FastAPI, db: WriteSession, world: World) -> Browser:
    return Browser(app).sign_in_as(db, world.worker)


@pytest.fixture
def supervisor(app: FastAPI, db: WriteSession, world: World) -> Browser:
    return Browser(app).sign_in_as(db, world.supervisor)


@pytest.fixture
def agent(app: FastAPI, db: WriteSession, world: World) -> Browser:
    return Browser(app).sign_in_as(db, world.agent)


@pytest.fixture
def administrator(app: FastAPI, db: WriteSession, world: World) -> Browser:
    return Browser(app).sign_in_as(db, world.administrator)


@pytest.fixture
def auditor(app: FastAPI, db: WriteSession, world: World) -> Browser:
    return Browser(app).sign_in_as(db, world.auditor)
