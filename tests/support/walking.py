"""Walking a face of links: which pages somebody comes to, beginning where they sign in."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2
from lxml import html

from tests.support.routes import OPENED

# How many pages of one kind are looked at for further links: people in different states lead to different pages.
OF_EACH_KIND = 5
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


def walk(client: httpx2.Client) -> Iterator[Found]:
    """Follow every link once, a few to each kind of page."""
    waiting, known, opened = deque(BEGINNINGS), set(BEGINNINGS), Counter[str]()
    while waiting:
        address = waiting.popleft()
        pattern = pattern_of(address)
        if pattern is None or opened[Found(pattern, address).kind] == OF_EACH_KIND:
            continue
        found = ask(client, pattern, address)
        opened[found.kind] += 1
        yield found
        for link in found.links:
            if link not in known:
                known.add(link)
                waiting.append(link)
