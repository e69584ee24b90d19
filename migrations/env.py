"""Migrations run over the URL that the caller names (tests), else over the settings'."""

from typing import Any

from alembic import context
from sqlalchemy import Connection

from app.core.db import make_engine
from app.core.settings import settings
from app.models import Base


def _run(connection: Connection) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        # To alter a table it is made anew, and the old one must go while others still refer to it. Past SQLAlchemy, which
        # would begin a transaction, and in one this says nothing.
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        render_as_batch=is_sqlite,
        transaction_per_migration=True,
        on_version_apply=_check_references if is_sqlite else None,
    )
    with context.begin_transaction():
        context.run_migrations()


def _check_references(*, ctx: Any, **_: Any) -> None:
    """Refuse, within its transaction, a step after which a row refers to one that there is not."""
    broken = ctx.connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise RuntimeError(f"the step would leave rows of {broken[0]} that refer to no row of {broken[2]}")


engine = make_engine(context.config.attributes.get("url") or settings().url)
try:
    with engine.connect() as connection:
        _run(connection)
finally:
    engine.dispose()
