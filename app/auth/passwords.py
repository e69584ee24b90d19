"""Passwords by NIST SP 800-63B-4: long, not on a block-list, no rules of composition; stored with Argon2id."""

import re
import unicodedata
from functools import cache
from pathlib import Path

import anyio
from anyio import to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.errors import InvalidInput
from app.core.settings import settings
from app.core.text import fold

# OWASP's second configuration: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_limiter = anyio.CapacityLimiter(2)  # two at a time: hashing must not starve the window's other work
MAX_LENGTH = 128


def _prepare(password: str) -> str:
    """The same password typed on two keyboards is the same password (NFKC, SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def hash_now(password: str) -> str:
    """Hash in this thread: for seeds and the command line."""
    return _hasher.hash(_prepare(password))


def verify_now(stored: str | None, password: str) -> bool:
    """Check in this thread. An account without a password costs the same time as one with."""
    try:
        return _hasher.verify(stored or _nobody(), _prepare(password)) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    return _hasher.hash("an account that does not exist")


async def make_hash(password: str) -> str:
    """Hash in the small pool."""
    return await to_thread.run_sync(hash_now, password, limiter=_limiter)


async def verify(stored: str | None, password: str) -> bool:
    """Check in the small pool."""
    return await to_thread.run_sync(verify_now, stored, password, limiter=_limiter)


@cache
def _blocked() -> frozenset[str]:
    file = Path(__file__).parent / "blocked_passwords.txt"
    return frozenset(
        fold(line) for line in file.read_text().splitlines() if line and not line.startswith("#")
    )


def check(password: str, *personal: str) -> None:
    """Raise `InvalidInput` with the first reason why a password would be guessed.

    `personal` are words that belong to the account: its name, its address, the service.
    """
    if len(password) < settings().password_min_length:
        raise InvalidInput(
            "/password", "password_too_short", context={"min_length": settings().password_min_length}
        )
    if len(password) > MAX_LENGTH:
        raise InvalidInput("/password", "too_long", context={"characters": MAX_LENGTH})
    plain = fold(password)
    letters = re.sub(r"[\W\d_]+", "", plain)
    if plain in _blocked() or letters in _blocked() or _is_repetition(plain) or _is_sequence(plain):
        raise InvalidInput("/password", "password_common")
    words = {fold(part) for word in ("shubbak", *personal) for part in re.split(r"[\s@.]+", word)}
    rest = plain
    for word in sorted((w for w in words if len(w) >= 4), key=len, reverse=True):
        rest = rest.replace(word, "")
    if len(rest) < 8 and rest != plain:
        raise InvalidInput("/password", "password_personal")


def _is_repetition(text: str) -> bool:
    """Whether a short piece is written again and again ("abcabcabcabcabc")."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, 6))


def _is_sequence(text: str) -> bool:
    """Whether it walks along the alphabet, the digits or the keyboard."""
    lines = (
        "abcdefghijklmnopqrstuvwxyz" * 2,
        "0123456789" * 6,
        "qwertyuiopasdfghjklzxcvbnm",
        "azertyuiopqsdfghjklmwxcvbn",
    )
    return any(text in line or text[::-1] in line for line in lines)
