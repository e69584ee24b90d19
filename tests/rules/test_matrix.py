"""Role by route by row: everybody asks everything, of an own row and of a foreign one, and the oracle knows best."""

from typing import Any

import pytest
from fastapi import FastAPI

from tests.rules import asking
from tests.rules.asker import Asker
from tests.rules.oracle import granted, oracle

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


def outcome(asker: Asker, route: str, column: str, *, own: bool) -> str:
    """What kind of answer somebody gets; a rule of the trade (409) only speaks once permission and sight are there."""
    response = asker.ask(route, column, asker.names(column, own=own))
    if response.status_code < 400 or response.status_code == 409:
        return listed(asker, route, column, response) if route in SHOWN else "ok"
    if response.status_code == 422 and '"code":"unknown"' in response.text:
        return "422"
    return f"{response.status_code}" if response.status_code in {401, 403, 404} else told(response)


def listed(asker: Asker, route: str, column: str, response: Any) -> str:
    """Which rows stand in a list."""
    own, foreign = (
        f'"{asker.names(column, own=is_own)[SHOWN[route]]}"' in response.text for is_own in (True, False)
    )
    return {(True, True): "all", (True, False): "mine"}.get((own, foreign), f"own {own} foreign {foreign}")


def told(response: Any) -> str:
    return f"{response.status_code} {response.text[:300]}"


def test_every_route_stands_in_the_oracle_and_every_line_is_a_route(application: FastAPI) -> None:
    routes = {key for key, _ in asking.walk(application)}
    lines = {line.split(" (")[0] for line in oracle()}
    assert routes - lines == set(), "who may ask this? decide in matrix.txt"
    assert lines - routes == set(), "there is no such route"
    assert asking.ASKS.keys() <= oracle().keys()
    assert {route for route, cells in oracle().items() if {"mine", "all"} & set(cells.values())} == set(SHOWN)


def test_every_answer_is_what_the_oracle_says(asker: Asker) -> None:
    wrong = []
    for route, cells in oracle().items():
        for column, cell in cells.items():
            for is_own, expected in _expected(asker, route, column, cell):
                found = outcome(asker, route, column, own=is_own)
                if found != expected:
                    side = "own" if is_own else "foreign"
                    wrong.append(f"{route} as {column}, {side} row: {expected} expected, {found}")
    assert wrong == [], "\n".join(wrong)


def _expected(asker: Asker, route: str, column: str, cell: str) -> list[tuple[bool, str]]:
    """What an own row and a foreign one should answer; a route that concerns no row is asked once."""
    own, _, foreign = cell.partition("/")
    names = (asker.names(column, own=is_own) for is_own in (True, False))
    asked_the_same = len({repr(asking.request(route, side)) for side in names}) == 1
    return [(True, own)] if asked_the_same else [(True, own), (False, foreign or own)]


def test_a_row_is_only_found_under_its_own_parent(asker: Asker) -> None:
    """The row exists and its parent may be seen, and yet they have nothing to do with each other."""
    wrong = []
    for route in oracle():
        column = granted(route)
        own, foreign = (asker.names(column, own=is_own) for is_own in (True, False))
        for child in asking.ROW.findall(route)[1:]:
            response = asker.ask(route, column, {**own, child: foreign[child]})
            if response.status_code != 404:
                wrong.append(f"{route} with another's {child}: {told(response)}")
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("route", ["/cases", "/referrals", "/interviews", "/follow-ups"])
def test_asking_a_list_for_another_window_shows_nothing(asker: Asker, route: str) -> None:
    elsewhere = asker.sides.foreign["window_id"]
    names = asker.names("worker", own=True)
    response = asker.ask(f"GET {route}", "worker", names, params={"window_id": elsewhere})
    assert response.status_code == 200
    assert response.json()["items"] == []
