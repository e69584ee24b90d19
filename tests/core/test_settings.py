"""Unsafe settings refuse to start and say what to change."""

import base64
import os
import re
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from app.core.clock import pretending, today
from app.core.errors import UnsafeConfiguration
from app.core.settings import Settings, check_key, check_safe, make_key_file, settings, signing_key

KEY = base64.b64encode(bytes(range(48))).decode()


def build(data_dir: Path, **values: Any) -> Settings:
    return Settings(**{"data_dir": data_dir, "secret_key": SecretStr(KEY), **values})


@pytest.fixture
def home(tmp_path: Path) -> Path:
    path = tmp_path / "data"
    path.mkdir(mode=0o700)
    return path


def test_the_defaults_are_safe_and_keep_everything_in_the_data_directory(home: Path) -> None:
    config = build(home)
    check_safe(config)
    assert config.url == f"sqlite:///{home}/shubbak.db"
    assert config.attachments_dir.parent == config.key_file.parent == home


@pytest.mark.parametrize(
    ("values", "remedy"),
    [
        ({"processes": 2}, "SHUBBAK_PROCESSES=1"),
        ({"database_url": "mysql://localhost/x"}, "postgresql+psycopg://"),
        ({"database_url": "postgresql://localhost/x"}, "postgresql+psycopg://"),
        ({"host": "0.0.0.0"}, "SHUBBAK_ALLOW_PLAIN_HTTP=true"),
        ({"host": "192.0.2.1"}, "TLS proxy"),
        ({"trusted_proxies": "*"}, "SHUBBAK_TRUSTED_PROXIES=127.0.0.1"),
        ({"trusted_proxies": "192.0.2.7, 0.0.0.0/0"}, "SHUBBAK_TRUSTED_PROXIES=127.0.0.1"),
        ({"time_zone": "Mars/Olympus"}, "SHUBBAK_TIME_ZONE=Africa/Casablanca"),
        ({"time_zone": "../etc"}, "SHUBBAK_TIME_ZONE=Africa/Casablanca"),
        ({"time_zone": "Africa"}, "SHUBBAK_TIME_ZONE=Africa/Casablanca"),
        ({"database_url": "postgresql+psycopg://db.example/x"}, "sslmode=verify-full"),
        ({"database_url": "postgresql+psycopg://db.example/x?sslmode=prefer"}, "sslmode=verify-full"),
        ({"database_url": "postgresql+psycopg:///x?host=/run/pg,db.example"}, "sslmode=verify-full"),
        *(
            ({"public_url": url}, "SHUBBAK_PUBLIC_URL=https://shubbak.example.org")
            for url in (
                "shubbak.example.org",
                "ftp://shubbak.example.org",
                "https://",
                "https://:443",
                "https://shubbak.example.org/",
                "https://shubbak.example.org/app",
                "https://shubbak.example.org?x",
                "https://shubbak.example.org:no",
                "https://somebody@shubbak.example.org",
                "https://[::1",
            )
        ),
        ({"secret_key": SecretStr("c2hvcnQ=")}, "openssl rand -base64 32"),
    ],
)
def test_settings_that_would_risk_peoples_data_refuse_to_start(
    home: Path, values: dict[str, Any], remedy: str
) -> None:
    with pytest.raises(UnsafeConfiguration, match=re.escape(remedy)):
        check_safe(build(home, **values))


@pytest.mark.parametrize(
    "values",
    [
        {"processes": 4, "database_url": "postgresql+psycopg://localhost/x"},
        {"host": "0.0.0.0", "allow_plain_http": True},
        {"database_url": "postgresql+psycopg:///x?host=/var/run/postgresql"},
        {"database_url": "postgresql+psycopg://db.example/x?sslmode=require"},
        {"database_url": "postgresql+psycopg://db.example/x?sslmode=verify-full"},
        {"database_url": "sqlite://"},
        {"trusted_proxies": "127.0.0.1, 192.0.2.7"},
        {"host": "::1"},
        {"host": "localhost"},
        {"public_url": "https://shubbak.example.org"},
        {"public_url": "http://192.0.2.7:8000"},
        {"public_url": "http://[::1]:8000"},
    ],
)
def test_settings_that_are_safe_start(home: Path, values: dict[str, Any]) -> None:
    check_safe(build(home, **values))


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o711, 0o777])
def test_a_data_directory_open_to_others_refuses_to_start(home: Path, mode: int) -> None:
    home.chmod(mode)
    with pytest.raises(UnsafeConfiguration, match=f"chmod 700 {home}"):
        check_safe(build(home))


def test_a_data_directory_that_is_still_to_be_made_is_no_obstacle(tmp_path: Path) -> None:
    check_safe(build(tmp_path / "later"))


@pytest.mark.parametrize(
    ("directory", "file", "is_safe"), [(0o755, 0o644, False), (0o755, 0o600, True), (0o700, 0o644, True)]
)
def test_a_database_file_that_others_can_reach_and_read_refuses_to_start(
    home: Path, tmp_path: Path, directory: int, file: int, is_safe: bool
) -> None:
    place = tmp_path / "elsewhere"
    place.mkdir()
    (place / "x.db").touch()
    (place / "x.db").chmod(file)
    place.chmod(directory)
    config = build(home, database_url=f"sqlite:///{place}/x.db")
    if is_safe:
        check_safe(config)
    else:
        with pytest.raises(UnsafeConfiguration, match=f"chmod 600 {place}/x.db"):
            check_safe(config)


def test_every_server_process_refuses_unsafe_settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from app import main

    monkeypatch.setattr(main, "settings", lambda: build(home, trusted_proxies="*"))
    monkeypatch.setattr(main, "configure", lambda: None)
    with pytest.raises(UnsafeConfiguration, match="SHUBBAK_TRUSTED_PROXIES"):
        main.serve()


def test_a_key_is_read_once_so_that_what_one_part_signs_another_verifies(tmp_path: Path) -> None:
    config = build(tmp_path / "turned", secret_key=SecretStr(""))
    make_key_file(config)
    key = signing_key(config)
    config.key_file.unlink()
    make_key_file(config)
    assert signing_key(config) is key


def test_the_day_where_no_window_is_concerned_is_the_installations(monkeypatch: pytest.MonkeyPatch) -> None:
    evening = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)
    settings.cache_clear()
    try:
        with pretending(evening), monkeypatch.context() as patch:
            for zone, day in (("Pacific/Kiritimati", 2), ("Pacific/Honolulu", 1)):
                patch.setenv("SHUBBAK_TIME_ZONE", zone)
                settings.cache_clear()
                assert today().day == day
                assert today("Africa/Casablanca").day == 2
    finally:
        settings.cache_clear()


def test_without_a_key_nothing_starts(home: Path) -> None:
    with pytest.raises(UnsafeConfiguration, match="shubbak db upgrade"):
        signing_key(build(home, secret_key=SecretStr("")))


def test_the_key_file_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        config = build(tmp_path / "new", secret_key=SecretStr(""))
        make_key_file(config)
    finally:
        os.umask(before)
    assert stat.S_IMODE(config.key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(config.data_dir.stat().st_mode) == 0o700
    key = signing_key(config)
    make_key_file(config)
    assert signing_key(config) == key
    assert len(key) == 48
    check_safe(config)


def test_two_installations_have_two_keys(tmp_path: Path) -> None:
    one, other = (build(tmp_path / name, secret_key=SecretStr("")) for name in ("one", "other"))
    make_key_file(one)
    make_key_file(other)
    assert signing_key(one) != signing_key(other)


def test_a_key_in_the_settings_needs_no_file(home: Path) -> None:
    config = build(home)
    make_key_file(config)
    assert not config.key_file.exists()
    assert signing_key(config) == bytes(range(48))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_file_that_others_can_read_refuses_to_start(home: Path, mode: int) -> None:
    config = build(home, secret_key=SecretStr(""))
    make_key_file(config)
    config.key_file.chmod(mode)
    with pytest.raises(UnsafeConfiguration, match=f"chmod 600 {config.key_file}"):
        signing_key(config)


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("not base64 !", "not base64"),
        ("abc", "not base64"),
        ("é" * 60, "not base64"),
        (encoded(bytes(range(31))), "shorter"),
        (encoded(b"\x30\x82" + bytes(range(60))), "key pair"),
        (encoded(b"\x30\x81" + bytes(range(60))), "key pair"),
        (encoded(b"ssh-rsa " + bytes(range(60))), "key pair"),
        (encoded(b"-----BEGIN PUBLIC KEY-----" + bytes(range(60))), "key pair"),
        (encoded(b"a" * 64), "random"),
        (encoded(b"abcdefgh" * 8), "random"),
    ],
)
def test_a_key_that_can_be_guessed_is_refused_without_being_shown(text: str, reason: str) -> None:
    with pytest.raises(UnsafeConfiguration, match=reason) as refusal:
        check_key(text)
    assert text not in str(refusal.value)


def test_a_key_may_stand_between_blanks() -> None:
    assert check_key(f"  {KEY}\n") == bytes(range(48))


def test_the_key_is_in_no_repr(home: Path) -> None:
    assert KEY not in repr(build(home))


@pytest.mark.parametrize(
    "values",
    [
        {"access_token_minutes": 11},
        {"password_min_length": 14},
        {"attachment_limit_bytes": 104_857_601},
        {"attachments_per_subject": 101},
        {"default_language": "xx"},
        {"port": 0},
        {"review_months": 13},
    ],
)
def test_a_value_out_of_bounds_is_no_setting(home: Path, values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        build(home, **values)


def test_the_settings_of_a_process_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = settings()
    monkeypatch.setenv("SHUBBAK_PORT", "9999")
    assert settings() is first
    assert Settings().port == 9999
