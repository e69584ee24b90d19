"""The source of a questionnaire stays with its version; a planned contact may have an hour."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("instruments") as table:
        table.add_column(sa.Column("source_kind", sa.String(length=8), nullable=True))
        table.add_column(sa.Column("source", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("follow_ups") as table:
        table.add_column(sa.Column("due_time", sa.String(length=5), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("follow_ups") as table:
        table.drop_column("due_time")
    with op.batch_alter_table("instruments") as table:
        table.drop_column("source")
        table.drop_column("source_kind")
