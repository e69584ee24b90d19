"""A parameter that a route does not read is refused: a filter misspelt would show everything, and say nothing."""

from collections.abc import Iterator

from fastapi import FastAPI

from app.core.http import ApiRoute
from tests.factories.world import World, headers
from tests.rules import asking
from tests.rules.asker import Asker
from tests.rules.wrong import MARK, Route, complaints, parameters, refused, routes
from tests.support.client import CheckedClient

# Its name is told where a program could have made it up; a value never is.
UNKNOWN = {
    "unheard_of": "query/unheard_of",
    "Secret7Q": "query",
    "x" * 65: "query",
    MARK: "query",
    "": "query",
}


def each_once(application: FastAPI) -> list[Route]:
    """Every route of the API, with a column to which it is open."""
    found = {route.route.unique_id: route for route in routes(application) if route.column != "nobody"}
    walked = (context.original_route for _, context in asking.walk(application))
    assert found.keys() == {route.unique_id for route in walked if isinstance(route, ApiRoute)}
    return list(found.values())


def test_it_is_refused_everywhere_and_pointed_at(asker: Asker, application: FastAPI) -> None:
    def every() -> Iterator[str | None]:
        for route in each_once(application):
            names = asker.names(route.column, own=True)
            query = asking.filled(asking.ASKS.get(route.key, asking.Ask()).query, names)
            for name, pointer in UNKNOWN.items():
                response = asker.ask(route.key, route.column, names, params={**query, name: MARK})
                refused(route, response)
                told = [(error["pointer"], error["code"]) for error in response.json().get("errors", ())]
                if (response.status_code, told) != (422, [(pointer, "unknown_field")]):
                    yield f"{route.key}?{name}: {response.status_code} {told}"

    complaints(every())


def test_what_a_route_reads_is_what_it_documents(application: FastAPI) -> None:
    for route in each_once(application):
        assert isinstance(route.route, ApiRoute)
        assert route.route.query_names == parameters(application, route).keys(), route.key


def test_each_of_several_is_pointed_at_once(client: CheckedClient, world: World) -> None:
    sent = "older=1&limit=5&newer=2&older=3"
    response = client.get(f"{asking.API}/cases?{sent}", headers=headers(world.worker))
    assert [e["pointer"] for e in response.json()["errors"]] == ["query/newer", "query/older"]


def test_who_has_not_signed_in_is_told_nothing_else(client: CheckedClient) -> None:
    assert client.get(f"{asking.API}/cases", params={"unheard_of": MARK}).status_code == 401


def test_the_pages_beside_the_api_let_it_be(client: CheckedClient) -> None:
    """They show the same to everybody, and what watches or caches them puts words of its own there."""
    for path in ("/docs", "/health", "/problems/not_found", f"{asking.API}/openapi.json"):
        assert client.get(path, params={"unheard_of": "1"}).status_code == 200, path
