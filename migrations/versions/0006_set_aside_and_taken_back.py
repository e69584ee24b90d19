"""Whom a search has shown and who was not the one, kept with the draft."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    # Added in place, with a value for the drafts that there are: made anew, the table would lose its checks on SQLite.
    op.add_column("interviews", sa.Column("set_aside", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("interviews", "set_aside")
