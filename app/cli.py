"""The door for commands: `shubbak …`."""

import base64
import errno
import os
import secrets
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import anyio
import orjson
import typer
import uvicorn
from alembic import command
from alembic.config import Config
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from app.audit import service as audit_service
from app.auth import queries as auth_queries
from app.auth import service as auth
from app.auth.schemas import UserCreate
from app.core.actor import SYSTEM, Role
from app.core.db import Database, ReadSession, WriteSession
from app.core.errors import UnsafeConfiguration
from app.core.ids import WindowId
from app.core.log import configure
from app.core.settings import Settings, check_safe, make_key_file, settings
from app.instruments import service as instruments_service
from app.stopping import told_in_one_line
from app.wiring import wire

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
db_commands = typer.Typer(no_args_is_help=True, help="The database.")
user_commands = typer.Typer(no_args_is_help=True, help="Accounts.")
audit_commands = typer.Typer(no_args_is_help=True, help="The trail.")
instrument_commands = typer.Typer(no_args_is_help=True, help="Questionnaires.")
app.add_typer(db_commands, name="db")
app.add_typer(user_commands, name="user")
app.add_typer(audit_commands, name="audit")
app.add_typer(instrument_commands, name="instruments")
console = Console()
ROOT = Path(__file__).parents[1]


def main() -> None:
    """Run a command; what refuses it is told in one line (`stopping`)."""
    configure()
    os.umask(0o077)
    wire()
    with told_in_one_line():
        app()


@app.command()
def serve() -> None:
    """Serve the API. On SQLite the worker runs inside; on PostgreSQL run `shubbak worker` beside it."""
    config = settings()
    check_safe(config)
    _check_port(config, "shubbak serve")
    _say_where(config)
    if not config.url.startswith("sqlite"):
        console.print("Beside it has to run: shubbak worker (deliveries, clocks, the seal of the trail)")
    _serve(config)


def _say_where(config: Settings) -> None:
    host = f"[{config.host}]" if ":" in config.host else config.host
    base = f"http://{host}:{config.port}"
    console.print(f"Shubbak            {base}\nAPI documentation  {base}/docs", highlight=False)


def _serve(config: Settings) -> None:
    trusted = config.trusted_proxies
    uvicorn.run(
        "app.main:serve",
        factory=True,
        host=config.host,
        port=config.port,
        workers=config.processes,
        # A process that is still importing does not answer; killed for that after uvicorn's five seconds, it would
        # begin anew for ever on a busy machine.
        timeout_worker_healthcheck=30,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=bool(trusted),
        forwarded_allow_ips=trusted or None,
        timeout_graceful_shutdown=10,
    )


@app.command()
def worker() -> None:
    """Deliver events, seal the trail, run the clocks."""
    from app import worker as jobs

    config = settings()
    check_safe(config)
    database = Database(config.url)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a service manager's stop is a Ctrl-C
    console.print("Working. Stop with Ctrl-C.")
    try:
        anyio.run(jobs.run, database, config)
    except KeyboardInterrupt:
        console.print("Stopped.")
    finally:
        database.dispose()


@db_commands.command("upgrade")
def upgrade() -> None:
    """Make the data directory and the signing key if needed, and bring the tables up to date."""
    config = settings()
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    make_key_file(config)
    check_safe(config)
    command.upgrade(Config(ROOT / "alembic.ini"), "head")


@app.command()
def seed(
    demo: Annotated[
        bool, typer.Option(help="Also users with passwords and a living, invented caseload.")
    ] = False,
) -> None:
    """Fill in territories, vocabularies, windows, partners, the instrument. Running it twice changes nothing."""
    from seeds import load

    with _database() as database:
        for line in load.reference_data(database):
            console.print(line, highlight=False)
        if demo:
            _sign_in_table(load.demo_once(database))


@app.command()
def demo() -> None:
    """Upgrade, seed once with invented people, say where to look and how to sign in, and serve."""
    from seeds import load

    config = settings()
    upgrade()
    _check_port(config, "make run")
    with _database() as database:
        users = load.demo_once(database)
    if not users:
        raise UnsafeConfiguration(
            "This database has users of its own, and the demonstration is told in an empty one. "
            "Run `shubbak serve`, or point SHUBBAK_DATA_DIR or SHUBBAK_DATABASE_URL elsewhere."
        )
    _say_where(config)
    _sign_in_table(users)
    _serve(config)


def _check_port(config: Settings, command: str) -> None:
    """Say before anything is filled in or served that somebody else listens there. Raises `UnsafeConfiguration`."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.host, config.port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                told = f"Port {config.port} is taken. Choose another one: SHUBBAK_PORT={config.port + 1} {command}"
            else:
                told = f"SHUBBAK_HOST and SHUBBAK_PORT: {config.host}:{config.port} cannot be listened on ({error.strerror})."
            raise UnsafeConfiguration(told) from None


def _sign_in_table(users: list[tuple[Role, str, str | None]]) -> None:
    if not users:
        console.print("No demonstration: this database has users of its own.")
        return
    table = Table("role", "sign in as", "password", title="Sign-in (invented people, this machine only)")
    for role, email, password in users:
        table.add_row(role, email, password or "as shown at the first run; `make reset` starts over")
    console.print(table)


_INVITED = ", ".join(role.value for role in Role if role is not Role.system)  # as which nobody signs in


@user_commands.command("invite")
def invite(
    email: str,
    name: str,
    role: Annotated[str, typer.Argument(metavar="ROLE", help=_INVITED)],
    window: Annotated[list[str] | None, typer.Option(help="Code of a window; may be repeated.")] = None,
    institution: Annotated[
        UUID | None, typer.Option(help="Id of the institution, for a partner's agent.")
    ] = None,
) -> None:
    """Invite somebody and print the activation code once; hand it over in person."""
    from app.windows import queries as windows

    with _writing() as db:
        ids: list[WindowId] = [windows.by_code(db, code).id for code in window or []]
        told = {"email": email, "name": name, "role": role, "window_ids": ids, "institution_id": institution}
        data = UserCreate.model_validate(told)
        _, code = auth.invite(db, SYSTEM, data)
    console.print(f"Activation code: {code}", highlight=False)


@user_commands.command("disable")
def disable(email: str) -> None:
    """Shut an account; its sessions end at once."""
    with _writing() as db:
        user = auth_queries.by_email(db, email.strip().casefold())
        if user is None:
            console.print("No such account.")
            raise SystemExit(1)
        auth.disable(db, SYSTEM, user)
    console.print("Disabled.")


@audit_commands.command("verify")
def verify() -> None:
    """Walk the chain of the trail; exit code 1 when a link does not hold."""
    with _reading() as db:
        verdict = audit_service.verify(db)
    console.print(
        f"{verdict.sealed} sealed, {verdict.unsealed} waiting to be sealed, head {verdict.head}",
        highlight=False,
    )
    if verdict.broken_at is not None:
        console.print(f"[red]Broken at {verdict.broken_at}.[/red]")
        raise SystemExit(1)
    console.print("The chain holds.")


@instrument_commands.command("publish")
def publish(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]) -> None:
    """Publish an XLSForm (.md or .xlsx) as a new, unchangeable version."""
    kind = "xlsx" if file.suffix == ".xlsx" else "markdown"
    with _writing() as db:
        instrument = instruments_service.publish(db, SYSTEM, file.read_bytes(), kind)
        console.print(f"{instrument.code} version {instrument.version}: {instrument.id}", highlight=False)


@app.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    from app.main import create_app

    key = SecretStr(base64.b64encode(secrets.token_bytes(48)).decode())
    config = settings().model_copy(update={"secret_key": key})
    document = create_app(Database("sqlite://"), config).openapi()
    typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())


@contextmanager
def _database() -> Iterator[Database]:
    """The settings' database, once they are found safe."""
    check_safe(settings())
    database = Database(settings().url)
    try:
        yield database
    finally:
        database.dispose()


@contextmanager
def _writing() -> Iterator[WriteSession]:
    with _database() as database, database.write_session() as session, session.begin():
        yield WriteSession(ReadSession(session))


@contextmanager
def _reading() -> Iterator[ReadSession]:
    with _database() as database, database.read_session() as session:
        yield ReadSession(session)


if __name__ == "__main__":
    main()
