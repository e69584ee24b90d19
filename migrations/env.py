"""Migrations run through one connection that the caller may hand over (tests), else by the settings' URL."""

from alembic import context
from sqlalchemy import Connection

from app.core.db import make_engine
from app.core.settings import settings
from app.models import Base


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    engine = make_engine(context.config.attributes.get("url") or settings().url)
    try:
        with engine.connect() as connection:
            _run(connection)
    finally:
        engine.dispose()
