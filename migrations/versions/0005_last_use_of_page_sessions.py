"""When a browser's session was last used: one that nobody uses is locked."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    with op.batch_alter_table("user_sessions") as table:
        table.add_column(sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))
    # Whoever is signed in now is not locked for having come hours ago.
    op.execute("UPDATE user_sessions SET last_used_at = CURRENT_TIMESTAMP")
    with op.batch_alter_table("user_sessions") as table:
        table.alter_column("last_used_at", existing_type=sa.DateTime(timezone=True), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("user_sessions") as table:
        table.drop_column("last_used_at")
