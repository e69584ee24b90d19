"""Access tokens: what python-jose would let through and we do not."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from jose import jwe, jwt

from app.auth import tokens
from app.core.ids import SessionId, UserId

KEY = bytes(range(1, 49))
USER, SESSION = UserId(UUID(int=1)), SessionId(UUID(int=2))
TEN_MINUTES = timedelta(minutes=10)


def claims(**changed: Any) -> dict[str, Any]:
    now = int(datetime.now(UTC).timestamp())
    told = {
        "sub": str(USER),
        "sid": str(SESSION),
        "aud": tokens.AUDIENCE,
        "iat": now,
        "exp": now + 600,
        "jti": "one",
        **changed,
    }
    return {name: value for name, value in told.items() if value is not None}


def signed(
    told: dict[str, Any] | None = None, *, algorithm: str = "HS256", key: Any = KEY, **header: Any
) -> str:
    return jwt.encode(
        claims() if told is None else told, key, algorithm=algorithm, headers={"typ": "at+jwt", **header}
    )


def part(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def refused(token: str, key: bytes = KEY) -> None:
    with pytest.raises(tokens.NotAuthenticated) as refusal:
        tokens.read(key, token)
    assert refusal.value.details == {}


def test_what_was_issued_is_read() -> None:
    read = tokens.read(KEY, tokens.issue(KEY, USER, SESSION, TEN_MINUTES))
    assert (read.user_id, read.session_id) == (USER, SESSION)
    assert abs(read.expires_at - datetime.now(UTC).timestamp() - 600) < 5


def test_the_hand_made_good_token_is_good() -> None:
    assert tokens.read(KEY, signed()).user_id == USER


def test_a_token_never_lives_longer_than_ten_minutes() -> None:
    read = tokens.read(KEY, tokens.issue(KEY, USER, SESSION, timedelta(hours=5)))
    assert read.expires_at <= datetime.now(UTC).timestamp() + 600


def _rsa_confused() -> str:
    """Signed with HMAC under a public key's text, as if that were our secret."""
    public = rsa.generate_private_key(65537, 2048).public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return signed(algorithm="HS256", key=bytes(pem).replace(b"-----", b""))


def _rsa_signed() -> str:
    private = rsa.generate_private_key(65537, 2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return signed(algorithm="RS256", key=pem.decode())


FORGED: dict[str, Callable[[], str]] = {
    "empty": lambda: "",
    "no dots": lambda: "a" * 40,
    "one part too few": lambda: signed().rsplit(".", 1)[0],
    "one part too many": lambda: signed() + ".x",
    "alg none": lambda: f"{part({'alg': 'none', 'typ': 'at+jwt'})}.{part(claims())}.",
    "alg None": lambda: f"{part({'alg': 'None', 'typ': 'at+jwt'})}.{part(claims())}.",
    "no alg": lambda: f"{part({'typ': 'at+jwt'})}.{part(claims())}.{part(b'x' * 32)}",
    "HS512": lambda: signed(algorithm="HS512"),
    "HS384": lambda: signed(algorithm="HS384"),
    "RS256": _rsa_signed,
    "RS256 taken for HS256": _rsa_confused,
    "another key": lambda: signed(key=bytes(range(2, 50))),
    "empty signature": lambda: signed().rsplit(".", 1)[0] + ".",
    "typ JWT": lambda: signed(typ="JWT"),
    "typ missing": lambda: signed(typ=None),
    "crit": lambda: signed(crit=["exp"]),
    "crit empty": lambda: signed(crit=[]),
    "wrong audience": lambda: signed(claims(aud="another-api")),
    "audience list of others": lambda: signed(claims(aud=["a", "b"])),
    "not before": lambda: signed(claims(nbf=int(datetime.now(UTC).timestamp()) + 300)),
    "over-long life": lambda: signed(claims(exp=int(datetime.now(UTC).timestamp()) + 601)),
    "no life": lambda: signed(claims(exp=claims()["iat"])),
    "expired": lambda: signed(claims(iat=claims()["iat"] - 700, exp=claims()["iat"] - 100)),
    "infinite life": lambda: signed(claims(exp=float("inf"))),
    "nan life": lambda: signed(claims(exp=float("nan"))),
    "life in words": lambda: signed(claims(exp="soon")),
    "subject is no id": lambda: signed(claims(sub="somebody")),
    "subject is a number": lambda: signed(claims(sub=7)),
    "session is no id": lambda: signed(claims(sid="a session")),
    "session is a number": lambda: signed(claims(sid=7)),
    "session is missing": lambda: signed(claims(sid=None)),
    "too long": lambda: signed(claims(more="x" * 4096)),
    "header is no json": lambda: f"{part(b'{')}.{part(claims())}.{part(b'x')}",
    "header is a list": lambda: f"{part(['HS256'])}.{part(claims())}.{part(b'x')}",
    "header is deep": lambda: f"{part(b'[' * 2900)}.e30.e30",
    "payload is deep": lambda: f"{part({'alg': 'HS256', 'typ': 'at+jwt'})}.{part(b'[' * 2900)}.e30",
    "header is no utf-8": lambda: f"{part(bytes([255, 254]))}.{part(claims())}.{part(b'x')}",
    "not ascii": lambda: signed().replace(".", ".é", 1),
    "JWE": lambda: jwe.encrypt(
        json.dumps(claims()), KEY[:32], algorithm="dir", encryption="A256GCM"
    ).decode(),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
def test_a_forged_or_foreign_token_is_refused(forge: Callable[[], str]) -> None:
    refused(forge())


def test_a_deep_payload_that_is_signed_is_refused() -> None:
    import hashlib
    import hmac

    body = f"{part({'alg': 'HS256', 'typ': 'at+jwt'})}.{part(b'[' * 2900)}"
    refused(f"{body}.{part(hmac.new(KEY, body.encode(), hashlib.sha256).digest())}")


@pytest.mark.parametrize("name", ["exp", "iat", "sub", "aud", "jti", "sid"])
def test_a_token_without_one_of_its_claims_is_refused(name: str) -> None:
    refused(signed(claims(**{name: None})))


@given(st.data())
def test_a_changed_byte_is_refused(data: st.DataObject) -> None:
    token = tokens.issue(KEY, USER, SESSION, TEN_MINUTES)
    parts = [base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4)) for piece in token.split(".")]
    which = data.draw(st.integers(0, 2))
    at = data.draw(st.integers(0, len(parts[which]) - 1))
    flip = data.draw(st.integers(1, 255))
    changed = bytearray(parts[which])
    changed[at] ^= flip
    parts[which] = bytes(changed)
    refused(".".join(part(piece) for piece in parts))


@given(
    st.text(max_size=200) | st.lists(st.binary(max_size=60).map(part), min_size=3, max_size=3).map(".".join)
)
def test_whatever_is_sent_as_a_token_is_only_refused(token: str) -> None:
    refused(token)


def test_a_token_that_was_good_is_refused_once_it_has_expired() -> None:
    start = datetime.now(UTC)
    token = tokens.issue(KEY, USER, SESSION, TEN_MINUTES)
    assert tokens.read(KEY, token)
    with time_machine.travel(start + timedelta(minutes=10, seconds=tokens.LEEWAY + 2), tick=False):
        refused(token)


def test_a_token_that_was_good_under_one_key_is_not_good_under_another() -> None:
    token = tokens.issue(KEY, USER, SESSION, TEN_MINUTES)
    assert tokens.read(KEY, token)
    refused(token, bytes(range(2, 50)))


def test_an_activation_code_is_known_however_it_is_typed() -> None:
    code = tokens.new_activation_code()
    known = tokens.code_fingerprint(code)
    for typed in (code.lower(), code.replace("-", ""), code.replace("-", " "), f"  {code}\n"):
        assert tokens.code_fingerprint(typed) == known
    assert tokens.code_fingerprint(code[:-1] + ("2" if code[-1] != "2" else "3")) != known


def test_codes_and_refresh_tokens_are_long_and_never_the_same() -> None:
    codes = {tokens.new_activation_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(len(code) == 19 and not set(code) & set("01OIL") - {"L"} for code in codes)
    renewals = {tokens.new_refresh_token() for _ in range(200)}
    assert len(renewals) == 200
    assert min(map(len, renewals)) >= 43


def test_the_end_of_what_is_given_out_is_counted_from_now() -> None:
    with time_machine.travel(datetime(2026, 5, 1, tzinfo=UTC), tick=False):
        assert tokens.expiry(timedelta(days=2)) == datetime(2026, 5, 3, tzinfo=UTC)
