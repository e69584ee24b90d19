"""Walking a face of links: which pages somebody comes to, beginning where they sign in."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice, product
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2
from lxml import html

from app.auth.permissions import ROLE_PERMISSIONS
from app.core.actor import Role
from tests.support.routes import OPENED, permissions

# How many pages of one kind are looked at for further links: people in different states lead to different pages.
OF_EACH_KIND = 5
GUESSES = 20  # names that are tried for a page to which no link leads
BEGINNINGS = ("/", "/sign-in", "/activation", "/offline")
_OF_ONE_THING = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=/)[0-9][0-9-]*(?=/|$)")


@dataclass(frozen=True)
class Found:
    """What an address answered."""

    pattern: str
    address: str
    status: int = 0
    bytes_sent: int = 0
    leads_to: str | None = None
    document: Any = None  # where it is a page

    @property
    def is_open(self) -> bool:
        return self.status in {HTTPStatus.OK, HTTPStatus.SEE_OTHER}

    @property
    def kind(self) -> str:
        """The address without what names one thing: of `/cases/{case_id}/{section}` each section is a kind."""
        return _OF_ONE_THING.sub("…", urlsplit(self.address).path)

    @property
    def parameters(self) -> dict[str, str]:
        match = OPENED[self.pattern].path_regex.match(urlsplit(self.address).path)
        return match.groupdict() if match else {}

    @property
    def links(self) -> Iterator[str]:
        """Addresses of this house to which it leads; forms that only ask are links too."""
        told = [self.leads_to] if self.leads_to else []
        if self.document is not None:
            told += self.document.xpath("//a/@href | //form[not(@method) or @method = 'get']/@action")
        for link in told:
            parts = urlsplit(urljoin(self.address, link))
            if not parts.netloc and not parts.scheme:
                yield parts.path + (f"?{parts.query}" if parts.query else "")


def ask(client: httpx2.Client, pattern: str, address: str) -> Found:
    answer = client.get(address)
    headers = answer.headers
    is_page = headers.get("content-type", "").startswith("text/html")
    document = html.document_fromstring(answer.content.decode()) if is_page else None
    weight = int(headers.get("content-length", 0))
    return Found(pattern, address, answer.status_code, weight, headers.get("location"), document)


def pattern_of(address: str) -> str | None:
    """The pattern of a page's address, or None when no page has it."""
    path = urlsplit(address).path
    return next((pattern for pattern, route in OPENED.items() if route.path_regex.match(path)), None)


def walk(client: httpx2.Client, role: Role | None) -> Iterator[Found]:
    """Follow every link once, a few to each kind of page.

    When no link is left, pages that stand behind a form are asked for with the names of things that were found, and
    links are followed from there; a guess that opens nothing is nobody's mistake and not told.
    """
    waiting, known, opened = deque(BEGINNINGS), set(BEGINNINGS), Counter[str]()
    seen: list[Found] = []

    def remember(found: Found) -> Found:
        seen.append(found)
        opened[found.kind] += 1
        fresh = [link for link in found.links if link not in known]
        known.update(fresh)
        waiting.extend(fresh)
        return found

    guessed: set[str] = set()
    while True:
        while waiting:
            address = waiting.popleft()
            pattern = pattern_of(address)
            if pattern is not None and opened[Found(pattern, address).kind] < OF_EACH_KIND:
                yield remember(ask(client, pattern, address))
        missing = (
            {pattern for pattern in OPENED if may_open(role, pattern)} - {f.pattern for f in seen} - guessed
        )
        if not missing:
            return
        guessed |= missing
        for pattern in sorted(missing):
            for address in islice(_guesses(pattern, seen), GUESSES):
                found = ask(client, pattern, address)
                if found.is_open and found.leads_to not in {"/sign-in", "/locked", "/"}:
                    yield remember(found)
                    break


def may_open(role: Role | None, pattern: str) -> bool:
    wanted = permissions(OPENED[pattern])
    return bool(wanted) and role is not None and ROLE_PERMISSIONS[role].issuperset(wanted)


def _guesses(pattern: str, seen: list[Found]) -> Iterator[str]:
    route = OPENED[pattern]
    names = list(route.param_convertors)
    things = [sorted({f.parameters[n] for f in seen if f.is_open and n in f.parameters}) for n in names]
    for values in product(*things):
        yield str(route.url_path_for(route.name, **dict(zip(names, values, strict=True))))
