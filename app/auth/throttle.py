"""Guessing passwords gets slower: failures are counted per account and, more loosely, per address."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import timedelta
from http import HTTPStatus
from ipaddress import IPv4Address, IPv6Network, ip_address

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from app.auth import queries
from app.auth.models import SignInThrottle
from app.core.clock import now
from app.core.db import ReadSession, WriteSession, is_sqlite
from app.core.errors import DomainError
from app.core.settings import settings, signing_key

FREE_FAILURES = 5  # per account, before each further one doubles the wait
FREE_FAILURES_PER_ADDRESS = 100  # looser: one office is one address
LONGEST_WAIT = timedelta(minutes=15)
FORGET_AFTER = timedelta(hours=1)
DROP_AFTER = timedelta(days=1)


class TooManyAttempts(DomainError):
    """Wait before trying again; `Retry-After` and `wait_seconds` say how long. An account that there is not waits too."""

    status, code = HTTPStatus.TOO_MANY_REQUESTS, "too_many_attempts"

    def __init__(self, seconds: int) -> None:
        super().__init__(retry_after=seconds, wait_seconds=seconds)


def keys(email: str, address: str) -> tuple[str, str]:
    """The rows that count an account's and an address's failures, under a keyed hash."""
    key = signing_key(settings())
    return (_keyed(key, f"account:{email}"), _keyed(key, f"address:{_office(address)}"))


def _office(address: str) -> str:
    """What one office has: an IPv4 address, or an IPv6 network of 64 bits, in which it may choose at will."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv4Address):
        return str(known)
    return str(known.ipv4_mapped or IPv6Network((int(known), 64), strict=False))


def _keyed(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def check(db: ReadSession, email: str, address: str) -> None:
    """Raise `TooManyAttempts` while the account or the address has to wait."""
    until = [t.blocked_until for t in queries.throttles(db, keys(email, address))]
    wait = max((moment - now() for moment in until), default=timedelta())
    if wait > timedelta():
        raise TooManyAttempts(int(wait.total_seconds()) + 1)


def count_failure(db: WriteSession, email: str, address: str) -> None:
    """Count a failure of the account and of the address; the free ones used up, both have to wait longer each time."""
    account, office = keys(email, address)
    free = {account: FREE_FAILURES, office: FREE_FAILURES_PER_ADDRESS}
    _start_counting(db, list(free))
    for counted in queries.throttles(db, list(free), locked=True):
        is_forgotten = counted.updated_at < now() - FORGET_AFTER
        counted.failures = 1 if is_forgotten else counted.failures + 1
        counted.blocked_until = now() + wait_after(counted.failures, free[counted.key_hash])
        counted.updated_at = now()


def _start_counting(db: WriteSession, counted: Iterable[str]) -> None:
    """Make the rows that are not there yet: of two failures at once neither is lost, nor refused by the other."""
    insert = sqlite.insert if is_sqlite(db) else postgresql.insert
    fresh = {"failures": 0, "blocked_until": now(), "updated_at": now()}
    statement = insert(SignInThrottle).values([{"key_hash": key, **fresh} for key in sorted(counted)])
    db.execute(statement.on_conflict_do_nothing())


def wait_after(failures: int, free: int) -> timedelta:
    """How long to wait after so many failures: nothing for the free ones, then 1, 2, 4 … seconds to 15 minutes."""
    if failures < free:
        return timedelta()
    return min(timedelta(seconds=2 ** min(failures - free, 20)), LONGEST_WAIT)


def forget_account(db: WriteSession, email: str, address: str) -> None:
    """Somebody signed in: the account starts anew, the address does not."""
    db.execute(delete(SignInThrottle).where(SignInThrottle.key_hash == keys(email, address)[0]))


def forget_old(db: WriteSession) -> None:
    """Drop the counts that nothing was added to for a day; run by the worker."""
    old = delete(SignInThrottle).where(SignInThrottle.updated_at < now() - DROP_AFTER)
    db.execute(old.execution_options(synchronize_session=False))
