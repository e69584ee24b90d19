"""A browser's session: the hash of its key, and whether it is locked."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("user_sessions") as table:
        table.add_column(sa.Column("page_key_hash", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True))
        table.create_unique_constraint("uq_user_sessions_page_key_hash", ["page_key_hash"])


def downgrade() -> None:
    with op.batch_alter_table("user_sessions") as table:
        table.drop_constraint("uq_user_sessions_page_key_hash", type_="unique")
        table.drop_column("locked_at")
        table.drop_column("page_key_hash")
