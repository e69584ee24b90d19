"""The migrations: from nothing to the models, and back to nothing, on both engines."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Inspector, insert, inspect, text
from sqlalchemy.exc import DBAPIError

from app.audit import service as audit
from app.core.actor import SYSTEM
from app.core.clock import now
from app.core.db import Database, ReadSession, WriteSession
from app.core.ids import uuid7
from app.models import Base
from app.referrals.naming import reference
from tests.conftest import ROOT, migrate
from tests.factories import consents, intake, people, referrals
from tests.factories.world import World

SCRIPT = ScriptDirectory.from_config(Config(ROOT / "alembic.ini"))
Shape = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def at_head(fresh_url: Callable[[str], str]) -> Iterator[Database]:
    """Migrated from empty to the newest revision, with one sealed entry in the trail."""
    database = Database(fresh_url("at_head"))
    migrate(database.url)
    with database.write_session() as session:
        db = WriteSession(ReadSession(session))
        audit.record(db, SYSTEM, "test:record", "nothing", None)
        session.commit()
        audit.seal_pending(db)
        session.commit()
    yield database
    database.dispose()


def shape(database: Database) -> Shape:
    """Everything that the engine itself can tell of every table."""
    inspector = inspect(database.writer)
    found = {name: _table(inspector, name) for name in inspector.get_table_names()}
    inspector.clear_cache()
    return found


def _table(inspector: Inspector, name: str) -> dict[str, Any]:
    columns = inspector.get_columns(name)
    kept = ("nullable", "default", "autoincrement")
    return {
        "columns": {c["name"]: (str(c["type"]), *(c.get(key) for key in kept)) for c in columns},
        "primary key": inspector.get_pk_constraint(name),
        "foreign keys": _by_name(inspector.get_foreign_keys(name)),
        "unique": _by_name(inspector.get_unique_constraints(name)),
        "checks": _by_name(inspector.get_check_constraints(name)),
        "indexes": {
            key: {**index, "dialect_options": {k: str(v) for k, v in index["dialect_options"].items()}}
            for key, index in _by_name(inspector.get_indexes(name)).items()
        },
    }


def _by_name(found: Any) -> dict[str, Any]:
    named = {item["name"]: item for item in found}
    assert len(named) == len(found), "a constraint or an index has no name of its own"
    return named


def triggers(database: Database) -> set[str]:
    catalogue = "sqlite_master WHERE type = 'trigger'" if database.is_sqlite else "pg_trigger"
    column = "name" if database.is_sqlite else "tgname"
    with database.writer.connect() as connection:
        found = connection.execute(text(f"SELECT {column} FROM {catalogue}")).scalars().all()
    return {name for name in found if not name.startswith("RI_")}


def functions(database: Database) -> list[str]:
    if database.is_sqlite:
        return []
    statement = text("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
    with database.writer.connect() as connection:
        return list(connection.execute(statement).scalars())


def test_there_is_one_line_of_revisions() -> None:
    assert len(SCRIPT.get_heads()) == len(SCRIPT.get_bases()) == 1


def test_alembic_finds_nothing_to_change(at_head: Database) -> None:
    with at_head.writer.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def test_the_migrations_make_what_the_models_describe(
    at_head: Database, fresh_url: Callable[[str], str]
) -> None:
    """Also what alembic does not compare: the texts of checks, the conditions of partial indexes, every name."""
    described = Database(fresh_url("described"))
    Base.metadata.create_all(described.writer)
    wanted, found = shape(described), shape(at_head)
    described.dispose()
    assert found.pop("alembic_version")
    assert found.keys() == wanted.keys()
    for name, table in wanted.items():
        assert found[name] == table, name


@pytest.mark.parametrize(
    ("table", "kind", "name"),
    [
        ("cases", "indexes", "uq_cases_living"),
        ("case_assignments", "indexes", "uq_case_assignments_present"),
        ("people", "indexes", "uq_people_household_head"),
        ("outbox_messages", "indexes", "ix_outbox_messages_pending"),
        ("consents", "checks", "ck_consents_oral_has_a_witness"),
        ("audit_seals", "unique", "uq_audit_seals_entry_id"),
    ],
)
def test_the_rules_that_the_database_keeps_have_names(
    at_head: Database, table: str, kind: str, name: str
) -> None:
    assert name in shape(at_head)[table][kind]


def test_upgrading_again_changes_nothing(at_head: Database) -> None:
    before = shape(at_head)
    migrate(at_head.url)
    assert shape(at_head) == before
    with at_head.read_session() as session:
        assert audit.verify(ReadSession(session)).sealed == 1


@pytest.mark.parametrize("table", ["audit_entries", "audit_seals"])
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE", "TRUNCATE"])
def test_the_trail_is_append_only(at_head: Database, table: str, verb: str) -> None:
    change = "hash = ''" if table == "audit_seals" else "action = ''"
    statement = {
        "UPDATE": f"UPDATE {table} SET {change}",
        "DELETE": f"DELETE FROM {table}",
        # SQLite has no TRUNCATE: there emptying is a DELETE, too.
        "TRUNCATE": f"DELETE FROM {table} WHERE 1" if at_head.is_sqlite else f"TRUNCATE {table} CASCADE",
    }[verb]
    with (
        at_head.writer.connect() as connection,
        pytest.raises(DBAPIError, match=r"audit_(entries|seals) is append-only"),
    ):
        connection.execute(text(statement))


def test_every_step_keeps_the_rows_and_what_refers_to_them(fresh_url: Callable[[str], str]) -> None:
    """Up and down, one revision at a time: SQLite makes an altered table anew, while others refer to it."""
    database = Database(fresh_url("step_by_step"))
    first, *later = reversed([step.revision for step in SCRIPT.walk_revisions()])
    migrate(database.url, first)
    with database.writer.begin() as connection:
        for table, row in _signed_in().items():
            connection.execute(insert(Base.metadata.tables[table]).values(row))
    config = Config(ROOT / "alembic.ini")
    config.attributes["url"] = database.url
    steps = [(command.upgrade, to) for to in later]
    steps += [(command.downgrade, to) for to in [*reversed(later[:-1]), first]]
    for step, to in [*steps, (command.upgrade, "head")]:
        step(config, to)
        with database.writer.connect() as connection:
            kept = {table: connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in _signed_in()}
        assert set(kept.values()) == {1}, (to, kept)
    database.dispose()


def test_referrals_of_before_are_given_the_digits_that_they_were_called_by(
    db: WriteSession, world: World
) -> None:
    referral = referrals.ready(db, world).sent()
    db.flush()
    assert referral.digits == int(reference(referral.id).replace("-", ""))
    told, referral.digits = referral.digits, 0
    db.flush()
    SCRIPT.get_revision("0008").module._fill(db.connection())
    db.expire(referral)
    assert referral.digits == told


def test_answers_that_share_nothing_lose_the_recipients_and_categories_that_they_were_kept_with(
    db: WriteSession, world: World
) -> None:
    people.define_terms(db)
    intake.define_terms(db)
    person = people.person(db, world.worker, world.here)
    kept = {
        purpose: consents.consent(db, world.worker, person, purpose=purpose)
        for purpose in ("contact", "referral")
    }
    draft = intake.draft(db, world.worker, world.here)
    kept["contact"].categories = ["identity"]
    draft.consents = [
        {"purpose": purpose, "decision": "given", "categories": ["identity"]} for purpose in kept
    ]
    db.flush()
    SCRIPT.get_revision("0012").module._blank(db.connection())
    db.expire_all()
    assert (kept["contact"].categories, bool(kept["referral"].categories)) == ([], True)
    assert [answer["categories"] for answer in draft.consents] == [[], ["identity"]]


def _signed_in() -> dict[str, dict[str, Any]]:
    """A row of each table in the way to a token, as the first revision knows them."""
    user_id, session_id, moment = uuid7(), uuid7(), now()
    account = {"email": "a@example.org", "name": "A", "role": "auditor", "language": "fr", "status": "active"}
    dated = {"created_at": moment, "updated_at": moment, "version": 1}
    return {
        "users": {"id": user_id, **account, **dated},
        "user_sessions": {
            "id": session_id,
            "user_id": user_id,
            "created_at": moment,
            "expires_at": moment,
        },
        "refresh_tokens": {"token_hash": "a" * 64, "session_id": session_id, "expires_at": moment},
    }


def test_downgrading_leaves_nothing(fresh_url: Callable[[str], str]) -> None:
    database = Database(fresh_url("up_and_down"))
    migrate(database.url)
    assert triggers(database)
    migrate(database.url, "base")
    assert shape(database).keys() == {"alembic_version"}
    assert triggers(database) == set()
    assert functions(database) == []
    migrate(database.url)
    assert shape(database).keys() == {*Base.metadata.tables, "alembic_version"}
    database.dispose()
