"""The pages' routes, read from the application itself: who writes a test need not keep a list of pages."""

from base64 import b64encode
from collections.abc import Iterator

from fastapi.routing import iter_route_contexts
from pydantic import SecretStr

from app.core.db import Database
from app.core.http import dependants
from app.core.settings import Settings
from app.main import create_app
from app.web.face import PageRoute


def _walk() -> Iterator[tuple[str, PageRoute]]:
    config = Settings(secret_key=SecretStr(b64encode(bytes(range(48))).decode()))
    for context in iter_route_contexts(create_app(Database("sqlite://"), config).routes):
        route = context.original_route
        if isinstance(route, PageRoute):
            for method in sorted(set(context.methods or ()) - {"HEAD"}):
                yield f"{method} {context.path}", route


PAGES = dict(_walk())
# The addresses that are opened, as patterns (`/cases/{case_id}`) in the order in which the application tries them.
OPENED = {key.removeprefix("GET "): route for key, route in PAGES.items() if key.startswith("GET ")}


def permissions(route: PageRoute) -> set[object]:
    return {d.call.permission for d in dependants(route.dependant) if getattr(d.call, "permission", None)}  # type: ignore[union-attr]
