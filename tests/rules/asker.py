"""Somebody asks a route about an own row or a foreign one, and whatever happens is undone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from app.auth import passwords
from app.auth import service as auth
from app.auth.models import User
from app.auth.schemas import UserCreate
from app.core.actor import SYSTEM, Actor, Role
from app.core.db import Database
from app.core.settings import Settings
from tests.factories.sides import Sides
from tests.factories.world import World, headers
from tests.rules import asking
from tests.rules.oracle import COLUMNS
from tests.support.quick import QuickClient


class Asker:
    """Knows everybody of the oracle's columns, and the rows of both sides."""

    def __init__(self, client: QuickClient, database: Database, world: World, config: Settings) -> None:
        self.client, self.database, self.world = client, database, world
        self.sides = Sides(world, config)
        stored = passwords.hash_now(asking.PASSWORD)
        for column in COLUMNS[:-1]:
            world.db.get_one(User, getattr(world, column).user).password_hash = stored
        auth.activate(world.db, self._invited(asking.EMAIL), stored)
        self.code = self._invited("invited@matrix.example")
        self.signed_in = {column: headers(getattr(world, column)) for column in COLUMNS[:-1]} | {"nobody": {}}
        self.known: dict[tuple[str, bool], dict[str, str]] = {}

    def _invited(self, email: str) -> str:
        """The activation code of a new account."""
        data = UserCreate(email=email, name="Quelqu'un", role=Role.auditor)
        _, code = auth.invite(self.world.db, SYSTEM, data)
        self.world.db.commit()
        return code

    def actor(self, column: str) -> Actor | None:
        return None if column == "nobody" else getattr(self.world, column)

    def names(self, column: str, *, own: bool) -> dict[str, str]:
        """What the rows are called on this side, for this column."""
        if (column, own) not in self.known:
            mine, asked = self.sides.own, self.sides.of(self.actor(column) or self.world.worker, own=own)
            self.known[column, own] = {
                **asked,
                "my_window_id": mine["window_id"],
                "my_newcomer_id": mine["newcomer_id"],
                "activation_code": self.code,
            }
        return self.known[column, own]

    def ask(self, route: str, column: str, names: dict[str, str], **more: Any) -> Any:
        """Ask a route as it wants to be asked; `more` takes the place of parts of the request."""
        asked = {**asking.request(route, names), **more}
        asked["headers"] = [*self.signed_in[column].items(), *asked["headers"].items()]
        with undone(self.database):
            return self.client.request(**asked)


@contextmanager
def undone(database: Database) -> Iterator[None]:
    """Whatever is asked in here leaves nothing behind."""
    connection: Connection = database.write_session.kw["bind"]  # type: ignore[attr-defined]
    savepoint = connection.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
