"""The demonstration, served as `make run` serves it: what somebody sees who has just installed the service."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import select, update

from app.auth import tokens
from app.auth.models import User, UserSession
from app.core.actor import Role
from app.core.clock import now
from app.core.db import Database
from app.web import cookies
from seeds.load import ACCOUNTS, DOMAIN
from tests.support import commands
from tests.support.walking import Found, walk

# The account of each role that stands first in the sign-in table.
EMAILS = {role: f"{name}@{DOMAIN}" for name, _, role, _, _ in reversed(ACCOUNTS)}
# Whose pages are walked, the busiest first; None has not signed in.
ROLES = (None, *(role for role in Role if role in EMAILS))
PATIENCE = 10  # seconds for one page; only a fault takes as long
OF_ONE_PATTERN = 4  # kinds of pages that are looked at where an address names a section or a list
_PASSWORD = re.compile(r"(\w+@" + re.escape(DOMAIN) + r")\W+([0-9a-f-]{20})")


class Served:
    """One server over the demonstration's people, and what a test needs to come in."""

    def __init__(self, base: str, database: Database, passwords: dict[str, str]) -> None:
        self.base, self.database, self.passwords = base, database, passwords
        self._keys: dict[Role, str] = {}
        self._walks: dict[Role | None, list[Found]] = {}

    def key(self, role: Role, language: str) -> str:
        """The key of a browser's session, kept for all tests; the account speaks the language from now on.

        It is used now, however long no test has used it: nobody unlocks it.
        """
        if role not in self._keys:
            self._keys[role] = self.open_session(role)
        with self.database.write_session() as session, session.begin():
            held = UserSession.page_key_hash == tokens.fingerprint(self._keys[role])
            session.execute(update(UserSession).where(held).values(last_used_at=now()))
        self.speak(role, language)
        return self._keys[role]

    def open_session(self, role: Role, *, locked: bool = False) -> str:
        """The key of a session that nobody else holds."""
        key = tokens.new_refresh_token()
        with self.database.write_session() as session, session.begin():
            user_id = session.scalars(select(User.id).where(User.email == EMAILS[role])).one()
            opened = UserSession(
                user_id=user_id,
                expires_at=now() + timedelta(hours=10),
                page_key_hash=tokens.fingerprint(key),
            )
            opened.locked_at = now() if locked else None
            session.add(opened)
        return key

    def speak(self, role: Role, language: str) -> None:
        """Let an account speak a language, as if it had been chosen on its page."""
        with self.database.write_session() as session, session.begin():
            session.execute(update(User).where(User.email == EMAILS[role]).values(language=language))

    def client(self, role: Role | None, language: str = "ar") -> httpx2.Client:
        """A browser without scripts and without a memory, which takes compressed answers as browsers do."""
        headers = {"Accept": "text/html", "Accept-Encoding": "gzip", "Accept-Language": language}
        if role is not None:
            headers["Cookie"] = f"{cookies.SESSION}={self.key(role, language)}"
        return httpx2.Client(base_url=self.base, headers=headers, timeout=PATIENCE)

    def walk(self, role: Role | None) -> list[Found]:
        """What links lead somebody to."""
        if role not in self._walks:
            with self.client(role) as client:
                self._walks[role] = list(walk(client, role))
        return self._walks[role]

    def screens(self, pattern: str, role: Role | None = None) -> list[tuple[Role | None, str]]:
        """Who opens which page of a pattern: one of each kind, the fullest that links lead to.

        Nothing is returned for what only leads on or is no page; that somebody comes to it is asserted.
        """
        for one in ROLES if role is None else (role,):
            reached = [found for found in self.walk(one) if found.pattern == pattern and found.is_open]
            if reached:
                pages = [found for found in reached if found.document is not None]
                fullest = {page.kind: page for page in sorted(pages, key=lambda page: page.bytes_sent)}
                return [(one, page.address) for page in list(fullest.values())[-OF_ONE_PATTERN:]]
        raise AssertionError(f"nobody comes to {pattern}")


@contextmanager
def serving(directory: Path) -> Iterator[Served]:
    """The demonstration in a directory of its own: on SQLite, as a first run is."""
    url, port = f"sqlite:///{directory / 'shubbak.db'}", commands.free_port()
    settings = commands.environment(url, directory, port=port) | {"COLUMNS": "120"}
    with commands.running("demo", settings=settings, output=directory / "shown") as command:
        commands.await_health(command, port)
        database = Database(url)
        yield Served(f"http://127.0.0.1:{port}", database, dict(_PASSWORD.findall(command.output)))
        database.dispose()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as found:
        yield found
