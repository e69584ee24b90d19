"""What is measured: which requests, on which application, beside which yardstick, with which goal."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from app.auth import tokens
from app.core.ids import SessionId, UserId
from app.web import cookies
from bench.crowd import invent
from bench.population import NEEDS, SEED, WORDS, House

SAMPLE = 2000  # different requests of one kind
API = "/api/v1"


@dataclass(frozen=True)
class Request:
    """One request, but for who sends it."""

    method: str
    path: str
    body: Any = None

    def text(self, proof: str) -> str:
        """As it is sent, with the header line that proves who sends it."""
        content = "" if self.body is None else json.dumps(self.body, ensure_ascii=True)
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: bench", "Accept-Language: fr"]
        lines += [proof, f"Content-Length: {len(content)}"]
        if content:
            lines.append("Content-Type: application/json")
        return "\r\n".join(lines) + "\r\n\r\n" + content


def _worker(house: House) -> UUID:
    return house.workers[0][0]


def _supervisor(house: House) -> UUID:
    return house.supervisors[0]


def _agent(house: House) -> UUID:
    return house.agents[0]


@dataclass(frozen=True)
class Endpoint:
    """`kind` is the measured application, `beside` the yardstick: "bare", or the one without authentication.

    `goal` is the least share of the yardstick's throughput on SQLite that is wanted, if one is. A page is asked for by a
    browser: with its cookie, in the role's own menu.
    """

    name: str
    words: str
    requests: Callable[[House, int], list[Request]]
    kind: str = "real"
    beside: str = "bare"
    goal: float | None = None
    by: Callable[[House], UUID] = _worker
    is_page: bool = False
    once: bool = False

    @property
    def status(self) -> int:
        return 201 if self.once else 200

    def proof(self, house: House, key: bytes) -> str:
        """Who asks, as a header line: a token, new each time because it lives for ten minutes, or a browser's key."""
        if self.is_page:
            return f"Cookie: {cookies.SESSION}={house.sessions[self.by(house)]}"
        return f"Authorization: Bearer {token(house, self.by(house), key)}"


def token(house: House, user: UUID, key: bytes) -> str:
    return tokens.issue(key, UserId(user), SessionId(house.sessions[user]), timedelta(minutes=10))


def _cases(house: House, _: int) -> list[Request]:
    chosen = Random(SEED).choices(house.cases_here, k=SAMPLE)
    return [Request("GET", f"{API}/cases/{case}") for case in chosen]


def _case_pages(house: House, _: int) -> list[Request]:
    chosen = Random(SEED).choices(house.cases_here, k=SAMPLE)
    return [Request("GET", f"/cases/{case}") for case in chosen]


def _search(house: House, _: int) -> list[Request]:
    """Half by name and year of birth, half by name alone; every other name as it is written in the other script."""
    random = Random(SEED)
    return [_wanted(random, person) for person in random.choices(house.people, k=SAMPLE)]


def _wanted(random: Random, person: Any) -> Request:
    in_latin = person.given_latin is not None and random.random() < 0.5
    names = (person.given_latin, person.family_latin) if in_latin else (person.given_ar, person.family_ar)
    body: dict[str, Any] = {"name": " ".join(names)}
    if random.random() < 0.5:
        body["birth"] = {"precision": "year", "year": person.birth_year}
    return Request("POST", f"{API}/people/search", body)


def _intake(house: House, round_: int) -> list[Request]:
    """Somebody new each time, who opens a case. Whoever resembles somebody registered was compared and set aside."""
    random = Random(f"{SEED}.{round_}")
    return [_interview(house, random, round_ * SAMPLE + n) for n in range(SAMPLE)]


def _interview(house: House, random: Random, number: int) -> Request:
    person = invent(random, 400_000 + number)
    new: dict[str, Any] = {**person.names, "sex": person.sex, "birth": person.birth, "language": "ar"}
    if person.cin:
        new["identifiers"] = [{"kind": "cin", "value": person.cin}]
    if person.phone:
        new["phones"] = [{"number": person.phone}]
    body = {
        "window_id": str(house.windows[0]),
        "channel": "walk_in",
        "new_person": new,
        "narrative": WORDS,
        "needs": random.sample(NEEDS, 2),
        "urgency": "normal",
        "consents": [],
        "conclusion": "case_opened",
        "summary": WORDS[:120],
        "duplicate_override": "Compared with the candidates: somebody else (example).",
    }
    return Request("POST", f"{API}/interviews/completed", body)


def _always(path: str) -> Callable[[House, int], list[Request]]:
    return lambda _house, _round: [Request("GET", path)]


_LIST = _always(f"{API}/cases?limit=50")
_DUE = _always(f"{API}/follow-ups?when=due")

ENDPOINTS = (
    Endpoint("case", "read a case, with its access entry", _cases, goal=0.08),
    Endpoint("case-unrecorded", "read a case, before the entry", _cases, kind="unrecorded", goal=0.25),
    Endpoint("list", "list 50 cases, with the entry", _LIST, goal=0.12),
    Endpoint("list-unrecorded", "list 50 cases, before the entry", _LIST, kind="unrecorded"),
    Endpoint(
        "inbox",
        "a partner's inbox of 50",
        _always(f"{API}/partner/referrals?limit=50"),
        goal=0.10,
        by=_agent,
    ),
    Endpoint("due", "contacts due, with the entry", _DUE),
    Endpoint("search", "search people, with the entry", _search),
    Endpoint("intake", "record a whole interview", _intake, goal=0.06, once=True),
    Endpoint(
        "auth-case", "authentication of a case read", _cases, kind="unrecorded", beside="trusting", goal=0.80
    ),
    Endpoint(
        "auth-me", "authentication of /auth/me", _always(f"{API}/auth/me"), beside="trusting", goal=0.80
    ),
    Endpoint("auth-trivial", "authentication of an empty route", _always("/bench/whoami"), beside="trusting"),
    Endpoint("page-desk", "page: a worker's desk", _always("/desk"), is_page=True),
    Endpoint("page-cases", "page: the list of cases", _always("/cases"), is_page=True),
    Endpoint("page-case", "page: a case, with its entries", _case_pages, is_page=True),
    Endpoint("page-board", "page: a supervisor's board", _always("/board"), by=_supervisor, is_page=True),
    Endpoint("page-inbox", "page: a partner's inbox", _always("/inbox"), by=_agent, is_page=True),
)


def chosen(names: str) -> Iterator[Endpoint]:
    """Those that are named, or all."""
    wanted = set(names.split(",")) if names else {endpoint.name for endpoint in ENDPOINTS}
    return (endpoint for endpoint in ENDPOINTS if endpoint.name in wanted)
