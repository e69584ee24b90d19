"""Pages come quickly over a bad line: what the first one costs, and every next one."""

import re
from collections.abc import Iterator
from functools import cache
from urllib.parse import urljoin

import httpx2
import pytest

from app.core.actor import Role
from tests.support.served import ROLES, Served
from tests.support.walking import Found

KB = 1024
FIRST, SCRIPTS, NEXT = 120 * KB, 30 * KB, 15 * KB


class Scales:
    """Files as they are sent, compressed where the server compresses; each is asked for once."""

    def __init__(self, client: httpx2.Client) -> None:
        self.client = client
        self.answer = cache(self._answer)

    def _answer(self, address: str) -> tuple[int, str]:
        answer: httpx2.Response = self.client.get(address)
        assert answer.status_code == 200, address
        is_text = answer.headers["content-type"].startswith(("text/", "application/javascript"))
        return int(answer.headers["content-length"]), answer.text if is_text else ""

    def files(self, page: Found) -> dict[str, int]:
        """What the page loads, and what its style sheets load."""
        named = page.document.xpath("//link/@href | //script/@src | //img/@src")
        waiting, found = [urljoin(page.address, told) for told in named], dict[str, int]()
        while waiting:
            address = waiting.pop()
            found[address], text = self.answer(address)
            within = re.findall(r"url\([\"']?([^\"')]+)", text) if ".css" in address else []
            waiting += [urljoin(address, told) for told in within if urljoin(address, told) not in found]
        return found


@pytest.fixture(scope="module")
def weigh(served: Served) -> Iterator[Scales]:
    with served.client(None) as client:
        yield Scales(client)


def shown(served: Served, role: Role | None) -> list[Found]:
    found = [page for page in served.walk(role) if page.document is not None]
    assert found
    return found


@pytest.mark.parametrize("role", ROLES)
def test_the_first_page_with_all_that_it_needs(served: Served, weigh: Scales, role: Role | None) -> None:
    for page in shown(served, role):
        files = weigh.files(page)
        whole = page.bytes_sent + sum(files.values())
        assert whole <= FIRST, f"{page.address}: {whole / KB:.1f} KB, {files}"
        scripts = sum(weight for address, weight in files.items() if ".js" in address)
        assert scripts <= SCRIPTS, f"{page.address}: {scripts / KB:.1f} KB of scripts"


@pytest.mark.parametrize("role", ROLES)
def test_every_next_page(served: Served, role: Role | None) -> None:
    heavy = {page.address: page.bytes_sent for page in shown(served, role) if page.bytes_sent > NEXT}
    assert heavy == {}


def test_the_files_of_a_page_are_kept_by_the_browser_for_good(served: Served, weigh: Scales) -> None:
    page = shown(served, None)[0]
    for address in weigh.files(page):
        assert "immutable" in weigh.client.get(address).headers["cache-control"], address
