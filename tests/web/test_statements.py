"""No page asks the database again for each row that it shows, nor reads through all that a window has for one thing."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from sqlite3 import Connection, connect

import pytest
from anyio.from_thread import BlockingPortal
from fastapi.testclient import TestClient
from sqlalchemy.engine import make_url

from app.core.actor import Role
from app.core.settings import Settings
from app.main import create_app
from app.web import cookies
from tests.support.served import EMAILS, ROLES, Served
from tests.support.statements import Said, listening

AGAIN = 4  # a supervisor of two windows: each of them in two boxes of the board
WHOLE = 44  # the fullest pages are a case's and what is shared of it, with the entries of who opened them

Visit = Callable[[Role | None], TestClient]


@pytest.fixture
def visit(served: Served, config: Settings, portal: BlockingPortal) -> Visit:
    """A browser without scripts over the demonstration, in this process."""

    def as_role(role: Role | None) -> TestClient:
        browser = TestClient(create_app(served.database, config), base_url="https://testserver")
        browser.portal = portal
        browser.headers.update({"Accept": "text/html"})
        if role is not None:
            browser.headers["Cookie"] = f"{cookies.SESSION}={served.key(role, 'ar')}"
        return browser

    return as_role


@pytest.mark.parametrize("role", ROLES)
def test_a_page_asks_for_everything_at_once(served: Served, visit: Visit, role: Role | None) -> None:
    browser, wrong = visit(role), []
    for page in (found for found in served.walk(role) if found.document is not None):
        with listening() as said:
            assert browser.get(page.address).status_code == 200, page.address
        most, again = Counter(text for text, _ in said).most_common(1)[0] if said else ("", 0)
        if again > AGAIN or len(said) > WHOLE:
            wrong.append(f"{page.address}: {len(said)} statements, {again} times {most[:200]}")
    assert wrong == [], "\n".join(wrong)


# --- along which index ----------------------------------------------------------------------------------------
# SQLite keeps no statistics here: how it goes about the few rows of the demonstration is how it goes about a hundred
# thousand. Only PostgreSQL, which knows sizes, may go another way.

ONE = (
    "person_id",
    "case_id",
    "referral_id",
    "interview_id",
    "referent_id",
    "worker_id",
    "subject_id",
    "user_id",
)
_NARROWED = re.compile(rf"\b(\w+)\.({'|'.join(ONE)}) = \?")
_BY_ONE = re.compile(rf"\b({'|'.join(ONE)}|id)=\?")


def slips(db: Connection, said: Said) -> Iterator[str]:
    """Where one thing is asked for, and more is read than what is about it."""
    text, values = said
    plan = [step[3] for step in db.execute(f"EXPLAIN QUERY PLAN {text}", values)]
    for table, one in sorted(set(_NARROWED.findall(text))):
        for step in plan:
            if re.match(rf"(SEARCH|SCAN) {table}\b", step) and not _BY_ONE.search(step):
                yield f"{one} of {table}: {step}\n  {' '.join(text[text.find('FROM') :].split())[:400]}"


def reads(browser: TestClient, known: dict[str, str]) -> Iterator[str]:
    """The API's reads of the things that are known by their names, as they are and narrowed to each thing or by yes."""
    for path, operations in browser.get("/api/v1/openapi.json").json()["paths"].items():
        told = operations.get("get", {}).get("parameters", [])
        within = {one["name"] for one in told if one["in"] == "path"}
        if "get" in operations and known.keys() >= within:
            address = path.format(**known)
            yield address
            for one in told:
                is_flag = one.get("schema", {}).get("type") == "boolean"
                if one["in"] == "query" and (is_flag or one["name"] in known):
                    yield f"{address}?{one['name']}={'true' if is_flag else known[one['name']]}"


@pytest.mark.parametrize("role", ROLES[1:])
def test_what_is_asked_of_one_thing_reads_what_is_about_it(served: Served, visit: Visit, role: Role) -> None:
    browser = visit(role)
    found = list(served.walk(role))
    known = {name: value for page in found if page.is_open for name, value in page.parameters.items()}
    sign_in = {"username": EMAILS[role], "password": served.passwords[EMAILS[role]]}
    token = browser.post("/api/v1/auth/token", data=sign_in).json()["access_token"]
    with listening() as said:
        for page in found:
            browser.get(page.address)
        by_pages = len(said)
        browser.headers["Authorization"] = f"Bearer {token}"
        answered = Counter(browser.get(address).status_code for address in reads(browser, known))
    assert answered[200] > 10, answered
    assert answered[401] == 0
    asked = {one[0]: one for one in said if one[0].startswith("SELECT")}
    assert asked.keys() > {text for text, _ in said[:by_pages] if text.startswith("SELECT")}
    with closing(connect(f"file:{make_url(served.database.url).database}?mode=ro", uri=True)) as db:
        wrong = [slip for one in asked.values() for slip in slips(db, one)]
    assert wrong == [], "\n".join(wrong)
