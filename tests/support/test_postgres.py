"""The server for the tests: what it offers, and that nothing of it stays behind, however its owner ends."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests.support import postgres, postgres_keeper
from tests.support.postgres import ENVIRONMENT, ROOT, Server

ARABIC = "مكتب المساعدة"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(ENVIRONMENT, raising=False)
        running = postgres.start()
    yield running
    running.stop()


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A directory that another user reaches too, unlike pytest's own: as root the server runs as somebody else."""
    before = os.umask(0o022)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory.chmod(0o755)
        yield directory
    os.umask(before)


def ask(url: str, question: str) -> object:
    """The first column of the first row."""
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def do(url: str, statement: str) -> None:
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        connection.execute(statement.encode())


def databases(server: Server) -> object:
    return ask(server.url, "SELECT array_agg(datname::text) FROM pg_database")


def directory_of(url: str) -> Path:
    return Path(str(make_url(url).query["host"]))


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def pid_of(url: str) -> int:
    return int((directory_of(url) / "data" / "postmaster.pid").read_text().splitlines()[0])


def test_the_server_is_postgresql_18(server: Server) -> None:
    assert str(ask(server.url, "SHOW server_version")).startswith("18.")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("fsync", "off"),
        ("synchronous_commit", "off"),
        ("full_page_writes", "off"),
        ("max_connections", "100"),
        ("TimeZone", "UTC"),
        ("server_encoding", "UTF8"),
        ("listen_addresses", ""),
    ],
)
def test_it_is_set_up_for_tests(server: Server, setting: str, value: str) -> None:
    assert ask(server.url, f"SHOW {setting}") == value


def test_two_databases_know_nothing_of_each_other(server: Server) -> None:
    one, two = server.create_database("one"), server.create_database("two")
    do(one, "CREATE TABLE only_here (id int)")
    assert ask(one, "SELECT to_regclass('only_here')::text") == "only_here"
    assert ask(two, "SELECT to_regclass('only_here')::text") is None


def test_a_database_created_again_is_empty(server: Server) -> None:
    do(server.create_database("again"), "CREATE TABLE left_over (id int)")
    assert ask(server.create_database("again"), "SELECT to_regclass('left_over')::text") is None


def test_text_sorts_by_code_point_as_in_sqlite(server: Server) -> None:
    words = ["é", "z", "Z", "ا", "a", "ی"]
    url = server.create_database("sorting")
    assert ask(url, f"SELECT array_agg(w ORDER BY w) FROM unnest(ARRAY{words}) w") == sorted(words)


def test_trigrams_are_made_of_arabic_letters_too(server: Server) -> None:
    url = server.create_database("trigrams")
    do(url, "CREATE EXTENSION pg_trgm")
    assert ask(url, f"SELECT similarity('{ARABIC}', '{ARABIC}')") == 1
    assert ask(url, f"SELECT cardinality(show_trgm('{ARABIC}'))") == 14


def test_unaccent_can_be_created(server: Server) -> None:
    url = server.create_database("accents")
    do(url, "CREATE EXTENSION unaccent")
    assert ask(url, "SELECT unaccent('éàç')") == "eac"


def test_a_stopped_server_leaves_no_process_and_no_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    own = postgres.start()
    url = own.create_database("short_lived")
    process, directory = pid_of(url), directory_of(url)
    assert is_alive(process)
    own.stop()
    own.stop()
    assert not is_alive(process)
    assert not directory.exists()


def test_a_killed_parent_takes_its_server_along() -> None:
    """Keeper and parent share one standard error: it ends when both have."""
    program = "import sys; from tests.support import postgres; print(postgres.start().url, flush=True); sys.stdin.read()"
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != ENVIRONMENT},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    url = parent.stdout.readline().strip()
    process, directory = pid_of(url), directory_of(url)
    parent.kill()
    assert parent.communicate(timeout=60)[1] == ""
    assert not is_alive(process)
    assert not directory.exists()


def test_by_hand_it_lives_until_its_input_ends() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.postgres"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as by_hand:
        assert by_hand.stdin is not None
        assert by_hand.stdout is not None
        url = by_hand.stdout.readline().strip()
        assert ask(url, "SELECT 1") == 1
        process = pid_of(url)
        by_hand.stdin.close()
        assert by_hand.wait(timeout=60) == 0
    assert not is_alive(process)
    assert not directory_of(url).exists()


def test_a_server_that_cannot_start_says_so_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, reachable: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A socket's path has about a hundred bytes; this directory's is longer."""
    too_long = reachable / ("long" * 25)
    too_long.mkdir()
    monkeypatch.setenv("TMPDIR", str(too_long))
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    with pytest.raises(RuntimeError, match="did not start"):
        postgres.start()
    assert "is too long" in capfd.readouterr().err
    assert list(too_long.iterdir()) == []


def test_initdb_that_fails_says_why(monkeypatch: pytest.MonkeyPatch, reachable: Path) -> None:
    monkeypatch.setattr(postgres_keeper, "LOCALE", "no-such-locale")
    with pytest.raises(RuntimeError, match="no-such-locale"), postgres_keeper.running(reachable):
        pass


def test_a_server_named_in_the_environment_is_used_and_outlives_the_tests(
    monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    monkeypatch.setenv(ENVIRONMENT, server.url.replace("+psycopg", ""))
    borrowed = postgres.start()
    assert borrowed.url == server.url
    url = borrowed.create_database("visitor")
    assert "shubbak_test_visitor" in str(databases(server))
    with psycopg.connect(
        url.replace("+psycopg", "", 1)
    ):  # A forgotten connection does not hold the database.
        borrowed.stop()
    assert "shubbak_test_visitor" not in str(databases(server))


def test_a_servers_repr_keeps_its_password() -> None:
    assert "secret" not in repr(Server("postgresql+psycopg://postgres:secret@localhost/postgres"))


def test_a_system_without_the_needed_library_is_served_by_the_wheels_own(
    monkeypatch: pytest.MonkeyPatch, reachable: Path
) -> None:
    monkeypatch.setattr(postgres_keeper, "NEEDED_LIBRARY", "libshubbak-is-on-no-system.so.1")
    with postgres_keeper.running(reachable):
        url = f"postgresql://postgres@/postgres?host={reachable}"
        assert ask(url, "SELECT xmlcomment('read')::text") == "<!--read-->"
        loaded = Path(f"/proc/{pid_of(url)}/maps").read_text()
    assert re.search(rf"{reachable}/postgresql-.*/lib/libxml2\.so\.2", loaded)


def test_a_wheel_without_the_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no archive of postgresql-"):
        postgres_keeper._extract(b"no archive \x1f\x8b\x08 here", b"postgresql-", tmp_path)
