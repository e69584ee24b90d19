"""No page asks the database again for each row that it shows: what it asks does not grow with what people have."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.core.actor import Role
from app.core.prepared import Prepared, Row
from app.core.settings import Settings
from app.main import create_app
from app.web import cookies
from tests.support.served import ROLES, Served

AGAIN = 4  # a supervisor of two windows: each of them in two boxes of the board
WHOLE = 44  # the fullest pages are a case's and what is shared of it, with the entries of who opened them


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """How often each text was run since the counter was emptied, whoever ran it."""
    counted = Counter[str]()

    def listen(_: Any, __: Any, statement: str, *___: Any) -> None:
        counted[statement] += 1

    on = Prepared.on

    def spied(self: Prepared, engine: Engine, values: Mapping[str, Any]) -> list[Row]:
        counted[str(self.statement)] += 1
        return on(self, engine, values)

    monkeypatch.setattr(Prepared, "on", spied)
    event.listen(Engine, "before_cursor_execute", listen)
    yield counted
    event.remove(Engine, "before_cursor_execute", listen)


@pytest.mark.parametrize("role", ROLES)
def test_a_page_asks_for_everything_at_once(
    served: Served, config: Settings, portal: BlockingPortal, said: Counter[str], role: Role | None
) -> None:
    browser = TestClient(create_app(served.database, config), base_url="https://testserver")
    browser.portal = portal
    browser.headers.update({"Accept": "text/html"})
    if role is not None:
        browser.headers["Cookie"] = f"{cookies.SESSION}={served.key(role, 'ar')}"
    wrong = []
    for page in (found for found in served.walk(role) if found.document is not None):
        said.clear()
        assert browser.get(page.address).status_code == 200, page.address
        most, again = said.most_common(1)[0] if said else ("", 0)
        if again > AGAIN or said.total() > WHOLE:
            wrong.append(f"{page.address}: {said.total()} statements, {again} times {most[:200]}")
    assert wrong == [], "\n".join(wrong)
