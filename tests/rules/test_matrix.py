"""Role by route by row: everybody asks everything, of an own row and of a foreign one, and the oracle knows best.

The oracle is `matrix.txt`, written by hand; nothing in it comes from the permissions or the policies.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
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
from tests.support.quick import QuickClient, quick_client

COLUMNS = ("worker", "supervisor", "agent", "administrator", "auditor", "nobody")
# What tells in a list that a row stands in it.
SHOWN = {
    "GET /auth/sessions": "session_id",
    "GET /notifications": "notification_id",
    "GET /users": "user_id",
    "GET /windows": "window_id",
    "GET /institutions": "institution_id",
    "GET /services": "service_id",
    "GET /agreements": "agreement_id",
    "GET /interviews": "interview_id",
    "GET /people": "person_id",
    "GET /cases": "case_id",
    "GET /referrals": "referral_id",
    "GET /partner/referrals": "referral_id",
    "GET /follow-ups": "follow_up_id",
    "GET /audit/entries": "case_id",
}


@cache
def oracle() -> dict[str, dict[str, str]]:
    """Route → column → cell."""
    lines = (Path(__file__).parent / "matrix.txt").read_text().splitlines()
    table: dict[str, dict[str, str]] = {}
    for line in lines:
        if line and not line.startswith("#"):
            *words, worker, supervisor, agent, administrator, auditor, nobody = line.split()
            cells = (worker, supervisor, agent, administrator, auditor, nobody)
            assert " ".join(words) not in table, line
            table[" ".join(words)] = dict(zip(COLUMNS, cells, strict=True))
    return table


@contextmanager
def undone(database: Database) -> Iterator[None]:
    """Whatever is asked in here leaves nothing behind."""
    connection: Connection = database.write_session.kw["bind"]  # type: ignore[attr-defined]
    savepoint = connection.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()


class Matrix:
    """Asks a route as somebody, of one side's row, and says which kind of answer came."""

    def __init__(self, client: QuickClient, database: Database, world: World, config: Settings) -> None:
        self.client, self.database, self.world = client, database, world
        self.sides = Sides(world, config)
        _let_everybody_sign_in(world)
        auth.activate(world.db, _invited(world, asking.EMAIL), passwords.hash_now(asking.PASSWORD))
        self.code = _invited(world, "invited@matrix.example")

    def actor(self, column: str) -> Actor | None:
        return None if column == "nobody" else getattr(self.world, column)

    def names(self, column: str, *, own: bool) -> dict[str, str]:
        mine, asked = self.sides.own, self.sides.of(self.actor(column) or self.world.worker, own=own)
        return {
            **asked,
            "my_window_id": mine["window_id"],
            "my_newcomer_id": mine["newcomer_id"],
            "activation_code": self.code,
        }

    def ask(self, route: str, column: str, names: dict[str, str], **more: Any) -> Any:
        asked = asking.request(route, names)
        actor = self.actor(column)
        asked["headers"] |= headers(actor) if actor else {}
        with undone(self.database):
            return self.client.request(**{**asked, **more})

    def outcome(self, route: str, column: str, *, own: bool) -> str:
        response = self.ask(route, column, self.names(column, own=own))
        if response.status_code < 400 or response.status_code == 409:
            return "ok"
        if response.status_code == 422 and '"code":"unknown"' in response.text:
            return "422"
        return f"{response.status_code}" if response.status_code in {401, 403, 404} else told(response)

    def listed(self, route: str, column: str, *, own: bool) -> str:
        response = self.ask(route, column, self.names(column, own=own), params={"limit": 100})
        if response.status_code != 200 or route not in SHOWN:
            return told(response) if response.status_code not in {401, 403} else f"{response.status_code}"
        own, foreign = (
            f'"{self.names(column, own=is_own)[SHOWN[route]]}"' in response.text for is_own in (True, False)
        )
        return {(True, True): "all", (True, False): "mine"}.get(
            (own, foreign), f"own {own} foreign {foreign}"
        )


def told(response: Any) -> str:
    return f"{response.status_code} {response.text[:300]}"


def _let_everybody_sign_in(world: World) -> None:
    stored = passwords.hash_now(asking.PASSWORD)
    for column in COLUMNS[:-1]:
        world.db.get_one(User, getattr(world, column).user).password_hash = stored
    world.db.commit()


def _invited(world: World, email: str) -> str:
    """The activation code of a new account."""
    _, code = auth.invite(world.db, SYSTEM, UserCreate(email=email, name="Quelqu'un", role=Role.auditor))
    world.db.commit()
    return code


@pytest.fixture
def matrix(app: FastAPI, database: Database, world: World, config: Settings) -> Iterator[Matrix]:
    with quick_client(app) as client:
        yield Matrix(client, database, world, config)


def test_every_route_stands_in_the_oracle_and_every_line_is_a_route(application: FastAPI) -> None:
    routes = {key for key, _ in asking.walk(application)}
    lines = {line.split(" (")[0] for line in oracle()}
    assert routes - lines == set(), "who may ask this? decide in matrix.txt"
    assert lines - routes == set(), "there is no such route"
    assert asking.ASKS.keys() <= oracle().keys()


def test_every_answer_is_what_the_oracle_says(matrix: Matrix) -> None:
    wrong = []
    for route, cells in oracle().items():
        find = matrix.listed if {"mine", "all"} & set(cells.values()) else matrix.outcome
        for column, cell in cells.items():
            for is_own, expected in _expected(cell):
                found = find(route, column, own=is_own)
                if found != expected:
                    side = "own" if is_own else "foreign"
                    wrong.append(f"{route} as {column}, {side} row: {expected} expected, {found}")
    assert wrong == [], "\n".join(wrong)


def _expected(cell: str) -> list[tuple[bool, str]]:
    """What an own row and a foreign one should answer; a list is asked once."""
    own, _, foreign = cell.partition("/")
    if cell in {"mine", "all", "401"}:
        return [(True, own)]
    return [(True, own), (False, foreign or own)]


def test_a_row_is_only_found_under_its_own_parent(matrix: Matrix) -> None:
    """The row exists and its parent may be seen, and yet they have nothing to do with each other."""
    wrong = []
    for route, cells in oracle().items():
        column = next((column for column, cell in cells.items() if cell.startswith("ok")), "nobody")
        own, foreign = (matrix.names(column, own=is_own) for is_own in (True, False))
        for child in asking.ROW.findall(route)[1:]:
            response = matrix.ask(route, column, {**own, child: foreign[child]})
            if response.status_code != 404:
                wrong.append(f"{route} with another's {child}: {told(response)}")
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("route", ["/cases", "/referrals", "/interviews", "/follow-ups"])
def test_asking_a_list_for_another_window_shows_nothing(matrix: Matrix, route: str) -> None:
    elsewhere = matrix.sides.foreign["window_id"]
    names = matrix.names("worker", own=True)
    response = matrix.ask(f"GET {route}", "worker", names, params={"window_id": elsewhere})
    assert response.status_code == 200
    assert response.json()["items"] == []
