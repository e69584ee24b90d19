"""Every write, and every look into somebody's file, leaves its entry in the trail - walked over all the routes."""

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.core import deps
from app.core.http import dependants
from tests.rules import asking
from tests.rules.asker import Asker, undone
from tests.rules.oracle import granted, oracle

# They change nothing that anybody has to answer for.
UNTOLD_WRITES = {"POST /notifications/{notification_id}/read", "POST /notifications/read-all"}

# Addresses under which one person's data stand.
FILES = (
    *("/people/{", "/cases/{", "/cases/by-number/{", "/interviews/{", "/assessments/{", "/referrals/{"),
    *("/partner/referrals/{", "/follow-ups/{", "/attachments/{"),
)


def granted_routes(application: FastAPI) -> Iterator[tuple[str, APIRoute]]:
    known = dict(asking.walk(application))
    for key in oracle():
        route = known[key.split(" (")[0]].original_route
        if isinstance(route, APIRoute) and granted(key) != "nobody":
            yield key, route


def entries_made(asker: Asker, key: str) -> tuple[int, list[str]]:
    """The status of a granted request and what it added to the trail."""
    column = granted(key)
    asked = asking.request(key, asker.names(column, own=True))
    asked["headers"] = [*asker.signed_in[column].items(), *asked["headers"].items()]
    with undone(asker.database), asker.database.write_session() as session:
        last = session.scalar(select(func.count()).select_from(AuditEntry)) or 0
        status = asker.client.request(**asked).status_code
        actions = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))[last:]
        session.commit()
    return status, actions


def test_every_write_is_in_the_trail(asker: Asker, application: FastAPI) -> None:
    silent, asked = [], 0
    for key, route in granted_routes(application):
        if not any(d.call is deps.unit_of_work for d in dependants(route.dependant)):
            continue
        status, actions = entries_made(asker, key)
        asked += status < 300
        if status < 300 and not actions and key not in UNTOLD_WRITES:
            silent.append(key)
    assert silent == []
    assert asked > 60


def test_every_look_into_a_file_is_in_the_trail(asker: Asker, application: FastAPI) -> None:
    silent, asked = [], 0
    for key, _ in granted_routes(application):
        if not key.startswith(tuple(f"GET {place}" for place in FILES)):
            continue
        status, actions = entries_made(asker, key)
        asked += status < 300
        if status < 300 and not actions:
            silent.append(key)
    assert silent == []
    assert asked > 15
