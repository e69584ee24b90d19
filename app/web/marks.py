"""What the route of a page says of itself: by a mark on its function, which whoever handles the request reads."""

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import Request

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def by_itself(endpoint: Endpoint) -> Endpoint:
    """Say of a route that browsers ask for it without anybody having done anything: that is no use of a session."""
    endpoint.is_by_itself = True  # type: ignore[attr-defined]
    return endpoint


def is_by_itself(endpoint: Callable[..., Any]) -> bool:
    return getattr(endpoint, "is_by_itself", False)


def a_file(endpoint: Endpoint) -> Endpoint:
    """Say of a route that it answers with a file: nobody is led there who did not ask for it."""
    endpoint.is_a_file = True  # type: ignore[attr-defined]
    return endpoint


def is_a_file(endpoint: Callable[..., Any]) -> bool:
    return getattr(endpoint, "is_a_file", False)


def only_asks(**fields: str) -> Callable[[Endpoint], Endpoint]:
    """Say of a route that it looks something up and saves nothing: refused, it is told as a search that was not made.

    Its page is shown again, with what was asked in the form. `fields`: the form's names of parameters, where they differ.
    """

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.asked_as = fields  # type: ignore[attr-defined]
        return endpoint

    return mark


def is_only_asking(endpoint: Callable[..., Any]) -> bool:
    return hasattr(endpoint, "asked_as")


def asked_as(request: Request) -> dict[str, str] | None:
    """The form's names of the parameters of a route that only asks; None for any other route."""
    found: dict[str, str] | None = getattr(request.scope.get("endpoint"), "asked_as", None)
    return found
