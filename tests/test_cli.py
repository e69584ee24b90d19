"""Every command of `shubbak`, through the door that a shell enters by."""

import base64
import io
import os
import re
import signal
import socket
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx2
import orjson
import pytest
import structlog
from fastapi.testclient import TestClient
from sqlalchemy import func, select, text

from app import cli
from app.audit import service as audit
from app.auth.models import User, UserSession
from app.auth.states import UserStatus
from app.core.actor import Role
from app.core.clock import now
from app.core.db import Database, ReadSession, WriteSession
from app.core.log import log
from app.core.settings import Settings, settings
from app.instruments.models import Instrument
from app.main import create_app
from app.models import Base
from app.partners.models import Institution
from tests.support import commands
from tests.support.client import CheckedClient
from tests.support.xlsforms import markdown, question

PASSWORD = "a long sentence for the demonstration"
GOOD_KEY = base64.b64encode(bytes(range(7, 55))).decode()


@dataclass
class Outcome:
    """What a shell sees of a command."""

    code: int
    output: str


@dataclass
class Shell:
    """A directory and a database of its own, and a way to type commands there."""

    directory: Path
    url: str
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    def __call__(self, *arguments: str, **given: object) -> Outcome:
        """Type `shubbak …` with these settings; it always ends with an exit code, never with a traceback."""
        values = {**commands.environment(self.url, self.data), **self.environment}
        values |= {f"SHUBBAK_{name.upper()}": str(value) for name, value in given.items()}
        printed = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed):
            for name, value in values.items():
                patch.setenv(name, value)
            patch.setenv("COLUMNS", "200")
            patch.chdir(self.directory)
            patch.setattr(sys, "argv", ["shubbak", *arguments])
            settings.cache_clear()
            try:
                with pytest.raises(SystemExit) as exit_:
                    cli.main()
            finally:
                settings.cache_clear()
        return Outcome(int(exit_.value.code or 0), printed.getvalue())


@pytest.fixture(scope="module", autouse=True)
def process_as_before() -> Iterator[None]:
    """The door sets up the process that it is the door of; the tests' process takes that back."""
    mask, logging = os.umask(0o022), structlog.get_config()
    yield
    os.umask(mask)
    structlog.configure(**logging)
    vars(log).pop("bind", None)  # kept on first use, with the standard error of the test that used it


@pytest.fixture(scope="module")
def make_shell(
    fresh_url: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Shell]:
    def make(name: str) -> Shell:
        directory, url = tmp_path_factory.mktemp(name), fresh_url(f"cli_{name}")
        if url.startswith("sqlite"):
            url = f"sqlite:///{directory / 'data' / 'shubbak.db'}"
        return Shell(directory, url)

    return make


@pytest.fixture(scope="module")
def shell(make_shell: Callable[[str], Shell]) -> Shell:
    """An installation with its reference data and nobody in it yet."""
    made = make_shell("installed")
    assert made("db", "upgrade").code == 0
    assert made("seed").code == 0
    return made


@pytest.fixture
def installed(shell: Shell) -> Iterator[Database]:
    database = Database(shell.url)
    yield database
    database.dispose()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def counts(database: Database) -> dict[str, int]:
    with database.read_session() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }


def email() -> str:
    return f"{uuid4().hex}@test.example"


# --- the database and what it begins with ---------------------------------------------------------------------


def test_upgrading_makes_a_directory_and_a_key_for_their_owner_only(
    make_shell: Callable[[str], Shell],
) -> None:
    new = make_shell("new")
    assert new("db", "upgrade", secret_key="").code == 0
    key = new.data / "secret.key"
    assert (mode(new.data), mode(key)) == (0o700, 0o600)
    assert len(base64.b64decode(key.read_text())) == 48
    if new.is_sqlite:
        assert mode(new.data / "shubbak.db") == 0o600
    before = key.read_text()
    assert new("db", "upgrade", secret_key="").code == 0
    assert key.read_text() == before


def test_a_key_from_the_environment_is_not_written_down(shell: Shell) -> None:
    assert not (shell.data / "secret.key").exists()


def test_seeding_again_says_that_nothing_is_new_and_changes_nothing(
    shell: Shell, installed: Database
) -> None:
    before = counts(installed)
    seeded = shell("seed")
    assert (seeded.code, seeded.output.split("\n")[0]) == (0, "nothing new")
    assert counts(installed) == before
    assert before["territories"] > 100
    assert before["people"] == before["users"] == 0


def test_a_house_with_users_gets_no_demonstration(shell: Shell, installed: Database) -> None:
    assert shell("user", "invite", email(), "Somebody", "auditor").code == 0
    before = counts(installed)
    seeded = shell("seed", "--demo")
    assert seeded.code == 0
    assert "shubbak.example" not in seeded.output
    assert counts(installed) == before


def test_a_database_without_tables_is_named_as_the_reason(make_shell: Callable[[str], Shell]) -> None:
    empty = make_shell("empty")
    refused = empty("seed")
    assert refused.code == 1
    assert "shubbak db upgrade" in refused.output
    assert "Traceback" not in refused.output


# --- accounts -------------------------------------------------------------------------------------------------


def test_an_invitation_activates(shell: Shell, installed: Database) -> None:
    address = email()
    invited = shell("user", "invite", address, "Exemple", "social_worker", "--window", "OUJ1")
    (code,) = re.findall(r"^Activation code: (\S+)$", invited.output, re.MULTILINE)
    client = TestClient(create_app(installed, Settings(data_dir=shell.data)))
    activated = client.post("/api/v1/auth/activation", json={"code": code, "password": PASSWORD})
    assert activated.status_code == 204
    form = {"grant_type": "password", "username": address, "password": PASSWORD}
    assert client.post("/api/v1/auth/token", data=form).status_code == 200


def test_nobody_is_offered_the_role_of_the_system(shell: Shell) -> None:
    offered = shell("user", "invite", "--help").output
    assert "social_worker" in offered
    assert "system" not in offered


def test_a_partners_agent_is_invited_to_an_institution(shell: Shell, installed: Database) -> None:
    with installed.read_session() as session:
        institution_id = session.scalars(select(Institution.id).limit(1)).one()
    agent = ("user", "invite", email(), "Exemple", "partner_agent", "--institution")
    assert shell(*agent, str(institution_id)).code == 0
    assert shell(*agent, "no-uuid").code == 2


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("nobody@test.example", "Exemple", "social_worker", "--window", "NONE"), "not_found"),
        (
            ("nobody@test.example", "Exemple", "social_worker"),
            "/window_ids: Roles at a window need at least one window",
        ),
        (("nobody@test.example", "Exemple", "system"), "role unknown_choice"),
        (("nobody at all", "Exemple", "auditor"), "email bad_format"),
    ],
)
def test_an_invitation_that_makes_no_sense_is_refused_in_one_line(
    shell: Shell, arguments: tuple[str, ...], reason: str
) -> None:
    refused = shell("user", "invite", *arguments)
    assert refused.code == 1
    assert refused.output.startswith("Refused: ")
    assert reason in refused.output
    assert len(refused.output.splitlines()) == 1
    assert "nobody" not in refused.output


def test_an_address_is_invited_once(shell: Shell) -> None:
    address = email()
    assert shell("user", "invite", address, "Exemple", "auditor").code == 0
    refused = shell("user", "invite", address, "Exemple", "auditor")
    assert refused.code == 1
    assert refused.output.startswith("Refused: email_taken: ")


def test_disabling_shuts_the_account_and_its_sessions(shell: Shell, installed: Database) -> None:
    address = email()
    shell("user", "invite", address, "Exemple", "auditor")
    with installed.write_session() as session, session.begin():
        user_id = session.scalars(select(User.id).where(User.email == address)).one()
        session.add(UserSession(user_id=user_id, expires_at=now() + timedelta(days=1)))
    disabled = shell("user", "disable", f"  {address.upper()} ")
    assert (disabled.code, disabled.output.strip()) == (0, "Disabled.")
    with installed.read_session() as session:
        assert session.get_one(User, user_id).status is UserStatus.disabled
        assert session.scalars(select(UserSession.end_reason).filter_by(user_id=user_id)).all() == [
            "disabled"
        ]
    again = shell("user", "disable", address)
    assert (again.code, again.output.split()[:2]) == (1, ["Refused:", "illegal_move:"])


def test_disabling_nobody_says_so(shell: Shell) -> None:
    nobody = shell("user", "disable", email())
    assert (nobody.code, nobody.output.strip()) == (1, "No such account.")


# --- the trail ------------------------------------------------------------------------------------------------


def test_an_untouched_trail_holds(shell: Shell) -> None:
    verified = shell("audit", "verify")
    assert verified.code == 0
    assert verified.output.endswith("The chain holds.\n")


def test_a_trail_that_was_tampered_with_is_told_by_the_exit_code(make_shell: Callable[[str], Shell]) -> None:
    """The triggers keep honest programs from it; whoever owns the file or the tables can drop them."""
    tampered = make_shell("tampered")
    tampered("db", "upgrade")
    tampered("user", "invite", email(), "Exemple", "auditor")
    database = Database(tampered.url)
    with database.write_session() as session:
        audit.seal_pending(WriteSession(ReadSession(session)))
        session.commit()
    assert tampered("audit", "verify").code == 0
    drop = (
        "DROP TRIGGER audit_entries_no_update"
        if database.is_sqlite
        else "DROP TRIGGER audit_entries_append_only ON audit_entries"
    )
    with database.writer.begin() as connection:
        connection.execute(text(drop))
        connection.execute(text("UPDATE audit_entries SET action = 'user:nothing'"))
    database.dispose()
    verified = tampered("audit", "verify")
    assert verified.code == 1
    assert verified.output.endswith("Broken at 1.\n")


# --- questionnaires and documentation -------------------------------------------------------------------------


def test_a_questionnaire_is_published(shell: Shell, installed: Database) -> None:
    file = shell.directory / "essai.md"
    file.write_text(markdown([question("text", "words")]))
    published = shell("instruments", "publish", str(file))
    assert published.code == 0
    assert published.output.startswith("essai version 1: ")
    with installed.read_session() as session:
        assert session.scalar(select(Instrument.code).where(Instrument.code == "essai")) == "essai"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bad.md", markdown([question("no_such_type", "words")]).encode()),
        ("bad.xlsx", b"PK\x03\x04 no workbook"),
        ("bytes.md", b"\xff\xfe\x00"),
    ],
)
def test_a_bad_questionnaire_is_refused(shell: Shell, name: str, content: bytes) -> None:
    file = shell.directory / name
    file.write_bytes(content)
    refused = shell("instruments", "publish", str(file))
    assert refused.code == 1
    assert refused.output.startswith("Refused: ")


def test_a_questionnaire_that_is_not_there_is_a_typing_error(shell: Shell) -> None:
    assert shell("instruments", "publish", "none.md").code == 2


def test_the_printed_document_is_the_served_one_and_needs_no_data(
    make_shell: Callable[[str], Shell], client: CheckedClient
) -> None:
    bare = make_shell("bare")
    printed = bare("openapi", secret_key="")
    assert printed.code == 0
    assert orjson.loads(printed.output) == client.get("/api/v1/openapi.json").json()
    assert list(bare.directory.iterdir()) == []


def test_the_demonstration_is_told_in_no_database_that_others_live_in(shell: Shell) -> None:
    shell("user", "invite", email(), "Exemple", "auditor")
    refused = shell("demo", port=commands.free_port())
    assert refused.code == 2
    assert "users of its own" in refused.output


@pytest.mark.parametrize(("command", "advice"), [("demo", "make run"), ("serve", "shubbak serve")])
def test_a_port_that_is_taken_is_said_before_anything_is_done(
    shell: Shell, command: str, advice: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = shell(command, port=port)
    assert refused.code == 2
    assert f"SHUBBAK_PORT={port + 1} {advice}" in refused.output


def test_serving_says_where_and_what_has_to_run_beside_it(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise SystemExit(0)

    monkeypatch.setattr("uvicorn.run", stopped)
    port = commands.free_port()
    told = shell("serve", port=port).output
    assert f"http://127.0.0.1:{port}/docs" in told
    assert ("shubbak worker" in told) == (not shell.is_sqlite)


@pytest.mark.parametrize("command", [("db", "upgrade"), ("seed",), ("audit", "verify")])
def test_a_database_that_is_away_is_said_to_be(shell: Shell, command: tuple[str, ...]) -> None:
    nowhere = f"postgresql+psycopg://somebody:secret@127.0.0.1:{commands.free_port()}/shubbak"
    refused = shell(*command, database_url=nowhere)
    assert refused.code == 1
    assert "cannot be reached" in refused.output
    assert "SHUBBAK_DATABASE_URL" in refused.output
    assert "db upgrade" not in refused.output
    assert "secret" not in refused.output


# --- what refuses to start ------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["serve", "worker", "demo"])
@pytest.mark.parametrize(
    ("given", "advice"),
    [
        ({"secret_key": "c2hvcnQ="}, "openssl rand -base64 32"),
        ({"host": "0.0.0.0"}, "SHUBBAK_ALLOW_PLAIN_HTTP=true"),
        ({"port": "none"}, "SHUBBAK_PORT"),
        ({"processes": 2, "database_url": "sqlite:///shubbak.db"}, "SHUBBAK_PROCESSES=1"),
        ({"database_url": "mysql://localhost/shubbak"}, "postgresql+psycopg://"),
    ],
)
def test_an_unsafe_configuration_refuses_to_start_and_says_what_to_change(
    shell: Shell, command: str, given: dict[str, object], advice: str
) -> None:
    refused = shell(command, **given)
    assert refused.code == 2
    assert advice in refused.output
    assert len(refused.output.splitlines()) == 1


@pytest.mark.parametrize("command", [("seed",), ("audit", "verify"), ("user", "disable", "a@test.example")])
def test_no_command_opens_the_database_on_unsafe_settings(shell: Shell, command: tuple[str, ...]) -> None:
    refused = shell(*command, trusted_proxies="*")
    assert refused.code == 2
    assert "SHUBBAK_TRUSTED_PROXIES=127.0.0.1" in refused.output


def test_serving_without_a_key_says_how_to_make_one(shell: Shell) -> None:
    refused = shell("serve", secret_key="")
    assert refused.code == 2
    assert "shubbak db upgrade" in refused.output


def test_a_data_directory_that_others_can_read_is_refused(make_shell: Callable[[str], Shell]) -> None:
    open_to_all = make_shell("open")
    open_to_all("db", "upgrade")
    open_to_all.data.chmod(0o755)
    refused = open_to_all("serve")
    assert (refused.code, f"chmod 700 {open_to_all.data}" in refused.output) == (2, True)


def test_a_wrong_setting_is_named_and_not_repeated(shell: Shell) -> None:
    refused = shell("audit", "verify", body_limit_bytes="secret-123")
    assert refused.code == 2
    assert "SHUBBAK_BODY_LIMIT_BYTES" in refused.output
    assert "secret-123" not in refused.output


# --- the demonstration ----------------------------------------------------------------------------------------


def test_the_demonstration_seeds_once_serves_and_stops_cleanly(make_shell: Callable[[str], Shell]) -> None:
    house = make_shell("demo")
    port, output = commands.free_port(), house.directory / "first"
    given = {**commands.environment(house.url, house.data, port=port), "COLUMNS": "200"}
    with commands.running("demo", settings=given, output=output) as first:
        commands.await_health(first, port)
        base = f"http://127.0.0.1:{port}"
        table = re.findall(r"│ (\w+) +│ (\S+) +│ (\S+) +│", first.output)
        assert {role for role, _, _ in table} == set(Role) - {Role.system}
        assert f"{base}/docs" in first.output
        role, username, password = table[0]
        form = {"grant_type": "password", "username": username, "password": password}
        signed_in = httpx2.post(f"{base}/api/v1/auth/token", data=form)
        token = {"Authorization": f"Bearer {signed_in.json()['access_token']}"}
        assert httpx2.get(f"{base}/api/v1/auth/me", headers=token).json()["user"]["role"] == role
        assert httpx2.get(f"{base}/docs").status_code == 200
        assert first.terminate() == -signal.SIGTERM
    if house.is_sqlite:
        assert not (house.data / "shubbak.db-wal").exists(), "it went without closing the database"
    with commands.running("demo", settings=given, output=house.directory / "second") as second:
        commands.await_health(second, port)
        assert "as shown at the first run" in second.output
        assert not any(password in second.output for _, _, password in table)
        assert second.terminate() == -signal.SIGTERM
