"""Settings from the environment (`SHUBBAK_…`) or a `.env` file; every default of the trade can be changed here."""

import base64
import binascii
import os
import secrets
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url

from app.core.errors import UnsafeConfiguration

LANGUAGES = ("ar", "fr", "en", "fa")
MOST_ATTACHMENTS = 100  # of one subject: pages that name all of them ask once


class Settings(BaseSettings):
    """Everything that may differ from one installation to the next."""

    model_config = SettingsConfigDict(env_prefix="SHUBBAK_", env_file=".env", extra="ignore", frozen=True)

    data_dir: Path = Field(Path("var"), description="Where the database file, attachments and key are kept.")
    database_url: str = Field(
        "", description="Empty: SQLite in the data directory. Else postgresql+psycopg://…"
    )
    secret_key: SecretStr = Field(
        SecretStr(""), description="Base64 of at least 32 random bytes; empty: a file."
    )
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    processes: int = Field(1, ge=1, le=64, description="Server processes; more than one needs PostgreSQL.")
    allow_plain_http: bool = Field(False, description="Listen beyond this machine without TLS in front.")
    trusted_proxies: str = Field(
        "", description="Addresses whose X-Forwarded-For is believed, comma separated."
    )
    public_url: str = Field(
        "", description="Where browsers find this installation: https://shubbak.example.org"
    )
    default_language: str = Field("ar", pattern="^(ar|fr|en|fa)$")
    time_zone: str = "Africa/Casablanca"

    access_token_minutes: int = Field(10, ge=1, le=10)
    session_idle_hours: int = Field(12, ge=1, le=72)
    page_idle_minutes: int = Field(
        10, ge=1, le=60, description="After which a browser's session that nobody uses is locked."
    )
    session_hours: int = Field(24 * 7, ge=1, le=24 * 30)
    password_min_length: int = Field(
        15, ge=15, le=64, description="NIST SP 800-63B-4: 15 for a single factor."
    )
    invitation_days: int = Field(7, ge=1, le=30)

    body_limit_bytes: int = Field(1_048_576, ge=1024)
    attachment_limit_bytes: int = Field(10_485_760, ge=1024, le=104_857_600)  # it is read into memory
    attachments_per_subject: int = Field(50, ge=1, le=MOST_ATTACHMENTS)

    silent_case_days: int = Field(30, ge=1)
    caseload_norm: int = Field(
        25, ge=1, description="Cases of medium priority that one worker can accompany well."
    )
    review_months: int = Field(3, ge=1, le=12)
    rhythm_days_urgent: int = Field(7, ge=1)
    rhythm_days_high: int = Field(7, ge=1)
    rhythm_days_medium: int = Field(14, ge=1)
    rhythm_days_low: int = Field(30, ge=1)
    assessment_valid_months: int = Field(6, ge=1)

    decide_hours_emergency: int = Field(24, ge=1)
    decide_hours_urgent: int = Field(72, ge=1)
    decide_days_normal: int = Field(14, ge=1)
    reminder_days: int = Field(10, ge=1)
    expiry_days: int = Field(30, ge=1)
    shared_after_end_days: int = Field(
        30, ge=0, description="How long a partner still sees what was shared after a service ended."
    )

    @property
    def url(self) -> str:
        """The database's address: the file in the data directory unless a URL is given."""
        return self.database_url or f"sqlite:///{self.data_dir / 'shubbak.db'}"

    @property
    def key_file(self) -> Path:
        return self.data_dir / "secret.key"

    @property
    def attachments_dir(self) -> Path:
        return self.data_dir / "attachments"


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()


@lru_cache(maxsize=16)
def signing_key(config: Settings) -> bytes:
    """Return the key that signs and verifies access tokens, from the setting or the key file, read once a process.

    Raises `UnsafeConfiguration` for a key that is missing, short, guessable or readable by others.
    """
    text = config.secret_key.get_secret_value()
    if not text:
        if not config.key_file.exists():
            raise UnsafeConfiguration(
                f"There is no signing key. Run `shubbak db upgrade`, which makes {config.key_file}, "
                "or set SHUBBAK_SECRET_KEY to the base64 of 32 random bytes."
            )
        if config.key_file.stat().st_mode & 0o077:
            raise UnsafeConfiguration(
                f"{config.key_file} can be read by other users. Run: chmod 600 {config.key_file}"
            )
        text = config.key_file.read_text()
    return check_key(text)


def check_key(text: str) -> bytes:
    """Decode and check a signing key: at least 32 random-looking bytes, nothing PEM- or DER-like."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise UnsafeConfiguration(
            "SHUBBAK_SECRET_KEY is not base64. Make one: openssl rand -base64 32"
        ) from None
    if len(key) < 32:
        raise UnsafeConfiguration(
            "SHUBBAK_SECRET_KEY is shorter than 32 bytes. Make one: openssl rand -base64 32"
        )
    if b"-----" in key or key.startswith((b"\x30\x82", b"\x30\x81", b"ssh-")):
        raise UnsafeConfiguration(
            "SHUBBAK_SECRET_KEY looks like a certificate or key pair; it must be random bytes."
        )
    if len(set(key)) < 16:
        raise UnsafeConfiguration(
            "SHUBBAK_SECRET_KEY repeats itself; it must be random. Run: openssl rand -base64 32"
        )
    return key


def make_key_file(config: Settings) -> None:
    """Make the key file once, readable by its owner only."""
    if config.secret_key.get_secret_value() or config.key_file.exists():
        return
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(config.key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(base64.b64encode(secrets.token_bytes(48)).decode() + "\n")


def check_safe(config: Settings) -> None:
    """Refuse to start on settings that would put people's data at risk.

    Raises `UnsafeConfiguration`, whose message says what to change.
    """
    signing_key(config)
    is_sqlite = config.url.startswith("sqlite")
    if config.processes > 1 and is_sqlite:
        raise UnsafeConfiguration(
            "SQLite has one writer: several server processes need PostgreSQL. "
            "Set SHUBBAK_DATABASE_URL=postgresql+psycopg://… or SHUBBAK_PROCESSES=1."
        )
    if not is_sqlite and not config.url.startswith("postgresql+psycopg://"):
        raise UnsafeConfiguration("SHUBBAK_DATABASE_URL must start with sqlite:/// or postgresql+psycopg://")
    if is_sqlite:
        _check_file(make_url(config.url).database)
    else:
        _check_encrypted(make_url(config.url))
    if _ANYBODY & {part.strip() for part in config.trusted_proxies.split(",")}:
        raise UnsafeConfiguration(
            "Whoever trusts every proxy lets everybody choose an address to be counted under. "
            "Name the proxy's own: SHUBBAK_TRUSTED_PROXIES=127.0.0.1"
        )
    _check_zone(config.time_zone)
    _check_origin(config.public_url)
    if config.host not in THIS_MACHINE and not config.allow_plain_http:
        raise UnsafeConfiguration(
            f"Listening on {config.host} would carry personal data in clear text. Put a TLS proxy in front and "
            "keep SHUBBAK_HOST=127.0.0.1, or set SHUBBAK_ALLOW_PLAIN_HTTP=true on a network that you trust."
        )
    if config.data_dir.exists() and config.data_dir.stat().st_mode & 0o077:
        raise UnsafeConfiguration(
            f"{config.data_dir} can be read by other users of this machine. Run: chmod 700 {config.data_dir}"
        )


_ANYBODY = {"*", "0.0.0.0/0", "::/0"}
THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_LOCAL = {"", *THIS_MACHINE}
_ENCRYPTED = {"require", "verify-ca", "verify-full"}


def _check_file(database: str | None) -> None:
    """Refuse a SQLite file that others may open, in a directory that they may enter."""
    file = Path(database or ".")
    if file.is_file() and all(path.stat().st_mode & 0o077 for path in (file, file.resolve().parent)):
        raise UnsafeConfiguration(f"{file} can be read by other users. Run: chmod 600 {file}")


def _check_encrypted(url: URL) -> None:
    """Refuse to speak in clear text to a PostgreSQL that is not on this machine."""
    named = [
        url.host or "",
        *(part for key in ("host", "hostaddr") for part in url.normalized_query.get(key, ())),
    ]
    hosts = [host for text in named for host in text.split(",")]
    is_near = all(host in _LOCAL or host.startswith("/") for host in hosts)
    if not is_near and not _ENCRYPTED.issuperset(url.normalized_query.get("sslmode", ("",))):
        raise UnsafeConfiguration(
            "The database is on another machine and its connection may be in clear text. "
            "Add ?sslmode=verify-full to SHUBBAK_DATABASE_URL (or verify-ca, or require)."
        )


def _check_origin(url: str) -> None:
    """Refuse what is no origin: it is printed before a path, on paper that is handed out."""
    if url and not _is_origin(url):
        raise UnsafeConfiguration(
            "SHUBBAK_PUBLIC_URL is scheme and host alone, without a path or a slash at the end. "
            "Write it as in: SHUBBAK_PUBLIC_URL=https://shubbak.example.org"
        )


def _is_origin(url: str) -> bool:
    try:
        parts = urlsplit(url)
        is_whole = url == f"{parts.scheme}://{parts.netloc}" and parts.port != 0
    except ValueError:  # a port that is no number, a bracket that is not closed
        return False
    has_host = bool(parts.hostname) and not set(parts.netloc) & set("@\\ ")
    return parts.scheme in {"http", "https"} and is_whole and has_host


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, no name at all, or a directory of names
        raise UnsafeConfiguration(
            "SHUBBAK_TIME_ZONE is not a time zone. Write it as in: SHUBBAK_TIME_ZONE=Africa/Casablanca"
        ) from None
