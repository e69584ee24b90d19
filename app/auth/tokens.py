"""The only module that knows python-jose, whose defaults accept too much.

Access tokens are HS256 JWTs of at most ten minutes (RFC 7519, RFC 8725). Everything that a token says is checked
here; whether its session still lives is asked of the database on every request. Refresh tokens and activation codes
are random strings of which only a hash is kept.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from jose import jws, jwt
from jose.exceptions import JOSEError

from app.core.clock import now
from app.core.errors import NotAuthenticated as NotAuthenticated
from app.core.ids import SessionId, UserId, uuid7

AUDIENCE = "shubbak-api"
ALGORITHM = "HS256"
MAX_LENGTH = 4096
MAX_LIFE = timedelta(minutes=10)
LEEWAY = 5  # seconds that two clocks may differ


@dataclass(frozen=True)
class Claims:
    """What a good access token says."""

    user_id: UserId
    session_id: SessionId
    expires_at: float  # seconds since 1970


def issue(key: bytes, user_id: UserId, session_id: SessionId, life: timedelta) -> str:
    """Sign an access token for one session, living at most ten minutes."""
    issued = now()
    claims = {
        "sub": str(user_id),
        "sid": str(session_id),
        "aud": AUDIENCE,
        "iat": int(issued.timestamp()),
        "exp": int((issued + min(life, MAX_LIFE)).timestamp()),
        "jti": str(uuid7()),
    }
    return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"typ": "at+jwt"})


def read(key: bytes, token: str) -> Claims:
    """Check a token and return what it says. Raises `NotAuthenticated`."""
    if len(token) > MAX_LENGTH or token.count(".") != 2:
        raise NotAuthenticated()
    claims = _verified(key, token)
    if claims.expires_at + LEEWAY < now().timestamp():
        raise NotAuthenticated()
    return claims


@lru_cache(maxsize=4096)
def _verified(key: bytes, token: str) -> Claims:
    """Verify signature, header and claims. What was good stays good until it expires, so it is remembered."""
    try:
        header = jws.get_unverified_header(token)
        if header.get("alg") != ALGORITHM or header.get("typ") != "at+jwt" or "crit" in header:
            raise NotAuthenticated()
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            options={
                **{f"require_{name}": True for name in ("exp", "iat", "sub", "aud", "jti")},
                "verify_exp": False,  # the caller asks on every use
                "leeway": LEEWAY,
            },
        )
        expires, issued = int(claims["exp"]), int(claims["iat"])
        if not 0 < expires - issued <= MAX_LIFE.total_seconds():
            raise NotAuthenticated()
        return Claims(UserId(UUID(claims["sub"])), SessionId(UUID(claims["sid"])), float(expires))
    except (JOSEError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise NotAuthenticated() from None


def new_refresh_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


# Without letters and digits that are confused in print or over the phone.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_activation_code() -> str:
    """A code to read out or print: sixteen characters of thirty, about 78 bits, in groups of four."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


def fingerprint(secret: str) -> str:
    """The hash under which a random secret is kept. It has entropy enough to need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def code_fingerprint(code: str) -> str:
    """The same for an activation code, however it was typed."""
    return fingerprint("".join(code.split()).replace("-", "").upper())


def expiry(life: timedelta) -> datetime:
    """The instant at which something given out now ends."""
    return now() + life
