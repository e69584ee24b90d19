"""Every route keeps the rules of the house: a test walks them all, so that nothing is open or unsafe by omission."""

import os
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from app.auth import deps as auth
from app.auth.permissions import ROLE_PERMISSIONS, Permission
from app.core import deps, i18n
from app.core.db import Database
from app.core.http import ApiRoute, dependants
from app.main import API, create_app
from app.web.face import PageRoute
from tests.factories.world import World, headers

# Whoever is not signed in reaches these and nothing else.
PUBLIC = {
    "POST /auth/token",
    "POST /auth/activation",
    "GET /docs",
    "GET /health",
    "GET /problems/{code}",
    "GET /api/v1/openapi.json",
    "GET /static",
}

# A move along a life cycle that also makes something new: it too is remembered under the client's key.
ACTS_THAT_CREATE = {
    "POST /arrivals/{arrival_id}/call",
    "POST /interviews/{interview_id}/complete",
}

# What may stand in an address, which ends up in logs and histories: ids, codes, dates, flags. A new name here is a
# decision; what people are called or have told is searched for by POST.
IN_ADDRESSES = {
    *(
        "cursor",
        "limit",
        "sort",
        "code",
        "name",
        "number",
        "role",
        "status",
        "level",
        "kind",
        "box",
        "when",
        "year",
    ),
    *(
        "window_id",
        "user_id",
        "session_id",
        "person_id",
        "case_id",
        "interview_id",
        "arrival_id",
        "holiday_id",
    ),
    *(
        "goal_id",
        "action_id",
        "referral_id",
        "follow_up_id",
        "assessment_id",
        "instrument_id",
        "attachment_id",
    ),
    *(
        "institution_id",
        "service_id",
        "agreement_id",
        "consent_id",
        "notification_id",
        "older_id",
        "actor_id",
    ),
    *("subject_id", "subject_type", "referent_id", "worker_id", "parent_code", "territory_code", "territory"),
    *(
        "institution",
        "need",
        "target",
        "active",
        "covering",
        "in_force",
        "unread",
        "mine",
        "living",
        "overdue",
        "silent",
    ),
    *("priority", "open", "breached", "on", "since", "until", "action", "every_version"),
}


@cache
def application() -> FastAPI:
    """Without a database behind it: only its routes are looked at."""
    return create_app(Database("sqlite://"))


def _permission(call: object) -> Permission | None:
    return getattr(call, "permission", None)


class Route:
    """One way into the application and what it asks for before it works."""

    def __init__(self, key: str, route: APIRoute) -> None:
        self.key, self.route = key, route
        self.method = key.split()[0]
        self.solved = [d.call for d in dependants(route.dependant)]

    @property
    def permissions(self) -> list[Permission]:
        return [found for call in self.solved if (found := _permission(call))]

    def asks_for(self, dependency: object) -> bool:
        return dependency in self.solved

    @property
    def parameters(self) -> set[str]:
        every = [self.route.dependant, *dependants(self.route.dependant)]
        asked = {name for d in every for name in getattr(d.call, "names", ())}  # by an `Asked`
        return asked | {p.name for d in every for p in (*d.path_params, *d.query_params)}

    @property
    def codes(self) -> dict[str, list[str]]:
        return {
            str(status): sorted(
                (response.get("content") or {}).get("application/problem+json", {}).get("examples", {})
            )
            for status, response in sorted(self.route.responses.items(), key=lambda item: str(item[0]))
        }


def walk() -> Iterator[tuple[str, Any]]:
    """Every way in but the pages, whose rules are walked in `tests/web/test_rules.py`."""
    for context in iter_route_contexts(application().routes):
        if isinstance(context.original_route, PageRoute):
            continue
        path = context.path or ""
        if isinstance(context.original_route, APIRoute):
            path = path.removeprefix(API)
        for method in sorted((context.methods or {"GET"}) - {"HEAD"}):
            yield f"{method} {path}", context.original_route


ROUTES = [Route(key, route) for key, route in walk() if isinstance(route, APIRoute)]
DOCUMENTED = [route for route in ROUTES if route.route.include_in_schema]


def those(breaks_the_rule: Callable[[Route], object], routes: Iterable[Route] = ROUTES) -> list[str]:
    """The routes that a rule finds at fault, by name."""
    return [route.key for route in routes if breaks_the_rule(route)]


def test_there_is_no_way_in_that_these_rules_do_not_see() -> None:
    assert len(ROUTES) > 100
    others = {key for key, route in walk() if not isinstance(route, APIRoute)}
    assert others <= PUBLIC
    assert {key for key, _ in walk()} >= PUBLIC


def test_a_route_states_a_permission_or_stands_on_the_public_list() -> None:
    assert those(lambda r: not r.permissions) == [r.key for r in ROUTES if r.key in PUBLIC]


def test_a_permission_that_a_route_asks_for_is_somebodys() -> None:
    given = frozenset().union(*ROLE_PERMISSIONS.values())
    assert those(lambda r: not given.issuperset(r.permissions)) == []


def test_every_permission_opens_a_route() -> None:
    asked = {permission for route in ROUTES for permission in route.permissions}
    assert set(Permission) == asked


def test_who_is_asking_is_known_before_a_session_to_the_database_is_taken() -> None:
    def too_late(route: Route) -> bool:
        sessions = [n for n, call in enumerate(route.solved) if call in (deps.unit_of_work, deps.read_only)]
        if not sessions or route.key in PUBLIC:
            return False
        return not any(_permission(call) for call in route.solved[: sessions[0]])

    assert those(too_late) == []


def test_the_version_is_asked_for_before_the_write_turn() -> None:
    def too_late(route: Route) -> bool:
        return route.asks_for(deps.if_match) and (
            route.solved.index(deps.if_match) > route.solved.index(deps.unit_of_work)
        )

    assert those(too_late) == []


def test_a_session_ends_before_the_answer_is_sent() -> None:
    ending = (deps.unit_of_work, auth.creation, auth.in_flight)
    assert (
        those(lambda r: any(d.scope != "function" for d in dependants(r.route.dependant) if d.call in ending))
        == []
    )


def test_a_read_session_is_ended_by_the_route_that_asked_for_it() -> None:
    assert those(lambda r: r.asks_for(deps.read_only) and not isinstance(r.route, ApiRoute)) == []


def test_a_connection_is_given_back_before_the_answer_is_sent(
    committed: Database, committed_world: World
) -> None:
    application, held = create_app(committed), list[int]()

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            held.append(committed.reader.pool.checkedout())  # type: ignore[attr-defined]
            await send(message)

        await application(scope, receive, sending)

    client = TestClient(watched)
    for path in ("/follow-ups/01920000-0000-7000-8000-000000000000", "/people?limit=2", "/auth/me"):
        client.get(f"{API}{path}", headers=headers(committed_world.worker))
    assert held
    assert set(held) == {0}


def test_reading_never_writes() -> None:
    assert those(lambda r: r.method == "GET" and r.asks_for(deps.unit_of_work)) == []


def test_what_creates_may_be_sent_twice() -> None:
    assert those(lambda r: r.route.status_code == 201 and not r.asks_for(auth.creation)) == []
    assert those(lambda r: r.route.status_code == 201 and r.method != "POST") == []
    others = those(lambda r: r.route.status_code != 201 and r.asks_for(auth.creation))
    assert set(others) == ACTS_THAT_CREATE


def test_what_changes_a_row_says_upon_which_version() -> None:
    assert those(lambda r: r.method in {"PATCH", "PUT"} and not r.asks_for(deps.if_match)) == []


def test_a_route_reads_strictly_and_documents_itself() -> None:
    assert those(lambda r: not isinstance(r.route, ApiRoute), DOCUMENTED) == []
    assert those(lambda r: not r.route.description.strip() or not r.route.tags, DOCUMENTED) == []
    shapeless = those(lambda r: r.route.response_model is None and r.route.status_code != 204, DOCUMENTED)
    assert shapeless == ["GET /attachments/{attachment_id}/content"]


def test_an_address_holds_no_words_about_people() -> None:
    assert those(lambda r: not r.parameters <= IN_ADDRESSES) == []
    assert set().union(*(route.parameters for route in ROUTES)) == IN_ADDRESSES


def test_every_refusal_of_a_route_has_its_words() -> None:
    codes = {code for route in DOCUMENTED for codes in route.codes.values() for code in codes}
    assert {code for code in codes if not i18n.has(f"error.{code}", "en")} == set()


@pytest.mark.parametrize(
    ("concerns", "refusals"),
    [
        (lambda r: True, {"unavailable", "invalid_input", "malformed_request"}),
        (lambda r: r.permissions, {"not_authenticated", "forbidden"}),
        (lambda r: r.route.dependant.path_params, {"not_found"}),
        (lambda r: r.route.body_field is not None, {"body_too_large", "unsupported_media_type"}),
        (lambda r: r.asks_for(deps.unit_of_work), {"conflict", "changed_meanwhile"}),
        (lambda r: r.asks_for(auth.creation), {"idempotency_key_reused", "request_in_flight"}),
        (lambda r: r.asks_for(deps.if_match), {"version_required", "stale_version"}),
        (lambda r: "cursor" in r.parameters, {"invalid_cursor"}),
    ],
)
def test_a_route_documents_what_it_may_refuse(
    concerns: Callable[[Route], object], refusals: set[str]
) -> None:
    concerned = [route for route in DOCUMENTED if concerns(route)]
    assert concerned
    documented = {r.key: {code for codes in r.codes.values() for code in codes} for r in concerned}
    assert {key for key, codes in documented.items() if not refusals <= codes} == set()


# --- the snapshot ---------------------------------------------------------------------------------------------

SNAPSHOT = Path(__file__).with_name("routes.txt")
UPDATE = "SHUBBAK_UPDATE_SNAPSHOTS"
HEAD = f"# Every route: who may, and what it may answer. Made by `{UPDATE}=1 pytest tests/rules/test_routes.py`.\n"


def told(route: Route) -> str:
    permission = route.permissions[0] if route.permissions else "public"
    lines = [f"{route.key}  [{permission}]  {route.route.status_code or 200}"]
    lines += [f"    {status} {' '.join(codes)}" for status, codes in route.codes.items()]
    return "\n".join(lines)


def test_the_surface_is_as_it_was_agreed() -> None:
    """A changed surface is seen in review: the snapshot changes with it."""
    present = HEAD + "\n".join(told(route) for route in sorted(DOCUMENTED, key=lambda r: r.key)) + "\n"
    if os.environ.get(UPDATE):
        SNAPSHOT.write_text(present)
    assert SNAPSHOT.read_text() == present
